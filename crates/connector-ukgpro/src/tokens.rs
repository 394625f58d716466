//! Access tokens, with the scopes that the client turns out to have.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hrflow_core::{
    Error, ErrorKind, OpenContext, Result, Scope, async_trait,
    http::{
        Client, Token, TokenProvider, TokenSource,
        oauth::{CODE, TokenAnswer, TokenEndpoint},
    },
};

use crate::{api::VENDOR, parameters::AuthData};

/// How long before its end a token is replaced.
const AHEAD: Duration = Duration::from_secs(60);
/// How long a token lives of which UKG Pro does not say it; no lifetime is published.
const LIFETIME: Duration = Duration::from_secs(3600);

/// The tokens of a client.
///
/// # Errors
///
/// [`ErrorKind::Config`] where the identity server's address is none.
pub(crate) fn tokens(
    auth: &AuthData,
    context: &OpenContext,
    unreadable: Arc<AtomicBool>,
) -> Result<Arc<TokenProvider>> {
    let base = auth.base()?;
    let url = base.join(&auth.token_path())?;
    let client = Client::builder(VENDOR, base)
        .header("Accept", "application/json")
        .attempts(u32::from(context.options.attempts.get()))
        .timeout(Duration::from(context.options.timeout));
    let endpoint = TokenEndpoint::new(client, url, auth.client_id.trim(), &auth.client_secret)?;
    let scope = auth.scope.0.join(" ");
    let source = Source { endpoint, scope, scope_refused: AtomicBool::new(false), unreadable };
    Ok(Arc::new(TokenProvider::new(source, AHEAD)))
}

/// Client credentials. Clients are registered with the scopes of one family or the other, for imports or for the
/// domain (UKG developer hub lists both): one that has not those asked for gets a token for those it has.
struct Source {
    endpoint: TokenEndpoint,
    scope: String,
    /// Whether UKG Pro has given a token only without a scope.
    scope_refused: AtomicBool,
    /// Set once a token turns out not to allow candidates to be read.
    unreadable: Arc<AtomicBool>,
}

#[async_trait]
impl TokenSource for Source {
    async fn fetch(&self, _: Option<&Token>) -> Result<Token> {
        let scope = if self.scope_refused.load(Ordering::Relaxed) { "" } else { self.scope.as_str() };
        let answer = match self.endpoint.client_credentials(scope).await {
            Err(error) if !scope.is_empty() && may_be_about_scope(&error) => self.without_scope(error).await,
            answer => answer,
        };
        match answer {
            Ok(answer) => {
                // A token without a scope of its own has the one that was requested (RFC 6749, 5.1).
                let requested = if self.scope_refused.load(Ordering::Relaxed) { "" } else { scope };
                let granted = answer.scope.as_deref().unwrap_or(requested);
                self.unreadable.fetch_or(excludes_reading(granted), Ordering::Relaxed);
                Ok(answer.token(Some(LIFETIME)))
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(error
                .with_scope(Scope::Run)
                .advise("Check auth_data.identity_server and auth_data.tenant.")),
            // Without a token nothing can be written.
            Err(error) => Err(error.with_scope(Scope::Run)),
        }
    }
}

impl Source {
    async fn without_scope(&self, refused: Error) -> Result<TokenAnswer> {
        match self.endpoint.client_credentials("").await {
            Ok(answer) => {
                self.scope_refused.store(true, Ordering::Relaxed);
                tracing::warn!(
                    "UKG Pro refuses the scopes of auth_data.scope; the client goes on with those it is registered for"
                );
                Ok(answer)
            }
            Err(error) if error.is_retryable() || error.kind() == ErrorKind::Cancelled => Err(error),
            Err(error) => Err(refused
                .advise("Check auth_data; UKG Pro gives no token without auth_data.scope either.")
                .with_source(error)),
        }
    }
}

/// Whether scopes are certainly not enough to read candidates: they are scopes of UKG Pro Recruiting, and the one that
/// reading requires is not among them (UKG developer hub, Retrieve Candidate by ID).
fn excludes_reading(granted: &str) -> bool {
    let mut scopes = granted.split([' ', ',']);
    granted.contains("recruiting.") && !scopes.any(|scope| scope == "recruiting.domain.candidates.read")
}

/// Whether a refusal may be one of the scopes: it says so, or it is a 400 that says nothing.
fn may_be_about_scope(error: &Error) -> bool {
    let named = error.vendor_message().is_some_and(|words| words.to_lowercase().contains("scope"));
    match error.context(CODE) {
        Some(code) => code == "invalid_scope" || named,
        None => error.status() == Some(400),
    }
}
