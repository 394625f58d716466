//! `hrflow run`.

use std::sync::Arc;

use hrflow_core::{CancellationToken, Environment, Events, RunResult};
use hrflow_workflow::{WorkflowError, items};
use tokio::sync::watch;

use super::preview::Preview;
use crate::{
    arguments::Run,
    exit::{Exit, Failure},
    output,
    progress::Bar,
    report,
};

pub(crate) async fn execute(arguments: &Run, bar: Bar) -> Result<Exit, Failure> {
    let workflow = super::load(&arguments.file, &arguments.settings)?;
    let items = match &arguments.from {
        Some(path) => Some(items::from_path(path).map_err(|error| Failure::usage(error.to_string()))?),
        None => None,
    };
    let mut prepared = match workflow.prepare(items) {
        Ok(prepared) => prepared,
        Err(error) => return refuse(&error, arguments.json),
    };
    tell_of_state(arguments);

    let cancel = CancellationToken::new();
    let preview = arguments.dry_run.then(|| Arc::new(Preview::new(arguments.json, cancel.clone())));
    let (progress, watcher) = watch::channel(Events::default());
    prepared.run.environment = Environment {
        cancel: cancel.clone(),
        progress: Some(progress),
        resend: arguments.resend,
        limit: arguments.limit.map(Into::into),
        dry_run: preview.clone().map(Preview::into_dry_run),
        ..Environment::default()
    };
    let following = bar.clone();
    // What a dry run shows is on the terminal already.
    let follower = preview.is_none().then(|| tokio::spawn(async move { following.follow(watcher).await }));
    let signals = super::listen()?;
    let result = tokio::select! {
        biased;
        result = prepared.run() => Some(result),
        () = signals.ask_then_insist(cancel, &bar) => None,
    };
    if let Some(follower) = follower {
        follower.abort();
        // It must not draw any more once the bar is gone.
        let _ = follower.await;
        bar.clear();
    }
    match (result, preview) {
        (None, _) => Ok(Exit::Interrupted),
        (Some(result), None) => finish(&result, arguments.json),
        (Some(result), Some(preview)) => preview.finish(&result),
    }
}

/// A workflow that cannot be run. If the faults are those of its parameters, that is a result too.
fn refuse(error: &WorkflowError, json: bool) -> Result<Exit, Failure> {
    if let (Some(result), true) = (error.result(), json) {
        output::print_json(result)?;
    }
    Err(Failure::usage(error.to_string()))
}

fn tell_of_state(arguments: &Run) {
    if arguments.dry_run {
        return;
    }
    tracing::info!(
        no_state = arguments.no_state,
        "state is kept in memory and ends with this run: another run looks every item up again, dead letters are \
         only in this run's result, and read_mode incremental is refused"
    );
}

fn finish(result: &RunResult, json: bool) -> Result<Exit, Failure> {
    if json {
        output::print_json(result)?;
    } else {
        output::print(&report::result(result))?;
    }
    Ok(Exit::of(result))
}
