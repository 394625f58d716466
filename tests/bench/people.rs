//! The candidates of the benchmarks: the sandbox's generated profiles, with unique emails and without documents.
//!
//! With documents or shared emails, the number of requests would depend on the profile. A plain loop would then need
//! the connector's logic.

use connector_hrflow::Profile;
use hrflow_sandbox::generate_profiles;
use serde_json::{Value, json};

const SEED: u64 = 7;
/// The sandbox's source of profiles without a source.
pub(crate) const SOURCE: &str = "bench";

/// Returns the first `count` candidates, always the same.
pub(crate) fn people(count: usize) -> impl Iterator<Item = Value> {
    generate_profiles(count, SEED).enumerate().map(|(number, mut person)| {
        person["source_key"] = json!(SOURCE);
        person["info"]["email"] = json!(format!("person{number}@example.com"));
        person["info"]["picture"] = Value::Null;
        person["attachments"] = json!([]);
        person
    })
}

/// Returns a candidate's key.
pub(crate) fn key(person: &Value) -> String {
    person["key"].as_str().unwrap_or_default().to_owned()
}

/// Returns the same candidates as HrFlow.ai profiles.
pub(crate) fn profiles(count: usize) -> serde_json::Result<Vec<Profile>> {
    people(count).map(serde_json::from_value).collect()
}
