//! The commands.

mod auth;
mod check;
mod completions;
mod connectors;
mod dead_letters;
mod demo;
mod describe;
mod init;
mod man;
mod map;
mod preview;
mod read;
mod receipts;
mod run;
mod runs;
mod sandbox;
mod state;
mod variables;
mod where_item;

use std::path::{Path, PathBuf};

use hrflow_core::BoxStream;
use hrflow_workflow::{Event, Prepared, Surroundings, Workflow, WorkflowError, jq::Runner};
use serde_json::Value;

use crate::{
    arguments::{Command, EventOptions, JQ, Receipts, Settings},
    exit::{Exit, Failure},
    progress::Bar,
    signals::Stop,
};

/// Where rate limits are shared with other processes, in place of the user's own directory.
const LIMITS_DIR: &str = "HRFLOW_LIMITS_DIR";

pub(crate) async fn execute(command: Command, bar: Bar, stop: Stop) -> Result<Exit, Failure> {
    // The demo's mock servers end with it: no other process uses them.
    if !matches!(command, Command::Demo(_)) {
        let named = std::env::var_os(LIMITS_DIR).filter(|directory| !directory.is_empty());
        hrflow_core::http::share_limits(named.map(PathBuf::from));
    }
    match command {
        Command::Demo(arguments) => demo::execute(&arguments).await,
        Command::Connectors(arguments) => connectors::execute(&arguments),
        Command::Describe(arguments) => describe::execute(&arguments),
        Command::Init(arguments) => init::execute(&arguments),
        Command::Auth(arguments) => auth::execute(&arguments).await,
        Command::Check(arguments) => check::execute(&arguments).await,
        Command::Map(arguments) => map::execute(&arguments).await,
        Command::Read(arguments) => read::execute(&arguments).await,
        Command::Run(arguments) => run::execute(&arguments, bar, &stop).await,
        Command::Runs(arguments) => runs::execute(&arguments).await,
        Command::Where(arguments) => where_item::execute(&arguments).await,
        Command::Receipts(Receipts::Export(arguments)) => receipts::export(&arguments).await,
        Command::DeadLetters(command) => dead_letters::execute(command, bar, &stop).await,
        Command::Sandbox(arguments) => sandbox::execute(&arguments, &stop).await,
        Command::Completions(arguments) => completions::execute(&arguments),
        Command::Man(arguments) => man::execute(&arguments),
        Command::Jq => run_jq(),
    }
}

/// Runs jq programs for the process that started this one.
pub(crate) fn run_jq() -> Result<Exit, Failure> {
    hrflow_workflow::jq::serve(hrflow_connectors::catalogue)
        .map(|()| Exit::Success)
        .map_err(|error| Failure::fatal(format!("cannot run jq programs: {error}")))
}

/// Makes a workflow ready to run; its jq programs run in a process of their own, which is this program too.
fn prepare(
    workflow: Workflow,
    items: Option<BoxStream<'static, hrflow_core::Result<Value>>>,
) -> Result<Prepared, WorkflowError> {
    workflow.prepare_with(Surroundings { items, ..surroundings() })
}

/// What every workflow is held against.
fn surroundings() -> Surroundings<'static> {
    let program = crate::program::executable();
    Surroundings {
        runner: Runner::Process { program, arguments: vec![JQ.into()] },
        ..Surroundings::default()
    }
}

/// The event that a workflow is for, if there is one.
fn event(options: &EventOptions) -> Result<Option<Event>, Failure> {
    let Some(path) = &options.event else { return Ok(None) };
    let event = Event::from_path(path).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Some(match &options.signature {
        Some(signature) => event.with_signature(signature),
        None => event,
    }))
}

/// A workflow file with what the command line sets in it.
fn load(file: &Path, settings: &Settings) -> Result<Workflow, Failure> {
    let unusable = |error: hrflow_workflow::WorkflowError| Failure::usage(error.to_string());
    let mut workflow = Workflow::load(file).map_err(unusable)?;
    for setting in &settings.set {
        workflow.set(setting).map_err(unusable)?;
    }
    Ok(workflow)
}
