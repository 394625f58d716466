//! Records as UKG Pro answers them. The shapes of some members differ from page to page of its documents.

use hrflow_core::{Result, http::Answer};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::body::Level;

/// A record, such as a candidate or a level of skills.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Record(Value);

/// A list: a bare array as a rule, or the member `data` of an object.
pub(crate) fn list(answer: &Answer) -> Result<Vec<Record>> {
    #[derive(Deserialize)]
    struct Page {
        data: Vec<Record>,
    }
    let bare = answer.body().iter().find(|it| !it.is_ascii_whitespace()) == Some(&b'[');
    if bare { answer.json() } else { Ok(answer.json::<Page>()?.data) }
}

impl Record {
    /// The id; of a list, that of its first element.
    pub(crate) fn id(&self) -> Option<String> {
        let record = self.0.as_array().and_then(|records| records.first()).unwrap_or(&self.0);
        match record.get("id")? {
            Value::String(id) => Some(id.trim().to_owned()).filter(|id| !id.is_empty()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }

    /// A text at a path. The OpenAPI has lists where answers have objects: the first element is meant.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&str> {
        let mut value = &self.0;
        for name in path {
            value = value.get(name)?;
            if let Value::Array(elements) = value {
                value = elements.first()?;
            }
        }
        value.as_str()
    }

    pub(crate) fn time(&self, member: &str) -> Option<Timestamp> {
        connector_hrflow::timestamp(self.text(&[member])?)
    }

    /// The e-mail address as look-ups compare it.
    pub(crate) fn email(&self) -> Option<String> {
        Some(self.text(&["contact_info", "email"])?.trim().to_lowercase())
    }

    /// A level of skills: `ordinal` where it is written, `ordinal_value` where it is read.
    pub(crate) fn level(&self) -> Option<Level> {
        let ordinal = ["ordinal_value", "ordinal"].iter().find_map(|name| match self.0.get(name)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })?;
        Some(Level { id: self.id()?, ordinal: u8::try_from(ordinal).ok()? })
    }
}
