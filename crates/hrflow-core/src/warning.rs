//! Warnings: what was dropped, cut, replaced or repaired in one item on its way to a target.

use std::fmt::{self, Display};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::cut;

/// One value of an item that did not reach the target as it was found.
///
/// A warning changes neither the outcome of its item nor the status of a run. It never holds personal data, so that
/// it can be stored and shown with the key of its item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// The path of the field as the user knows it, in the profile or in the target item: `info.email`,
    /// `experiences[2].date_end`, `data.attributes.pitch`.
    pub field: String,
    /// What happened and why, in one plain sentence without the value: `Cut to 140 characters`.
    pub reason: String,
    /// The value, only if it is no personal data: the name of a country, a gender code, a language level. Never a
    /// name, an email, a phone number, an address or free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Warning {
    /// A warning without a value.
    pub fn new(field: impl Display, reason: impl Display) -> Self {
        Self { field: field.to_string(), reason: reason.to_string(), value: None }
    }

    /// Adds the value, which has to be no personal data.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }
}

/// `info.location.fields.country: No such country is known (Atlantis)`.
impl Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)?;
        match &self.value {
            Some(value) => write!(f, " ({value})"),
            None => Ok(()),
        }
    }
}

/// Collects the warnings of one item while it is formatted or written, in the order in which they arise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings(Vec<Warning>);

impl Warnings {
    /// Adds a warning without a value. The field is written out only here: pass `format_args!` for a path.
    pub fn add(&mut self, field: impl Display, reason: impl Display) {
        self.push(Warning::new(field, reason));
    }

    /// Cuts a text to UTF-16 code units, at a word if there is one to cut at, and adds a warning if it was longer.
    pub fn cut(&mut self, field: impl Display, text: &str, most: usize) -> String {
        let short = cut(text, most);
        if short.len() < text.len() {
            self.add(field, format_args!("Cut to {most} characters"));
        }
        short.to_owned()
    }

    /// Adds a warning, unless the same one is there already.
    pub fn push(&mut self, warning: Warning) {
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }

    /// Returns the warnings in the order in which they were added.
    pub fn into_vec(self) -> Vec<Warning> {
        self.0
    }
}

impl From<Vec<Warning>> for Warnings {
    fn from(warnings: Vec<Warning>) -> Self {
        Self(warnings)
    }
}

impl Extend<Warning> for Warnings {
    fn extend<I: IntoIterator<Item = Warning>>(&mut self, warnings: I) {
        warnings.into_iter().for_each(|warning| self.push(warning));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_warning_is_written_with_its_value_only_where_it_has_one() {
        let plain = Warning::new("info.email", "No usable address");
        assert_eq!(plain.to_string(), "info.email: No usable address");
        assert_eq!(json!(plain), json!({ "field": "info.email", "reason": "No usable address" }));
        let valued = Warning::new(format_args!("a[{}]", 2), "Not in the list").with_value("XK");
        assert_eq!(valued.to_string(), "a[2]: Not in the list (XK)");
        assert_eq!(serde_json::from_value::<Warning>(json!(valued)).unwrap(), valued);
    }

    #[test]
    fn the_same_warning_is_kept_once_and_order_stays() {
        let mut warnings = Warnings::default();
        for field in ["b", "a", "b"] {
            warnings.add(field, "Cut");
        }
        warnings.extend([Warning::new("a", "Cut"), Warning::new("a", "Dropped")]);
        let kept: Vec<String> = warnings.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(kept, ["b: Cut", "a: Cut", "a: Dropped"]);
    }
}
