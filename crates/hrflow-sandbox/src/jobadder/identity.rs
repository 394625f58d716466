//! The identity host: `/connect/authorize`, where a user consents in a browser, and `/connect/token`.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::json;
use url::form_urlencoded;

use super::JobAdder;
use super::grants::{ACCESS_SECONDS, Denied, Grant, Tokens};
use super::scopes;
use super::switches::{RevokedGrant, Switches};
use crate::faults::Vendor;
use crate::form;
use crate::front::Stand;
use crate::server::{Answer, Received};

/// The identity host of a JobAdder mock server.
#[derive(Debug, Clone)]
pub(crate) struct Identity(pub(crate) JobAdder);

impl Stand for Identity {
    fn vendor(&self) -> Vendor {
        Vendor::JobAdder
    }

    fn operation(&self, method: &str, path: &str) -> &'static str {
        match (method, path) {
            ("GET", "/connect/authorize") => "connect.authorize",
            ("POST", "/connect/token") => "connect.token",
            _ => "unknown",
        }
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            match self.operation(&request.method, &request.path) {
                "connect.authorize" => self.authorize(&request),
                "connect.token" => self.token(&request).unwrap_or_else(|refusal| refusal),
                _ => Answer::empty(404),
            }
        })
    }

    fn shown<'a>(&'a self, request: &'a Received) -> BoxFuture<'a, Option<String>> {
        Box::pin(form::shown(request, &["client_secret", "code", "refresh_token"]))
    }

    fn error(&self, status: u16) -> Answer {
        let error = match status {
            400 => "invalid_grant",
            401 => "invalid_client",
            429 | 503 => "temporarily_unavailable",
            _ => "server_error",
        };
        refusal(status, error)
    }
}

fn refusal(status: u16, error: &str) -> Answer {
    Answer::json(status, &json!({"error": error})).with("cache-control", "no-store")
}

impl Identity {
    /// Redirects with a code or an error. If a redirect is not safe, returns an error page.
    fn authorize(&self, request: &Received) -> Answer {
        let sent: HashMap<String, String> = request.pairs().into_iter().collect();
        let text = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
        let (client_id, redirect_uri) = (text("client_id"), text("redirect_uri"));
        let mut state = self.0.lock();
        let Some(application) = state.grants.application(client_id) else { return page("invalid_client") };
        if !application.redirect_uris.iter().any(|registered| registered == redirect_uri) {
            return page("invalid_redirect_uri");
        }
        let outcome = match (text("response_type"), scopes::parse(text("scope"))) {
            ("code", None) => Err("invalid_scope"),
            ("code", Some(_)) if state.switches.deny_consent => Err("access_denied"),
            ("code", Some(scopes)) => Ok(scopes),
            ("", _) => Err("invalid_request"),
            _ => Err("unsupported_response_type"),
        };
        let (name, value) = match outcome {
            Err(error) => ("error", error.to_owned()),
            Ok(scopes) => {
                let grant = Grant::new(client_id, scopes, state.account.administrator());
                ("code", state.grants.consent(grant, redirect_uri, self.0.clock.now()))
            }
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(name, &value);
        if let Some(state) = sent.get("state") {
            query.append_pair("state", state);
        }
        let separator = if redirect_uri.contains('?') { '&' } else { '?' };
        Answer::empty(302).with("location", format!("{redirect_uri}{separator}{}", query.finish()))
    }

    /// Issues tokens. Accepts only forms with the client's id and secret (API documentation, authentication).
    fn token(&self, request: &Received) -> Result<Answer, Answer> {
        let invalid = || refusal(400, "invalid_request");
        let form = fields(request).ok_or_else(invalid)?;
        let required = |name: &str| form.get(name).map(String::as_str).filter(|sent| !sent.is_empty());
        let now = self.0.clock.now();
        let mut state = self.0.lock();
        let switches = state.switches.clone();
        let client = required("client_id").and_then(|id| state.grants.application(id));
        let client_id = match client {
            Some(client) if required("client_secret") == Some(&client.client_secret) => {
                client.client_id.clone()
            }
            _ => return Err(refusal(switches.invalid_client_status, "invalid_client")),
        };
        let tokens = match required("grant_type").ok_or_else(invalid)? {
            "authorization_code" => {
                let code = required("code").ok_or_else(invalid)?;
                let redirect_uri = required("redirect_uri").ok_or_else(invalid)?;
                state.grants.exchange(&client_id, code, redirect_uri, now)
            }
            "refresh_token" => {
                let token = required("refresh_token").ok_or_else(invalid)?;
                let (rotates, grace) = (switches.refresh_rotates, switches.refresh_grace);
                state.grants.refresh(&client_id, token, rotates, grace, now)
            }
            _ => return Err(refusal(400, "unsupported_grant_type")),
        };
        let tokens = tokens.map_err(|denied| refusal(400, denied_word(denied, &switches)))?;
        Ok(token_answer(&tokens, &self.0.api(&switches), state.account.number))
    }
}

fn denied_word(denied: Denied, switches: &Switches) -> &'static str {
    match (denied, switches.revoked_grant) {
        (Denied::Revoked, RevokedGrant::InvalidRequest) => "invalid_request",
        _ => "invalid_grant",
    }
}

fn token_answer(tokens: &Tokens, api: &str, account: u64) -> Answer {
    let mut body = json!({
        "access_token": tokens.access_token,
        "expires_in": ACCESS_SECONDS,
        "token_type": "Bearer",
        "api": api,
        "instance": super::INSTANCE,
        "account": account,
    });
    if let Some(token) = &tokens.refresh_token {
        body["refresh_token"] = token.as_str().into();
    }
    Answer::json(200, &body).with("cache-control", "no-store")
}

/// Returns the fields of a form, or `None` for another media type or a repeated field (RFC 6749, 3.2).
fn fields(request: &Received) -> Option<HashMap<String, String>> {
    if form::media_type(request) != "application/x-www-form-urlencoded" {
        return None;
    }
    let mut fields = HashMap::new();
    for (name, value) in form::fields(request) {
        if fields.insert(name, value).is_some() {
            return None;
        }
    }
    Some(fields)
}

/// Builds an error page for a browser that cannot be redirected.
fn page(error: &str) -> Answer {
    Answer::new(400, "text/html; charset=utf-8", format!("<html><h1>Error</h1><p>{error}</p></html>"))
}
