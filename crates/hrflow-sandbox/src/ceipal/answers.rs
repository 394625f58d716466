//! Error responses. Version 2 has error statuses and a message. Version 1 can report an error in a 200 (developer
//! pages, v1 to v2 migration).

use serde_json::{Value, json};

use super::route::Version;
use super::switches::{Expired, Refusal, Switches};
use crate::server::Answer;

pub(crate) fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({"message": text}))
}

/// Builds an error response of this version.
pub(crate) fn refused(version: Version, switches: &Switches, status: u16, text: &str) -> Answer {
    match version {
        Version::Two => message(status, text),
        Version::One if switches.errors_in_200 => Answer::json(200, &body(switches, status, text)),
        Version::One => Answer::json(status, &body(switches, status, text)),
    }
}

/// Builds an error in a success response, for both versions.
pub(crate) fn softly(switches: &Switches, status: u16, text: &str) -> Answer {
    Answer::json(status, &body(switches, 400, text))
}

fn body(switches: &Switches, status: u16, text: &str) -> Value {
    match switches.refusal {
        Refusal::SuccessZero => json!({"status": status, "success": 0, "message": text}),
        Refusal::SuccessFalse => json!({"success": false, "message": text}),
        Refusal::Status => json!({"status": status, "message": text}),
        Refusal::StatusText => json!({"status": "failed", "message": text}),
    }
}

/// Builds the error for an invalid access token.
pub(crate) fn expired(version: Version, switches: &Switches) -> Answer {
    const TEXT: &str = "access_token expired";
    match (switches.expired, version) {
        (Expired::Forbidden, _) => message(403, TEXT),
        (Expired::Ok, Version::One) => softly(switches, 200, TEXT),
        (Expired::OkDetail, Version::One) => Answer::json(200, &json!({"detail": TEXT})),
        _ => message(401, TEXT),
    }
}

/// Builds the error for an exceeded rate limit.
pub(crate) fn throttled(switches: &Switches, seconds: u64) -> Answer {
    let refusal = match switches.throttle_status {
        403 => message(403, "Forbidden"),
        status => message(status, "Too many requests"),
    };
    if switches.retry_after { refusal.with("retry-after", seconds.to_string()) } else { refusal }
}
