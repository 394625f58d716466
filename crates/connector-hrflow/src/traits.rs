//! Traits of a profile or a job: skills, languages, tags and their like.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::lenient::{self, Record};

/// Something with a name and perhaps a value: a language, a certification, a tag, a metadata.
///
/// A bare text in place of the object is its name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Named {
    /// What it is: `French`, `availability`.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// The value as it came, in practice any scalar: `"fluent"`, `0.9`, `true`, null.
    pub value: Value,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Named {
    /// The value as text, without surrounding blanks; `None` if it is empty or no scalar.
    pub fn value_text(&self) -> Option<String> {
        scalar_text(&self.value)
    }
}

impl Record for Named {
    fn from_text(text: String) -> Option<Self> {
        Some(Self { name: Some(text), ..Self::default() })
    }
}

/// A skill. A bare text in place of the object is its name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Skill {
    /// What it is: `Rust`.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// `hard` or `soft`.
    #[serde(deserialize_with = "lenient::text")]
    pub r#type: Option<String>,
    /// The value as it came, in practice any scalar: `"4/5"`, `0.9`, null.
    pub value: Value,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Skill {
    /// The value as text, without surrounding blanks; `None` if it is empty or no scalar.
    pub fn value_text(&self) -> Option<String> {
        scalar_text(&self.value)
    }
}

impl Record for Skill {
    fn from_text(text: String) -> Option<Self> {
        Some(Self { name: Some(text), ..Self::default() })
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(bool) => bool.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The one of this name, if there is one; case does not count.
pub(crate) fn named<'a>(list: &'a [Named], name: &str) -> Option<&'a Named> {
    list.iter().find(|one| one.name.as_deref().is_some_and(|it| it.trim().eq_ignore_ascii_case(name)))
}
