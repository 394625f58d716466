//! Tokens for somebody who consented, with a refresh token that changes as it is used.

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

/// How often storing a grant is tried: without it the grant would be lost.
const STORE_ATTEMPTS: u32 = 5;

/// Tells the account at the vendor from the vendor's own members of a token answer.
type AccountOf = fn(&Map<String, Value>) -> Option<String>;

/// Tokens for somebody who consented: an authorization code that is exchanged once, and from then on the refresh
/// token that came with it, or with the refresh before (RFC 6749, 4.1 and 6).
///
/// The grant is kept in [`Grants`]. It is renewed under its lock, after another look at it, and stored before the
/// new access token is used. The access token is stored along, so that runs and processes which share the grant
/// use it together, and the refresh token is rotated once per token rather than once per run.
///
/// A code is exchanged unless it is known to be used up. One that is refused while a grant is stored is noted as
/// used up, and the grant is used: a workflow file may well hold its first code for ever.
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
    /// The grant that is kept under `name`, which names vendor, authorization server, client and redirect URI.
    /// `redirect_uri` is letter by letter the one that consent was asked with.
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

    /// A code to exchange, where it is not used up yet. A blank one is none.
    #[must_use]
    pub fn code(self, code: &Secret) -> Self {
        let code = code.expose().trim();
        Self { code: (!code.is_empty()).then(|| Secret::new(code)), ..self }
    }

    /// How to tell the vendor's account from its token answers, and the account that is meant, as the parameter
    /// `account` says. Grants of several accounts are kept beside each other; which one is meant has to be said then.
    #[must_use]
    pub fn accounts(self, account_of: AccountOf, account: Option<String>) -> Self {
        Self { account_of, account, ..self }
    }

    /// What a person has to do to consent (again), as a sentence.
    #[must_use]
    pub fn advice(self, advice: impl Into<String>) -> Self {
        Self { advice: advice.into(), ..self }
    }

    /// How long a token lives of which the vendor does not say it.
    #[must_use]
    pub fn default_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// The vendor's own members of the last token answer, such as the address of the API; empty before the first
    /// token.
    pub fn members(&self) -> Map<String, Value> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Exchanges a code and stores the grant. Answers what was granted, a line each.
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
                    // The account of the code may not be the only one.
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

    /// The stored access token. It is not renewed, and no code is exchanged.
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

    /// The grant that is meant.
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

    /// Exchanges a code and stores what it was good for, whoever's account it is.
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
        // Whatever the last renewal told, such as the address of the API, holds until it is told anew.
        let (last, answer) = match self.refresh(grant).await {
            Ok(answer) => (grant.clone(), answer),
            // Somebody may have renewed it all the same, where a lock is not as good as it should be.
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

    /// One refresh, and another one where its answer was lost; the [module](super) says why.
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

    /// The grant is good no more.
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

    /// Stores, come what may: what is lost here nobody can fetch again.
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
            // Without a token nothing can be written.
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
