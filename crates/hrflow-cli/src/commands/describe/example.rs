//! A workflow file that has all that an action requires.

use hrflow_core::{connector::ActionDescription, parameters::Field};

use crate::commands::variables;

pub(super) fn workflow(action: &ActionDescription) -> String {
    let [origin, target] = variables::prefixes(action);
    let mut text = format!(
        "workflow_id: my-{}\nconnector: {}\naction: {}\n",
        action.connector, action.connector, action.action
    );
    text.push_str(&section("origin_parameters", &origin, &action.origin_parameters));
    text.push_str(&section("target_parameters", &target, &action.target_parameters));
    text
}

/// The required fields of a section: secrets as variables, the rest to be filled in.
fn section(name: &str, prefix: &str, fields: &[Field]) -> String {
    let required: Vec<&Field> = fields.iter().filter(|field| field.required).collect();
    if required.is_empty() {
        return String::new();
    }
    let lines = required.into_iter().map(|field| lines(field, prefix, 1));
    format!("{name}:\n{}", lines.collect::<String>())
}

fn lines(field: &Field, prefix: &str, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let variable = variables::name(prefix, &field.name);
    if let Some(fields) = field.fields.as_deref().filter(|_| field.kind == "object") {
        let inner =
            fields.iter().filter(|field| field.required).map(|field| lines(field, &variable, depth + 1));
        return format!("{indent}{}:\n{}", field.name, inner.collect::<String>());
    }
    let value = if field.secret { format!("${{{variable}}}") } else { "…".to_owned() };
    format!("{indent}{}: {value}\n", field.name)
}
