//! Runs over profiles at hand.

use futures::{StreamExt, stream};
use hrflow_core::{Action, Environment, Options, RunResult, Target, parameters};
use serde_json::{Value, json};

use super::{merge, profile};
use crate::Profiles;

/// Pushes profiles, one after another. A request is tried twice, and waits no longer than two seconds for its answer,
/// unless the options say otherwise.
///
/// # Panics
/// If the options are none.
pub async fn push<T: Target>(
    action: Action<Profiles, T>,
    parameters: T::Parameters,
    options: Value,
    environment: Environment,
    profiles: &[Value],
) -> RunResult {
    let mut all = json!({ "concurrency": 1, "attempts": 2, "timeout": "2s", "deadline": "30s" });
    merge(&mut all, options);
    let options: Options = parameters::read("options", &all).expect("the options are good");
    let profiles: Vec<_> = profiles.iter().cloned().map(profile).map(Ok).collect();
    action
        .run_items(stream::iter(profiles).boxed(), parameters)
        .options(options)
        .environment(environment)
        .await
}

/// Holds it against a result that none of the secrets, nor a part of one, is in what it tells.
///
/// # Panics
/// If one is.
pub fn assert_untold(result: &RunResult, secrets: &[&str]) {
    let json = serde_json::to_string(result).expect("a result is JSON");
    let told = format!("{result:?} {json}");
    assert!(!secrets.iter().any(|secret| told.contains(secret)), "{told}");
}
