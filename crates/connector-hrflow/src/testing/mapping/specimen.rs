//! Somebody with every member that HrFlow.ai documents, and other values for each.

use serde_json::{Value, json};

use super::path::Path;

/// The lists whose elements are told apart by a member.
const KINDS: [(&str, &str); 3] = [("info.urls", "type"), ("attachments", "type"), ("labels", "stage")];

pub(super) fn specimen() -> Value {
    serde_json::from_str(include_str!("../samples/every_member.json")).expect("the specimen is JSON")
}

/// Every scalar in a profile: its path, and its place as a JSON pointer. What tells elements apart is in their paths.
pub(super) fn leaves(profile: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(profile, String::new(), String::new(), &mut found);
    found
}

fn walk(value: &Value, path: String, place: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            walk(value, inner, format!("{place}/{name}"), found);
        }),
        Value::Array(elements) => {
            let kind = KINDS.iter().find(|(list, _)| *list == path).map(|(_, kind)| *kind);
            for (index, element) in elements.iter().enumerate() {
                let name = kind.and_then(|kind| Some((kind, element[kind].as_str()?)));
                let inner = match name {
                    Some((kind, name)) => format!("{path}[{kind}={name}]"),
                    None => format!("{path}[]"),
                };
                walk(element, inner, format!("{place}/{index}"), found);
            }
        }
        _ => {
            let is_kind = KINDS
                .iter()
                .any(|(list, kind)| path.starts_with(list) && path.ends_with(&format!("].{kind}")));
            if !is_kind {
                found.push((path, place));
            }
        }
    }
}

/// Another value that fits as well.
pub(super) fn other(path: &str, value: &Value) -> Value {
    match value {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_f64().unwrap_or_default() + 1.0),
        Value::String(text) => Value::from(other_text(path, text)),
        other => other.clone(),
    }
}

fn other_text(path: &str, text: &str) -> String {
    let name = Path::new(path).name();
    match name {
        "email" => "grace@example.com".to_owned(),
        "country" => "Canada".to_owned(),
        "state" => "Texas".to_owned(),
        "gender" => "male".to_owned(),
        "extension" => ".docx".to_owned(),
        "alt" => format!("9{}", &text[1..]),
        "value" if text.contains("4/5") => "1/5".to_owned(),
        // An earlier start and a later end are still in order.
        "date_start" => text.replacen("201", "200", 1),
        "date_end" => text.replacen("2021-04", "2022-05", 1).replacen("2016-06", "2017-07", 1),
        _ if name.contains("date") || name.ends_with("_at") || name == "archive" => {
            text.replacen("2024", "2023", 1).replacen("1990", "1991", 1)
        }
        _ if text.contains("://") => match text.rsplit_once('.') {
            Some((start, end)) if !end.contains('/') => format!("{start}-2.{end}"),
            _ => format!("{text}-2"),
        },
        _ if text.ends_with(|it: char| it.is_ascii_digit()) => {
            let last = if text.ends_with('7') { '8' } else { '7' };
            format!("{}{last}", &text[..text.len() - 1])
        }
        _ => format!("{text} B"),
    }
}

#[cfg(test)]
mod tests {
    use schemars::generate::SchemaSettings;

    use super::*;
    use crate::{Profile, testing::profile};

    /// Whether a value has every member that its schema documents.
    fn assert_whole(schema: &Value, value: &Value, path: &str) {
        let value = value.as_array().and_then(|elements| elements.first()).unwrap_or(value);
        let schema = schema.get("items").unwrap_or(schema);
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            let member = &value[name];
            assert!(!member.is_null(), "the specimen lacks {path}");
            // Where somebody worked or studied is a location like theirs.
            if !path.contains("s.location.fields") {
                assert_whole(schema, member, &path);
            }
        }
    }

    #[test]
    fn the_specimen_has_every_documented_member() {
        let mut settings = SchemaSettings::draft2020_12();
        settings.inline_subschemas = true;
        let schema = settings.into_generator().into_root_schema_for::<Profile>();
        assert_whole(schema.as_value(), &specimen(), "profile");
    }

    #[test]
    fn every_member_has_another_value_that_is_read_too() {
        let specimen = specimen();
        for (path, place) in leaves(&specimen) {
            let mut changed = specimen.clone();
            let value = changed.pointer_mut(&place).expect("the member is there");
            *value = other(&path, value);
            assert_ne!(changed, specimen, "{path}");
            let read = |json: &Value| serde_json::to_value(profile(json.clone())).expect("a profile is JSON");
            assert_ne!(read(&changed), read(&specimen), "{path} is not read");
        }
    }
}
