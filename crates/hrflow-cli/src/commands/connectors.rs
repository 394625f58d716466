//! `hrflow connectors`.

use hrflow_core::{Connector, ConnectorType};
use serde::Serialize;

use crate::{
    arguments::Connectors,
    exit::{Exit, Failure},
    output, report,
};

#[derive(Serialize)]
struct Entry {
    connector: &'static str,
    name: &'static str,
    #[serde(rename = "type")]
    connector_type: ConnectorType,
    url: &'static str,
    actions: Vec<ActionEntry>,
}

#[derive(Serialize)]
struct ActionEntry {
    name: &'static str,
    origin: &'static str,
    target: &'static str,
}

pub(crate) fn execute(arguments: &Connectors) -> Result<Exit, Failure> {
    let entries: Vec<Entry> = hrflow_connectors::catalogue().iter().map(entry).collect();
    if arguments.json {
        output::print_json(&entries)?;
        return Ok(Exit::Success);
    }
    let mut table = report::Table::new(["connector", "name", "type", "action", "origin", "target"]);
    for entry in &entries {
        let kind = serde_json::to_value(entry.connector_type).unwrap_or_default();
        for action in &entry.actions {
            let kind = kind.as_str().unwrap_or_default();
            table.row([entry.connector, entry.name, kind, action.name, action.origin, action.target]);
        }
    }
    let hint = "`hrflow describe CONNECTOR ACTION` shows what an action needs.";
    output::print(&format!("{table}\n\n{hint}\n"))?;
    Ok(Exit::Success)
}

fn entry(connector: &Connector) -> Entry {
    let actions = connector.actions.iter().map(|action| {
        let described = action.describe(connector.id);
        ActionEntry { name: described.action, origin: described.origin, target: described.target }
    });
    Entry {
        connector: connector.id,
        name: connector.name,
        connector_type: connector.connector_type,
        url: connector.url,
        actions: actions.collect(),
    }
}
