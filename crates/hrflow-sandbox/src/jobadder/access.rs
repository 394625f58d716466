//! Access checks, in this order: token, limits of the account, scopes.

use jiff::Timestamp;

use super::errors::Refusal;
use super::route::Route;
use super::state::State;
use crate::server::{Answer, Received};

/// An admitted request.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// The user of its token.
    pub(crate) user: i64,
    /// The API's base URL, without a trailing slash.
    pub(crate) base: String,
    /// The request's own URL, without its query.
    pub(crate) address: String,
}

pub(crate) fn admit(
    state: &mut State,
    request: &Received,
    route: &Route,
    base: String,
    now: Timestamp,
) -> Result<Access, Answer> {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let grant = token.and_then(|token| state.grants.of(token, now)).cloned();
    let switches = &state.switches;
    let Some(grant) = grant else { return Err(Refusal::Bare(401).answer(switches)) };
    if let Err(seconds) = state.throttle.count(switches, now) {
        return Err(Refusal::Bare(429).answer(switches).with("retry-after", seconds.to_string()));
    }
    if !route.scopes.iter().any(|scope| grant.scopes.contains(*scope)) {
        return Err(Refusal::Bare(403).answer(switches));
    }
    let address = format!("{base}/{}", route.path);
    Ok(Access { user: grant.user, base, address })
}
