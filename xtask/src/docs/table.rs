//! Markdown tables.

use serde_json::Value;

use super::catalogue::Field;

/// Builds a table. Cells may contain Markdown, but no line breaks.
pub(super) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let rule = header.map(|title| "-".repeat(title.chars().count().max(3)));
    let mut text = line(header) + &line(rule.each_ref().map(String::as_str));
    for row in rows {
        text.push_str(&line(row.each_ref().map(String::as_str)));
    }
    text
}

fn line<const N: usize>(cells: [&str; N]) -> String {
    let cells = cells.map(|cell| cell.trim().replace('|', "\\|").replace("\n\n", "<br>").replace('\n', " "));
    format!("| {} |\n", cells.join(" | "))
}

/// Builds the table of a set of parameters. `note` replaces a field's default.
pub(super) fn fields(fields: &[Field], note: impl Fn(&Field) -> Option<String>) -> String {
    if fields.is_empty() {
        return "None.\n".to_owned();
    }
    let mut rows = Vec::new();
    collect(fields, "", &note, &mut rows);
    table(["Field", "Type", "Default", "Description"], rows)
}

fn collect(
    fields: &[Field],
    prefix: &str,
    note: &impl Fn(&Field) -> Option<String>,
    rows: &mut Vec<[String; 4]>,
) {
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let mark = if field.required { " :red_circle:" } else { "" };
        let secret = if field.secret { ", secret" } else { "" };
        rows.push([
            format!("`{name}`{mark}"),
            format!("`{}`{secret}", field.kind),
            note(field).unwrap_or_else(|| default(field)),
            description(field),
        ]);
        let inside = if field.kind.starts_with("array") { format!("{name}[].") } else { format!("{name}.") };
        collect(&field.fields, &inside, note, rows);
    }
}

fn default(field: &Field) -> String {
    match &field.default {
        Value::Null => String::new(),
        value => code(value),
    }
}

fn description(field: &Field) -> String {
    if field.choices.is_empty() {
        return field.description.clone();
    }
    let choices: Vec<String> = field.choices.iter().map(code).collect();
    format!("{} One of {}.", field.description, choices.join(", "))
}

/// Formats a value as in a workflow file.
fn code(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
