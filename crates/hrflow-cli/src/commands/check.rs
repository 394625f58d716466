//! `hrflow check`.

use std::sync::Arc;

use hrflow_core::{ErrorKind, state::State};

use hrflow_workflow::{Prepared, Surroundings};

use super::{run, state};
use crate::{
    arguments::Check,
    exit::{Exit, Failure},
    output::{self, line},
};

pub(crate) async fn execute(arguments: &Check) -> Result<Exit, Failure> {
    let workflow = super::load(&arguments.file, &arguments.settings)?;
    let event = super::event(&arguments.event)?;
    let surroundings = Surroundings { awaits_event: event.is_none(), event, ..super::surroundings() };
    let mut prepared = match workflow.prepare_with(surroundings) {
        Ok(prepared) => prepared,
        Err(error) => return run::refuse(&error, false),
    };
    tell_what_is_not_read(&prepared);
    // Logging in may renew a grant, which then has to be kept.
    let state = state::of_check(&arguments.file, &arguments.state)?;
    prepared.run.environment.state = state.map(|state| Arc::new(state) as Arc<dyn State>);
    let report = prepared.check().await;
    if arguments.json {
        output::print_json(&report)?;
    } else {
        let found = report.found.iter().map(|it| format!("ok      {}\n", line(it)));
        let warned = report.warnings.iter().map(|it| format!("warning {}\n", line(it)));
        let failed = report.failures.iter().map(|it| format!("failed  {}\n", line(&it.message)));
        output::print(&found.chain(warned).chain(failed).collect::<String>())?;
    }
    Ok(match report.failures.as_slice() {
        [] => Exit::Success,
        failures if failures.iter().any(|failure| failure.kind == ErrorKind::Config) => Exit::Usage,
        _ => Exit::Fatal,
    })
}

/// Without an event, or with one that there is nothing to do for, the origin is not asked.
fn tell_what_is_not_read(prepared: &Prepared) {
    let origin = prepared.action().describe(prepared.connector().id).origin;
    match prepared.awaited() {
        [] if prepared.run.items.is_some() => output::tell(&format!(
            "{origin}: not asked. The event_parser answers nothing for this event: there is nothing to read."
        )),
        [] => {}
        awaited => output::tell(&format!(
            "{origin}: not asked. {} to come with the event; give one with --event to check both ends.",
            match awaited {
                [one] => format!("{one} is"),
                several => format!("{} are", several.join(", ")),
            }
        )),
    }
}
