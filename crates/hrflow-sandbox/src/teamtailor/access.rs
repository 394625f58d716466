//! Access checks, in this order: version, key, scope, rate limit, media types.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors::{self, MEDIA_TYPE};
use super::route::{Action, Route};
use super::state::State;
use super::switches::{Switches, TooManyBody};
use crate::clock::later;
use crate::server::{Answer, Received};

/// The releases of the API. A date between two releases selects the older one.
pub(crate) const RELEASES: [&str; 4] = ["20161108", "20210218", "20240404", "20240904"];
/// The newest release.
pub(crate) const CURRENT: &str = "20240904";

/// The records that a key can access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Content of the career site.
    Public,
    /// Also internal, unlisted and archived jobs.
    Internal,
    /// Everything.
    Admin,
}

/// The operations that a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read.
    Read,
    /// Create.
    Write,
    /// Read, create and update.
    ReadWrite,
}

/// An API key of the fictional company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The secret: sent as `Authorization: Token token=<key>`.
    pub token: String,
    /// The records that the key can access.
    pub scope: Scope,
    /// The operations that the key allows.
    pub permission: Permission,
    /// Whether the key belongs to this stack. A key of another stack is unknown here.
    pub this_stack: bool,
}

/// Returns the keys of a new sandbox.
pub(crate) fn keys() -> Vec<ApiKey> {
    let key = |token: &str, scope, permission, this_stack| ApiKey {
        token: token.to_owned(),
        scope,
        permission,
        this_stack,
    };
    vec![
        key("sandbox-admin-read-write", Scope::Admin, Permission::ReadWrite, true),
        key("sandbox-admin-write", Scope::Admin, Permission::Write, true),
        key("sandbox-admin-read", Scope::Admin, Permission::Read, true),
        key("sandbox-internal-read", Scope::Internal, Permission::Read, true),
        key("sandbox-public-read-write", Scope::Public, Permission::ReadWrite, true),
        key("sandbox-public-read", Scope::Public, Permission::Read, true),
        key("sandbox-other-stack", Scope::Admin, Permission::ReadWrite, false),
    ]
}

/// An admitted request.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) version: &'static str,
    pub(crate) scope: Scope,
    pub(crate) rate: Rate,
}

/// The three rate limit headers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    limit: u32,
    remaining: u32,
    /// The seconds left, not a time.
    reset: u64,
}

impl Rate {
    fn fresh(switches: &Switches) -> Rate {
        let limit = switches.rate_limit.unwrap_or(50);
        Rate { limit, remaining: limit, reset: u64::from(switches.rate_window) }
    }

    pub(crate) fn on(self, answer: Answer) -> Answer {
        answer
            .with("x-rate-limit-limit", self.limit.to_string())
            .with("x-rate-limit-remaining", self.remaining.to_string())
            .with("x-rate-limit-reset", self.reset.to_string())
    }
}

/// Adds the headers to a response for which no key was counted.
pub(crate) fn uncounted(switches: &Switches, answer: Answer) -> Answer {
    Rate::fresh(switches).on(answer)
}

/// Admits a request or returns an error. The version check precedes authentication: a request with neither header gets
/// 406.
pub(crate) fn admit(
    state: &mut State,
    request: &Received,
    route: &Route,
    now: Timestamp,
) -> Result<Access, Answer> {
    let early = |state: &State, answer| Err(uncounted(&state.switches, answer));
    let Some(version) = request.header("x-api-version").and_then(release) else {
        return early(state, errors::invalid_version(CURRENT));
    };
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Token token="));
    let known = state.keys.iter().find(|key| key.this_stack && Some(key.token.as_str()) == token);
    let Some(key) = known.cloned() else {
        return early(state, Answer::empty(401));
    };
    let permitted = match route.action {
        Action::List | Action::Get | Action::Related => key.permission != Permission::Write,
        Action::Create | Action::File => key.permission != Permission::Read,
        Action::Update | Action::Delete | Action::Relationship => key.permission == Permission::ReadWrite,
    };
    let in_scope = key.scope == Scope::Admin || !route.admin_only();
    if !permitted || !in_scope {
        return early(state, Answer::empty(403));
    }
    let rate = count(state, &key.token, now)?;
    media_types(&state.switches, request, route).map_err(|answer| rate.on(answer))?;
    Ok(Access { version, scope: key.scope, rate })
}

/// Returns the newest release up to the date given. Invalid dates match no release.
fn release(version: &str) -> Option<&'static str> {
    if version.len() != 8 || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    jiff::civil::Date::strptime("%Y%m%d", version).ok()?;
    RELEASES.into_iter().rev().find(|release| *release <= version)
}

/// Counts a request in a sliding window: a slot is free when its request leaves the window.
fn count(state: &mut State, token: &str, now: Timestamp) -> Result<Rate, Answer> {
    let switches = &state.switches;
    let Some(limit) = switches.rate_limit else { return Ok(Rate::fresh(switches)) };
    let window = u64::from(switches.rate_window) * 1000;
    let bucket = if switches.rate_per_account { "" } else { token };
    let taken: &mut VecDeque<Timestamp> = state.taken.entry(bucket.to_owned()).or_default();
    // Times later than now remain from a clock that was set back.
    taken.retain(|at| *at <= now && later(*at, window) > now);
    let full = taken.len() >= limit as usize;
    if !full {
        taken.push_back(now);
    }
    let frees = taken.front().map_or(now, |oldest| later(*oldest, window));
    let left = u64::try_from(frees.as_millisecond() - now.as_millisecond()).unwrap_or_default();
    let rate =
        Rate { limit, remaining: limit.saturating_sub(taken.len() as u32), reset: left.div_ceil(1000) };
    if !full {
        return Ok(rate);
    }
    let refusal = too_many(switches);
    let refusal = if switches.retry_after {
        refusal.with("retry-after", rate.reset.max(1).to_string())
    } else {
        refusal
    };
    Err(rate.on(refusal))
}

pub(crate) fn too_many(switches: &Switches) -> Answer {
    match switches.too_many_body {
        TooManyBody::Empty => Answer::empty(429),
        TooManyBody::Text => Answer::new(429, "text/plain; charset=utf-8", "Retry later\n"),
        TooManyBody::JsonApi => {
            Answer::new(429, MEDIA_TYPE, r#"{"errors":[{"status":"429","title":"Too many requests"}]}"#)
        }
    }
}

fn media_types(switches: &Switches, request: &Received, route: &Route) -> Result<(), Answer> {
    let sent = request.header("content-type").unwrap_or_default();
    if route.action == Action::File {
        // Multipart requests get plain JSON. The media types of JSON:API do not apply.
        return match sent.starts_with("multipart/form-data") {
            true => Ok(()),
            false => Err(errors::answer(&[errors::unsupported_media_type(sent)])),
        };
    }
    if let Some(accept) = request.header("accept")
        && !accept.split(',').any(acceptable)
    {
        return Err(errors::answer(&[errors::not_acceptable(accept)]));
    }
    let writes = matches!(route.action, Action::Create | Action::Update | Action::Relationship);
    let bare = sent.split(';').next().unwrap_or_default().trim();
    let exact = sent == MEDIA_TYPE || (!switches.refuse_charset && bare == MEDIA_TYPE);
    if writes && !exact {
        return Err(errors::answer(&[errors::unsupported_media_type(sent)]));
    }
    Ok(())
}

/// Whether a media range of `Accept` matches. Parameters other than the weight exclude JSON:API's media type.
fn acceptable(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let parameters = parts.filter(|parameter| !parameter.starts_with("q=")).count();
    media_type == "*/*" || (media_type == MEDIA_TYPE && parameters == 0)
}
