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
mod preview;
mod receipts;
mod run;
mod runs;
mod sandbox;
mod state;
mod variables;
mod where_item;

use std::path::Path;

use hrflow_workflow::Workflow;

use crate::{
    arguments::{Command, Receipts, Settings},
    exit::{Exit, Failure},
    progress::Bar,
    signals::Signals,
};

pub(crate) async fn execute(command: Command, bar: Bar) -> Result<Exit, Failure> {
    match command {
        Command::Demo(arguments) => demo::execute(&arguments).await,
        Command::Connectors(arguments) => connectors::execute(&arguments),
        Command::Describe(arguments) => describe::execute(&arguments),
        Command::Init(arguments) => init::execute(&arguments),
        Command::Auth(arguments) => auth::execute(&arguments).await,
        Command::Check(arguments) => check::execute(&arguments).await,
        Command::Run(arguments) => run::execute(&arguments, bar).await,
        Command::Runs(arguments) => runs::execute(&arguments).await,
        Command::Where(arguments) => where_item::execute(&arguments).await,
        Command::Receipts(Receipts::Export(arguments)) => receipts::export(&arguments).await,
        Command::DeadLetters(command) => dead_letters::execute(command, bar).await,
        Command::Sandbox(arguments) => sandbox::execute(&arguments).await,
        Command::Completions(arguments) => completions::execute(&arguments),
        Command::Man(arguments) => man::execute(&arguments),
    }
}

fn listen() -> Result<Signals, Failure> {
    Signals::listen().map_err(|error| Failure::fatal(format!("cannot listen for Ctrl-C: {error}")))
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
