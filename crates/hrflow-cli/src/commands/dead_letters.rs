//! `hrflow dead-letters`: what could not be delivered.

mod retry;

use hrflow_core::{
    ErrorKind,
    state::{History, LetterFilter, State, StoredLetter},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::state;
use crate::{
    arguments::{DeadLetters, LetterDrop, LetterFilters, LetterList, LetterPick},
    exit::{Exit, Failure},
    output::{self, harmless},
    progress::Bar,
    report,
    text::time,
};

/// How many letters are read at a time.
const PAGE: usize = 200;

pub(crate) async fn execute(command: DeadLetters, bar: Bar) -> Result<Exit, Failure> {
    match command {
        DeadLetters::Ls(arguments) => list(&arguments).await,
        DeadLetters::Show(arguments) => show(&arguments).await,
        DeadLetters::Drop(arguments) => drop_letters(&arguments).await,
        DeadLetters::Retry(arguments) => retry::execute(&arguments, bar).await,
    }
}

/// What programs are told of a letter.
#[derive(Serialize)]
pub(crate) struct Line<'l> {
    workflow_id: &'l str,
    run_id: &'l str,
    key: &'l str,
    step: &'l str,
    kind: ErrorKind,
    message: &'l str,
    attempts: u32,
    first_at: Timestamp,
    last_at: Timestamp,
    retryable: bool,
}

impl<'l> Line<'l> {
    pub(crate) fn of(stored: &'l StoredLetter) -> Self {
        let letter = &stored.letter;
        Self {
            workflow_id: &letter.workflow_id,
            run_id: &letter.run_id,
            key: letter.key.as_str(),
            step: &letter.step,
            kind: letter.kind,
            message: &letter.message,
            attempts: letter.attempts,
            first_at: stored.first_at,
            last_at: letter.at,
            retryable: letter.retryable,
        }
    }
}

/// A letter with what it holds.
#[derive(Serialize)]
struct Whole<'l> {
    #[serde(flatten)]
    line: Line<'l>,
    target: &'l str,
    item: &'l Value,
}

impl<'l> Whole<'l> {
    fn of(stored: &'l StoredLetter) -> Self {
        Self { line: Line::of(stored), target: &stored.letter.target.0, item: &stored.letter.item }
    }
}

pub(super) fn filter(filters: &LetterFilters) -> LetterFilter {
    let LetterFilters { key, kind, run } = filters;
    LetterFilter { workflow_id: None, run_id: run.clone(), key: key.clone(), kind: *kind }
}

fn filter_of_list(list: &LetterList) -> LetterFilter {
    LetterFilter { workflow_id: list.workflow.clone(), ..filter(&list.filters) }
}

fn filter_of_pick(pick: &LetterPick) -> LetterFilter {
    let filter = filter_of_list(&pick.list);
    LetterFilter { key: pick.item.clone().or(filter.key), ..filter }
}

async fn list(arguments: &LetterList) -> Result<Exit, Failure> {
    let letters = all(&filter_of_list(arguments), arguments).await?;
    if arguments.json {
        output::print_json(&letters.iter().map(Line::of).collect::<Vec<_>>())?;
        return Ok(Exit::Success);
    }
    let mut table = report::table(["item", "workflow", "step", "kind", "last", "tries", "what happened"]);
    for line in letters.iter().map(Line::of) {
        table.add_row([
            harmless(line.key),
            harmless(line.workflow_id),
            line.step.to_owned(),
            line.kind.to_string(),
            time(line.last_at),
            line.attempts.to_string(),
            harmless(line.message),
        ]);
    }
    let text =
        if letters.is_empty() { "There are no dead letters.".to_owned() } else { report::text(&table) };
    output::print(&format!("{text}\n"))?;
    Ok(Exit::Success)
}

/// Prints whole letters, as JSON in any case: what they hold is JSON.
async fn show(arguments: &LetterPick) -> Result<Exit, Failure> {
    let letters = all(&filter_of_pick(arguments), &arguments.list).await?;
    output::print_json(&letters.iter().map(Whole::of).collect::<Vec<_>>())?;
    Ok(Exit::Success)
}

async fn drop_letters(arguments: &LetterDrop) -> Result<Exit, Failure> {
    let filter = filter_of_pick(&arguments.pick);
    if filter == LetterFilter::default() && !arguments.all {
        return Err(Failure::usage(
            "Say which dead letters to drop: an item, --kind, --run or --workflow; or --all of them.",
        ));
    }
    let list = &arguments.pick.list;
    let dropped = state::existing(None, &list.state)?.history().drop_dead_letters(&filter).await;
    let dropped = dropped.map_err(state::failure)?;
    if list.json {
        output::print_json(&serde_json::json!({ "dropped": dropped }))?;
    } else {
        output::print(&format!("Dropped: {dropped}\n"))?;
    }
    Ok(Exit::Success)
}

async fn all(filter: &LetterFilter, arguments: &LetterList) -> Result<Vec<StoredLetter>, Failure> {
    let history = state::existing(None, &arguments.state)?.history();
    read(history.as_ref(), filter).await.map_err(state::failure)
}

async fn read(history: &dyn History, filter: &LetterFilter) -> hrflow_core::Result<Vec<StoredLetter>> {
    let mut letters: Vec<StoredLetter> = Vec::new();
    loop {
        let after = letters.last().map_or(0, |last| last.number);
        let page = history.dead_letters(filter, after, PAGE).await?;
        if page.is_empty() {
            return Ok(letters);
        }
        letters.extend(page);
    }
}
