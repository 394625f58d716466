//! From JSON to an item, with faults that name the member and never quote it: it may be anybody's address.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::parameters::Fault;

/// Reads an item; a fault's path is from the item on, and empty where the item itself is at fault.
pub(crate) fn read<I: DeserializeOwned>(value: Value) -> Result<I, Fault> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        fault(path, &error.into_inner().to_string())
    })
}

/// The fault that serde's words tell of. Of these only what cannot hold a value is kept.
fn fault(path: String, words: &str) -> Fault {
    if let Some(name) = words.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        return Fault::missing(path, "");
    }
    let Some((came, expected)) = words.rsplit_once(", expected ") else {
        return Fault::rule(path, "cannot be read");
    };
    let mut fault = Fault::wrong(path, readable(expected));
    fault.came = came_of(came).map(str::to_owned);
    fault
}

fn readable(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "text",
        "a sequence" => "a list",
        "a map" => "an object",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    }
}

/// What kind of value came.
fn came_of(words: &str) -> Option<&'static str> {
    let kind = words.split_once(": ")?.1;
    [
        ("string", "text"),
        ("integer", "a number"),
        ("floating point", "a number"),
        ("boolean", "a boolean"),
        ("null", "null"),
        ("unit value", "null"),
        ("sequence", "a list"),
        ("map", "an object"),
    ]
    .into_iter()
    .find_map(|(known, word)| kind.starts_with(known).then_some(word))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Map, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the faults count")]
    struct Candidate {
        data: Data,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the faults count")]
    struct Data {
        tags: Vec<String>,
        #[serde(default)]
        years: Option<u8>,
        #[serde(flatten)]
        other: Map<String, Value>,
    }

    #[test]
    fn a_fault_names_the_member_and_not_its_value() {
        let told = |value: Value| read::<Candidate>(value).unwrap_err().to_string();
        assert_eq!(told(json!({})), "data: required, but missing");
        assert_eq!(told(json!({ "data": {} })), "data.tags: required, but missing");
        let secret = "x, expected y";
        assert_eq!(told(json!({ "data": { "tags": secret } })), "data.tags: expected a list, came text");
        assert_eq!(
            told(json!({ "data": { "tags": ["a", 77] } })),
            "data.tags[1]: expected text, came a number"
        );
        assert_eq!(
            told(json!({ "data": { "tags": [], "years": 1.5 } })),
            "data.years: expected a whole number that is not negative, came a number"
        );
        assert!(read::<Candidate>(json!({ "data": { "tags": [], "years": null, "x": 1 }, "y": 2 })).is_ok());
    }
}
