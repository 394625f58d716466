//! What holds for whatever becomes of a profile.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Whether no member and no element is `null`, a blank text, a text with blanks around it, or an empty list.
pub fn nothing_blank(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty() && text.trim() == text,
        Value::Array(list) => !list.is_empty() && list.iter().all(nothing_blank),
        Value::Object(members) => members.values().all(nothing_blank),
        _ => true,
    }
}

/// Whether it is an address on the web, written out.
pub fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Holds a target's item against itself, written and read again.
///
/// # Panics
/// If anything got lost on the way.
pub fn assert_reads_back<T: Serialize + DeserializeOwned>(item: &T) {
    let written = serde_json::to_value(item).expect("an item is JSON");
    let again: T = serde_json::from_value(written.clone()).expect("an item is read as it is written");
    assert_eq!(serde_json::to_value(again).expect("an item is JSON"), written);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blank_is_found_however_deep() {
        assert!(nothing_blank(&json!({ "a": [{ "b": "c d" }, 0, false], "empty": {} })));
        for blank in [json!(null), json!(""), json!(" \n"), json!("a "), json!([])] {
            assert!(!nothing_blank(&json!({ "a": [{ "b": blank }] })), "{blank}");
        }
    }
}
