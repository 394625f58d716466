//! `hrflow dead-letters`: what could not be delivered.

mod retry;

use hrflow_core::{
    ErrorKind,
    state::{LetterFilter, State, StoredLetter},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::state;
use crate::{
    arguments::{DeadLetters, LetterDrop, LetterFilters, LetterList, LetterLs, LetterPick},
    exit::{Exit, Failure},
    output, program,
    progress::Bar,
    report,
    signals::Stop,
    text::time,
};

/// How many letters are read at a time.
const PAGE: usize = 200;

pub(crate) async fn execute(command: DeadLetters, bar: Bar, stop: &Stop) -> Result<Exit, Failure> {
    match command {
        DeadLetters::Ls(arguments) => list(&arguments).await,
        DeadLetters::Show(arguments) => show(&arguments).await,
        DeadLetters::Drop(arguments) => drop_letters(&arguments).await,
        DeadLetters::Retry(arguments) => retry::execute(&arguments, bar, stop).await,
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
    item: Value,
}

impl<'l> Whole<'l> {
    fn of(stored: &'l StoredLetter) -> serde_json::Result<Self> {
        let item = stored.letter.item.read()?;
        Ok(Self { line: Line::of(stored), target: &stored.letter.target.0, item })
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

async fn list(arguments: &LetterLs) -> Result<Exit, Failure> {
    let LetterLs { list, known } = arguments;
    let filter = filter_of_list(list);
    let is_listed = |stored: &StoredLetter| if *known { stored.rejected } else { !stored.known };
    if list.json {
        let line = |stored: &StoredLetter| serde_json::to_value(Line::of(stored));
        return print_each(&filter, list, is_listed, line).await;
    }
    let mut left_out = 0_u64;
    let mut table =
        report::Table::new(["item", "workflow", "step", "kind", "last", "tries", "what happened"]);
    for_each(&filter, list, |stored| {
        if !is_listed(stored) {
            left_out += 1;
            return Ok(true);
        }
        let line = Line::of(stored);
        table.row([
            line.key,
            line.workflow_id,
            line.step,
            &line.kind.to_string(),
            &time(line.last_at),
            &line.attempts.to_string(),
            line.message,
        ]);
        Ok(true)
    })
    .await?;
    let text = match (table.is_empty(), *known, left_out) {
        (false, ..) => table.to_string(),
        (true, true, _) => {
            "There are no dead letters of documents or notes that the target rejects.".to_owned()
        }
        (true, false, 0) => "There are no dead letters.".to_owned(),
        (true, false, _) => "There are no new dead letters.".to_owned(),
    };
    output::print(&format!("{text}\n"))?;
    if left_out > 0 && !known {
        output::print(&format!("\n{}\n", known_ones(left_out)))?;
    }
    Ok(Exit::Success)
}

fn known_ones(count: u64) -> String {
    let (are, them) = match count {
        1 => ("1 known dead letter is", "it"),
        _ => (&*format!("{count} known dead letters are"), "them"),
    };
    format!(
        "{are} not listed: the target rejects the document or note, and runs no longer send it. \
         `{} dead-letters ls --known` lists {them}.",
        program::name()
    )
}

/// Prints whole letters, as JSON in any case: what they hold is JSON.
async fn show(arguments: &LetterPick) -> Result<Exit, Failure> {
    let filter = filter_of_pick(arguments);
    if let Some(key) = &filter.key {
        let history = state::existing(None, &arguments.list.state)?.history();
        if history.dead_letters(&filter, 0, 1).await.map_err(state::failure)?.is_empty() {
            return Err(none_of(key));
        }
    }
    let whole = |stored: &StoredLetter| serde_json::to_value(Whole::of(stored)?);
    print_each(&filter, &arguments.list, |_| true, whole).await
}

/// A key was mistyped, or its item has no dead letter.
fn none_of(key: &str) -> Failure {
    Failure::usage(format!(
        "There is no dead letter of {key} that matches. `{} dead-letters ls` lists them.",
        program::name()
    ))
}

async fn drop_letters(arguments: &LetterDrop) -> Result<Exit, Failure> {
    let filter = filter_of_pick(&arguments.pick);
    if filter == LetterFilter::default() && !arguments.all {
        return Err(Failure::usage(
            "Say which dead letters to drop: an item, --kind, --run or --workflow; or --all of them.",
        ));
    }
    let list = &arguments.pick.list;
    let dropped = state::writable(None, &list.state)?.history().drop_dead_letters(&filter).await;
    let dropped = dropped.map_err(state::failure)?;
    if let (0, Some(key)) = (dropped, &filter.key) {
        return Err(none_of(key));
    }
    if list.json {
        output::print_json(&serde_json::json!({ "dropped": dropped }))?;
    } else {
        output::print(&format!("Dropped: {dropped}\n"))?;
    }
    Ok(Exit::Success)
}

/// Prints the letters that `is_listed` accepts as a JSON list, one after another: there may be many, and each holds a whole
/// item.
async fn print_each(
    filter: &LetterFilter,
    arguments: &LetterList,
    is_listed: impl Fn(&StoredLetter) -> bool,
    shown: impl Fn(&StoredLetter) -> serde_json::Result<Value>,
) -> Result<Exit, Failure> {
    let mut list = output::JsonList::new();
    for_each(filter, arguments, |stored| {
        if !is_listed(stored) {
            return Ok(true);
        }
        let value =
            shown(stored).map_err(|error| Failure::fatal(format!("cannot show a letter: {error}")))?;
        list.print(&value)
    })
    .await?;
    list.end()?;
    Ok(Exit::Success)
}

/// Reads letters page by page, for as long as `take` asks for more.
async fn for_each(
    filter: &LetterFilter,
    arguments: &LetterList,
    mut take: impl FnMut(&StoredLetter) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let history = state::existing(None, &arguments.state)?.history();
    let mut after = 0;
    loop {
        let page = history.dead_letters(filter, after, PAGE).await.map_err(state::failure)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        for stored in &page {
            if !take(stored)? {
                return Ok(());
            }
        }
    }
}
