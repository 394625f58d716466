//! The tree of types for validation and documentation, with descriptions of the accepted values.

use serde_json::Value;

use super::{Field, Protection};

/// A type: the accepted values, and their description in messages.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) secret: bool,
    pub(super) address: bool,
    pub(super) expected: Option<String>,
    /// Completes a text that lacks a part, such as a unit.
    pub(super) complete: Option<fn(&str) -> Option<String>>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Any,
    Text { shortest: u64, longest: u64 },
    Integer { least: Option<i128>, most: Option<i128> },
    Number { least: Option<f64>, most: Option<f64> },
    Boolean,
    Choice(Vec<Value>),
    List(Box<Node>),
    Object { fields: Vec<Field>, open: bool },
    Map(Box<Node>),
    Union(Vec<Node>),
}

impl Node {
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, secret: false, address: false, expected: None, complete: None }
    }

    /// Returns the fields of an object, or of the objects in a list.
    pub(super) fn into_fields(self) -> Vec<Field> {
        match self.kind {
            Kind::Object { fields, .. } => fields,
            _ => Vec::new(),
        }
    }

    /// Whether a value found must not be shown: it is a secret or may contain one. A user may give a complete object
    /// with secrets as text.
    pub(super) fn is_hidden(&self) -> bool {
        self.secret
            || match &self.kind {
                Kind::Any => true,
                Kind::List(inner) | Kind::Map(inner) => inner.is_hidden(),
                Kind::Object { fields, .. } => fields.iter().any(|field| field.node.is_hidden()),
                Kind::Union(nodes) => nodes.iter().any(Self::is_hidden),
                _ => false,
            }
    }

    /// Returns the protection of a secret or an address, or of a value that contains one.
    pub(super) fn protection(&self) -> Option<Protection> {
        if self.secret {
            return Some(Protection::Secret);
        }
        if self.address {
            return Some(Protection::Address);
        }
        match &self.kind {
            Kind::List(inner) | Kind::Map(inner) => inner.protection(),
            Kind::Object { fields, .. } => fields.iter().find_map(Field::protection),
            Kind::Union(nodes) => nodes.iter().find_map(Self::protection),
            _ => None,
        }
    }

    /// Returns a description of the accepted values, which follows the word "expected".
    pub(super) fn expected(&self) -> String {
        match (&self.expected, &self.kind) {
            (Some(words), _) => words.clone(),
            (None, Kind::Union(nodes)) => or(nodes.iter().map(Self::expected)),
            (None, kind) => kind.expected(),
        }
    }
}

impl Kind {
    /// Returns the JSON type, as `describe` names it.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Text { .. } => "string".to_owned(),
            Self::Integer { .. } => "integer".to_owned(),
            Self::Number { .. } => "number".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::List(_) => "array".to_owned(),
            Self::Object { .. } | Self::Map(_) => "object".to_owned(),
            Self::Choice(choices) => or(choices.iter().map(|choice| json_type(choice).to_owned())),
            Self::Union(nodes) => or(nodes.iter().map(|node| node.kind.word())),
        }
    }

    /// Whether it contains only secrets.
    pub(super) fn holds_secrets(&self) -> bool {
        matches!(self, Self::List(inner) | Self::Map(inner) if inner.secret)
    }

    fn expected(&self) -> String {
        match self {
            Self::Any | Self::Union(_) => "a value".to_owned(),
            Self::Text { shortest: 0, longest: u64::MAX } => "text".to_owned(),
            Self::Text { shortest: 1, longest: u64::MAX } => "text that is not empty".to_owned(),
            Self::Text { shortest: 0, longest } => format!("text of at most {longest} characters"),
            Self::Text { shortest, longest: u64::MAX } => format!("text of at least {shortest} characters"),
            Self::Text { shortest, longest } => format!("text of {shortest} to {longest} characters"),
            Self::Integer { least, most } => format!("a whole number{}", range(*least, *most)),
            Self::Number { least, most } => format!("a number{}", range(*least, *most)),
            Self::Boolean => "true or false".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Object { .. } | Self::Map(_) => "an object".to_owned(),
            Self::Choice(choices) => or(choices.iter().map(scalar_text)),
        }
    }

    pub(super) fn fields(&self) -> Option<&[Field]> {
        match self {
            Self::Object { fields, .. } => Some(fields),
            Self::List(items) => items.kind.fields(),
            _ => None,
        }
    }

    pub(super) fn choices(&self) -> Option<&[Value]> {
        match self {
            Self::Choice(choices) => Some(choices),
            _ => None,
        }
    }
}

/// Returns a scalar as text, for text fields and for the comparison of choices.
pub(super) fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null => "null",
    }
}

fn range<N: std::fmt::Display + Bound>(least: Option<N>, most: Option<N>) -> String {
    let (least, most) = (least.filter(Bound::is_telling), most.filter(Bound::is_telling));
    match (least, most) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (Some(least), None) => format!(", {least} or more"),
        (None, Some(most)) => format!(", {most} or less"),
        (None, None) => String::new(),
    }
}

/// Whether a bound is useful in a message. The bounds of 32 and 64 bit integers are not.
trait Bound {
    fn is_telling(&self) -> bool;
}

impl Bound for i128 {
    fn is_telling(&self) -> bool {
        *self > i128::from(i32::MIN) && *self < i128::from(i32::MAX)
    }
}

impl Bound for f64 {
    fn is_telling(&self) -> bool {
        self.is_finite()
    }
}

/// Joins words as `a`, `a or b`, `a, b or c`, without repetitions.
fn or(words: impl Iterator<Item = String>) -> String {
    let mut unique: Vec<String> = Vec::new();
    for word in words {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    match unique.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing".to_owned(),
    }
}
