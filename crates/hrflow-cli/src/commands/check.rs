//! `hrflow check`.

use std::sync::Arc;

use hrflow_core::{ErrorKind, state::State};

use super::state;

use crate::{
    arguments::Check,
    exit::{Exit, Failure},
    output,
};

pub(crate) async fn execute(arguments: &Check) -> Result<Exit, Failure> {
    let workflow = super::load(&arguments.file, &arguments.settings)?;
    let mut prepared = super::prepare(workflow, None).map_err(|error| Failure::usage(error.to_string()))?;
    // Logging in may renew a grant, which then has to be kept.
    let state = state::of_workflow(&arguments.file, &arguments.state)?;
    prepared.run.environment.state = state.map(|state| Arc::new(state) as Arc<dyn State>);
    let mut signals = super::listen()?;
    let report = tokio::select! {
        report = prepared.check() => report,
        () = signals.next() => return Ok(Exit::Interrupted),
    };
    if arguments.json {
        output::print_json(&report)?;
    } else {
        let found = report.found.iter().map(|line| format!("ok      {}\n", output::harmless(line)));
        let failed = report.failures.iter().map(|it| format!("failed  {}\n", output::harmless(&it.message)));
        output::print(&found.chain(failed).collect::<String>())?;
    }
    Ok(match report.failures.as_slice() {
        [] => Exit::Success,
        failures if failures.iter().any(|failure| failure.kind == ErrorKind::Config) => Exit::Usage,
        _ => Exit::Fatal,
    })
}
