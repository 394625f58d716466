//! One field of a workflow file to fill in.

use hrflow_core::parameters::Field;
use serde_json::Value;

use crate::{commands::variables, text::wrap};

/// What the field is for, and a line for its value: a variable where it has to be given, else commented out.
pub(super) fn lines(field: &Field, prefix: &str, width: usize) -> Vec<String> {
    let mut lines = commented(&about(field, width - 2));
    let assignment = assignment(field, &variables::name(prefix, &field.name), width - 2);
    lines.extend(if field.required { assignment } else { commented(&assignment) });
    lines
}

fn commented(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| format!("# {line}").trim_end().to_owned()).collect()
}

/// The description, and what the field takes where its default does not show that.
fn about(field: &Field, width: usize) -> Vec<String> {
    let mut paragraphs: Vec<String> = field.description.split("\n\n").map(str::to_owned).collect();
    if let Some(choices) = &field.choices {
        let choices: Vec<String> = choices.iter().map(scalar).collect();
        paragraphs[0].push_str(&format!(" One of {}.", choices.join(", ")));
    } else if !field.required && field.default.is_null() && !matches!(field.expected.as_str(), "" | "text") {
        paragraphs[0].push_str(&format!(" Takes {}.", field.expected));
    }
    let wrapped: Vec<Vec<String>> = paragraphs.iter().map(|paragraph| wrap(paragraph, width)).collect();
    wrapped.join(&String::new())
}

fn assignment(field: &Field, variable: &str, width: usize) -> Vec<String> {
    let name = &field.name;
    match &field.fields {
        Some(fields) if field.kind == "object" => {
            let members = fields.iter().flat_map(|member| lines(member, variable, width - 2));
            let members = members.map(|line| format!("  {line}"));
            std::iter::once(format!("{name}:")).chain(members).collect()
        }
        _ if field.required || field.secret => vec![format!("{name}: ${{{variable}}}")],
        // Without a value it is as good as absent.
        _ if field.default.is_null() => vec![format!("{name}:")],
        _ => vec![format!("{name}: {}", scalar(&field.default))],
    }
}

/// A value as YAML has it. What could be read as something else is in quotes.
fn scalar(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string().replace("${", "$${") };
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:@".contains(letter);
    let starts_plain = text.starts_with(char::is_alphanumeric);
    let is_null = matches!(text.to_ascii_lowercase().as_str(), "null" | "~");
    if starts_plain && !is_null && !text.ends_with(':') && text.chars().all(is_plain) {
        return text.clone();
    }
    value.to_string().replace("${", "$${")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_yaml_would_read_otherwise_is_in_quotes() {
        for (value, written) in [
            (json!("https://api.hrflow.ai/v1/"), "https://api.hrflow.ai/v1/"),
            (json!("2s"), "2s"),
            (json!("null"), "\"null\""),
            (json!("- a: #b"), "\"- a: #b\""),
            (json!(""), "\"\""),
            (json!("${A}"), "\"$${A}\""),
            (json!(["a", 1]), "[\"a\",1]"),
            (json!(false), "false"),
        ] {
            assert_eq!(scalar(&value), written);
        }
    }
}
