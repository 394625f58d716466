//! What a token endpoint's refusals mean.

use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType};
use serde_json::{Map, Value};

use crate::{
    error::{Error, ErrorKind, Execution, Result},
    http::{Answer, classify::by_status},
};

/// The context under which an error of a token endpoint names the code that was answered, such as `invalid_scope`
/// (RFC 6749, 5.2).
pub const CODE: &str = "oauth_error";

/// Reads an answer of a token endpoint: a refusal that names its code is for `oauth2` to read.
pub(super) fn classify(answer: &Answer) -> Result<()> {
    let for_a_while = |code: &String| matches!(code.as_str(), "temporarily_unavailable" | "server_error");
    match code_in(answer) {
        Some(code) if for_a_while(&code) => {
            let message = format!("{} cannot hand out tokens now", answer.vendor());
            Err(Error::new(ErrorKind::Unavailable, message).with(CODE, code).with_status(answer.status()))
        }
        Some(_) => Ok(()),
        // Of a body that is no refusal of the standard not a word is repeated: it may hold a token.
        None => by_status(&Answer { body: Vec::new(), ..answer.clone() }),
    }
}

/// The code of a refusal. Some vendors refuse with a 200.
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

/// The body as a JSON object.
pub(super) fn object(answer: &Answer) -> Option<Map<String, Value>> {
    serde_json::from_slice(answer.body()).ok()
}

/// The error that a refusal is. The connector adds what to do about a refused grant.
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

/// An answer that is no token, of which no word may be repeated.
pub(super) fn unreadable(vendor: &'static str) -> Error {
    let message = format!("{vendor} answered with something else than a token");
    Error::new(ErrorKind::Protocol, message).with_execution(Execution::Unknown).with("vendor", vendor)
}

/// Whether an error says that a code or a refresh token is good no more. A refresh token of a user who was
/// deleted is `invalid_request` at some.
pub(super) fn is_dead(error: &Error) -> bool {
    matches!(error.context(CODE), Some("invalid_grant" | "invalid_request"))
}
