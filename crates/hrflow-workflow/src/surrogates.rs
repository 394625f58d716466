//! JSON is YAML, but for one thing: JSON writes a character such as 😀 as two escapes, `\ud83d\ude00`, and YAML
//! as one, `\U0001F600`.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// The text with such pairs written as YAML has them, if it is JSON and holds some.
pub(crate) fn as_yaml(text: &str) -> Cow<'_, str> {
    let may_hold_pairs = text.trim_start().starts_with('{') && text.contains("\\u");
    if !may_hold_pairs || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Cow::Borrowed(text);
    }
    let mut yaml = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(backslash) = rest.find('\\') {
        yaml.push_str(&rest[..backslash]);
        rest = &rest[backslash..];
        if let Some(character) = pair(rest) {
            yaml.push_str(&format!("\\U{:08X}", u32::from(character)));
            rest = &rest[12..];
        } else {
            // An escape is a backslash and one more character; in JSON that one is ASCII.
            let end = rest.len().min(2);
            yaml.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    yaml.push_str(rest);
    Cow::Owned(yaml)
}

/// The character that the text begins with, if that is written as two escapes.
fn pair(text: &str) -> Option<char> {
    let escape = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let units = [escape(text)?, escape(text.get(6..)?)?];
    let mut characters = char::decode_utf16(units);
    match (characters.next(), characters.next()) {
        (Some(Ok(character)), None) => Some(character),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::as_yaml;

    #[test]
    fn only_pairs_in_json_are_rewritten() {
        assert_eq!(as_yaml(r#"{"a": "\ud83d\ude00 \u00e9"}"#), r#"{"a": "\U0001F600 \u00e9"}"#);
        for same in
            [r#"{"a": "\\ud83d\\ude00"}"#, r"{a: '\ud83d\ude00'}", r#"{"a": "\u00e9\u00e9"}"#, "a: é\\u"]
        {
            assert_eq!(as_yaml(same), same);
        }
    }
}
