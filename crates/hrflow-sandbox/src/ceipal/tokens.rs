//! Login and token refresh.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ceipal;
use super::answers::{self, message};
use super::route::{Route, Version};
use super::state::State;
use super::switches::Switches;
use crate::clock::later;
use crate::form;
use crate::jwt;
use crate::server::{Answer, Received};

/// A user of the fictional tenant with the tenant's API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The user's email.
    pub email: String,
    /// The user's password.
    pub password: String,
    /// The tenant's API key.
    pub api_key: String,
}

/// Returns the accounts of a new sandbox.
pub(crate) fn accounts() -> Vec<Account> {
    vec![Account {
        email: "api.user@example.com".to_owned(),
        password: "sandbox-password".to_owned(),
        api_key: "sandbox-ceipal-key".to_owned(),
    }]
}

/// The rights of an access token: full access until it expires.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) email: String,
    pub(crate) expires: Timestamp,
    /// The time until which it can be refreshed.
    refreshable: Timestamp,
}

impl Ceipal {
    /// `POST createAuthtoken`.
    pub(crate) fn sign_in(&self, request: &Received, version: Version) -> Result<Answer, Answer> {
        let mut state = self.lock();
        let sent: Option<Value> = match form::media_type(request).as_str() {
            "application/json" => serde_json::from_slice(&request.body).ok(),
            _ => None,
        };
        let sent = sent.unwrap_or_default();
        let text = |name: &str| sent[name].as_str().filter(|text| !text.is_empty());
        let key = match version {
            Version::One => "api_key",
            Version::Two => "apiKey",
        };
        let (Some(email), Some(password), Some(api_key)) = (text("email"), text("password"), text(key))
        else {
            return Err(message(400, "Email, password and api key credentials are mandatory"));
        };
        let account =
            Account { email: email.to_owned(), password: password.to_owned(), api_key: api_key.to_owned() };
        if !state.accounts.contains(&account) {
            let status = if version == Version::One { state.switches.sign_in_status } else { 401 };
            return Err(message(status, "Invalid credentials"));
        }
        self.count(&mut state)?;
        let now = self.clock.now();
        let refreshable = later(now, state.switches.refresh_seconds * 1000);
        let access = issue(&mut state, account.email, refreshable, now);
        let refresh = format!("refresh-{}", crate::documents::sha256(access.as_bytes()));
        let asked = [json!(1), json!("1"), json!(true)].contains(&sent["json"]);
        Ok(shown(request, version, &state.switches, asked, &access, Some(&refresh)))
    }

    /// `POST refreshToken`. Body and query are ignored.
    pub(crate) fn refresh(&self, request: &Received, version: Version) -> Result<Answer, Answer> {
        let mut state = self.lock();
        let now = self.clock.now();
        let token = request.header("token").and_then(|value| value.strip_prefix("Bearer "));
        let grant = token.and_then(|token| state.grants.get(token)).filter(|grant| grant.refreshable > now);
        let Some(grant) = grant.cloned() else { return Err(message(401, "Invalid token")) };
        self.count(&mut state)?;
        let access = issue(&mut state, grant.email, grant.refreshable, now);
        Ok(shown(request, version, &state.switches, false, &access, None))
    }

    /// Returns the user of the request, or an error.
    pub(crate) fn admit(&self, request: &Received, route: &Route) -> Result<String, Answer> {
        let mut state = self.lock();
        let now = self.clock.now();
        let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let grant = token.and_then(|token| state.grants.get(token)).filter(|grant| grant.expires > now);
        let Some(email) = grant.map(|grant| grant.email.clone()) else {
            return Err(answers::expired(route.version, &state.switches));
        };
        self.count(&mut state)?;
        Ok(email)
    }

    /// Counts a call. All calls of the tenant count, logins included.
    fn count(&self, state: &mut State) -> Result<(), Answer> {
        let Some(limit) = state.switches.rate_limit else { return Ok(()) };
        let window = u64::from(state.switches.rate_window) * 1000;
        let counted = state.window.take(limit, window, self.clock.now());
        counted.map_err(|seconds| answers::throttled(&state.switches, seconds))
    }
}

fn issue(state: &mut State, email: String, refreshable: Timestamp, now: Timestamp) -> String {
    state.tokens_issued += 1;
    let expires = later(now, state.switches.token_seconds * 1000);
    let token = jwt::token("ceipal.example.com", &email, state.tokens_issued, now, expires);
    let token = if state.switches.jwt { token } else { crate::documents::sha256(token.as_bytes()) };
    state.grants.insert(token.clone(), Grant { email, expires, refreshable });
    token
}

fn shown(
    request: &Received,
    version: Version,
    switches: &Switches,
    asked: bool,
    access: &str,
    refresh: Option<&str>,
) -> Answer {
    let accepted = request.header("accept").is_some_and(|accept| accept.contains("application/json"));
    let mut members = vec![("access_token", json!(access))];
    members.extend(refresh.map(|refresh| ("refresh_token", json!(refresh))));
    if switches.expires_in {
        members.push(("token_type", json!("Bearer")));
        members.push(("expires_in", json!(switches.token_seconds)));
    }
    if version == Version::One && switches.xml_tokens && !asked && !accepted {
        let element = |(name, value): &(&str, Value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("<{name}>{text}</{name}>")
        };
        let elements: String = members.iter().map(element).collect();
        let body = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root>{elements}</root>");
        return Answer::new(200, "application/xml; charset=utf-8", body);
    }
    let members: Value = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let body = if switches.nested_tokens { json!({"data": members}) } else { members };
    Answer::json(200, &body)
}
