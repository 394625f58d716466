//! One run of a subject's action.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use hrflow_core::{CancellationToken, Environment, JsonRun, Retry, RunResult, state::MemoryState};
use serde_json::{Value, json};

use crate::subject::World;

/// The settings that differ from a plain run.
#[derive(Default)]
pub struct Setup {
    /// Options in addition to those of every run.
    pub options: Value,
    /// Target parameters that several runs share, as in a workflow file. By default, each run asks the world for its
    /// own.
    pub parameters: Option<Value>,
    /// State that several runs share.
    pub state: Option<MemoryState>,
    /// The token that stops the run.
    pub cancel: CancellationToken,
    /// Whether unchanged items are sent too.
    pub resend: bool,
    /// Delivers these dead letters instead of the profiles, of which there are as many.
    pub retry: Option<Retry>,
}

impl Setup {
    /// Returns settings with shared state.
    pub fn sharing(state: &MemoryState) -> Self {
        Self { state: Some(state.clone()), ..Self::default() }
    }

    /// Sets an option.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        if self.options.is_null() {
            self.options = json!({});
        }
        self.options[name] = value.into();
        self
    }
}

/// Returns options for a vendor on loopback: no rate limit, short timeouts.
fn options(over: Value) -> Value {
    let mut options =
        json!({ "rate_limit": "off", "allow_local_urls": true, "timeout": "2s", "deadline": "60s" });
    if let (Some(options), Value::Object(over)) = (options.as_object_mut(), over) {
        options.extend(over);
    }
    options
}

/// Runs profiles into a world. Checks that the counts add up, unless the run was stopped early.
pub async fn run(world: &dyn World, profiles: Vec<Value>, setup: Setup) -> RunResult {
    let count = profiles.len() as u64;
    let result = world
        .action()
        .run(JsonRun {
            connector: "subject".to_owned(),
            workflow_id: "behaviour".to_owned(),
            target_parameters: setup.parameters.unwrap_or_else(|| world.target_parameters()),
            options: options(setup.options),
            items: Some(stream::iter(profiles.into_iter().map(Ok)).boxed()),
            environment: Environment {
                state: setup.state.map(|state| Arc::new(state) as _),
                cancel: setup.cancel,
                resend: setup.resend,
                retry: setup.retry,
                grace: Duration::from_secs(20),
                ..Environment::default()
            },
            ..JsonRun::default()
        })
        .await;
    // If a target cannot be opened, no item fails.
    let stopped = result
        .failures
        .iter()
        .any(|failure| failure.step == "run" || (failure.step == "write" && failure.key.is_empty()));
    if !stopped {
        assert_eq!(result.events.read_success, count, "{result:#?}");
        assert_eq!(result.events.settled(), count, "the counts do not add up: {result:#?}");
    }
    result
}

/// Returns the counts of successes, duplicates and failures.
pub fn written(result: &RunResult) -> (u64, u64, u64) {
    (result.events.write_success, result.events.write_duplicate, result.events.write_failure)
}
