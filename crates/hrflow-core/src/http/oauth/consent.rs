//! Requests for a user's consent.

use async_trait::async_trait;
use url::Url;

use super::CodeGrant;
use crate::{consent::Consent, error::Result, secret::Secret};

/// The consent of a [`CodeGrant`]: the authorization address and the scopes.
#[derive(Debug)]
pub struct CodeConsent {
    grant: CodeGrant,
    url: Url,
}

impl CodeConsent {
    /// Creates the consent at `authorize_url` to the scopes `scope`, separated by spaces.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the grant's redirect URI is not an absolute URL.
    pub fn new(grant: CodeGrant, authorize_url: &Url, scope: &str) -> Result<Self> {
        let url = grant.endpoint().authorize_url(authorize_url, grant.redirect_uri(), scope)?;
        Ok(Self { grant, url })
    }
}

#[async_trait]
impl Consent for CodeConsent {
    fn redirect_uri(&self) -> &str {
        self.grant.redirect_uri()
    }

    fn url(&self, state: &str) -> Url {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("state", state);
        url
    }

    async fn grant(&self, code: &Secret) -> Result<Vec<String>> {
        self.grant.consent(code).await
    }
}
