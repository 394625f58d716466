//! Many hostile profiles of different candidates, for runs against a vendor.

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::profiles::{EMAIL_WRAPPINGS, profiles};

/// The source of hostile profiles.
pub const HOSTILE_SOURCE: &str = "hostile";

/// Hostile profiles with the keys `0`, `1`, … in [`HOSTILE_SOURCE`]. The same seed gives the same profiles.
///
/// 4 of 5 have a name and an address of their own in one of many wrappings, so that a vendor accepts them. The others are
/// as [`profiles`] makes them.
pub fn hostile(seed: u64) -> impl Iterator<Item = Value> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = profiles();
    (0_usize..).map(move |number| {
        let tree = strategy.new_tree(&mut runner).expect("the strategy filters nothing out");
        let mut profile = tree.current();
        profile["key"] = json!(number.to_string());
        profile["source_key"] = json!(HOSTILE_SOURCE);
        if number % 5 != 0 {
            let wrapping = EMAIL_WRAPPINGS[number % EMAIL_WRAPPINGS.len()];
            profile["info"]["email"] = json!(wrapping.replace("{}", &format!("p{number}@example.com")));
            profile["info"]["first_name"] = json!("Ada");
            profile["info"]["last_name"] = json!(format!("Hostile-{number}"));
        }
        profile
    })
}
