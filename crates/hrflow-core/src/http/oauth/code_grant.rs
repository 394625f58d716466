//! Tokens of a user's consent, with a refresh token that changes on use.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{
    CODE, TokenAnswer, TokenEndpoint,
    errors::is_dead,
    stored::{Grant, Stored},
};
use crate::{
    error::{Error, ErrorKind, Execution, Result, Scope},
    http::{
        Token, TokenSource,
        budget::{self, Stopped},
    },
    secret::Secret,
    state::{Grants, UNUSED},
};

/// The number of attempts to store a grant, which would otherwise be lost.
const STORE_ATTEMPTS: u32 = 5;

/// Returns the account at the vendor from the vendor's own fields of a token response.
type AccountOf = fn(&Map<String, Value>) -> Option<String>;

/// A token source for a user's consent. An authorization code is exchanged once. After that, the refresh token of the
/// last token response is used (RFC 6749, 4.1 and 6).
///
/// The grant is stored in [`Grants`]. It is renewed under its lock, after reading it again, and stored before the new
/// access token is used. The access token is stored too, so that runs and processes with the same grant share it. The
/// refresh token is therefore rotated once per token rather than once per run.
///
/// A code is exchanged unless it is known to be used. If the vendor rejects a code while a grant is stored, the code is
/// recorded as used and the grant is used. A workflow file can therefore keep its first code.
pub struct CodeGrant {
    endpoint: TokenEndpoint,
    grants: Arc<dyn Grants>,
    name: String,
    redirect_uri: String,
    code: Option<Secret>,
    account: Option<String>,
    account_of: AccountOf,
    advice: String,
    lifetime: Option<Duration>,
    members: Mutex<Map<String, Value>>,
}

impl CodeGrant {
    /// Creates the source of the grant stored under `name`, which identifies vendor, authorization server, client and
    /// redirect URI. `redirect_uri` must be exactly the one of the consent request.
    pub fn new(
        endpoint: TokenEndpoint,
        grants: Arc<dyn Grants>,
        name: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self {
            endpoint,
            grants,
            name: name.into(),
            redirect_uri: redirect_uri.into(),
            code: None,
            account: None,
            account_of: |_| None,
            advice: "Consent again.".to_owned(),
            lifetime: None,
            members: Mutex::default(),
        }
    }

    /// Sets the code to exchange unless it is used. An empty code is ignored.
    #[must_use]
    pub fn code(self, code: &Secret) -> Self {
        let code = code.expose().trim();
        Self { code: (!code.is_empty()).then(|| Secret::new(code)), ..self }
    }

    /// Sets how to read the vendor's account from token responses, and the account to use, which is the value of the
    /// parameter `account`. Grants of several accounts are stored separately. If there are several, `account` is
    /// required.
    #[must_use]
    pub fn accounts(self, account_of: AccountOf, account: Option<String>) -> Self {
        Self { account_of, account, ..self }
    }

    /// Sets the instructions for (repeated) consent, as a sentence.
    #[must_use]
    pub fn advice(self, advice: impl Into<String>) -> Self {
        Self { advice: advice.into(), ..self }
    }

    /// Sets the lifetime of tokens without `expires_in`.
    #[must_use]
    pub fn default_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// Returns the vendor's own fields of the last token response, such as the address of the API. They are empty
    /// before the first token.
    pub fn members(&self) -> Map<String, Value> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Exchanges a code and stores the grant. Returns the granted scopes and account, one line each.
    pub(super) async fn consent(&self, code: &Secret) -> Result<Vec<String>> {
        let _lock = self.lock().await?;
        let mut stored = self.load().await?;
        let grant = self.exchange(code, &mut stored).await?;
        let mut lines = grant.lines();
        if self.account.is_none() && stored.grants.len() > 1 {
            lines.push(format!("set `account`, as there are grants for {}", accounts(&stored)));
        }
        Ok(lines)
    }

    async fn token(&self, previous: Option<&Token>) -> Result<Token> {
        if !self.grants.can_store() {
            return self.stored_token(previous).await;
        }
        let _lock = self.lock().await?;
        let mut stored = self.load().await?;
        if let Some(code) = &self.code
            && !stored.knows(code)
        {
            match self.exchange(code, &mut stored).await {
                Ok(grant) => {
                    // The code's account may not be the only one.
                    self.chosen(&stored)?;
                    return Ok(self.publish(&grant));
                }
                Err(error) if error.context(CODE) == Some("invalid_grant") && !stored.grants.is_empty() => {
                    tracing::warn!("the authorization code is used up or expired; the stored grant is used");
                    stored.remember(code);
                    self.store(&stored).await?;
                }
                Err(error) => return Err(error),
            }
        }
        let grant = self.chosen(&stored)?;
        if grant.living_token(previous).is_some() {
            return Ok(self.publish(&grant));
        }
        let renewed = self.renew(&grant, previous).await?;
        Ok(self.publish(&renewed))
    }

    /// Returns the stored access token without renewing it or exchanging a code.
    async fn stored_token(&self, previous: Option<&Token>) -> Result<Token> {
        let stored = self.load().await?;
        let vendor = self.endpoint.vendor();
        if stored.grants.is_empty() && self.code.is_some() {
            let message =
                format!("the authorization code for {vendor} is not exchanged: no state can store the grant");
            return Err(Error::new(ErrorKind::Config, message)
                .with(UNUSED, "authorization_code")
                .advise(&self.advice));
        }
        let grant = self.chosen(&stored)?;
        if grant.living_token(previous).is_some() {
            return Ok(self.publish(&grant));
        }
        let message =
            format!("the consent to {vendor} is not renewed: the state that stores it is read-only");
        Err(Error::new(ErrorKind::Internal, message)
            .advise("Run the command where the state can be written."))
    }

    /// Returns the grant of the selected account.
    fn chosen(&self, stored: &Stored) -> Result<Grant> {
        let missing = |message: String| Err(Error::new(ErrorKind::Config, message).advise(&self.advice));
        let vendor = self.endpoint.vendor();
        let of_account =
            |it: &&Grant| self.account.is_none() || it.account.is_none() || it.account == self.account;
        let grants: Vec<&Grant> = stored.grants.iter().filter(of_account).collect();
        match (grants.as_slice(), &self.account) {
            ([grant], _) => Ok((*grant).clone()),
            ([], Some(account)) if !stored.grants.is_empty() => missing(format!(
                "{vendor} has not been consented to for account {account}, but for {}",
                accounts(stored)
            )),
            ([], _) => {
                missing(format!("{vendor} has not been consented to yet, or the consent is not stored here"))
            }
            _ => {
                let message =
                    format!("consent is stored for several accounts of {vendor}: {}", accounts(stored));
                Err(Error::new(ErrorKind::Config, message).advise("Set `account` to the one that is meant."))
            }
        }
    }

    /// Exchanges a code and stores its grant, for any account.
    async fn exchange(&self, code: &Secret, stored: &mut Stored) -> Result<Grant> {
        let answer = self.endpoint.exchange_code(code, &self.redirect_uri).await.map_err(|error| {
            if error.context(CODE) == Some("invalid_grant") {
                return error.advise(format!(
                    "Authorization codes can be used once and live for minutes, and redirect_uri has to be the one \
                     that consent was asked with. {}",
                    self.advice
                ));
            }
            match error.execution() {
                Execution::Unknown => error.advise(format!(
                    "The authorization code may be used up. Run again; if it is refused then: {}",
                    self.advice
                )),
                Execution::No => error,
            }
        })?;
        let account = (self.account_of)(&answer.members);
        let grant = Grant::new(&self.with_lifetime(answer), account);
        stored.remember(code);
        stored.put(grant.clone());
        self.store(stored).await?;
        match (&self.account, &grant.account) {
            (Some(wanted), Some(given)) if wanted != given => {
                let message = format!("the consent is for account {given}, and `account` says {wanted}");
                Err(Error::new(ErrorKind::Config, message)
                    .advise(format!("Set `account` to {given}, or consent as a user of account {wanted}.")))
            }
            _ => Ok(grant),
        }
    }

    /// Refreshes a grant and stores it.
    async fn renew(&self, grant: &Grant, previous: Option<&Token>) -> Result<Grant> {
        // The vendor's fields of the last response, such as the address of the API, stay valid until a response changes
        // them.
        let (last, answer) = match self.refresh(grant).await {
            Ok(answer) => (grant.clone(), answer),
            // Another process may have renewed it if the lock is unreliable.
            Err(error) if is_dead(&error) => {
                let now = self.chosen(&self.load().await?)?;
                if now.refresh_token == grant.refresh_token {
                    return Err(self.dead(error));
                }
                if now.living_token(previous).is_some() {
                    return Ok(now);
                }
                let answer = self.refresh(&now).await;
                let answer =
                    answer.map_err(|error| if is_dead(&error) { self.dead(error) } else { error })?;
                (now, answer)
            }
            Err(error) => return Err(error),
        };
        let renewed = last.renewed(&self.with_lifetime(answer));
        let mut stored = self.load().await?;
        stored.put(renewed.clone());
        self.store(&stored).await?;
        Ok(renewed)
    }

    /// Refreshes the token. Repeats the request once if its response was lost; the [module](super) explains why.
    async fn refresh(&self, grant: &Grant) -> Result<TokenAnswer> {
        let Some(token) = &grant.refresh_token else {
            let message = format!(
                "the consent to {} has ended, and no refresh token came with it",
                self.endpoint.vendor()
            );
            return Err(Error::new(ErrorKind::Unauthorized, message).advise(&self.advice));
        };
        let token = Secret::new(token.as_str());
        let lost = match self.endpoint.refresh(&token).await {
            Err(error) if error.execution() == Execution::Unknown => error,
            outcome => return outcome,
        };
        let wait = self.endpoint.pause().max(lost.retry_after().unwrap_or_default());
        if !budget::current().pause(wait).await {
            return Err(lost);
        }
        tracing::debug!(kind = %lost.kind(), "the answer to a refresh was lost, asking once more");
        match self.endpoint.refresh(&token).await {
            Err(error) if is_dead(&error) => {
                Err(error.with("before", "the answer to an earlier refresh was lost"))
            }
            outcome => outcome,
        }
    }

    /// Returns the error of a grant that is no longer valid.
    fn dead(&self, error: Error) -> Error {
        let message = format!("{} does not accept the stored consent any more", self.endpoint.vendor());
        let dead = Error::new(ErrorKind::Unauthorized, message)
            .with_vendor_message(error.vendor_message().unwrap_or_default())
            .advise(&self.advice);
        let dead = error.status().into_iter().fold(dead, Error::with_status);
        [CODE, "before"].into_iter().fold(dead, |dead, name| match error.context(name) {
            Some(value) => dead.with(name, value),
            None => dead,
        })
    }

    fn with_lifetime(&self, answer: TokenAnswer) -> TokenAnswer {
        TokenAnswer { expires_in: answer.expires_in.or(self.lifetime), ..answer }
    }

    fn publish(&self, grant: &Grant) -> Token {
        *self.members.lock().unwrap_or_else(PoisonError::into_inner) = grant.members.clone();
        grant.token()
    }

    async fn lock(&self) -> Result<Box<dyn Send + Sync>> {
        let deadline = budget::current().deadline;
        match tokio::time::timeout_at(deadline, self.grants.lock(&self.name)).await {
            Ok(locked) => locked,
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                "another process has been renewing the grant all the time",
            )),
        }
    }

    async fn load(&self) -> Result<Stored> {
        Ok(Stored::read(self.grants.load(&self.name).await?.as_ref()))
    }

    /// Stores the grant, with retries and without regard to cancellation: a lost grant cannot be fetched again.
    async fn store(&self, stored: &Stored) -> Result<()> {
        let kept = stored.write()?;
        let mut attempt = 1;
        loop {
            match self.grants.store(&self.name, &kept).await {
                Ok(()) => return Ok(()),
                Err(error) if attempt >= STORE_ATTEMPTS => {
                    return Err(error.advise(format!("The new grant could not be kept. {}", self.advice)));
                }
                Err(error) => tracing::warn!(attempt, kind = %error.kind(), "the grant could not be stored"),
            }
            tokio::time::sleep(Duration::from_millis(50) * attempt).await;
            attempt += 1;
        }
    }
}

fn accounts(stored: &Stored) -> String {
    let accounts: Vec<&str> =
        stored.grants.iter().map(|it| it.account.as_deref().unwrap_or("one without a name")).collect();
    accounts.join(", ")
}

#[async_trait]
impl TokenSource for CodeGrant {
    async fn fetch(&self, previous: Option<&Token>) -> Result<Token> {
        budget::current().check().map_err(Stopped::before_sending)?;
        match self.token(previous).await {
            Ok(token) => Ok(token),
            // Without a token, no write of the run can succeed.
            Err(error) if error.kind() != ErrorKind::Cancelled => Err(error.with_scope(Scope::Run)),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for CodeGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeGrant").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
