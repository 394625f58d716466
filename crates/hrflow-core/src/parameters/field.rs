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
