//! The program's description of itself: `hrflow connectors --json` and `hrflow describe --all --json`.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::generated;

pub(super) struct Catalogue {
    pub(super) connectors: Vec<Connector>,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
pub(super) struct Connector {
    #[serde(rename = "connector")]
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) url: String,
}

#[derive(Deserialize)]
pub(super) struct Action {
    pub(super) connector: String,
    pub(super) action: String,
    pub(super) origin: String,
    pub(super) target: String,
    pub(super) description: String,
    pub(super) trigger_type: String,
    pub(super) action_type: String,
    pub(super) action_parameters: Vec<Field>,
    pub(super) origin_parameters: Vec<Field>,
    pub(super) target_parameters: Vec<Field>,
    pub(super) options: Vec<Field>,
    pub(super) format: Format,
    pub(super) mapping: Vec<MappingRow>,
    pub(super) capabilities: Capabilities,
    pub(super) origin_warehouse: Warehouse,
    pub(super) target_warehouse: Warehouse,
}

#[derive(Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) required: bool,
    pub(super) default: Value,
    pub(super) description: String,
    pub(super) secret: bool,
    #[serde(default)]
    pub(super) fields: Vec<Field>,
    #[serde(default)]
    pub(super) choices: Vec<Value>,
}

#[derive(Deserialize)]
pub(super) struct Format {
    pub(super) name: String,
    pub(super) source: String,
}

#[derive(Deserialize)]
pub(super) struct MappingRow {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) rule: String,
    pub(super) without: Vec<String>,
    pub(super) limit: Option<String>,
    pub(super) source: String,
}

#[derive(Deserialize)]
pub(super) struct Capabilities {
    pub(super) update: bool,
    pub(super) attachments: bool,
    pub(super) concurrency: u64,
    pub(super) batch_size: u64,
    pub(super) rate_limit: Option<String>,
    pub(super) find_without_email: bool,
}

#[derive(Deserialize)]
pub(super) struct Warehouse {
    pub(super) name: String,
    pub(super) endpoints: Vec<Endpoint>,
}

#[derive(Deserialize)]
pub(super) struct Endpoint {
    pub(super) name: String,
    pub(super) request: String,
    pub(super) url: String,
}

impl Catalogue {
    pub(super) fn ask(program: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            connectors: answer(program, &["connectors", "--json"])?,
            actions: answer(program, &["describe", "--all", "--json"])?,
        })
    }

    pub(super) fn actions_of(&self, connector: &Connector) -> Vec<&Action> {
        self.actions.iter().filter(|action| action.connector == connector.id).collect()
    }
}

impl Connector {
    /// Returns the crate's name.
    pub(super) fn package(&self) -> String {
        format!("connector-{}", self.id)
    }

    /// Returns the crate's directory, relative to the root.
    pub(super) fn directory(&self) -> String {
        format!("crates/{}", self.package())
    }
}

fn answer<T: DeserializeOwned>(program: &Path, arguments: &[&str]) -> anyhow::Result<T> {
    let answer = generated::ask(program, arguments)?;
    serde_json::from_slice(&answer)
        .with_context(|| format!("hrflow {} answers something else", arguments.join(" ")))
}
