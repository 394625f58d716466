//! Why a program failed on an item, in words that hold nothing of the item.
//!
//! jq's own words repeat the value that they complain of, which may be a whole profile. What stands in the program's text is
//! the author's and stays; anything else becomes what kind of value it is.

use hrflow_core::{Redactor, secret::REDACTED};
use jaq_json::{Error, Val};
use serde_json::{Deserializer, Value};

/// Most characters of such words.
const MOST: usize = 240;

/// What an error of `program` says; what `secrets` knows is taken out first.
pub(super) fn explain(error: Error, program: &str, secrets: &Redactor) -> String {
    let words = match error.into_val() {
        Val::TStr(text) | Val::BStr(text) => {
            redacted(&secrets.redact(&String::from_utf8_lossy(&text)), &secrets.redact(program))
        }
        other => match super::json::value(&other) {
            Ok(value) => described(&value, program),
            Err(_) => "a value".to_owned(),
        },
    };
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// The words, with every value in them described.
fn redacted(words: &str, program: &str) -> String {
    let mut safe = String::new();
    let mut rest = words;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '[' if rest.starts_with(REDACTED) => {
                safe.push_str(REDACTED);
                REDACTED.len()
            }
            '"' | '{' | '[' => match value_at(rest) {
                Some((value, length)) => {
                    safe.push_str(&described(&value, program));
                    length
                }
                // What cannot be told apart from a value is none that is repeated.
                None => {
                    safe.push('…');
                    rest.len()
                }
            },
            first if first.is_alphanumeric() => {
                let is_inside = |letter: char| !letter.is_whitespace() && !"\"{}[],;:()".contains(letter);
                let length = rest.find(|letter| !is_inside(letter)).unwrap_or(rest.len());
                let word = &rest[..length];
                let digits = word.chars().filter(char::is_ascii_digit).count();
                let may_be_data = word.contains('@') || digits > 3;
                safe.push_str(if may_be_data && !program.contains(word) { REDACTED } else { word });
                length
            }
            first => {
                safe.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    safe
}

/// The JSON value that a text begins with, and its length.
fn value_at(text: &str) -> Option<(Value, usize)> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

/// A value by its kind and size; what stands in the program as it is.
fn described(value: &Value, program: &str) -> String {
    let is_of = |text: &str| !text.is_empty() && text.len() <= 60 && program.contains(text);
    match value {
        Value::String(text) if is_of(text) => format!("\"{text}\""),
        Value::String(text) => format!("text of {} characters", text.chars().count()),
        Value::Array(values) => format!("a list of {}", values.len()),
        Value::Object(members) => {
            // The name of a member may be data too, such as an address that something is counted by.
            let names: Vec<&str> =
                members.keys().map(String::as_str).filter(|it| is_of(it)).take(3).collect();
            match (members.len(), names.as_slice()) {
                (0, _) => "an empty object".to_owned(),
                (1, []) => "an object of 1 member".to_owned(),
                (count, []) => format!("an object of {count} members"),
                (count, names) => {
                    let more = if count > names.len() { ", …" } else { "" };
                    format!("an object with {}{more}", names.join(", "))
                }
            }
        }
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) | Value::Null => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_program_are_repeated() {
        let program = ".info.email | error(\"no name\")";
        for (words, safe) in [
            ("no name", "no name"),
            (
                r#"cannot index "ada@example.com" with "email""#,
                r#"cannot index text of 15 characters with "email""#,
            ),
            (
                r#"cannot use {"key":"k1","info":{},"a":1,"z":2} as array"#,
                "cannot use an object with a, info, … as array",
            ),
            (r#"cannot index {"ada@example.com":1} with 0"#, "cannot index an object of 1 member with 0"),
            (r#"cannot use {"k":1,"0612345678":2} as array"#, "cannot use an object of 2 members as array"),
            ("cannot calculate [1,2] + null", "cannot calculate a list of 2 + null"),
            ("nobody like ada@example.com, 0612345678", "nobody like [redacted], [redacted]"),
            ("index 3 out of bounds", "index 3 out of bounds"),
            (r#"cannot parse "ada as JSON"#, "cannot parse …"),
        ] {
            assert_eq!(redacted(words, program), safe);
        }
    }
}
