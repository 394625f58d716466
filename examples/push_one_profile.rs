//! Pushes one profile of HrFlow.ai to Teamtailor, and prints the result.

use hrflow_connectors::{core::Status, teamtailor};
use hrflow_examples::{options, profile, teamtailor as account};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let result = teamtailor::push_profile().run(profile()?, account()?).options(options()?).await;

    for failure in &result.failures {
        eprintln!("{} {} {}: {}", failure.key, failure.step, failure.kind, failure.message);
    }
    for warning in &result.warnings {
        eprintln!("{} {}: {}", warning.key, warning.warning.field, warning.warning.reason);
    }
    println!("{}", serde_json::to_string_pretty(&result)?);
    anyhow::ensure!(result.status == Status::Success, "the run ended with the status {:?}", result.status);
    Ok(())
}
