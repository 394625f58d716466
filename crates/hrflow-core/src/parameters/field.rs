//! One field of a set of parameters, as documents and `describe --json` show it.

use serde::Serialize;
use serde_json::Value;

use super::node::Node;

/// One field of a set of parameters.
///
/// Serialises to `{name, type, required, default, description, secret}`, and `fields` or `choices`
/// where it has some.
#[non_exhaustive]
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Its name, letter by letter as in a workflow file.
    pub name: String,
    /// Its type: `string`, `integer`, `number`, `boolean`, `array`, `object`, `any`, or several of
    /// them joined by ` or `.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be given.
    pub required: bool,
    /// What it is when it is not given; null when there is no such value.
    pub default: Value,
    /// What it is for. Paragraphs are separated by an empty line.
    pub description: String,
    /// Whether its value must not be shown.
    pub secret: bool,
    /// Whether it is a URL or a host that requests, and with them secrets, are sent to. In the schema: `x-address`.
    #[serde(skip)]
    pub address: bool,
    /// The fields of an object, or of the objects in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<Field>>,
    /// The only values that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<Value>>,
    /// What it takes, in the words of a message: `a whole number from 1 to 65535`.
    #[serde(skip)]
    pub expected: String,
    #[serde(skip)]
    pub(super) node: Node,
}

/// Why only the workflow file may set a parameter, and no event: an event may come from anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// It is a secret.
    Secret,
    /// It decides which host receives the secrets.
    Address,
}

impl Field {
    /// Why only the workflow file may set it. `None` if events may set it too. A list or an object is protected if it
    /// can hold a protected value.
    pub fn protection(&self) -> Option<Protection> {
        self.node.protection()
    }
}
