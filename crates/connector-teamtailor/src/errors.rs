//! What Teamtailor's errors mean.

use std::time::Duration;

use hrflow_core::{
    Error, ErrorKind, Result, Scope,
    http::{Answer, classify},
};
use serde::Deserialize;
use serde_json::Value;

/// The context under which a 422 names the attributes that it is about, such as `picture resume`.
pub(crate) const FIELDS: &str = "fields";

/// A JSON:API error document. The version error has an integer status and no code, and one answer
/// puts an object where the array should be (teamtailor-rb, `lib/teamtailor/error.rb`): all is lenient.
#[derive(Default, Deserialize)]
struct Document {
    #[serde(default)]
    errors: Value,
}

#[derive(Debug, Default)]
struct Fault {
    code: String,
    title: String,
    detail: String,
    pointer: String,
}

impl Fault {
    fn of(value: &Value) -> Self {
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        Self {
            code: text(value.get("code")),
            title: text(value.get("title")),
            detail: text(value.get("detail")),
            pointer: text(value.pointer("/source/pointer")),
        }
    }

    /// The attribute or relation that it is about: the end of the pointer, else what stands before
    /// the message in the detail, as in `picture - is not an image`.
    fn field(&self) -> Option<&str> {
        let pointed = self.pointer.rsplit('/').next().filter(|field| !field.is_empty());
        let field = pointed.or_else(|| Some(self.detail.split_once(" - ")?.0))?;
        let plain =
            field.len() <= 40 && field.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
        (plain && field != "data").then_some(field)
    }

    /// The title of a refused second use of an e-mail address is exactly this.
    fn is_taken_email(&self) -> bool {
        let about_email = self.field().is_none_or(|field| field == "email");
        about_email
            && (self.title == "has already been taken" || self.detail == "email - has already been taken")
    }
}

/// Tells what an answer of Teamtailor means; nothing for a good one.
pub(crate) fn classify(answer: &Answer) -> Result<()> {
    let Err(error) = classify::by_status(answer) else { return Ok(()) };
    let faults = faults(answer);
    let words = answer.message();
    let kind = |kind, message: &str| {
        Error::new(kind, message).with_status(answer.status()).with_vendor_message(words.as_str())
    };
    let writes_candidate = answer.operation().name.starts_with("candidates.");
    Err(match answer.status() {
        401 => kind(ErrorKind::Unauthorized, "Teamtailor refuses the API key").advise(
            "Check Authorization and api_url: a key of another region (Europe, North America) is refused the same way.",
        ),
        403 if faults.iter().any(|fault| fault.code == "403") => {
            kind(ErrorKind::Forbidden, "Teamtailor does not allow this change")
        }
        403 => kind(ErrorKind::Forbidden, "the API key lacks a right, or is not allowed from this address")
            .with_scope(Scope::Run)
            .advise("It takes a key with scope Admin and the permission to write, or to read and write for updates."),
        404 if faults.is_empty() => kind(ErrorKind::NotFound, "Teamtailor knows no such path")
            .advise("Check api_url: it is scheme and host, such as https://api.teamtailor.com."),
        404 => kind(ErrorKind::NotFound, "Teamtailor has no such record"),
        406 => kind(ErrorKind::Config, "Teamtailor does not accept this X_Api_Version").advise("Set X_Api_Version to 20240904, or to a version that Teamtailor names."),
        422 if writes_candidate && faults.iter().any(Fault::is_taken_email) => {
            kind(ErrorKind::Duplicate, "the e-mail address belongs to another candidate")
        }
        400 | 415 | 422 => {
            let fields: Vec<&str> = faults.iter().filter_map(Fault::field).collect();
            let error = kind(ErrorKind::Invalid, "Teamtailor refuses the record");
            if fields.is_empty() { error } else { error.with(FIELDS, fields.join(" ")) }
        }
        429 => error.with_retry_after(wait(answer)),
        _ => error,
    })
}

/// Whether a refusal is about an attribute.
pub(crate) fn is_about(error: &Error, field: &str) -> bool {
    error.context(FIELDS).is_some_and(|fields| fields.split(' ').any(|it| it == field))
}

fn faults(answer: &Answer) -> Vec<Fault> {
    let document: Document = serde_json::from_slice(answer.body()).unwrap_or_default();
    match &document.errors {
        Value::Array(errors) => errors.iter().map(Fault::of).collect(),
        error @ Value::Object(_) => vec![Fault::of(error)],
        _ => Vec::new(),
    }
}

/// How long a 429 asks to wait. `X-Rate-Limit-Reset` is the seconds left in the period (API documentation,
/// rate limit); whether `Retry-After` is always there is not documented.
fn wait(answer: &Answer) -> Duration {
    let reset =
        answer.header("x-rate-limit-reset").and_then(|it| it.trim().parse().ok()).map(Duration::from_secs);
    let asked = [answer.retry_after(), reset].into_iter().flatten().max().unwrap_or_default();
    asked.max(Duration::from_secs(1))
}
