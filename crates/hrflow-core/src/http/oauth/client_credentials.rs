//! Tokens of the client itself.

use std::time::Duration;

use async_trait::async_trait;

use super::TokenEndpoint;
use crate::{
    error::{ErrorKind, Result, Scope},
    http::{Token, TokenSource},
};

/// A token source that uses only the client's own credentials (RFC 6749, 4.4).
#[derive(Debug)]
pub struct ClientCredentials {
    endpoint: TokenEndpoint,
    scope: String,
    lifetime: Option<Duration>,
}

impl ClientCredentials {
    /// Creates a source of tokens with the scopes `scope`, separated by spaces. An empty `scope` requests the client's
    /// registered scopes.
    pub fn new(endpoint: TokenEndpoint, scope: impl Into<String>) -> Self {
        Self { endpoint, scope: scope.into(), lifetime: None }
    }

    /// Sets the lifetime of tokens without `expires_in`.
    #[must_use]
    pub fn default_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }
}

#[async_trait]
impl TokenSource for ClientCredentials {
    async fn fetch(&self, _: Option<&Token>) -> Result<Token> {
        match self.endpoint.client_credentials(&self.scope).await {
            Ok(answer) => Ok(answer.token(self.lifetime)),
            // Without a token, no write of the run can succeed.
            Err(error) if error.kind() != ErrorKind::Cancelled => Err(error.with_scope(Scope::Run)),
            Err(error) => Err(error),
        }
    }
}
