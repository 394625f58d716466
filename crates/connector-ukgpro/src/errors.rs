//! What UKG Pro's errors mean. The bodies of Recruiting's own errors are not published: the status decides.

use hrflow_core::{
    Error, ErrorKind, Result, Scope,
    http::{Answer, Operation, classify},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::operation;

/// The context under which a refusal names the members that it is about, such as `contact_info.email`.
pub(crate) const FIELDS: &str = "fields";

/// A refusal as UKG's sibling services word it (OpenAPI of UKG Pro, Onboarding new hires).
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    errors: Errors,
}

#[derive(Default, Deserialize)]
struct Errors {
    #[serde(default, rename = "modelState")]
    model_state: Map<String, Value>,
    #[serde(default)]
    general: Option<Vec<Fault>>,
}

#[derive(Default, Deserialize)]
struct Fault {
    #[serde(default)]
    message: String,
}

/// A refusal: each message with the member that it is about, where that is told.
#[derive(Default)]
struct Refusal {
    faults: Vec<(Option<String>, String)>,
}

impl Refusal {
    fn of(answer: &Answer) -> Self {
        let problem: Problem = serde_json::from_slice(answer.body()).unwrap_or_default();
        let mut faults = Vec::new();
        for (path, found) in problem.errors.model_state {
            let found: Vec<Fault> = serde_json::from_value(found).unwrap_or_default();
            let messages = found.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join(", ");
            faults.push((is_plain(&path).then_some(path), messages));
        }
        let general = problem.errors.general.unwrap_or_default();
        faults.extend(general.into_iter().map(|fault| (None, fault.message)));
        Self { faults }
    }

    /// `contact_info.email: is not valid; …`, else whatever the answer says.
    fn words(&self, answer: &Answer) -> String {
        let words = self.faults.iter().map(|(path, message)| match path {
            Some(path) => format!("{path}: {message}"),
            None => message.clone(),
        });
        let words: Vec<String> = words.filter(|it| !it.trim().is_empty()).take(20).collect();
        if words.is_empty() { answer.message() } else { answer.clean(&words.join("; ")) }
    }

    fn fields(&self) -> String {
        let fields: Vec<&str> = self.faults.iter().filter_map(|(path, _)| path.as_deref()).take(20).collect();
        fields.join(" ")
    }

    /// Whether it says that the e-mail address belongs to somebody: with which status is not published.
    fn is_taken_email(&self, answer: &Answer) -> bool {
        let about_email = |text: &str| {
            let text = text.to_lowercase();
            text.contains("email") || text.contains("e-mail")
        };
        if self.faults.is_empty() {
            let words = answer.message();
            // What is said of the address, and not of something else beside it.
            let mut sentences = words.split([';', '\n']).flat_map(|it| it.split(". "));
            return sentences.any(|it| about_email(it) && says_taken(it));
        }
        self.faults.iter().any(|(path, message)| {
            says_taken(message) && (path.as_deref().is_some_and(about_email) || about_email(message))
        })
    }
}

/// Whether words say that something belongs to somebody already. That it `does not exist`, or is wanted in another form, they
/// say with some of the same words.
fn says_taken(words: &str) -> bool {
    let words = words.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|it| words.contains(it));
    let taken =
        ["already", "in use", "exists", "is taken", "been taken", "duplicate", "not unique", "be unique"];
    has(&taken) && !has(&["not exist", "not in use", "no longer", "not been taken", "not a duplicate"])
}

/// Whether a path is a member's and nothing else: it is shown.
fn is_plain(path: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"_.[]".contains(&it);
    !path.is_empty() && path.len() <= 80 && path.bytes().all(plain)
}

/// Tells what an answer of UKG Pro means; nothing for a good one.
pub(crate) fn classify(answer: &Answer) -> Result<()> {
    let Err(error) = classify::by_status(answer) else { return Ok(()) };
    if is_told(answer) {
        return Ok(());
    }
    let refusal = Refusal::of(answer);
    let kind = |kind, message: &str| {
        Error::new(kind, message).with_status(answer.status()).with_vendor_message(refusal.words(answer))
    };
    let operation = answer.operation();
    let creates = operation == operation::CREATE;
    let sends_document = operation == operation::SEND_DOCUMENT;
    Err(match answer.status() {
        401 => kind(ErrorKind::Unauthorized, "UKG Pro refuses the access token")
            .advise("Check that auth_data and domain are of the same tenant and environment."),
        403 => {
            let error = kind(ErrorKind::Forbidden, "the client lacks a scope").advise(scopes(operation));
            // Whoever may not send documents may still create candidates.
            if creates || operation == operation::LOOK_UP { error.with_scope(Scope::Run) } else { error }
        }
        404 if creates => kind(ErrorKind::NotFound, "UKG Pro knows no such path or tenant")
            .with_scope(Scope::Run)
            .advise("Check domain.environment and domain.tenant."),
        404 if sends_document => kind(ErrorKind::NotFound, "UKG Pro has no such candidate"),
        409 if creates => kind(ErrorKind::Duplicate, "the e-mail address belongs to another candidate"),
        400 | 422 if creates && refusal.is_taken_email(answer) => {
            kind(ErrorKind::Duplicate, "the e-mail address belongs to another candidate")
        }
        400 | 409 | 413 | 415 | 422 if sends_document => {
            kind(ErrorKind::Invalid, "UKG Pro refuses the document")
        }
        400 | 415 | 422 => {
            let error = kind(ErrorKind::Invalid, "UKG Pro refuses the candidate");
            let fields = refusal.fields();
            if fields.is_empty() { error } else { error.with(FIELDS, fields) }
        }
        _ => error,
    })
}

/// Whether a status is no fault but what was asked: that nobody or more than one has an e-mail address (UKG developer
/// hub, Retrieve Candidate by Email), and whether there is an API at all.
fn is_told(answer: &Answer) -> bool {
    match answer.operation() {
        operation::LOOK_UP => matches!(answer.status(), 404 | 409),
        operation::LEVELS => matches!(answer.status(), 403 | 404),
        _ => false,
    }
}

/// Which scopes an operation needs (UKG developer hub).
pub(crate) fn scopes(operation: Operation) -> String {
    let any_of: &[&str] = match operation {
        operation::CREATE => &["recruiting.domain.candidates.write", "recruiting.easy-apply"],
        operation::LOOK_UP => &["recruiting.domain.candidates.read", "recruiting.easy-apply"],
        operation::SEND_DOCUMENT => &[
            "recruiting.domain.candidates.write",
            "recruiting.domain.candidate-import.create",
            "recruiting.easy-apply",
        ],
        operation::LEVELS => &[
            "recruiting.domain.configuration.read",
            "recruiting.domain.candidate-import.read",
            "recruiting.domain.application-import.read",
        ],
        _ => &["recruiting.domain.candidates.read"],
    };
    format!("It takes one of {}: have UKG enable it, and name it in auth_data.scope.", any_of.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_taken_is_told_from_one_that_is_wrong() {
        for words in [
            "The email already exists",
            "is already in use",
            "Email must be unique",
            "has been taken",
            "Duplicate email address",
        ] {
            assert!(says_taken(words), "{words}");
        }
        for words in [
            "The domain of the email does not exist",
            "email is no longer in use",
            "an existing format is expected",
            "a unique name is required",
            "The email was mistaken for another field",
        ] {
            assert!(!says_taken(words), "{words}");
        }
    }
}
