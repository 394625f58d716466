//! The identity server, which only issues access tokens to clients.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use serde_json::json;

use super::UkgPro;
use super::clients::{Client, Grant};
use super::errors::oauth;
use super::route::TENANT;
use super::state::State;
use crate::clock::later;
use crate::faults::Vendor;
use crate::form;
use crate::front::Stand;
use crate::jwt;
use crate::server::{Answer, Received};

/// The identity server of a UKG Pro mock server.
#[derive(Debug, Clone)]
pub(crate) struct Identity(pub(crate) UkgPro);

impl Stand for Identity {
    fn vendor(&self) -> Vendor {
        Vendor::UkgPro
    }

    fn operation(&self, method: &str, path: &str) -> &'static str {
        if is_token(method, path) { "ukg.token" } else { "unknown" }
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(async move { self.answer(&request).unwrap_or_else(|refusal| refusal) })
    }

    fn error(&self, status: u16) -> Answer {
        let code = match status {
            401 => "invalid_client",
            400 => "invalid_request",
            503 => "temporarily_unavailable",
            _ => "server_error",
        };
        oauth(status, code, "Something went wrong.")
    }

    fn shown<'a>(&'a self, request: &'a Received) -> BoxFuture<'a, Option<String>> {
        Box::pin(form::shown(request, &["client_secret"]))
    }
}

/// Whether the request is `POST /signin/oauth2/t/{tenant}/access_token`.
fn is_token(method: &str, path: &str) -> bool {
    method == "POST" && path == format!("/signin/oauth2/t/{TENANT}/access_token")
}

impl Identity {
    fn answer(&self, request: &Received) -> Result<Answer, Answer> {
        if !is_token(&request.method, &request.path) {
            return Err(Answer::empty(404));
        }
        if form::media_type(request) != "application/x-www-form-urlencoded" {
            return Err(oauth(400, "invalid_request", "The body must be application/x-www-form-urlencoded."));
        }
        let fields = form::fields(request);
        let field = |name: &str| {
            // An empty parameter counts as absent (RFC 6749, 3.2).
            let mut values = fields.iter().filter(|(key, value)| key == name && !value.is_empty());
            let first = values.next().map(|(_, value)| value.as_str());
            match values.next() {
                Some(_) => Err(oauth(400, "invalid_request", &format!("{name} is there twice."))),
                None => Ok(first),
            }
        };
        match field("grant_type")? {
            Some("client_credentials") => {}
            Some(_) => {
                return Err(oauth(400, "unsupported_grant_type", "Only client_credentials is supported."));
            }
            None => return Err(oauth(400, "invalid_request", "grant_type is missing.")),
        }
        let mut state = self.0.lock();
        let basic = if state.switches.basic_auth { basic(request) } else { None };
        let (id, secret) = match (field("client_id")?, field("client_secret")?, &basic) {
            (Some(id), Some(secret), _) => (id, secret),
            (_, _, Some((id, secret))) => (id.as_str(), secret.as_str()),
            _ => return Err(unknown_client()),
        };
        let known =
            state.clients.iter().find(|client| client.client_id == id && client.client_secret == secret);
        let client = known.cloned().ok_or_else(unknown_client)?;
        let scopes = granted(&client, field("scope")?, state.switches.invalid_scope_status)?;
        Ok(issue(&mut state, client.client_id, scopes, self.0.clock.now()))
    }
}

fn unknown_client() -> Answer {
    oauth(401, "invalid_client", "The client is unknown, or its secret is wrong.")
}

fn basic(request: &Received) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    decoded.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

/// Returns the requested scopes, which must all be registered. Without a request, returns all registered scopes.
fn granted(client: &Client, asked: Option<&str>, refusal: u16) -> Result<Vec<String>, Answer> {
    let Some(asked) = asked else { return Ok(client.scopes.clone()) };
    let asked: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
    match asked.iter().find(|scope| !client.scopes.contains(scope)) {
        Some(scope) => Err(oauth(refusal, "invalid_scope", &format!("The client may not ask for {scope}."))),
        None => Ok(asked),
    }
}

fn issue(state: &mut State, client_id: String, scopes: Vec<String>, now: jiff::Timestamp) -> Answer {
    state.tokens_issued += 1;
    let expires = later(now, state.switches.token_seconds * 1000);
    let token = jwt::token("ukgpro.example.com", &client_id, state.tokens_issued, now, expires);
    let mut answer = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": state.switches.token_seconds,
        "scope": scopes.join(" "),
    });
    if !state.switches.expires_in
        && let Some(answer) = answer.as_object_mut()
    {
        answer.remove("expires_in");
    }
    state.grants.insert(token, Grant { client_id, scopes, expires });
    Answer::json(200, &answer).with("cache-control", "no-store")
}
