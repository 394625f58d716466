//! Validation of a candidate's attributes.

use serde_json::{Map, Value};

use super::errors::{self, Error};
use super::switches::Switches;
use crate::email::is_email;

/// The attributes of a create. Read-only ones are rejected except the two dates, which one client sends on every create
/// and gets 201.
pub(crate) const CREATE: [&str; 23] = [
    "connected",
    "consent-given-future-jobs",
    "created-at",
    "email",
    "facebook-id",
    "first-name",
    "internal",
    "last-name",
    "linkedin-uid",
    "linkedin-url",
    "merge",
    "phone",
    "picture",
    "pitch",
    "referring-url",
    "resume",
    "resume-summary",
    "send-welcome-message",
    "set-consent-expiration",
    "sourced",
    "tags",
    "unsubscribed",
    "updated-at",
];

const BOOLEANS: [&str; 8] = [
    "connected",
    "consent-given-future-jobs",
    "internal",
    "merge",
    "send-welcome-message",
    "set-consent-expiration",
    "sourced",
    "unsubscribed",
];

/// Returns the attributes of an update, without those that only a create accepts.
pub(crate) fn update(switches: &Switches) -> Vec<&'static str> {
    let create_only =
        |name: &str| name == "send-welcome-message" || (name == "sourced" && !switches.sourced_in_patch);
    CREATE.into_iter().filter(|name| !create_only(name)).collect()
}

/// Converts the attributes to their types, with the email in lower case, or returns the errors.
pub(crate) fn attributes(sent: &Map<String, Value>, switches: &Switches) -> (Map<String, Value>, Vec<Error>) {
    let mut kept = Map::new();
    let mut faults = Vec::new();
    let mut invalid = |name: &str, message: &str| {
        faults.push(errors::unprocessable(&format!("attributes/{name}"), message))
    };
    for (name, value) in sent {
        let value = match name.as_str() {
            "created-at" | "updated-at" => continue,
            "tags" => tags(value, switches.strict_types),
            name if BOOLEANS.contains(&name) => boolean(value, switches.strict_types),
            _ => text(value, switches.strict_types),
        };
        let Some(value) = value else {
            invalid(name, "is invalid");
            continue;
        };
        let value = match (name.as_str(), value.as_str()) {
            ("email", Some(email)) => {
                let email = email.trim().to_lowercase();
                if !email.is_empty() && switches.email_syntax && !is_email(&email) {
                    invalid(name, "is invalid");
                }
                if email.is_empty() { Value::Null } else { email.into() }
            }
            ("pitch", Some(pitch)) => {
                let length = pitch.chars().count();
                if let Some(limit) = switches.pitch_limit.filter(|limit| length > *limit) {
                    invalid(name, &format!("is too long (maximum is {limit} characters)"));
                }
                value
            }
            _ => value,
        };
        kept.insert(name.clone(), value);
    }
    (kept, faults)
}

fn text(value: &Value, strict: bool) -> Option<Value> {
    match value {
        Value::Null | Value::String(_) => Some(value.clone()),
        _ if strict => None,
        other => Some(other.to_string().into()),
    }
}

fn boolean(value: &Value, strict: bool) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(_) => Some(value.clone()),
        _ if strict => None,
        // Rails' boolean type: all texts but these are true.
        Value::String(text) => Some(Value::Bool(!matches!(text.as_str(), "" | "0" | "f" | "false" | "off"))),
        other => Some(Value::Bool(other.as_u64() != Some(0))),
    }
}

fn tags(value: &Value, strict: bool) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Null),
        Value::Array(tags) if tags.iter().all(Value::is_string) => Some(value.clone()),
        _ if strict => None,
        Value::Array(tags) => {
            Some(tags.iter().map(|tag| tag.as_str().map_or_else(|| tag.to_string(), str::to_owned)).collect())
        }
        _ => Some(Value::Null),
    }
}
