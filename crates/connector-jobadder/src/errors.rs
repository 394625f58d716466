//! What JobAdder's errors mean.

use hrflow_core::{
    Error, ErrorKind, Result, Scope,
    http::{Answer, classify},
};
use serde_json::{Map, Value};

/// The context under which a 422 names the members that it is about, such as `email address.street`.
pub(crate) const FIELDS: &str = "fields";

/// Operations whose 409 is an answer to be read: it names the code that lets a duplicate through.
pub(crate) const CREATE: &str = "candidates.create";
pub(crate) const UPDATE: &str = "candidates.update";
/// An application whose 409 says that it is there already.
pub(crate) const APPLY: &str = "applications.create";

/// One fault of a refusal.
#[derive(Debug, Default)]
struct Fault {
    words: String,
    fields: Vec<String>,
}

impl Fault {
    /// `{code, message?, fields?}` (API documentation, error model).
    fn of(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        let fields: Vec<String> =
            strings(value.get("fields").unwrap_or(&Value::Null)).filter(|it| is_field(it)).collect();
        let words = [text("message"), text("code")].into_iter().find(|it| !it.is_empty()).unwrap_or_default();
        Self { words: words.to_owned(), fields }
    }

    /// A member of `errors` where that is an object, as attachments have been seen to answer: a field, and what is wrong
    /// with it.
    fn of_member((field, messages): (&String, &Value)) -> Self {
        let fields = Some(field.clone()).filter(|it| is_field(it)).into_iter().collect();
        Self { words: strings(messages).collect::<Vec<_>>().join(", "), fields }
    }
}

fn strings(value: &Value) -> impl Iterator<Item = String> + '_ {
    let one = value.as_str().into_iter();
    let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    one.chain(many).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty())
}

/// A path such as `address.street` or `custom[0].value`, and nothing else.
fn is_field(field: &str) -> bool {
    field.len() <= 60 && field.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.[]".contains(&it))
}

/// Tells what an answer of JobAdder means; nothing for a good one.
pub(crate) fn classify(answer: &Answer) -> Result<()> {
    let Err(error) = classify::by_status(answer) else { return Ok(()) };
    let operation = answer.operation().name;
    let about_all = ["candidates.", "candidate-fields."].iter().any(|it| operation.starts_with(it));
    let words = words(answer);
    let kind = |kind, message: &str| {
        Error::new(kind, message).with_status(answer.status()).with_vendor_message(words.as_str())
    };
    Err(match answer.status() {
        409 if [CREATE, UPDATE, APPLY].contains(&operation) => return Ok(()),
        401 => kind(ErrorKind::Unauthorized, "JobAdder refuses the access token, and a new one too")
            .advise("The user or the application may have been removed: consent again."),
        403 => kind(ErrorKind::Forbidden, "the scopes or the user's permissions do not allow this")
            .with_scope(if about_all { Scope::Run } else { Scope::Item })
            .advise(
                "Consent to the scopes of `scope`, as a user who may do this. A new token does not help.",
            ),
        404 if [CREATE, "candidates.count", "candidates.find", "candidate-fields.list"]
            .contains(&operation) =>
        {
            kind(ErrorKind::NotFound, "JobAdder knows no such path").with_scope(Scope::Run).advise(
                "Check api_url; without it, the address is used that JobAdder names along with the token.",
            )
        }
        404 => kind(ErrorKind::NotFound, "JobAdder has no such record"),
        409 => kind(ErrorKind::Duplicate, "JobAdder has such a record already"),
        400 | 415 | 422 => {
            let fields: Vec<String> = faults(answer).into_iter().flat_map(|fault| fault.fields).collect();
            let error = kind(ErrorKind::Invalid, "JobAdder refuses the record");
            if fields.is_empty() { error } else { error.with(FIELDS, fields.join(" ")) }
        }
        _ => error,
    })
}

/// The error of a 409 that was not gone around.
pub(crate) fn taken(answer: &Answer) -> Error {
    Error::new(ErrorKind::Duplicate, "the e-mail address belongs to another candidate")
        .with_status(answer.status())
        .with_vendor_message(words(answer))
        .with("vendor", answer.vendor())
        .with("operation", answer.operation())
}

/// JobAdder's message, and each of its faults with the members that it is about.
fn words(answer: &Answer) -> String {
    let message = model(answer).get("message").and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
    let faults = faults(answer).into_iter().map(|Fault { words, fields }| match fields.as_slice() {
        [] => words,
        fields => format!("{}: {words}", fields.join(", ")),
    });
    let all: Vec<String> = [message].into_iter().chain(faults).filter(|it| !it.trim().is_empty()).collect();
    match all.as_slice() {
        [] => answer.message(),
        all => answer.clean(&all.join("; ")),
    }
}

fn faults(answer: &Answer) -> Vec<Fault> {
    match model(answer).get("errors") {
        Some(Value::Array(errors)) => errors.iter().map(Fault::of).collect(),
        Some(Value::Object(errors)) => errors.iter().map(Fault::of_member).collect(),
        _ => Vec::new(),
    }
}

/// The body, where it is an object: it may be empty, text or a page just as well.
fn model(answer: &Answer) -> Map<String, Value> {
    serde_json::from_slice(answer.body()).unwrap_or_default()
}
