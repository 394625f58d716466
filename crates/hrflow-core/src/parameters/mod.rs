//! Parameters: one struct for each origin and target, read from untyped JSON by one validator.
//!
//! The struct is the single source of truth. Its doc comments are the descriptions and its serde defaults are the
//! defaults. An `Option` is an optional field, a [`Secret`](crate::Secret) is a secret. [`fields`] returns this for
//! documentation. [`read`] validates JSON and reports all errors together.
//!
//! ```
//! use hrflow_core::{Secret, parameters::{self, Parameters}};
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//!
//! #[derive(Clone, Deserialize, JsonSchema)]
//! struct Target {
//!     /// The key of the account.
//!     api_key: Secret,
//!     /// How many candidates to ask for at once.
//!     #[serde(default = "page_size")]
//!     page_size: u8,
//! }
//!
//! fn page_size() -> u8 {
//!     50
//! }
//!
//! impl Parameters for Target {}
//!
//! let json = serde_json::json!({ "page_size": "lots", "api_kye": "k" });
//! let faults = parameters::read::<Target>("target_parameters", &json).err().unwrap();
//! assert_eq!(
//!     faults.to_string(),
//!     "target_parameters.api_key: required, but missing (The key of the account)\n\
//!      target_parameters.page_size: expected a whole number from 0 to 255, came \"lots\"\n\
//!      target_parameters.api_kye: unknown; did you mean api_key?"
//! );
//! ```

mod decode;
mod fault;
mod field;
mod lenient;
mod nearest;
mod node;
mod order;
pub(crate) mod schema;
mod silent;
mod span;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{Map, Value};

pub use self::{
    fault::{Fault, FaultKind, Faults, first_lines},
    field::{Field, Protection},
    nearest::nearest,
    span::{Span, SpanError},
};

/// A set of parameters: a struct that can be described and read from JSON.
pub trait Parameters: DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// Returns errors that the schema cannot express, such as a URL's scheme or two fields that exclude each other.
    /// Paths are relative to this struct: `api_url`, not `target_parameters.api_url`.
    ///
    /// [`read`] calls it after all fields were deserialised. It makes no requests. Errors must not contain the value of
    /// a secret.
    fn check(&self) -> Vec<Fault> {
        Vec::new()
    }
}

/// Returns the fields of a set of parameters, in the order of declaration.
///
/// A struct with `#[serde(flatten)]` loses this order: its required fields come first, the others follow by name.
pub fn fields<P: Parameters>() -> Vec<Field> {
    schema::object::<P>().into_fields()
}

/// Returns the JSON Schema of a set of parameters, without references. Secrets are `writeOnly`, of format `password`.
///
/// It has three keywords beside the standard ones. `x-order` lists the fields of an object in the order of declaration.
/// `x-expected` describes the accepted values. `x-address` marks URLs and hosts that receive requests.
pub fn json_schema<P: Parameters>() -> Value {
    schema::published::<P>()
}

/// Reads parameters. `section` is their name in workflow files, such as `target_parameters`.
///
/// Every scalar is converted to the type of its field. A number for a text field becomes its text. `"5432"` for a
/// number field becomes that number, and `"true"` or `"false"` for a boolean field that boolean. `null` counts as
/// absent. Unknown fields are rejected.
///
/// # Errors
///
/// All errors together. They never contain the value of a secret.
pub fn read<P: Parameters>(section: &str, value: &Value) -> Result<P, Faults> {
    let node = schema::object::<P>();
    let nothing = Value::Object(Map::new());
    let value = if value.is_null() { &nothing } else { value };

    let mut faults = Vec::new();
    let read = lenient::read(&node, value, section, &mut faults);
    let decoded = decode::decode::<P>(&node, read.unwrap_or(nothing), section);
    if !faults.is_empty() {
        // An invalid value makes its objects fail too, which is not reported again. If all other values are valid, the
        // rules of the struct are checked as well.
        let news: Vec<Fault> = match decoded {
            Ok(rest) => rest.check().into_iter().map(|fault| fault.inside(section)).collect(),
            Err(faults) => faults.into_iter().collect(),
        };
        let news = news.into_iter();
        let news = news.filter(|fault| faults.iter().all(|known| !known.path.starts_with(&fault.path)));
        let news: Vec<Fault> = news.collect();
        faults.extend(news);
        return Err(Faults::new(faults));
    }
    let parameters = decoded?;
    let faults: Vec<Fault> = parameters.check().into_iter().map(|fault| fault.inside(section)).collect();
    if faults.is_empty() { Ok(parameters) } else { Err(Faults::new(faults)) }
}

/// The empty set of parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct NoParameters;

impl Parameters for NoParameters {}

impl<'de> Deserialize<'de> for NoParameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for NoParameters {
    fn schema_name() -> Cow<'static, str> {
        "NoParameters".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "properties": {}, "additionalProperties": false })
    }
}
