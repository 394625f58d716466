//! Access checks, in this order: token, rate limit, scope.

use jiff::Timestamp;

use super::clients::Grant;
use super::errors;
use super::route::Route;
use super::state::State;
use crate::server::{Answer, Received};

/// Returns the grant of the request's token, or an error.
pub(crate) fn admit(
    state: &mut State,
    request: &Received,
    route: &Route,
    now: Timestamp,
) -> Result<Grant, Answer> {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let grant = token.and_then(|token| state.grants.get(token)).filter(|grant| grant.expires > now);
    let grant = grant.cloned().ok_or_else(errors::unauthorized)?;
    count(state, &grant.client_id, now)?;
    let forbidden = state.switches.lookups_forbidden && matches!(route, Route::List(_));
    if forbidden || !grant.allows(route, &state.switches) {
        return Err(errors::short(403, "The access token has no scope for this operation."));
    }
    Ok(grant)
}

/// Counts a call. The gateway counts calls by client (developer hub, API rate limiting).
fn count(state: &mut State, client_id: &str, now: Timestamp) -> Result<(), Answer> {
    let Some(limit) = state.switches.rate_limit else { return Ok(()) };
    let window = u64::from(state.switches.rate_window) * 1000;
    let taken = state.windows.entry(client_id.to_owned()).or_default();
    taken.take(limit, window, now).map_err(|seconds| {
        let refusal = too_many();
        match state.switches.retry_after {
            true => refusal.with("retry-after", seconds.to_string()),
            false => refusal,
        }
    })
}

pub(crate) fn too_many() -> Answer {
    errors::short(429, "API call quota exceeded.")
}
