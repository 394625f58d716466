//! `hrflow describe`.

mod example;

use hrflow_core::{
    Connector,
    connector::ActionDescription,
    parameters::{Field, nearest},
};
use serde_json::Value;

use crate::{
    arguments::Describe,
    exit::{Exit, Failure},
    output, report,
};

pub(crate) fn execute(arguments: &Describe) -> Result<Exit, Failure> {
    let catalogue = hrflow_connectors::catalogue();
    let (Some(connector), Some(action)) = (&arguments.connector, &arguments.action) else {
        let all = catalogue.iter().flat_map(descriptions).collect::<Vec<_>>();
        if arguments.json {
            output::print_json(&all)?;
        } else {
            let pages: Vec<String> = all.iter().map(page).collect();
            output::print(&pages.join("\n\n"))?;
        }
        return Ok(Exit::Success);
    };
    let description = find(&catalogue, connector, action)?;
    if arguments.json {
        output::print_json(&description)?;
    } else {
        output::print(&page(&description))?;
    }
    Ok(Exit::Success)
}

fn descriptions(connector: &Connector) -> impl Iterator<Item = ActionDescription> {
    connector.actions.iter().map(|action| action.describe(connector.id))
}

fn find(catalogue: &[Connector], id: &str, name: &str) -> Result<ActionDescription, Failure> {
    let Some(connector) = catalogue.iter().find(|connector| connector.id == id) else {
        let known: Vec<&str> = catalogue.iter().map(|connector| connector.id).collect();
        return Err(unknown("there is no connector", id, &known));
    };
    let Some(action) = connector.action(name) else {
        let known: Vec<&str> = connector.actions.iter().map(|action| action.name()).collect();
        return Err(unknown(&format!("{id} has no action"), name, &known));
    };
    Ok(action.describe(id))
}

fn unknown(what: &str, word: &str, known: &[&str]) -> Failure {
    let all = known.join(", ");
    Failure::usage(match nearest(word, known.iter().copied()) {
        Some(near) => format!("{what} \"{word}\"; did you mean {near}? (there are: {all})"),
        None => format!("{what} \"{word}\"; there are: {all}"),
    })
}

/// Everything about an action that one needs to write a workflow file.
fn page(action: &ActionDescription) -> String {
    let mut page = format!(
        "{} {}: {} -> {}\n\n{}\n",
        action.connector, action.action, action.origin, action.target, action.description
    );
    for (section, fields) in [
        ("action_parameters", &action.action_parameters),
        ("origin_parameters", &action.origin_parameters),
        ("target_parameters", &action.target_parameters),
        ("options", &action.options),
    ] {
        page.push_str(&format!("\n{section}\n{}\n", table(fields)));
    }
    page.push_str(&format!("\nEndpoints used\n{}\n", endpoints(action)));
    page.push_str(&format!("\nExample of a workflow file\n\n{}", example::workflow(action)));
    page
}

fn table(fields: &[Field]) -> String {
    let mut table = report::table(["field", "type", "default", "description"]);
    add_rows(&mut table, "", fields);
    report::text(&table)
}

fn add_rows(table: &mut comfy_table::Table, prefix: &str, fields: &[Field]) {
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let kind = if field.secret { format!("{} (secret)", field.kind) } else { field.kind.clone() };
        let default = match (&field.default, field.required) {
            (_, true) => "required".to_owned(),
            (Value::Null, false) => String::new(),
            (Value::String(text), false) => text.clone(),
            (other, false) => other.to_string(),
        };
        table.add_row([&name, &kind, &default, &field.description]);
        add_rows(table, &format!("{name}."), field.fields.as_deref().unwrap_or_default());
    }
}

fn endpoints(action: &ActionDescription) -> String {
    let mut table = report::table(["warehouse", "endpoint", "request", "documentation"]);
    for warehouse in [&action.origin_warehouse, &action.target_warehouse] {
        for endpoint in &warehouse.endpoints {
            table.add_row([warehouse.name, endpoint.name, endpoint.request, endpoint.url]);
        }
    }
    report::text(&table)
}
