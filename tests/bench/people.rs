//! Who is pushed: the sandbox's invented people, each with an address of their own and without documents.
//!
//! With documents or shared addresses the number of requests would depend on the profile, and a plain loop
//! would have to know what the connector knows.

use connector_hrflow::Profile;
use hrflow_sandbox::generate_profiles;
use serde_json::{Value, json};

const SEED: u64 = 7;
/// Where the sandbox keeps profiles that name no source.
pub(crate) const SOURCE: &str = "bench";

/// The first `count` people; always the same.
pub(crate) fn people(count: usize) -> impl Iterator<Item = Value> {
    generate_profiles(count, SEED).enumerate().map(|(number, mut person)| {
        person["source_key"] = json!(SOURCE);
        person["info"]["email"] = json!(format!("person{number}@example.com"));
        person["info"]["picture"] = Value::Null;
        person["attachments"] = json!([]);
        person
    })
}

/// The key of a person.
pub(crate) fn key(person: &Value) -> String {
    person["key"].as_str().unwrap_or_default().to_owned()
}

/// The same as HrFlow.ai profiles.
pub(crate) fn profiles(count: usize) -> serde_json::Result<Vec<Profile>> {
    people(count).map(serde_json::from_value).collect()
}
