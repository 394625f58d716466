//! Vendor texts in errors: secrets and control characters removed, length limited.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    secret::{Redactor, Secret},
    text::excerpt,
};

/// The number of characters of a vendor's message that are kept.
const LONGEST: usize = 500;

/// The number of bytes of a response that are searched for a message.
const LOOKED_AT: usize = 64 * 1024;

/// Adds a secret, and the parts of an `Authorization` header without its scheme: a vendor may repeat `Basic
/// dXNlcjpwYXNz` as `dXNlcjpwYXNz`. Short words such as `Basic` are not secrets.
pub(super) fn learn(redactor: &mut Redactor, secret: &Secret) {
    let whole = secret.expose();
    redactor.add(secret);
    for part in whole.split([' ', '=']).filter(|part| part.len() >= 8 && *part != whole) {
        redactor.add(&Secret::new(part));
    }
}

/// Cleans a vendor's text for an error message.
pub(super) fn clean(redactor: &Redactor, words: &str) -> String {
    // Secrets are removed first: a secret cut in half would not be recognised.
    let words = redactor.redact_start(words, LOOKED_AT);
    let spaced = words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut clean = String::new();
    for word in spaced {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    excerpt(&clean, LONGEST)
}

/// Returns the message of a response in an unknown format: the usual fields of a JSON body, or a plain text body. HTML
/// pages have no message.
pub(super) fn message_in(body: &[u8]) -> Option<Cow<'_, str>> {
    if body.len() <= LOOKED_AT
        && let Ok(json) = serde_json::from_slice::<Value>(body)
    {
        return in_json(&json, 4).map(Cow::Owned);
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
    let start = text.trim_start();
    let markup = start.starts_with(['<', '{', '[']) || start.contains('\0');
    (!markup && !start.is_empty()).then_some(text)
}

fn in_json(json: &Value, depth: u8) -> Option<String> {
    const MEMBERS: [&str; 8] =
        ["detail", "message", "error_description", "title", "error", "errors", "reason", "description"];
    let deeper = depth.checked_sub(1)?;
    match json {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Value::Array(list) => {
            let all: Vec<String> = list.iter().take(5).filter_map(|one| in_json(one, deeper)).collect();
            (!all.is_empty()).then(|| all.join("; "))
        }
        Value::Object(map) => {
            let mut messages = MEMBERS.iter().filter_map(|name| map.get(*name));
            messages.find_map(|value| in_json(value, deeper))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Option<String> {
        message_in(body.as_bytes()).map(Cow::into_owned)
    }

    #[test]
    fn finds_the_usual_members() {
        assert_eq!(message(r#"{"message": "no"}"#).as_deref(), Some("no"));
        assert_eq!(message(r#"{"error": {"message": "no"}}"#).as_deref(), Some("no"));
        assert_eq!(
            message(r#"{"errors": [{"title": "a", "detail": "b"}, {"title": "c"}]}"#).as_deref(),
            Some("b; c")
        );
        assert_eq!(
            message(r#"{"error": "invalid_grant", "error_description": "gone"}"#).as_deref(),
            Some("gone")
        );
        assert_eq!(message("Bad Gateway").as_deref(), Some("Bad Gateway"));
        assert_eq!(message(r#"{"candidate": "Jane"}"#), None);
        assert_eq!(message("<html><body>Oops</body></html>"), None);
        assert_eq!(message(r#"{"message": "cut o"#), None);
        assert_eq!(message(""), None);
    }

    #[test]
    fn words_come_out_short_on_one_line_and_without_secrets() {
        let mut redactor = Redactor::new();
        learn(&mut redactor, &Secret::new("p\"ss wörd/1"));
        let echoed =
            "a\u{1b}[31m\r\n  b p\"ss wörd/1 p%22ss%20w%C3%B6rd%2F1 p%22ss+w%C3%B6rd%2F1 p\\\"ss wörd/1\0";
        assert_eq!(clean(&redactor, echoed), "a [31m b [redacted] [redacted] [redacted] [redacted]");
        let long = clean(&Redactor::new(), &"é".repeat(2_000));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_secret_at_the_cut_leaves_nothing_behind() {
        let mut redactor = Redactor::new();
        learn(&mut redactor, &Secret::new("hush-hush"));
        let text = format!("{}hush-hush", "x".repeat(LONGEST - 4));
        assert!(!clean(&redactor, &text).contains("hush"));
    }

    #[test]
    fn the_parts_of_an_authorization_header_are_secrets_too() {
        let mut redactor = Redactor::new();
        learn(&mut redactor, &Secret::new("Token token=abcdefgh1234"));
        assert_eq!(clean(&redactor, "the Token abcdefgh1234 is unknown"), "the Token [redacted] is unknown");
        let mut redactor = Redactor::new();
        learn(&mut redactor, &Secret::new("Basic dXNlcjpwYXNz"));
        assert_eq!(clean(&redactor, "Basic: dXNlcjpwYXNz"), "Basic: [redacted]");
    }
}
