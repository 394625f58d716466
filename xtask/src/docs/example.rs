//! The example on an action's page: a workflow file, the Rust call, the command line.

use super::catalogue::{Action, Connector, Field};

const INDENT: &str = "    ";

pub(super) fn all(connector: &Connector, action: &Action) -> String {
    let (id, name) = (&connector.id, &action.action);
    format!(
        "A workflow file, `workflow.yaml`; `hrflow init {id} {name}` prints it with all that is optional too. What is \
         required comes from environment variables here, and may as well stand in their place.\n\n\
         <!-- test: file workflow.yaml -->\n\
         ```yaml\n{}```\n\n\
         The same from Rust, with the crate `hrflow-connectors`:\n\n\
         ```rust\n{}```\n\n\
         On the command line:\n\n\
         > **Live account:** `check` logs in to your accounts, and the last command writes to the target.\n\n\
         <!-- test: live account -->\n\
         {}```console\n\
         $ hrflow check workflow.yaml            # log in at both ends, write nothing\n\
         {}\n\
         $ hrflow run workflow.yaml\n\
         ```\n",
        workflow(connector, action),
        rust(connector, action),
        ending(action),
        preview(action),
    )
}

fn is_of_a_list(action: &Action) -> bool {
    action.trigger_type == "schedule"
}

fn preview(action: &Action) -> &'static str {
    match is_of_a_list(action) {
        true => {
            "$ hrflow run workflow.yaml --dry-run --limit 3    # show what would be sent of the first three"
        }
        false => "$ hrflow run workflow.yaml --dry-run    # show what would be sent",
    }
}

/// Returns the exit statuses of the commands, for the test that runs them. Some vendors reject some profiles of a
/// source.
fn ending(action: &Action) -> &'static str {
    if is_of_a_list(action) { "<!-- test: exit 0|3 -->\n" } else { "" }
}

/// Returns the two sides of an action: the section, the prefix of its variables, its fields.
fn sides<'a>(connector: &Connector, action: &'a Action) -> [(&'static str, String, &'a [Field]); 2] {
    let (hrflow, vendor) = ("HRFLOW".to_owned(), in_capitals(&connector.id));
    let (origin, target) = match action.action_type.as_str() {
        "inbound" => (vendor, hrflow),
        _ => (hrflow, vendor),
    };
    [
        ("origin_parameters", origin, &action.origin_parameters),
        ("target_parameters", target, &action.target_parameters),
    ]
}

fn workflow(connector: &Connector, action: &Action) -> String {
    let (id, name) = (&connector.id, &action.action);
    let workflow_id = format!("{id}-{name}").replace('_', "-");
    let mut text = format!("workflow_id: {workflow_id}\nconnector: {id}\naction: {name}\n");
    for (section, prefix, fields) in sides(connector, action) {
        let lines = yaml(fields, &prefix, 1);
        if !lines.is_empty() {
            text.push_str(&format!("{section}:\n{lines}"));
        }
    }
    text
}

fn yaml(fields: &[Field], prefix: &str, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let lines = required(fields).map(|field| {
        let variable = variable(prefix, field);
        match is_object(field) {
            true => format!("{indent}{}:\n{}", field.name, yaml(&field.fields, &variable, depth + 1)),
            false => format!("{indent}{}: ${{{variable}}}\n", field.name),
        }
    });
    lines.collect()
}

fn rust(connector: &Connector, action: &Action) -> String {
    let module = &connector.id;
    let mut text = format!(
        "use std::env::var;\n\n\
         use hrflow_connectors::{{\n\
         {INDENT}core::{{RunResult, parameters::read}},\n\
         {INDENT}{module},\n\
         }};\n\
         use serde_json::json;\n\n\
         async fn {}() -> Result<RunResult, Box<dyn std::error::Error>> {{\n",
        action.action
    );
    for (section, prefix, fields) in sides(connector, action) {
        let name = section.split('_').next().unwrap_or(section);
        text.push_str(&format!(
            "{INDENT}let {name} = read(\"{section}\", &json!({{\n{}{INDENT}}}))?;\n",
            json(fields, &prefix, 2)
        ));
    }
    text.push_str(&format!("{INDENT}Ok({module}::{}().run(origin, target).await)\n}}\n", action.action));
    text
}

fn json(fields: &[Field], prefix: &str, depth: usize) -> String {
    let indent = INDENT.repeat(depth);
    let lines = required(fields).map(|field| {
        let variable = variable(prefix, field);
        match is_object(field) {
            true => format!(
                "{indent}\"{}\": {{\n{}{indent}}},\n",
                field.name,
                json(&field.fields, &variable, depth + 1)
            ),
            false => format!("{indent}\"{}\": var(\"{variable}\")?,\n", field.name),
        }
    });
    lines.collect()
}

fn required(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| field.required)
}

/// Returns the environment variable of a field, as in `hrflow init`.
fn variable(prefix: &str, field: &Field) -> String {
    format!("{prefix}_{}", in_capitals(&field.name))
}

fn in_capitals(name: &str) -> String {
    let fitting =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    name.chars().map(fitting).collect()
}

fn is_object(field: &Field) -> bool {
    field.kind == "object" && !field.fields.is_empty()
}
