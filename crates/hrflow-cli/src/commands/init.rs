//! `hrflow init`: a workflow file to fill in, made of what an action says about its parameters.

mod field;

use hrflow_core::{connector::ActionDescription, parameters::Field};

use super::{describe, variables};
use crate::{
    arguments::Init,
    exit::{Exit, Failure},
    output,
    text::{WIDTH, wrap},
};

pub(crate) fn execute(arguments: &Init) -> Result<Exit, Failure> {
    let catalogue = hrflow_connectors::catalogue();
    let action = describe::find(&catalogue, &arguments.connector, arguments.action.as_deref())?;
    output::print(&workflow(&action))?;
    Ok(Exit::Success)
}

fn workflow(action: &ActionDescription) -> String {
    let [origin, target] = variables::prefixes(action);
    let id = format!("{}-{}", action.connector, action.action).replace('_', "-");
    let mut text = introduction(action);
    text.push_str(&format!(
        "\nworkflow_id: {id}\nconnector: {}\naction: {}\n",
        action.connector, action.action
    ));
    for (name, prefix, fields) in [
        ("origin_parameters", &origin, &action.origin_parameters),
        ("target_parameters", &target, &action.target_parameters),
        // What of them is secret, HrFlow.ai knows.
        ("action_parameters", &"HRFLOW".to_owned(), &action.action_parameters),
        ("options", &String::new(), &action.options),
    ] {
        text.push_str(&section(name, prefix, fields));
    }
    text
}

fn introduction(action: &ActionDescription) -> String {
    let what = format!("{} From {} to {}.", action.description, action.origin, action.target);
    let how = "Set the environment variables that stand in ${…}, or write values in their place. Lines that start \
               with # are left out: what they show is what holds without them. Saved as workflow.yaml:";
    let commands = [
        "  hrflow check workflow.yaml            # log in at both ends",
        "  hrflow run workflow.yaml --dry-run    # show what would be sent",
        "  hrflow run workflow.yaml",
    ];
    let blank = || vec![String::new()];
    let lines =
        [wrap(&what, WIDTH - 2), blank(), wrap(how, WIDTH - 2), blank(), commands.map(str::to_owned).into()]
            .concat();
    lines.iter().map(|line| format!("# {line}").trim_end().to_owned() + "\n").collect()
}

/// Required fields first; the others are commented out.
fn section(name: &str, prefix: &str, fields: &[Field]) -> String {
    let (required, optional): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| field.required);
    let blocks: Vec<String> = required
        .into_iter()
        .chain(optional)
        .map(|field| field::lines(field, prefix, WIDTH - 2))
        .map(|lines| lines.iter().map(|line| format!("  {line}\n")).collect())
        .collect();
    format!("\n{name}:\n{}", blocks.join("\n"))
}
