//! What connectors say about themselves to other programs: every action with the JSON Schemas of what it takes, so that
//! forms can be built without reading code. Its members are named as in the manifest of the framework in Python.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::Value;

use crate::{
    action::{ActionType, TriggerType},
    connector::{Connector, ConnectorType},
    item::DataType,
    parameters::schema::unwrap_descriptions,
};

/// Everything that a program offers.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    /// What it is a manifest of.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The connectors.
    pub connectors: Vec<ConnectorManifest>,
}

impl Manifest {
    /// The manifest of some connectors.
    pub fn of(connectors: &[Connector]) -> Self {
        Self {
            name: "HrFlow.ai Connectors",
            version: env!("CARGO_PKG_VERSION"),
            connectors: connectors.iter().map(ConnectorManifest::of).collect(),
        }
    }
}

/// A connector.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectorManifest {
    /// What it is called in workflow files.
    pub connector: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What kind of system it is.
    #[serde(rename = "type")]
    pub connector_type: ConnectorType,
    /// The vendor's site.
    pub url: &'static str,
    /// What it can do.
    pub actions: Vec<ActionManifest>,
}

impl ConnectorManifest {
    fn of(connector: &Connector) -> Self {
        Self {
            connector: connector.id,
            name: connector.name,
            connector_type: connector.connector_type,
            url: connector.url,
            actions: connector.actions.iter().map(|action| action.manifest()).collect(),
        }
    }
}

/// An action. Everything that ends in `parameters` or `schema`, and `options`, is a JSON Schema (draft 2020-12) of its
/// own: see [`json_schema`](crate::parameters::json_schema) for what its members say beyond the standard.
#[derive(Debug, Clone, Serialize)]
pub struct ActionManifest {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// What sets it off.
    pub trigger_type: TriggerType,
    /// Which way its items go.
    pub action_type: ActionType,
    /// What kind of items it moves.
    pub data_type: DataType,
    /// Parameters of the action itself.
    pub action_parameters: Value,
    /// The origin's warehouse.
    pub origin: &'static str,
    /// Parameters of the origin.
    pub origin_parameters: Value,
    /// The origin's item: what a format gets.
    pub origin_data_schema: Value,
    /// Whether it can read on from where the last run ended.
    pub supports_incremental: bool,
    /// The target's warehouse.
    pub target: &'static str,
    /// Parameters of the target.
    pub target_parameters: Value,
    /// The target's item: what a format answers, and what logics see.
    pub target_data_schema: Value,
    /// How a run goes about its work.
    pub options: Value,
}

/// The schema of an item; what its parts share stands under `$defs`.
pub(crate) fn item_schema<I: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<I>().to_value();
    unwrap_descriptions(&mut schema);
    schema
}

/// Words of a doc comment without the links that only rustdoc can follow.
pub(crate) fn without_code_links(words: &str) -> String {
    let mut text = String::new();
    let mut rest = words;
    while let Some((before, (label, target, after))) =
        rest.split_once('[').and_then(|(before, link)| Some((before, label_and_target(link)?)))
    {
        text.push_str(before);
        match target.contains("://") {
            true => text.push_str(&format!("[{label}]({target})")),
            false => text.push_str(label),
        }
        rest = after;
    }
    text + rest
}

/// Of `label](target) and so on`: the three.
fn label_and_target(link: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = link.split_once("](")?;
    // `crate::date()` holds a pair of its own.
    let mut depth = 1_usize;
    let end = rest.find(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    Some((label, &rest[..end], &rest[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_into_code_are_their_labels() {
        for (words, text) in [
            ("the twin of [`a`](Self::a).", "the twin of `a`."),
            ("[`date`](crate::date()) reads it", "`date` reads it"),
            (
                "see [the API](https://example.com/a_(b)), [`x`](y)",
                "see [the API](https://example.com/a_(b)), `x`",
            ),
            ("a list [1, 2] and [open](", "a list [1, 2] and [open]("),
        ] {
            assert_eq!(without_code_links(words), text);
        }
    }
}
