//! A field of a set of parameters, as the documentation and `describe --json` show it.

use serde::Serialize;
use serde_json::Value;

use super::node::Node;

/// A field of a set of parameters.
///
/// Serialises to `{name, type, required, default, description, secret}`, with `fields` or `choices` if the field has
/// them.
#[non_exhaustive]
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// The name, exactly as in a workflow file.
    pub name: String,
    /// The type: `string`, `integer`, `number`, `boolean`, `array`, `object`, `any`, or several types joined by ` or `.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether the field is required.
    pub required: bool,
    /// The default value. Null if there is none.
    pub default: Value,
    /// The description. Paragraphs are separated by an empty line.
    pub description: String,
    /// Whether the value must not be shown.
    pub secret: bool,
    /// Whether the value is a URL or a host that receives requests with secrets. In the schema: `x-address`.
    #[serde(skip)]
    pub address: bool,
    /// The fields of an object, or of the objects in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<Field>>,
    /// The only accepted values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<Value>>,
    /// A description of the accepted values: `a whole number from 1 to 65535`.
    #[serde(skip)]
    pub expected: String,
    #[serde(skip)]
    pub(super) node: Node,
}

/// The reason why only the workflow file, and no event, can set a parameter. Events are not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// The parameter is a secret.
    Secret,
    /// The parameter decides which host receives the secrets.
    Address,
}

impl Field {
    /// Returns why only the workflow file can set the parameter, or `None` if events can set it too. A list or an
    /// object is protected if it can contain a protected value.
    pub fn protection(&self) -> Option<Protection> {
        self.node.protection()
    }
}
