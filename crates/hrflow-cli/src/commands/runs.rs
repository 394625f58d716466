//! `hrflow runs`: past runs, and one in detail.

use hrflow_core::state::{History, PastRun, RunStage, State};

use super::state;
use crate::{
    arguments::Runs,
    exit::{Exit, Failure},
    output::{self, line},
    report,
    text::time,
};

pub(crate) async fn execute(arguments: &Runs) -> Result<Exit, Failure> {
    let history = state::existing(None, &arguments.state)?.history();
    match &arguments.run {
        Some(id) => show(history.as_ref(), id, arguments.json).await,
        None => list(history.as_ref(), arguments).await,
    }
}

async fn list(history: &dyn History, arguments: &Runs) -> Result<Exit, Failure> {
    let most = usize::try_from(arguments.limit.get()).unwrap_or(usize::MAX);
    let runs = history.runs(arguments.workflow.as_deref(), most).await.map_err(state::failure)?;
    if arguments.json {
        output::print_json(&runs)?;
        return Ok(Exit::Success);
    }
    let mut table = report::Table::new([
        "run", "workflow", "action", "started", "end", "read", "written", "there", "failed",
    ]);
    for run in &runs {
        let events = run.result.as_ref().map(|result| result.events);
        let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
        table.row([
            run.run_id.clone(),
            run.workflow_id.clone(),
            format!("{} {}", run.connector, run.action),
            time(run.started_at),
            end(run),
            count(events.map(|it| it.read_success)),
            count(events.map(|it| it.write_success)),
            count(events.map(|it| it.write_duplicate)),
            count(events.map(|it| it.format_failure + it.logics_failure + it.write_failure)),
        ]);
    }
    let text = if runs.is_empty() { "There are no runs.".to_owned() } else { table.to_string() };
    output::print(&format!("{text}\n"))?;
    Ok(Exit::Success)
}

async fn show(history: &dyn History, id: &str, json: bool) -> Result<Exit, Failure> {
    let mut found = history.run(id).await.map_err(state::failure)?;
    let exact = found.iter().position(|run| run.run_id == id);
    let run = match (exact, found.len()) {
        (Some(index), _) => found.swap_remove(index),
        (None, 1) => found.remove(0),
        (None, 0) => return Err(Failure::usage(format!("There is no run {id}. `hrflow runs` lists them."))),
        (None, several) => {
            return Err(Failure::usage(format!("{several} runs begin with {id}: give more of the id.")));
        }
    };
    if json {
        output::print_json(&run)?;
        return Ok(Exit::Success);
    }
    let text = match &run.result {
        Some(result) => report::result(result, report::Listed::All),
        None => format!(
            "{} {}: {}\nRun {} of {}, started {}\n",
            run.connector,
            run.action,
            end(&run),
            run.run_id,
            line(&run.workflow_id),
            time(run.started_at)
        ),
    };
    output::print(&text)?;
    Ok(Exit::Success)
}

/// How a run ended, in a word or two.
fn end(run: &PastRun) -> String {
    match (&run.result, run.stage) {
        (Some(result), _) => report::status(result),
        (None, RunStage::Running) => "running".to_owned(),
        (None, _) => "broken off".to_owned(),
    }
}
