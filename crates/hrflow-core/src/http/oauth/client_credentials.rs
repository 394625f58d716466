//! Tokens for the client itself.

use std::time::Duration;

use async_trait::async_trait;

use super::TokenEndpoint;
use crate::{
    error::{ErrorKind, Result, Scope},
    http::{Token, TokenSource},
};

/// Tokens for nothing but the client's own credentials (RFC 6749, 4.4).
#[derive(Debug)]
pub struct ClientCredentials {
    endpoint: TokenEndpoint,
    scope: String,
    lifetime: Option<Duration>,
}

impl ClientCredentials {
    /// Tokens with the scopes `scope`, separated by blanks; the client's own ones where it is blank.
    pub fn new(endpoint: TokenEndpoint, scope: impl Into<String>) -> Self {
        Self { endpoint, scope: scope.into(), lifetime: None }
    }

    /// How long a token lives of which the vendor does not say it.
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
            // Without a token nothing can be written.
            Err(error) if error.kind() != ErrorKind::Cancelled => Err(error.with_scope(Scope::Run)),
            Err(error) => Err(error),
        }
    }
}
