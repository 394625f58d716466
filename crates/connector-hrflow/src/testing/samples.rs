//! People as HrFlow sends them, at their best and at their worst.

use serde_json::{Value, json};

use crate::Profile;

macro_rules! samples {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("samples/", $name, ".json")))),*]
    };
}

/// The samples, each by its name and as JSON: somebody with everything; with a name and an address only; with
/// `null` wherever there may be one; in scripts and signs of many kinds; with more of everything than any vendor
/// takes; and somebody who means harm.
pub const SAMPLES: [(&str, &str); 6] =
    samples!["complete", "minimal", "null_ridden", "unicode", "over_long", "hostile"];

/// The sample of a name.
///
/// # Panics
/// If there is none of that name.
pub fn sample(name: &str) -> Value {
    let (_, sample) = SAMPLES.iter().find(|(it, _)| *it == name).expect("a sample has this name");
    serde_json::from_str(sample).expect("a sample is JSON")
}

/// The profile that a JSON object stands for.
///
/// # Panics
/// If it is no object.
pub fn profile(object: Value) -> Profile {
    serde_json::from_value(object).expect("any object is a profile")
}

/// A document of a profile, such as its `resume`, at an address of its own.
pub fn document(kind: &str, name: &str) -> Value {
    json!({ "type": kind, "original_file_name": name, "public_url": format!("https://f.example.com/{name}") })
}

/// Puts members into members, however deep; what is no object on both sides is replaced.
pub fn merge(into: &mut Value, more: Value) {
    match more {
        Value::Object(more) if into.is_object() => {
            more.into_iter().for_each(|(name, value)| merge(&mut into[name], value));
        }
        more => *into = more,
    }
}
