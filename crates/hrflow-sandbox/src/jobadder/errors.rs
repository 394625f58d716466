//! The vendor's `ErrorModel`, and error responses without one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::switches::{ErrorsForm, RefusalBody, Switches};
use crate::server::Answer;

/// The message of a 422 for a body that cannot be decoded. Observed at the job board's endpoint, which shares its
/// models with candidates.
const UNREADABLE: &str = "Error reading content";

/// `ErrorCode` (API documentation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Code {
    Invalid,
    Missing,
    MissingField,
    AlreadyExists,
}

/// `ErrorItemModel` (API documentation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ErrorItem {
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
    /// Whether the body could not be decoded.
    #[serde(skip)]
    unreadable: bool,
}

impl ErrorItem {
    pub(crate) fn new(code: Code, field: &str, message: impl Into<String>) -> ErrorItem {
        let fields = if field.is_empty() { Vec::new() } else { vec![field.to_owned()] };
        ErrorItem { code, message: Some(message.into()), fields, unreadable: false }
    }

    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> ErrorItem {
        ErrorItem::new(Code::Invalid, field, message)
    }

    /// An error for a value of the wrong JSON type or in an undecodable format.
    pub(crate) fn unreadable(field: &str, message: impl Into<String>) -> ErrorItem {
        ErrorItem { unreadable: true, ..ErrorItem::invalid(field, message) }
    }

    /// An error for a missing required field.
    pub(crate) fn missing(field: &str) -> ErrorItem {
        ErrorItem::new(Code::MissingField, field, format!("The field {field} is required."))
    }

    pub(crate) fn is_same_field(&self, other: &ErrorItem) -> bool {
        self.fields == other.fields
    }
}

/// An error response.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A status without a documented body.
    Bare(u16),
    /// An `ErrorModel`.
    Model { status: u16, message: String, errors: Vec<ErrorItem> },
    /// 409 with the code that overrides it.
    Duplicate { field: &'static str, message: &'static str, code: String },
}

impl Refusal {
    /// Builds a 422 with all errors found.
    pub(crate) fn invalid(errors: Vec<ErrorItem>) -> Refusal {
        let unreadable = errors.iter().any(|error| error.unreadable);
        let message = if unreadable { UNREADABLE } else { "Validation failed" }.to_owned();
        Refusal::Model { status: 422, message, errors }
    }

    /// Builds a 404 as observed: a message, and an error without one.
    pub(crate) fn not_found(what: &str, id: &str) -> Refusal {
        let error = ErrorItem { code: Code::Missing, message: None, fields: Vec::new(), unreadable: false };
        Refusal::Model { status: 404, message: format!("{what} {id} not found"), errors: vec![error] }
    }

    pub(crate) fn already_exists(field: &str, message: &str) -> Refusal {
        let error = ErrorItem::new(Code::AlreadyExists, field, message);
        Refusal::Model { status: 409, message: message.to_owned(), errors: vec![error] }
    }

    pub(crate) fn unsupported_media_type(wanted: &str) -> Refusal {
        let message = format!("The request's content type is not supported, {wanted} is.");
        Refusal::Model { status: 415, message, errors: Vec::new() }
    }

    pub(crate) fn answer(self, switches: &Switches) -> Answer {
        match self {
            Refusal::Bare(status @ (401 | 403 | 429)) => undocumented(status, switches.refusal_body),
            Refusal::Bare(status) => Answer::empty(status),
            Refusal::Model { status, message, errors } => model(status, &message, &errors, switches.errors),
            Refusal::Duplicate { field, message, code } => {
                let error = ErrorItem::new(Code::AlreadyExists, field, message);
                model(409, message, &[error], switches.errors).with("x-allow-duplicates", code)
            }
        }
    }
}

fn model(status: u16, message: &str, errors: &[ErrorItem], form: ErrorsForm) -> Answer {
    if errors.is_empty() {
        return Answer::json(status, &json!({"message": message}));
    }
    if form == ErrorsForm::List || status == 404 {
        return Answer::json(status, &json!({"message": message, "errors": errors}));
    }
    let mut by_field: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for error in errors {
        let field = error.fields.first().map(String::as_str).unwrap_or_default();
        by_field.entry(field).or_default().push(error.message.as_deref().unwrap_or_default());
    }
    Answer::json(status, &json!({"message": message, "errors": by_field}))
}

fn undocumented(status: u16, body: RefusalBody) -> Answer {
    let words = match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        _ => "Too Many Requests",
    };
    match body {
        RefusalBody::Empty => Answer::empty(status),
        RefusalBody::Model => Answer::json(status, &json!({"message": words})),
        RefusalBody::Html => {
            Answer::new(status, "text/html; charset=utf-8", format!("<html><h1>{words}</h1></html>"))
        }
        RefusalBody::Text => Answer::new(status, "text/plain; charset=utf-8", words),
    }
}
