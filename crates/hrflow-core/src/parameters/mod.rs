//! Parameters: a struct per origin and target, read from untyped JSON by one validator.
//!
//! The struct is the single source of truth. Its doc comments are the descriptions, its serde
//! defaults are the defaults, an `Option` may be left out, a [`Secret`](crate::Secret) is a secret.
//! [`fields`] tells all that to documents; [`read`] holds JSON against it and names every fault at once.
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

/// A set of parameters: a struct that can be described and read.
pub trait Parameters: DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// Faults that the schema cannot express, such as a URL's scheme or two fields that exclude each
    /// other. Paths are relative to this struct: `api_url`, not `target_parameters.api_url`.
    ///
    /// A secret's value must not get into a fault.
    fn check(&self) -> Vec<Fault> {
        Vec::new()
    }
}

/// What a set of parameters consists of, in the order of declaration.
///
/// The order is lost for a struct with `#[serde(flatten)]`: its required fields come first then, the
/// others after them by name.
pub fn fields<P: Parameters>() -> Vec<Field> {
    schema::object::<P>().into_fields()
}

/// The JSON Schema of a set of parameters, without references. Secrets are `writeOnly`, of format `password`.
///
/// Beside the standard keywords, `x-order` of an object names its members in the order of declaration, `x-expected`
/// says in words what a value has to be, and `x-address` marks URLs and hosts that requests are sent to.
pub fn json_schema<P: Parameters>() -> Value {
    schema::published::<P>()
}

/// Reads parameters; `section` is what the user knows them by, such as `target_parameters`.
///
/// Every scalar is read by the type of its field: a number given for a text is its text, `"5432"`
/// given for a number is that number, and `"true"` or `"false"` given for a boolean is that boolean.
/// `null` means absent; fields that are not known are refused.
///
/// # Errors
///
/// All faults at once. They never hold a secret's value.
pub fn read<P: Parameters>(section: &str, value: &Value) -> Result<P, Faults> {
    let node = schema::object::<P>();
    let nothing = Value::Object(Map::new());
    let value = if value.is_null() { &nothing } else { value };

    let mut faults = Vec::new();
    let read = lenient::read(&node, value, section, &mut faults);
    let decoded = decode::decode::<P>(&node, read.unwrap_or(nothing), section);
    if !faults.is_empty() {
        // What is already at fault makes its objects fail too, and that is no news. Where all the rest is good, its own
        // rules are held against it as well.
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
