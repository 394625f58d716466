//! `hrflow where`: one item's fate.

use hrflow_core::{
    DataType,
    state::{ItemHistory, Passage, PastPassage, State, StepState, StoredReceipt},
};
use jiff::Timestamp;
use serde::Serialize;

use super::{dead_letters::Line, state};
use crate::{
    arguments::Where,
    exit::{Exit, Failure},
    output::{self, line},
    report,
    text::{time, word},
};

pub(crate) async fn execute(arguments: &Where) -> Result<Exit, Failure> {
    let history = state::existing(None, &arguments.state)?.history();
    let items = history.items(&arguments.key).await.map_err(state::failure)?;
    if arguments.json {
        output::print_json(&items.iter().map(Item::of).collect::<Vec<_>>())?;
    } else {
        let texts: Vec<String> = items.iter().map(text).collect();
        output::print(&texts.join("\n"))?;
    }
    if items.is_empty() {
        output::tell(&format!("Nothing is known of {}: no run of this state has met it.", arguments.key));
        return Ok(Exit::Fatal);
    }
    Ok(Exit::Success)
}

/// What programs are told.
#[derive(Serialize)]
struct Item<'h> {
    key: &'h str,
    target: &'h str,
    data_type: DataType,
    receipt: Option<&'h StoredReceipt>,
    unanswered: Vec<Unanswered<'h>>,
    passages: &'h [PastPassage],
    dead_letters: Vec<Line<'h>>,
}

#[derive(Serialize)]
struct Unanswered<'h> {
    step: &'h str,
    at: Timestamp,
}

impl<'h> Item<'h> {
    fn of(history: &'h ItemHistory) -> Self {
        Self {
            key: history.key.as_str(),
            target: &history.target.0,
            data_type: history.data_type,
            receipt: history.receipt.as_ref(),
            unanswered: history.unanswered.iter().map(|(step, at)| Unanswered { step, at: *at }).collect(),
            passages: &history.passages,
            dead_letters: history.dead_letters.iter().map(Line::of).collect(),
        }
    }
}

fn text(history: &ItemHistory) -> String {
    let mut text = format!("{}\nat {}\n\n", line(history.key.as_str()), line(&history.target.0));
    text.push_str(&format!("  {}\n", whereabouts(history)));
    for step in history.receipt.iter().flat_map(|receipt| &receipt.steps) {
        text.push_str(&format!("  {}: {} {}\n", step.name, line(&step.identity), what_happened(step.state)));
    }
    for warning in history.receipt.iter().flat_map(|receipt| &receipt.warnings) {
        text.push_str(&format!("  warning: {}\n", line(&warning.to_string())));
    }
    if let Some(since) = history.receipt.as_ref().and_then(|receipt| receipt.unconfirmed_since) {
        let since = time(since);
        text.push_str(&format!(
            "  not confirmed: the vendor processes parts of it after {since}; the next run checks them\n"
        ));
    }
    for (step, at) in &history.unanswered {
        text.push_str(&format!(
            "  {step}: sent {} without an answer; the next run looks for it before anything is sent\n",
            time(*at)
        ));
    }
    for stored in &history.dead_letters {
        let letter = &stored.letter;
        text.push_str(&format!(
            "  {}: dead letter of {}, {}: {}\n",
            letter.step,
            time(letter.at),
            letter.kind,
            line(&letter.message)
        ));
    }
    if !history.passages.is_empty() {
        let mut table = report::Table::new(["  when", "run", "workflow", "step", "what became of it"]);
        for it in &history.passages {
            let kind = it.kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
            let what = format!("{}{kind}", meaning(it.passage));
            let when = format!("  {}", time(it.at));
            table.row([&when, &it.run_id, &it.workflow_id, &it.step, &what]);
        }
        text.push_str(&format!("\n{table}\n"));
    }
    text
}

fn whereabouts(history: &ItemHistory) -> String {
    let Some(receipt) = &history.receipt else {
        return "It is not known to be there.".to_owned();
    };
    let id = receipt.id.as_ref().map(|id| format!(" with id {}", line(&id.0))).unwrap_or_default();
    let ours = if receipt.created_by_us { ", created by a run" } else { ", made by somebody else" };
    format!("It is there{id}{ours}; {} {}", word(&receipt.outcome), time(receipt.at))
}

fn what_happened(step: StepState) -> &'static str {
    match step {
        StepState::Sent => "sent",
        StepState::Seen => "not sent: it belongs to a record that was there before",
        StepState::Rejected => {
            "rejected: it is sent again if it changes, by `dead-letters retry`, or with --resend"
        }
    }
}

fn meaning(passage: Passage) -> &'static str {
    match passage {
        Passage::Created => "created",
        Passage::Updated => "updated",
        Passage::AlreadyThere => "found there already, left as it is",
        Passage::Recovered => "found to have arrived in an earlier run",
        Passage::Unchanged => "known to be delivered, not sent again",
        Passage::Discarded => "discarded by a logic",
        Passage::Sent => "sent",
        Passage::Failed => "failed",
    }
}
