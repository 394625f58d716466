//! What people and applications do with the identity host that tests need not do in a browser.

use super::grants::{Application, Grant, Tokens};
use super::state::State;
use super::{INSTANCE, JobAdder};
use crate::JobAdderCredentials;

/// What a code of [`JobAdder::authorization_code`] is good for.
pub(crate) const ALL_SCOPES: &str = "read write offline_access";

impl JobAdder {
    /// The registered applications.
    pub fn applications(&self) -> Vec<Application> {
        self.lock().grants.applications.clone()
    }

    /// Replaces the registered applications, for example to add a redirect URI.
    pub fn set_applications(&self, applications: Vec<Application>) {
        self.lock().grants.applications = applications;
    }

    /// A person consents: an authorization code for the first application and its first redirect URI, good
    /// for 5 minutes and for one exchange. Scopes are separated by spaces.
    pub fn consent(&self, scopes: &str) -> String {
        let mut state = self.lock();
        let (grant, redirect_uri) = given(&state, scopes);
        state.grants.consent(grant, &redirect_uri, self.clock.now())
    }

    /// A code to start with, for everything there is: the same one until it was exchanged or has expired.
    pub fn authorization_code(&self) -> String {
        let now = self.clock.now();
        let mut state = self.lock();
        let (grant, redirect_uri) = given(&state, ALL_SCOPES);
        state.grants.standing_code(now, |grants| grants.consent(grant, &redirect_uri, now))
    }

    /// Tokens without the way through consent and exchange, for the first application.
    pub fn sign_in(&self, scopes: &str) -> Tokens {
        let mut state = self.lock();
        let (grant, _) = given(&state, scopes);
        state.grants.sign_in(grant, self.clock.now())
    }

    /// Every access token given out so far stops working; refresh tokens go on.
    pub fn expire_access_tokens(&self) {
        self.lock().grants.expire_access_tokens();
    }

    /// Every consent given so far is taken back, as when the user who gave it is deleted.
    pub fn revoke_grants(&self) {
        self.lock().grants.revoke();
    }

    /// The first application's.
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

/// The first application; one without anything if there is none.
fn first(state: &State) -> Application {
    let nobody =
        || Application { client_id: String::new(), client_secret: String::new(), redirect_uris: Vec::new() };
    state.grants.applications.first().cloned().unwrap_or_else(nobody)
}

/// What the administrator gives the first application, and where the browser goes back to.
fn given(state: &State, scopes: &str) -> (Grant, String) {
    let application = first(state);
    let scopes = scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let grant = Grant::new(&application.client_id, scopes, state.account.administrator());
    (grant, application.redirect_uris.into_iter().next().unwrap_or_default())
}
