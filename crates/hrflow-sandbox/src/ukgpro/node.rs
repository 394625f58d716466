//! A value within a body, with its checks. Absent and null are the same.

use serde_json::{Map, Value};

use super::errors::Findings;

static NULL: Value = Value::Null;

/// A value with its path.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) path: String,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    /// Returns the body.
    pub(crate) fn root(value: &'a Value) -> Node<'a> {
        Node { path: String::new(), value }
    }

    /// Returns a field, or null if it is absent.
    pub(crate) fn child(&self, name: &str) -> Node<'a> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Node { path, value: self.value.get(name).unwrap_or(&NULL) }
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.value.is_null()
    }

    /// Returns the fields, if this is an object. Fields besides `names` are recorded as unknown.
    pub(crate) fn object(&self, names: &[&str], findings: &mut Findings) -> Option<&'a Map<String, Value>> {
        match self.value {
            Value::Object(members) => {
                let unknown = members.keys().filter(|name| !names.contains(&name.as_str()));
                findings.unknown.extend(unknown.map(|name| self.child(name).path));
                Some(members)
            }
            Value::Null => None,
            _ => {
                findings.add(&self.path, "Invalid", "The value must be an object.");
                None
            }
        }
    }

    /// Returns the entries of a list.
    pub(crate) fn entries(&self, findings: &mut Findings) -> Vec<Node<'a>> {
        match self.value {
            Value::Array(values) => {
                let entry = |(index, value)| Node { path: format!("{}[{index}]", self.path), value };
                values.iter().enumerate().map(entry).collect()
            }
            Value::Null => Vec::new(),
            _ => {
                findings.add(&self.path, "Invalid", "The value must be an array.");
                Vec::new()
            }
        }
    }

    /// Returns a text of at most `most` characters.
    pub(crate) fn text(&self, most: usize, findings: &mut Findings) -> Option<&'a str> {
        match self.value {
            Value::String(text) if text.chars().count() > most => {
                findings.add(
                    &self.path,
                    "MaxLength",
                    format!("The length must be at most {most} characters."),
                );
                None
            }
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => {
                findings.add(&self.path, "Invalid", "The value must be a text.");
                None
            }
        }
    }

    /// Returns a text that must not be absent or empty.
    pub(crate) fn required_text(&self, most: usize, findings: &mut Findings) -> Option<&'a str> {
        if self.value.as_str().is_some_and(|text| text.trim().is_empty()) || self.is_absent() {
            findings.add(&self.path, "Required", "The value is required.");
            return None;
        }
        self.text(most, findings)
    }

    pub(crate) fn boolean(&self, findings: &mut Findings) -> Option<bool> {
        if !self.is_absent() && !self.value.is_boolean() {
            findings.add(&self.path, "Invalid", "The value must be true or false.");
        }
        self.value.as_bool()
    }

    /// Returns an integer from `least` to `most`.
    pub(crate) fn integer(&self, least: i64, most: i64, findings: &mut Findings) -> Option<i64> {
        match self.value {
            Value::Null => None,
            Value::Number(_) => {
                let number = self.value.as_i64().filter(|number| (least..=most).contains(number));
                if number.is_none() {
                    findings.add(&self.path, "Range", range(least, most));
                }
                number
            }
            _ => {
                findings.add(&self.path, "Invalid", "The value must be a whole number.");
                None
            }
        }
    }

    /// Checks that a field is empty.
    pub(crate) fn empty(&self, findings: &mut Findings) {
        if !self.is_absent() && self.value != "" {
            findings.add(&self.path, "NotAllowed", "The value must be empty.");
        }
    }

    /// Checks that a field is null.
    pub(crate) fn null(&self, findings: &mut Findings) {
        if !self.is_absent() {
            findings.add(&self.path, "NotAllowed", "The value must be null.");
        }
    }

    /// Checks the id of one of `known`, records with an `id` each.
    pub(crate) fn id_of(&self, known: &[Value], required: bool, findings: &mut Findings) {
        match self.value {
            Value::Null if !required => {}
            Value::Null => findings.add(&self.path, "Required", "The value is required."),
            Value::String(id) if known.iter().any(|record| record["id"] == id.as_str()) => {}
            _ => findings.add(&self.path, "NotFound", "There is no record with this id."),
        }
    }
}

fn range(least: i64, most: i64) -> String {
    match (least, most) {
        (least, i64::MAX) => format!("The value must be at least {least}."),
        (i64::MIN, most) => format!("The value must be at most {most}."),
        _ => format!("The value must be between {least} and {most}."),
    }
}
