//! Control characters, which no target keeps.

use hrflow_core::{
    MappingRow, Warnings,
    repair::{Step, shown_path},
};
use serde_json::Value;

use crate::Profile;

/// Adds a warning for each field with control characters that `rows`, the table of a format, sends somewhere. Tabs and
/// line breaks of any kind are plain formatting.
pub fn warn_of_control_characters(profile: &Profile, rows: &[MappingRow], warnings: &mut Warnings) {
    let Ok(profile) = serde_json::to_value(profile) else { return };
    walk(&profile, &mut Vec::new(), rows, warnings);
}

fn walk(value: &Value, path: &mut Vec<Step>, rows: &[MappingRow], warnings: &mut Warnings) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                path.push(Step::Field(name.clone()));
                walk(value, path, rows, warnings);
                path.pop();
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                path.push(Step::Index(index));
                walk(element, path, rows, warnings);
                path.pop();
            }
        }
        Value::String(text) if text.contains(is_removed) && is_sent(&as_in_tables(path), rows) => {
            warnings.add(shown_path(path), "Control characters were replaced by spaces");
        }
        _ => {}
    }
}

/// A path as tables write it: without the positions in lists.
fn as_in_tables(path: &[Step]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Field(name) => format!(".{name}"),
        Step::Index(_) => "[]".to_owned(),
    });
    steps.collect::<String>().trim_start_matches('.').to_owned()
}

fn is_removed(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}')
}

/// Whether a row is about a field and not about leaving it out. Rows name the elements that they are about, as in
/// `info.urls[type=github].url`.
fn is_sent(field: &str, rows: &[MappingRow]) -> bool {
    rows.iter().filter(|row| !row.from.is_empty() && !row.to.is_empty()).any(|row| {
        let mut rest = field;
        for (at, part) in row.from.split('[').enumerate() {
            let part = if at == 0 { part } else { part.split_once(']').map_or("", |(_, after)| after) };
            let Some(after) = rest.strip_prefix(part) else { return false };
            rest = if row.from.split('[').nth(at + 1).is_some() {
                after.strip_prefix("[]").unwrap_or("\0")
            } else {
                after
            };
        }
        rest.is_empty() || rest.starts_with(['.', '['])
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_that_are_sent_are_told_once_each() {
        let rows = [
            MappingRow::new("info.first_name", "name", "as is"),
            MappingRow::new("info.urls[type=github].url", "page", "as is"),
            MappingRow::new("experiences[].title", "title", "as is"),
            MappingRow::new("metadatas[].value", "note", "as is"),
            MappingRow::left_out("info.summary", "no place"),
        ];
        let profile = serde_json::from_value(json!({
            "info": { "first_name": "A\u{0}da\u{1}", "last_name": "\u{0}", "summary": "\u{7}", "phone": "\u{7}",
                "urls": [{ "type": "x\u{0}", "url": "https://e.example.com/\u{0}" }] },
            "experiences": [{ "title": "fine\n\t\r" }, { "title": "B\u{1b}[31m", "description": "\u{0}" }],
            "metadatas": [{ "value": { "\u{2000} ": "\u{0}" } }],
        }));
        let mut warnings = Warnings::default();
        warn_of_control_characters(&profile.unwrap(), &rows, &mut warnings);
        let mut told: Vec<String> = warnings.into_vec().into_iter().map(|it| it.field).collect();
        told.sort();
        // The name of a field of metadata is the user's.
        let metadata = "metadatas[0].value.…";
        assert_eq!(told, ["experiences[1].title", "info.first_name", "info.urls[0].url", metadata]);
    }
}
