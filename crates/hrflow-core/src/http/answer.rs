//! A vendor's response, read completely.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;

use super::{
    operation::{Operation, Safety},
    words,
};
use crate::{
    error::{Error, ErrorKind, Execution, Result},
    repair::{self, Repair},
    secret::Redactor,
};

/// The longest wait that is accepted from a vendor: one year.
const LONGEST_WAIT: Duration = Duration::from_secs(366 * 24 * 3600);

/// A vendor's response: status, headers and the complete body, up to the client's size limit.
///
/// `Debug` shows only the operation, the status and the length, because bodies contain personal data.
#[derive(Clone)]
pub struct Answer {
    pub(super) vendor: &'static str,
    pub(super) operation: Operation,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) redactor: Arc<Redactor>,
}

impl Answer {
    /// Returns the name of the vendor.
    pub fn vendor(&self) -> &'static str {
        self.vendor
    }

    /// Returns the operation of the request.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns a header by its name, in any case. Returns `None` if it is missing or not readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the decompressed body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as text. Invalid UTF-8 becomes `�`.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Deserialises the JSON body.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] with the position in the body and the expected type, never with the value found. For an
    /// operation of [`Safety::Once`] it carries [`Execution::Unknown`]: an unreadable response
    /// does not prove that the request had no effect.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| self.unreadable::<T>(&error))
    }

    /// The body as a `T`, with bad values replaced; see [`repair`]. Paths are from the body on.
    ///
    /// # Errors
    ///
    /// As [`json`](Self::json), if the body is malformed beyond that.
    pub fn json_repaired<T: DeserializeOwned>(&self) -> Result<(T, Vec<Repair>)> {
        repair::read(&self.body).map_err(|error| self.unreadable::<T>(&error))
    }

    fn unreadable<T: DeserializeOwned>(&self, error: &serde_json::Error) -> Error {
        let message = if self.body.iter().all(u8::is_ascii_whitespace) {
            format!("{} answered with an empty body where JSON was expected", self.vendor)
        } else {
            format!("{} answered with something else than expected: {}", self.vendor, self.fault::<T>(error))
        };
        let unreadable = Error::new(ErrorKind::Protocol, message);
        let unreadable = match self.operation.safety {
            Safety::Once => unreadable.with_execution(Execution::Unknown),
            Safety::Read | Safety::Idempotent => unreadable,
        };
        unreadable.with_status(self.status).with("vendor", self.vendor).with("operation", self.operation)
    }

    /// Returns the wait that the vendor requests in `Retry-After`: seconds, also fractions, or a date. A date is
    /// compared with the response's `Date` if there is one, else with the local clock.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers)
    }

    /// Returns the time of the response by the vendor's clock, from `Date`.
    pub fn date(&self) -> Option<Timestamp> {
        date(&self.headers)
    }

    /// Cleans a vendor's text for [`Error::with_vendor_message`]: removes secrets and control characters, and cuts it
    /// after 500 characters.
    pub fn clean(&self, words: &str) -> String {
        words::clean(&self.redactor, words)
    }

    /// Returns the vendor's message, [cleaned](Self::clean). It is one of the usual fields of a JSON body (`detail`,
    /// `message`, `error_description`, `title`, `error`, `errors`, …) or a plain text body. Returns an empty text for
    /// all other bodies.
    pub fn message(&self) -> String {
        words::message_in(&self.body).map(|words| self.clean(&words)).unwrap_or_default()
    }

    /// Describes the path and type of the error without any of the body's values, which serde's own message shows.
    fn fault<T: DeserializeOwned>(&self, error: &serde_json::Error) -> String {
        let mut parser = serde_json::Deserializer::from_slice(&self.body);
        let path = match serde_path_to_error::deserialize::<_, T>(&mut parser) {
            Err(error) => printable_path(error.path()),
            Ok(_) => String::new(),
        };
        let what = nature(error);
        match path.as_str() {
            "" => format!("{what} (line {}, column {})", error.line(), error.column()),
            path => format!("{what} at {path}"),
        }
    }
}

/// Returns serde's description of the expected type, without the value found.
fn nature(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Io => return "the body cannot be read".to_owned(),
        Category::Eof => return "the JSON ends too early".to_owned(),
        Category::Syntax => return "the body is not JSON".to_owned(),
        Category::Data => {}
    }
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    // These messages name fields of this crate's types. All others show the value found, and end with the expected
    // type.
    if text.starts_with("missing field `") || text.starts_with("duplicate field `") {
        return text.to_owned();
    }
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => "a value is not of the expected kind".to_owned(),
    }
}

/// Returns the path if all its steps look like field names. A map can have an email as a key.
fn printable_path(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let plain = |key: &str| {
        key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let printable = path.iter().all(|step| match step {
        Segment::Seq { .. } => true,
        Segment::Map { key } => plain(key),
        Segment::Enum { variant } => plain(variant),
        Segment::Unknown => false,
    });
    if printable { path.to_string() } else { String::new() }
}

/// See [`Answer::retry_after`].
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match value.parse::<f64>() {
        Ok(seconds) if seconds >= 0.0 => Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT),
        Ok(_) => return None,
        Err(_) => {
            let now = date(headers).unwrap_or_else(Timestamp::now);
            Duration::try_from(http_date(value)?.duration_since(now)).unwrap_or(Duration::ZERO)
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// Parses an HTTP date, such as `Wed, 21 Oct 2026 07:28:00 GMT`.
fn http_date(value: &str) -> Option<Timestamp> {
    // A wrong weekday must not invalidate the date: the retry would be too early.
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    PARSER.parse_timestamp(value.trim()).ok()
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("vendor", &self.vendor)
            .field("operation", &self.operation.name)
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use reqwest::header::{HeaderName, HeaderValue};
    use serde::Deserialize;

    use super::*;

    pub(in super::super) fn answer(
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &str,
    ) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Answer {
            vendor: "Acme",
            operation: Operation::once("candidates.create"),
            status,
            headers,
            body: body.as_bytes().to_vec(),
            redactor: Arc::default(),
        }
    }

    #[derive(Debug, Deserialize)]
    struct Page {
        #[allow(dead_code)]
        data: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Row {
        id: u64,
        kind: Option<Kind>,
        when: Option<Timestamp>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Person,
    }

    #[test]
    fn json_faults_say_where_and_what_and_never_what_stands_there() {
        let fault = |body: &str| answer(201, &[], body).json::<Page>().unwrap_err();
        for (body, part) in [
            (
                r#"{"data": [{"id": 1}, {"id": "hush-hush, expected by nobody"}]}"#,
                "expected u64 at data[1].id",
            ),
            (r#"{"data": [{"kind": "hush-hush"}]}"#, "at data[0].kind"),
            (r#"{"data": [{"name": "hush-hush"}]}"#, "missing field `id` at data[0]"),
            (r#"{"data": [{"id": 1, "when": "hush-hush"}]}"#, "at data[0].when"),
            (r#"{"data": "hush-hush"}"#, "expected a sequence at data"),
            (r#"{"data": [hush-hush"#, "is not JSON"),
            (r#"{"data": ["#, "ends too early"),
            ("<p>hush-hush</p>", "is not JSON"),
            ("", "empty body"),
            (" \r\n", "empty body"),
        ] {
            let error = fault(body);
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert_eq!(error.status(), Some(201));
            assert_eq!(error.context("operation"), Some("candidates.create"));
            assert!(error.to_string().contains(part), "{error}");
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        }
    }

    #[test]
    fn an_unreadable_answer_to_a_request_that_must_run_once_leaves_the_outcome_unknown() {
        let mut answer = answer(201, &[], "");
        assert_eq!(answer.json::<Page>().unwrap_err().execution(), Execution::Unknown);
        answer.operation = Operation::read("candidates.list");
        assert_eq!(answer.json::<Page>().unwrap_err().execution(), Execution::No);
    }

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        let wait = |headers: &[(&'static str, &'static str)]| answer(429, headers, "").retry_after();
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("retry-after", "17")]), seconds(17));
        assert_eq!(wait(&[("retry-after", " 0 ")]), seconds(0));
        assert_eq!(wait(&[("retry-after", "1.5")]), Some(Duration::from_millis(1500)));
        assert_eq!(wait(&[("retry-after", "-3")]), None);
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "NaN")]), None);
        assert_eq!(wait(&[("retry-after", "99999999999999999999999")]), Some(LONGEST_WAIT));
        assert_eq!(wait(&[("retry-after", "inf")]), Some(LONGEST_WAIT));
        let at = ("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT");
        assert_eq!(wait(&[at, ("date", "Wed, 21 Oct 2026 07:28:00 GMT")]), seconds(30));
        assert_eq!(wait(&[at, ("date", "Wed, 21 Oct 2026 07:29:00 GMT")]), seconds(0));
        let far = ("retry-after", "Fri, 01 Jan 2100 00:00:00 GMT");
        assert_eq!(wait(&[far]), Some(LONGEST_WAIT));
    }

    #[test]
    fn date_is_the_vendors_clock() {
        let answer = answer(200, &[("date", "Wed, 21 Oct 2026 07:28:00 GMT")], "");
        assert_eq!(answer.date().unwrap().to_string(), "2026-10-21T07:28:00Z");
    }

    #[test]
    fn debug_shows_no_body_and_no_headers() {
        let answer = answer(200, &[("set-cookie", "hush")], "hush");
        assert_eq!(
            format!("{answer:?}"),
            r#"Answer { vendor: "Acme", operation: "candidates.create", status: 200, bytes: 4, .. }"#
        );
    }
}
