//! Errors. No public page shows the error bodies of the Recruiting API. Validation errors use the format that the
//! related Onboarding API documents for new hires (`application/problem+json`). All others are a short message.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::server::Answer;

/// One error of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

/// The errors of a body, by path of the field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    model_state: BTreeMap<String, Vec<Finding>>,
    /// Unknown paths, which the vendor ignores.
    pub(crate) unknown: Vec<String>,
}

impl Findings {
    /// Adds an error. Only the first error of a field is kept.
    pub(crate) fn add(&mut self, path: &str, kind: &'static str, message: impl Into<String>) {
        let finding = Finding { kind, message: message.into() };
        self.model_state.entry(path.to_owned()).or_insert_with(|| vec![finding]);
    }

    /// Returns an error response if there is any error.
    pub(crate) fn verdict(&self) -> Result<(), Answer> {
        if self.model_state.is_empty() { Ok(()) } else { Err(self.answer(400, "The request is not valid.")) }
    }

    fn answer(&self, status: u16, title: &str) -> Answer {
        let model_state = json!(self.model_state);
        let body = json!({
            "type": "https://tools.ietf.org/html/rfc9110#section-15.5",
            "title": title,
            "errors": {"modelState": model_state, "general": null},
        });
        Answer::new(status, "application/problem+json", body.to_string())
    }
}

/// Builds an error response for one field.
pub(crate) fn refused(status: u16, path: &str, kind: &'static str, message: &str) -> Answer {
    let mut findings = Findings::default();
    findings.add(path, kind, message);
    let title = match status {
        409 => "The record conflicts with one that exists.",
        413 => "The document is too large.",
        _ => "The request is not valid.",
    };
    findings.answer(status, title)
}

/// Builds a response of a status with a message.
pub(crate) fn short(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"message": message}))
}

pub(crate) fn unauthorized() -> Answer {
    short(401, "The access token is missing, unknown or expired.").with("www-authenticate", "Bearer")
}

pub(crate) fn not_found(what: &str) -> Answer {
    short(404, &format!("{what} was not found."))
}

/// Builds an error of the identity server (RFC 6749, 5.2).
pub(crate) fn oauth(status: u16, code: &str, description: &str) -> Answer {
    let answer = Answer::json(status, &json!({"error": code, "error_description": description}));
    answer.with("cache-control", "no-store")
}
