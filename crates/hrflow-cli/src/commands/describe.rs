//! `hrflow describe`.

mod example;

use std::collections::BTreeSet;

use hrflow_core::{
    AnyAction, Connector,
    connector::ActionDescription,
    manifest::Manifest,
    parameters::{Field, nearest},
};
use serde_json::Value;

use crate::{
    arguments::Describe,
    exit::{Exit, Failure},
    output,
    text::{WIDTH, paragraph, wrap},
};

pub(crate) fn execute(arguments: &Describe) -> Result<Exit, Failure> {
    let catalogue = hrflow_connectors::catalogue();
    match &arguments.connector {
        Some(connector) => one(&catalogue, connector, arguments)?,
        None => all(&catalogue, arguments)?,
    };
    Ok(Exit::Success)
}

fn all(catalogue: &[Connector], arguments: &Describe) -> Result<bool, Failure> {
    if arguments.schemas {
        return output::print_json(&Manifest::of(catalogue));
    }
    let all = catalogue.iter().flat_map(descriptions).collect::<Vec<_>>();
    if arguments.json {
        return output::print_json(&all);
    }
    let pages: Vec<String> = all.iter().map(page).collect();
    output::print(&pages.join("\n\n"))
}

fn one(catalogue: &[Connector], id: &str, arguments: &Describe) -> Result<bool, Failure> {
    let (connector, action) = find_action(catalogue, id, arguments.action.as_deref())?;
    if arguments.schemas {
        return output::print_json(&action.manifest());
    }
    let description = action.describe(connector.id);
    if arguments.json {
        return output::print_json(&description);
    }
    output::print(&page(&description))
}

fn descriptions(connector: &Connector) -> impl Iterator<Item = ActionDescription> {
    connector.actions.iter().map(|action| action.describe(connector.id))
}

/// What the action of a name says about itself. Whoever is wrong, or leaves the name out, is told what there is.
pub(super) fn find(
    catalogue: &[Connector],
    id: &str,
    name: Option<&str>,
) -> Result<ActionDescription, Failure> {
    find_action(catalogue, id, name).map(|(connector, action)| action.describe(connector.id))
}

fn find_action<'a>(
    catalogue: &'a [Connector],
    id: &str,
    name: Option<&str>,
) -> Result<(&'a Connector, &'a dyn AnyAction), Failure> {
    let Some(connector) = catalogue.iter().find(|connector| connector.id == id) else {
        let known: Vec<&str> = catalogue.iter().map(|connector| connector.id).collect();
        return Err(unknown("there is no connector", id, &known));
    };
    let actions = || connector.actions.iter().map(|action| action.name()).collect::<Vec<_>>();
    let Some(name) = name else {
        return Err(Failure::usage(format!("which action of {id}? There are: {}", actions().join(", "))));
    };
    let Some(action) = connector.action(name) else {
        return Err(unknown(&format!("{id} has no action"), name, &actions()));
    };
    Ok((connector, action))
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
        "{} {}: {} -> {}\n\n{}",
        action.connector,
        action.action,
        action.origin,
        action.target,
        paragraph(action.description)
    );
    for (section, fields) in [
        ("action_parameters", &action.action_parameters),
        ("origin_parameters", &action.origin_parameters),
        ("target_parameters", &action.target_parameters),
        ("options", &action.options),
    ] {
        page.push_str(&format!("\n{section}\n{}", list(fields, "")));
    }
    page.push_str(&format!("\nEndpoints used\n{}", endpoints(action)));
    page.push_str(&format!("\nExample of a workflow file\n\n{}", example::workflow(action)));
    page
}

/// Names alone at the start of a line, in lines that fit a terminal: they are there to be copied.
fn list(fields: &[Field], prefix: &str) -> String {
    let mut list = String::new();
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let kind = if field.secret { format!("{} (secret)", field.kind) } else { field.kind.clone() };
        let default = match (&field.default, field.required) {
            (_, true) => ", required".to_owned(),
            (Value::Null, false) => String::new(),
            (Value::String(text), false) => format!(", default {text}"),
            (other, false) => format!(", default {other}"),
        };
        list.push_str(&format!("  {name}: {kind}{default}\n"));
        for line in wrap(&field.description, WIDTH - 6) {
            list.push_str(&format!("      {line}\n"));
        }
        list.push_str(&self::list(field.fields.as_deref().unwrap_or_default(), &format!("{name}.")));
    }
    list
}

/// The requests of each warehouse, and where they are documented.
fn endpoints(action: &ActionDescription) -> String {
    let mut list = String::new();
    for warehouse in [&action.origin_warehouse, &action.target_warehouse] {
        let longest = warehouse.endpoints.iter().map(|it| it.request.len()).max().unwrap_or_default();
        list.push_str(&format!("  {}\n", warehouse.name));
        for endpoint in &warehouse.endpoints {
            list.push_str(&format!("      {:longest$}  {}\n", endpoint.request, endpoint.name));
        }
        let urls: BTreeSet<&str> = warehouse.endpoints.iter().map(|endpoint| endpoint.url).collect();
        list.extend(urls.into_iter().map(|url| format!("      {url}\n")));
    }
    list
}
