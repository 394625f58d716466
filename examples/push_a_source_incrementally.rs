//! Pushes the profiles of a source that changed since the last run. The state in `.hrflow` holds where that run ended, and what
//! it delivered: run it again, and nothing is sent twice.

use std::{path::Path, sync::Arc};

use hrflow_connectors::{
    core::{Environment, Options, ReadMode, options::OnExisting, state::SqliteState},
    teamtailor,
};
use hrflow_examples::{options, source, teamtailor as account};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let state = SqliteState::open(Path::new(".hrflow"))?;
    let result = teamtailor::push_profile_list()
        .run(source()?, account()?)
        .workflow_id("source-to-teamtailor")
        .read_mode(ReadMode::Incremental)
        .options(Options { on_existing: OnExisting::Update, ..options()? })
        .environment(Environment { state: Some(Arc::new(state)), ..Environment::default() })
        .await;

    let events = result.events;
    println!("{} read, {} created or updated", events.read_success, events.write_success);
    anyhow::ensure!(result.failures.is_empty(), "{:?}", result.failures);
    Ok(())
}
