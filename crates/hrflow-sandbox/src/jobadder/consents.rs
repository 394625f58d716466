//! Consents and tokens without a browser, for tests.

use super::grants::{Application, Grant, Tokens};
use super::state::State;
use super::{INSTANCE, JobAdder};
use crate::JobAdderCredentials;

/// The scopes of a code of [`JobAdder::authorization_code`].
pub(crate) const ALL_SCOPES: &str = "read write offline_access";

impl JobAdder {
    /// Returns the registered applications.
    pub fn applications(&self) -> Vec<Application> {
        self.lock().grants.applications.clone()
    }

    /// Replaces the registered applications, for example to add a redirect URI.
    pub fn set_applications(&self, applications: Vec<Application>) {
        self.lock().grants.applications = applications;
    }

    /// Simulates a user's consent and returns an authorization code. The code is valid for 5 minutes and one exchange,
    /// for the first application and its first redirect URI. `scopes` are separated by spaces.
    pub fn consent(&self, scopes: &str) -> String {
        let mut state = self.lock();
        let (grant, redirect_uri) = given(&state, scopes);
        state.grants.consent(grant, &redirect_uri, self.clock.now())
    }

    /// Returns an authorization code with all scopes. The code stays the same until it is exchanged or expires.
    pub fn authorization_code(&self) -> String {
        let now = self.clock.now();
        let mut state = self.lock();
        let (grant, redirect_uri) = given(&state, ALL_SCOPES);
        state.grants.standing_code(now, |grants| grants.consent(grant, &redirect_uri, now))
    }

    /// Issues tokens for the first application without consent and exchange.
    pub fn sign_in(&self, scopes: &str) -> Tokens {
        let mut state = self.lock();
        let (grant, _) = given(&state, scopes);
        state.grants.sign_in(grant, self.clock.now())
    }

    /// Invalidates every access token issued so far. Refresh tokens stay valid.
    pub fn expire_access_tokens(&self) {
        self.lock().grants.expire_access_tokens();
    }

    /// Revokes every consent given so far, as if the consenting user were deleted.
    pub fn revoke_grants(&self) {
        self.lock().grants.revoke();
    }

    /// Returns the first redirect URI of the first application.
    pub(crate) fn redirect_uri(&self) -> String {
        first(&self.lock()).redirect_uris.into_iter().next().unwrap_or_default()
    }

    pub(crate) fn credentials(&self) -> JobAdderCredentials {
        let authorization_code = self.authorization_code();
        let redirect_uri = self.redirect_uri();
        let state = self.lock();
        let Application { client_id, client_secret, .. } = first(&state);
        JobAdderCredentials {
            client_id,
            client_secret,
            redirect_uri,
            authorization_code,
            instance: INSTANCE.to_owned(),
            account: state.account.number,
        }
    }
}

/// Returns the first application, or an empty one if none is registered.
fn first(state: &State) -> Application {
    let nobody =
        || Application { client_id: String::new(), client_secret: String::new(), redirect_uris: Vec::new() };
    state.grants.applications.first().cloned().unwrap_or_else(nobody)
}

/// Returns the administrator's grant to the first application, and the redirect URI.
fn given(state: &State, scopes: &str) -> (Grant, String) {
    let application = first(state);
    let scopes = scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let grant = Grant::new(&application.client_id, scopes, state.account.administrator());
    (grant, application.redirect_uris.into_iter().next().unwrap_or_default())
}
