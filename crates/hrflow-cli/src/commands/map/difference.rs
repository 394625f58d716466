//! Where two items differ.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// A place where they differ.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Difference {
    /// `data.attributes.tags[0]`.
    path: String,
    /// What the default format has there.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    /// What the mapping has there.
    #[serde(skip_serializing_if = "Option::is_none")]
    mapped: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "(all of it)" } else { &self.path };
        match (&self.default, &self.mapped) {
            (None, Some(new)) => write!(f, "+ {path}: {new}"),
            (Some(old), None) => write!(f, "- {path}: {old}"),
            (Some(old), Some(new)) => write!(f, "~ {path}: {old} → {new}"),
            (None, None) => Ok(()),
        }
    }
}

/// Every place where they differ, as deep as can be told.
pub(super) fn differences(default: &Value, mapped: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(default), Some(mapped), &mut found);
    found
}

fn compare(path: String, default: Option<&Value>, mapped: Option<&Value>, found: &mut Vec<Difference>) {
    match (default, mapped) {
        (Some(default), Some(mapped)) if default == mapped => {}
        (Some(Value::Object(default)), Some(Value::Object(mapped))) => {
            let only_mapped = mapped.keys().filter(|name| !default.contains_key(*name));
            for name in default.keys().chain(only_mapped) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(path, default.get(name), mapped.get(name), found);
            }
        }
        (Some(Value::Array(default)), Some(Value::Array(mapped))) => {
            for index in 0..default.len().max(mapped.len()) {
                compare(format!("{path}[{index}]"), default.get(index), mapped.get(index), found);
            }
        }
        (default, mapped) => {
            found.push(Difference { path, default: default.cloned(), mapped: mapped.cloned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_place_is_told() {
        let default = json!({ "a": 1, "tags": ["x"], "gone": { "b": 1 }, "same": [1] });
        let mapped = json!({ "a": "1", "tags": ["x", "y"], "same": [1], "new": null });
        let told: Vec<String> = differences(&default, &mapped).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["~ a: 1 → \"1\"", "- gone: {\"b\":1}", "+ tags[1]: \"y\"", "+ new: null"]);
        assert_eq!(differences(&default, &default), []);
        assert_eq!(differences(&json!([]), &json!({}))[0].to_string(), "~ (all of it): [] → {}");
    }
}
