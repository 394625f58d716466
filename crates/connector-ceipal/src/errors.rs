//! What Ceipal's answers mean. Version 1 puts errors into the bodies of 2xx answers too (migration guide).

use std::time::Duration;

use hrflow_core::{
    Error, ErrorKind, Result, Scope,
    http::{Answer, classify},
};
use serde_json::{Map, Value};

use crate::body;

/// The operation that creates an applicant.
pub(crate) const CREATE: &str = "applicants.create";
/// The operation that applies for a job.
pub(crate) const APPLY: &str = "applicants.apply";

/// What a body tells, whatever the HTTP status.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// That all went well.
    Good,
    /// That nothing was done, and the HTTP status that says so.
    Refused(u16),
    /// Neither.
    Nothing,
}

/// Reads `success` (a boolean, 0 or 1) and `status` (a number or a word).
fn told(body: &Map<String, Value>) -> Told {
    let success = match body.get("success") {
        Some(Value::Bool(success)) => Some(*success),
        _ => {
            body::text(body, "success").map(|it| !matches!(it.to_lowercase().as_str(), "0" | "false" | "no"))
        }
    };
    let status = body::text(body, "status").map(|it| it.to_lowercase());
    let status = match status.as_deref() {
        Some("0" | "false" | "error" | "failed" | "failure") => Some(400),
        Some("success" | "ok" | "1" | "true") => Some(200),
        Some(number) => number.parse::<u16>().ok().filter(|it| (200..=599).contains(it)),
        None => None,
    };
    match (success, status) {
        (_, Some(status @ 400..=599)) => Told::Refused(status),
        (Some(false), _) => Told::Refused(400),
        (Some(true), _) | (_, Some(200..=299)) => Told::Good,
        _ => Told::Nothing,
    }
}

/// Tells what an answer to a call with an access token means. `throttle_wait` is how long a 403 asks to wait where a new
/// token does not help.
pub(crate) fn classify(answer: &Answer, throttle_wait: Duration) -> Result<()> {
    let body = body::members(answer.body());
    let words = words(answer, body.as_ref());
    let status = match refusal(answer, body.as_ref()) {
        Told::Good => return Ok(()),
        _ if is_refused_token(answer, &words) => 401,
        Told::Refused(status) => status,
        Told::Nothing => return Ok(()),
    };
    let error = |kind, message: &str| {
        Error::new(kind, message).with_status(answer.status()).with_vendor_message(words.as_str())
    };
    let creates = answer.operation().name == CREATE || answer.operation().name == APPLY;
    Err(match status {
        401 => error(ErrorKind::Unauthorized, "Ceipal refuses the access token, also a new one"),
        // The same for an expired token, for too many calls and for a missing right.
        403 => error(ErrorKind::Unauthorized, "Ceipal refuses with 403, also after signing in anew and waiting")
            .with_retry_after(answer.retry_after().unwrap_or(throttle_wait))
            .advise(
                "Either the account has used up its calls: run again later, and lower the option `rate_limit` where other \
                 programs share it. Or the user lacks a right.",
            ),
        404 | 405 if creates => error(ErrorKind::NotFound, "Ceipal knows no such path, or no such job")
            .with_scope(Scope::Run)
            .advise("Check api_url, job_id and endpoints."),
        404 | 410 => error(ErrorKind::NotFound, "Ceipal has nothing there"),
        408 => error(ErrorKind::Timeout, "Ceipal gave up waiting for the request"),
        409 => error(ErrorKind::Duplicate, "Ceipal has this already"),
        429 => {
            let error = error(ErrorKind::RateLimited, "Ceipal asks for fewer calls");
            answer.retry_after().into_iter().fold(error, Error::with_retry_after)
        }
        300..=399 => by_status(answer).advise("A path may want a slash at its end, or none: see endpoints."),
        400..=499 if creates && is_about_a_duplicate(&words) => {
            error(ErrorKind::Duplicate, "Ceipal has this already")
        }
        400..=499 => error(ErrorKind::Invalid, "Ceipal refuses the request"),
        _ => by_status(answer),
    })
}

/// Tells what an answer to a sign-in means.
pub(crate) fn classify_sign_in(answer: &Answer) -> Result<()> {
    let body = body::members(answer.body());
    let Told::Refused(status) = refusal(answer, body.as_ref()) else { return Ok(()) };
    let words = words(answer, body.as_ref());
    let error = |kind, message: &str| {
        Error::new(kind, message).with_status(answer.status()).with_vendor_message(words.as_str())
    };
    Err(match status {
        400 | 401 | 422 => error(ErrorKind::Unauthorized, "Ceipal refuses to sign in")
            .advise("Check email, password and api_key."),
        403 => error(ErrorKind::Unauthorized, "Ceipal refuses to sign in")
            .advise("Check email, password and api_key; after too many calls, wait a minute."),
        404 | 405 => error(ErrorKind::Config, "Ceipal knows no such path to sign in at")
            .advise("Check api_url: its version belongs to it, such as https://api.ceipal.com/v1."),
        _ => by_status(answer),
    })
}

/// What an answer says, its status and its body taken together: the body of a 2xx may be that of another status.
fn refusal(answer: &Answer, body: Option<&Map<String, Value>>) -> Told {
    match (answer.is_success(), body) {
        (false, _) => Told::Refused(answer.status()),
        (true, Some(body)) => told(body),
        (true, None) => Told::Nothing,
    }
}

/// Whether the words tell of the access token that it is refused, in the body of a 2xx or of a 400.
fn is_refused_token(answer: &Answer, words: &str) -> bool {
    let words = words.to_lowercase().replace('_', " ");
    let says = |part: &str| words.contains(part);
    let refused = (says("access token") && (says("invalid") || says("not valid")))
        || (says("token") && says("expired"))
        || says("invalid token")
        || says("token is invalid");
    matches!(answer.status(), 200..=299 | 400) && refused
}

/// What the status alone means, in words that hold for the body of a 2xx too.
fn by_status(answer: &Answer) -> Error {
    match classify::by_status(answer) {
        Err(error) => error,
        Ok(()) => Error::new(ErrorKind::Unavailable, "Ceipal cannot answer now")
            .with_status(answer.status())
            .with_vendor_message(answer.message()),
    }
}

/// Ceipal's own words, in JSON, XML or plain text.
pub(crate) fn words(answer: &Answer, body: Option<&Map<String, Value>>) -> String {
    let words = answer.message();
    if !words.is_empty() {
        return words;
    }
    let told = ["message", "detail", "error"].iter().find_map(|name| body::text_anywhere(body?, name));
    told.map(|words| answer.clean(&words)).unwrap_or_default()
}

fn is_about_a_duplicate(words: &str) -> bool {
    let words = words.to_lowercase();
    words.contains("already") || words.contains("duplicate")
}

/// Whether a list is refused for the reason that nothing is in it. A path that is not there is answered with other words.
pub(crate) fn is_empty_list(error: &Error) -> bool {
    let words = error.vendor_message().unwrap_or_default().to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|it| words.contains(it));
    let nothing = words.contains("not found") || words.starts_with("no ");
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Invalid)
        && nothing
        && has(&["record", "applicant", "submission", "data", "result"])
        && !has(&["/", "route", "path", "url", "endpoint", "method", "page", "handler", "controller"])
}

/// The error where the list of applicants, which everything depends on, is not where it should be.
pub(crate) fn no_list_of_applicants(error: Error) -> Error {
    let wrong = Error::new(ErrorKind::Config, "Ceipal has no list of applicants there")
        .with_vendor_message(error.vendor_message().unwrap_or_default())
        .advise(
            "Check api_url, api_version and endpoints.applicants. If the account holds no applicant yet, create one by hand.",
        );
    error.status().into_iter().fold(wrong, Error::with_status).with_source(error)
}

/// Whether an account does not hand out a list, now or later.
pub(crate) fn is_no_list(error: &Error) -> bool {
    use ErrorKind::{Invalid, NotFound, Protocol};
    matches!(error.kind(), NotFound | Invalid | Protocol) && error.scope() == Scope::Item
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_tells_of_success_in_many_ways() {
        for (body, expected) in [
            (json!({ "status": 201, "success": 1 }), Told::Good),
            (json!({ "success": true }), Told::Good),
            (json!({ "status": "success" }), Told::Good),
            (json!({ "status": 200 }), Told::Good),
            (json!({ "success": 0, "message": "You have already applied" }), Told::Refused(400)),
            (json!({ "success": "false" }), Told::Refused(400)),
            (json!({ "status": 201, "success": 0 }), Told::Refused(400)),
            (json!({ "status": 0 }), Told::Refused(400)),
            (json!({ "status": "Failed" }), Told::Refused(400)),
            (json!({ "status": "error", "success": 1 }), Told::Refused(400)),
            (json!({ "status": 403 }), Told::Refused(403)),
            (json!({ "status": "429", "success": false }), Told::Refused(429)),
            (json!({ "message": "thank you" }), Told::Nothing),
            (json!({ "status": null, "success": null }), Told::Nothing),
            (json!({ "status": "Active" }), Told::Nothing),
            (json!({}), Told::Nothing),
        ] {
            assert_eq!(told(body.as_object().unwrap()), expected, "{body}");
        }
    }

    #[test]
    fn an_empty_list_is_told_from_a_path_that_is_not_there() {
        let refused = |words: &str| Error::new(ErrorKind::NotFound, "no").with_vendor_message(words);
        for words in ["No records found", "no applicants", "Data not found", "Applicant not found."] {
            assert!(is_empty_list(&refused(words)), "{words}");
        }
        for words in [
            "",
            "Not Found",
            "Page not found",
            "no",
            "The record is invalid",
            "/v1/getApplicantsList was not found",
            "No route matches getApplicantsList",
            "The path of the applicants was not found",
        ] {
            assert!(!is_empty_list(&refused(words)), "{words}");
        }
    }
}
