//! Errors in parameter values, with a hint for the correction.

use std::{error::Error as StdError, fmt};

use serde_json::Value;

use super::nearest;
use crate::{
    Error, ErrorKind,
    text::{excerpt, shown},
};

/// The largest part of a name or text that a message repeats, in characters.
const SHOWN: usize = 60;
/// The largest part of a path that a message shows, in characters. Paths contain names that the user chose.
const SHOWN_PATH: usize = 300;
/// The largest number of errors that a message lists.
const LISTED: usize = 20;

/// Returns the first 20 lines, and a line with the number of the others: `and 12 more`.
pub fn first_lines(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut lines = lines.into_iter();
    let mut listed: Vec<String> = lines.by_ref().take(LISTED).collect();
    match lines.count() {
        0 => {}
        more => listed.push(format!("and {more} more")),
    }
    listed
}

/// The kind of an error in parameters.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A required field is missing.
    Missing,
    /// The field does not exist.
    Unknown,
    /// The value is not of the field's type.
    Wrong,
    /// The values have the right types, but break a rule.
    Rule,
}

/// One error in a set of parameters. `Display` is one line that begins with the path.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind of the error.
    pub kind: FaultKind,
    /// The path of the field: `target_parameters.auth_data.password`.
    pub path: String,
    /// The expected value. For [`FaultKind::Missing`], the purpose of the field. For [`FaultKind::Rule`], the rule. May
    /// be empty.
    pub expected: String,
    /// The value found. Never the value of a secret.
    pub came: Option<String>,
    /// The hint for the correction.
    pub hint: Option<String>,
}

impl Fault {
    fn new(kind: FaultKind, path: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { kind, path: path.into(), expected: expected.into(), came: None, hint: None }
    }

    /// Creates the error of a missing required field. `Display` shows the first sentence of its description.
    pub fn missing(path: impl Into<String>, description: &str) -> Self {
        Self::new(FaultKind::Missing, path, first_sentence(description))
    }

    /// Creates the error of an unknown field. `path` is that of the object.
    pub fn unknown<'a>(path: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let fault = Self::new(FaultKind::Unknown, format!("{path}.{}", shortened(name)), "");
        match nearest(name, known.iter().copied()) {
            Some(name) => fault.with_hint(format!("did you mean {name}?")),
            None if known.is_empty() => fault.with_hint("there are no fields here"),
            None => fault.with_hint(format!("known are {}", known.join(", "))),
        }
    }

    /// Creates the error of a value that its field does not accept. `expected` follows the word "expected": `an https
    /// URL`.
    pub fn wrong(path: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::new(FaultKind::Wrong, path, expected)
    }

    /// Creates the error of values that break a rule. `rule` is a phrase such as `cannot be combined with api_url`.
    pub fn rule(path: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::new(FaultKind::Rule, path, rule)
    }

    /// Adds the value found: text that is not a secret, shown shortened and in quotes.
    #[must_use]
    pub fn with_came(mut self, text: &str) -> Self {
        self.came = Some(quoted(text));
        self
    }

    /// Adds the hint for the correction.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns a name that the user chose, as paths show it.
    pub(super) fn name(name: &str) -> String {
        shortened(name)
    }

    /// Adds the value found. Of a secret, only the type is shown.
    pub(super) fn with_value(mut self, value: &Value, secret: bool) -> Self {
        self.came = Some(match value {
            Value::Null => "null".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
            Value::Bool(_) if secret => "a boolean".to_owned(),
            Value::Number(_) if secret => "a number".to_owned(),
            Value::String(_) if secret => "other text".to_owned(),
            Value::Bool(bool) => bool.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => quoted(text),
        });
        self
    }

    /// Prefixes the path with `section`, the field of the enclosing object.
    #[must_use]
    pub fn inside(mut self, section: &str) -> Self {
        self.path =
            if self.path.is_empty() { section.to_owned() } else { format!("{section}.{}", self.path) };
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, path, expected, came, hint } = self;
        write!(f, "{}: ", excerpt(path, SHOWN_PATH))?;
        match kind {
            FaultKind::Missing if expected.is_empty() => f.write_str("required, but missing")?,
            FaultKind::Missing => write!(f, "required, but missing ({expected})")?,
            FaultKind::Unknown => f.write_str("unknown")?,
            FaultKind::Wrong => write!(f, "expected {expected}")?,
            FaultKind::Rule => f.write_str(expected)?,
        }
        if let Some(came) = came {
            write!(f, ", came {came}")?;
        }
        if let Some(hint) = hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// All errors in a set of parameters, in the order of its fields. `Display` shows one on each line: the first 20, and
/// the number of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Creates a list of errors.
    pub fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// Returns an iterator over the errors.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }

    /// Returns the number of errors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no errors.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        self.0.extend(faults);
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(&self.0, "\n"))
    }
}

impl StdError for Faults {}

/// Converts to an [`ErrorKind::Config`] error of one line, with the list as its source.
impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::new(ErrorKind::Config, joined(&faults.0, "; ")).with_source(faults)
    }
}

fn joined(faults: &[Fault], separator: &str) -> String {
    first_lines(faults.iter().map(Fault::to_string)).join(separator)
}

fn first_sentence(description: &str) -> &str {
    let paragraph = description.split("\n\n").next().unwrap_or_default();
    let sentence = paragraph.split(". ").next().unwrap_or_default();
    sentence.trim().trim_end_matches('.')
}

/// Returns the text in quotes. URLs with a user part may contain a password, so nothing of them is shown.
fn quoted(text: &str) -> String {
    if text.contains("://") && text.contains('@') {
        return "a URL with credentials".to_owned();
    }
    format!("\"{}\"", shortened(text))
}

fn shortened(text: &str) -> String {
    shown(text, SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_hostile_text_is_shown_short_on_one_line() {
        let fault = Fault::wrong("a", "text").with_came(&format!("x\n{}", "y".repeat(500)));
        assert_eq!(fault.to_string(), format!("a: expected text, came \"x\\n{}…\"", "y".repeat(58)));
    }

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        let fault = Fault::wrong("dsn", "a host name").with_came("postgres://me:hunter2@db.example.com");
        assert_eq!(fault.to_string(), "dsn: expected a host name, came a URL with credentials");
    }

    #[test]
    fn many_faults_are_counted_and_long_paths_cut() {
        let faults =
            Faults::new((0..90_000).map(|index| Fault::unknown("t", &format!("x{index}"), [])).collect());
        let lines: Vec<String> = faults.to_string().lines().map(str::to_owned).collect();
        assert_eq!((lines.len(), lines[20].as_str()), (21, "and 89980 more"));
        assert!(Error::from(faults).to_string().ends_with("; and 89980 more"));
        let deep = Fault::rule(vec!["name"; 10_000].join("."), "is wrong").to_string();
        assert!(deep.chars().count() < 400 && deep.ends_with("…: is wrong"), "{deep}");
    }

    #[test]
    fn an_error_is_one_line_and_keeps_the_faults() {
        let faults = Faults::new(vec![
            Fault::missing("t.a", "The a. It is needed.\n\nMore."),
            Fault::unknown("t", "bb", ["b"]),
            Fault::rule("t.b", "cannot be combined with a"),
        ]);
        let error = Error::from(faults.clone());
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(
            error.to_string(),
            "t.a: required, but missing (The a); t.bb: unknown; known are b; t.b: cannot be combined with a"
        );
        assert_eq!(faults.to_string().lines().count(), 3);
        assert!(StdError::source(&error).is_some_and(|source| source.is::<Faults>()));
    }
}
