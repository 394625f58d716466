//! `hrflow run`.

use std::sync::Arc;

use hrflow_core::{
    CancellationToken, Environment, Events, ReadMode, RunResult, connector::ActionParameters, parameters,
    state::State,
};
use hrflow_workflow::{Prepared, Surroundings, WorkflowError, items};
use tokio::sync::watch;

use super::{preview::Preview, state};
use crate::{
    arguments::Run,
    exit::{Exit, Failure},
    output, program,
    progress::Bar,
    report,
    signals::Stop,
};

pub(crate) async fn execute(arguments: &Run, bar: Bar, stop: &Stop) -> Result<Exit, Failure> {
    let workflow = super::load(&arguments.file, &arguments.settings)?;
    let items = match &arguments.from {
        Some(path) => Some(items::from_path(path).map_err(|error| Failure::usage(error.to_string()))?),
        None => None,
    };
    let event = super::event(&arguments.event)?;
    let surroundings = Surroundings { items, event, ..super::surroundings() };
    let prepared = match workflow.prepare_with(surroundings) {
        Ok(prepared) => prepared,
        Err(error) => return refuse(&error, arguments.json),
    };
    if arguments.dry_run && reads_on(&prepared) {
        output::tell("A dry run knows of no earlier run: it reads from the start.");
    }
    let cancel = CancellationToken::new();
    let preview = arguments.dry_run.then(|| Arc::new(Preview::new(arguments.json, cancel.clone())));
    let state = match &preview {
        Some(_) => None,
        None => state::of_workflow(&arguments.file, &arguments.state)?,
    };
    let remembered = state.is_some();
    let environment = Environment {
        state: state.map(|state| Arc::new(state) as Arc<dyn State>),
        cancel,
        resend: arguments.resend,
        limit: arguments.limit.map(Into::into),
        dry_run: preview.clone().map(Preview::into_dry_run),
        ..Environment::default()
    };
    let result = carry_out(prepared, environment, &bar, preview.is_none(), stop).await;
    match preview {
        None => {
            let exit = finish(&result, arguments.json, remembered)?;
            if let Some(why) = report::why_nothing(&result).filter(|_| !arguments.json) {
                output::print(&format!("\n{why}\n"))?;
            }
            Ok(exit)
        }
        Some(preview) => preview.finish(&result),
    }
}

/// Whether it is to read on from where the last run ended.
pub(super) fn reads_on(prepared: &Prepared) -> bool {
    parameters::read::<ActionParameters>("action_parameters", &prepared.run.action_parameters)
        .is_ok_and(|parameters| parameters.read_mode == ReadMode::Incremental)
}

/// Runs to the end. The first signal cancels the run, which then settles what is in flight.
pub(super) async fn carry_out(
    mut prepared: Prepared,
    environment: Environment,
    bar: &Bar,
    shows_progress: bool,
    stop: &Stop,
) -> RunResult {
    stop.settle_first(
        environment.cancel.clone(),
        "Stopping: items in flight are settled first. A second signal stops immediately.",
    );
    let (progress, watcher) = watch::channel(Events::default());
    prepared.run.environment = Environment { progress: Some(progress), ..environment };
    let following = bar.clone();
    // What a dry run shows is on the terminal already.
    let follower = shows_progress.then(|| tokio::spawn(async move { following.follow(watcher).await }));
    let result = prepared.run().await;
    if let Some(follower) = follower {
        follower.abort();
        // It must not draw any more once the bar is gone.
        let _ = follower.await;
        bar.clear();
    }
    result
}

/// A workflow that cannot be run. If the faults are those of its parameters, that is a result too.
pub(super) fn refuse(error: &WorkflowError, json: bool) -> Result<Exit, Failure> {
    if let (Some(result), true) = (error.result(), json) {
        output::print_json(result)?;
    }
    let exit = error.result().map_or(Exit::Usage, Exit::of);
    Err(Failure { exit, message: error.to_string() })
}

/// Prints a result. Of what is remembered, it says where to look for it.
pub(super) fn finish(result: &RunResult, json: bool, remembered: bool) -> Result<Exit, Failure> {
    if json {
        output::print_json(result)?;
    } else {
        let listed = if remembered { report::Listed::First } else { report::Listed::Unrecorded };
        output::print(&report::result(result, listed))?;
        if remembered && has_dead_letters(result) {
            let ways = [
                (format!("{} dead-letters ls", program::name()), "what failed is kept there"),
                (format!("{} where KEY", program::name()), "all about one item"),
            ];
            output::print(&format!("\n{}", program::commands(ways)))?;
        }
    }
    Ok(Exit::of(result))
}

fn has_dead_letters(result: &RunResult) -> bool {
    let Events { format_failure, logics_failure, write_failure, attachment_failure, .. } = result.events;
    // Of what could not be read, only an item with a key is a dead letter.
    let unread = result.failures.iter().any(|failure| failure.step == "read" && !failure.key.is_empty());
    unread || format_failure + logics_failure + write_failure + attachment_failure > 0
}
