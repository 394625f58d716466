//! Fictional candidates that cover the forms of responses.

use serde_json::{Value, json};

use super::UkgPro;

const SAMPLES: &str = include_str!("../../seed/ukgpro_candidates.json");

pub(crate) fn add(ukgpro: &UkgPro) -> Vec<String> {
    let samples: Vec<Value> = serde_json::from_str(SAMPLES).unwrap_or_default();
    samples.into_iter().map(|sample| add_one(ukgpro, sample)).collect()
}

/// Adds a sample. `_account: false` adds it without a user account.
fn add_one(ukgpro: &UkgPro, mut sample: Value) -> String {
    let account = sample.as_object_mut().and_then(|sample| sample.remove("_account"));
    let id = ukgpro.seed_candidate(sample);
    if account == Some(json!(false)) {
        ukgpro.set_account(&id, false);
    }
    id
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_samples_are_json() {
        let samples: Vec<serde_json::Value> = serde_json::from_str(super::SAMPLES).unwrap();
        assert_eq!(samples.len(), 6);
    }
}
