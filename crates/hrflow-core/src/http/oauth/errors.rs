//! The meaning of a token endpoint's errors.

use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType};
use serde_json::{Map, Value};

use crate::{
    error::{Error, ErrorKind, Execution, Result},
    http::{Answer, classify::by_status},
};

/// The context key under which an error of a token endpoint has the error code, such as `invalid_scope` (RFC 6749,
/// 5.2).
pub const CODE: &str = "oauth_error";

/// Classifies a response of a token endpoint. An error with a code is left to `oauth2`.
pub(super) fn classify(answer: &Answer) -> Result<()> {
    let for_a_while = |code: &String| matches!(code.as_str(), "temporarily_unavailable" | "server_error");
    match code_in(answer) {
        Some(code) if for_a_while(&code) => {
            let message = format!("{} cannot hand out tokens now", answer.vendor());
            Err(Error::new(ErrorKind::Unavailable, message).with(CODE, code).with_status(answer.status()))
        }
        Some(_) => Ok(()),
        // The text of a non-standard error body is not repeated, because it can contain a token.
        None => by_status(&Answer { body: Vec::new(), ..answer.clone() }),
    }
}

/// Returns the code of an error. Some vendors return errors with status 200.
pub(super) fn code_in(answer: &Answer) -> Option<String> {
    if !matches!(answer.status(), 200..=299 | 400..=407) {
        return None;
    }
    let members = object(answer)?;
    let code = members.get("error").and_then(Value::as_str)?.trim();
    let is_code = !code.is_empty()
        && code.len() <= 60
        && code.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it));
    (is_code && !members.contains_key("access_token")).then(|| code.to_owned())
}

/// Returns the body as a JSON object.
pub(super) fn object(answer: &Answer) -> Option<Map<String, Value>> {
    serde_json::from_slice(answer.body()).ok()
}

/// Converts an error response. The connector adds the advice for a rejected grant.
pub(super) fn refused(answer: Option<&Answer>, refusal: &BasicErrorResponse) -> Error {
    use BasicErrorResponseType::{
        InvalidClient, InvalidGrant, InvalidRequest, InvalidScope, UnauthorizedClient, UnsupportedGrantType,
    };
    let vendor = answer.map_or("the vendor", Answer::vendor);
    let (kind, what, advice) = match refusal.error() {
        InvalidClient => (
            ErrorKind::Unauthorized,
            "refuses the client",
            Some("Check client_id and client_secret, and that they belong to this address."),
        ),
        InvalidGrant => (ErrorKind::Unauthorized, "refuses the grant", None),
        UnauthorizedClient => {
            (ErrorKind::Unauthorized, "does not let this client ask for tokens in this way", None)
        }
        InvalidScope => {
            (ErrorKind::Config, "refuses the scopes", Some("Ask for scopes that the client has."))
        }
        InvalidRequest | UnsupportedGrantType => (ErrorKind::Config, "refuses the request for a token", None),
        _ if answer.is_some_and(|it| it.status() == 403) => {
            (ErrorKind::Forbidden, "does not allow a token", None)
        }
        _ => (ErrorKind::Unauthorized, "refuses the request for a token", None),
    };
    let error = Error::new(kind, format!("{vendor} {what}")).with(CODE, refusal.error().as_ref());
    let error = advice.into_iter().fold(error, Error::advise);
    let Some(answer) = answer else { return error };
    let words = refusal.error_description().map(|words| answer.clean(words)).unwrap_or_default();
    error.with_status(answer.status()).with_vendor_message(words).with("vendor", vendor)
}

/// Returns the error of a response without a token, whose text must not be repeated.
pub(super) fn unreadable(vendor: &'static str) -> Error {
    let message = format!("{vendor} answered with something else than a token");
    Error::new(ErrorKind::Protocol, message).with_execution(Execution::Unknown).with("vendor", vendor)
}

/// Whether an error means that a code or a refresh token is no longer valid. Some vendors return `invalid_request` for
/// the refresh token of a deleted user.
pub(super) fn is_dead(error: &Error) -> bool {
    matches!(error.context(CODE), Some("invalid_grant" | "invalid_request"))
}
