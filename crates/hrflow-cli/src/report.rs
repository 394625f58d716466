//! A run's result, for people.

use std::fmt;

use comfy_table::{ContentArrangement, presets};
use hrflow_core::{
    RunResult, Status,
    result::{MAX_FAILURES, MAX_WARNINGS},
};

use crate::{output::line, program, text::word};

/// Which warnings of a result are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// The first few of a run in the history, and the command that lists more.
    First,
    /// All that the result of a run in the history has.
    All,
    /// All that the result has, of a run that no history has.
    Unrecorded,
}

impl Listed {
    const fn most(self) -> usize {
        match self {
            Self::First => 5,
            Self::All | Self::Unrecorded => MAX_WARNINGS,
        }
    }
}

/// A run's outcome, its counts, its failures and its warnings.
pub(crate) fn result(result: &RunResult, listed: Listed) -> String {
    let mut text = format!("{}\n\n{}\n", headline(result), counts(result));
    if !result.failures.is_empty() {
        text.push_str(&format!("\n{}\n", failures(result)));
    }
    if result.failures.len() >= MAX_FAILURES {
        text.push_str(&format!("\nOnly the first {MAX_FAILURES} failures are listed.\n"));
    }
    if !result.warnings.is_empty() {
        text.push_str(&format!("\n{}\n", warnings(result, listed)));
    }
    text
}

fn warnings(result: &RunResult, listed: Listed) -> String {
    let mut table = Table::new(["item", "field", "warning"]);
    for item in result.warnings.iter().take(listed.most()) {
        let warning = &item.warning;
        let value = warning.value.as_ref().map(|value| format!(" ({value})")).unwrap_or_default();
        table.row([&item.key, &warning.field, &format!("{}{value}", warning.reason)]);
    }
    let (count, shown) = (result.events.warnings, result.warnings.len().min(listed.most()));
    if shown as u64 >= count {
        return table.to_string();
    }
    let first = format!("{table}\n\nThe first {shown} of {count} warnings.");
    let program = program::name();
    let where_item = format!("`{program} where KEY` shows those of one item");
    match listed {
        Listed::Unrecorded => first,
        Listed::First if shown < result.warnings.len() => {
            format!("{first} `{program} runs {}` lists {MAX_WARNINGS}, {where_item}.", result.run_id)
        }
        Listed::First | Listed::All => format!("{first} {where_item}."),
    }
}

/// A terminal that is narrower than this, or says so, gets long lines instead of narrow columns.
const NARROWEST: u16 = 60;

/// A table in the program's style: as wide as the terminal, without lines. `Display` has no spaces at the ends of lines.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// An empty table.
    pub(crate) fn new<const N: usize>(header: [&str; N]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).set_header(header);
        if table.width().is_some_and(|width| width >= NARROWEST) {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        Self(table)
    }

    /// Adds a row. What a cell holds stays in its line.
    pub(crate) fn row<const N: usize>(&mut self, cells: [impl AsRef<str>; N]) {
        self.0.add_row(cells.each_ref().map(|cell| line(cell.as_ref()).into_owned()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.lines().map(|line| line.trim_end().to_owned()).collect();
        f.write_str(&lines.join("\n"))
    }
}

fn headline(result: &RunResult) -> String {
    let status = status(result);
    let took = result.finished_at.duration_since(result.started_at).as_secs_f64();
    let of_workflow = match result.workflow_id.as_str() {
        "" => String::new(),
        id => format!(" of {}", line(id)),
    };
    format!(
        "{} {}: {status} in {took:.1} s\nRun {}{of_workflow}",
        result.connector, result.action, result.run_id
    )
}

/// Why a run wrote no item, and what to change. `None` if it did, or if its failures say why.
pub(crate) fn why_nothing(result: &RunResult) -> Option<String> {
    let RunResult { events, deliveries, .. } = result;
    let failed = events.read_failure + events.format_failure + events.logics_failure + events.write_failure;
    if events.write_success > 0 || failed > 0 || result.status == Status::Fatal {
        return None;
    }
    let program = program::name();
    if result.status == Status::Cancelled {
        return Some("0 items were written: the run was stopped. Run it again to go on.".to_owned());
    }
    if events.read_success == 0 {
        let fix = "Check which profiles the workflow reads: origin_parameters, or --from.";
        return Some(format!("0 items were written: nothing was read. {fix}"));
    }
    let discarded = format!("discarded by a logic; `{program} map` shows by which");
    let existing =
        "already existing; `options.on_existing: report` leaves them unchanged, `update` changes them";
    let causes: Vec<String> = [
        (events.logics_discard, discarded.as_str()),
        (deliveries.unchanged, "unchanged since an earlier run; `--resend` sends them again"),
        (deliveries.existing, existing),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, cause)| format!("\n- {count} {cause}"))
    .collect();
    Some(format!("0 items were written:{}", causes.concat()))
}

/// How a run ended, in a few words.
pub(crate) fn status(result: &RunResult) -> String {
    match result.status {
        Status::Success => "success".to_owned(),
        Status::SuccessWithFailures => "success with failures".to_owned(),
        Status::Cancelled => "cancelled".to_owned(),
        Status::Fatal => format!("fatal, {}", word(&result.reason)),
    }
}

fn counts(result: &RunResult) -> String {
    let RunResult { events, deliveries, .. } = result;
    let rows = [
        ("read_success", events.read_success, "items read"),
        ("read_failure", events.read_failure, "reads that failed"),
        ("format_failure", events.format_failure, "items that could not be formatted"),
        ("logics_discard", events.logics_discard, "items discarded by a logic"),
        ("logics_failure", events.logics_failure, "items that failed in a logic"),
        ("write_success", events.write_success, "items created or updated"),
        ("  created", deliveries.created, ""),
        ("  updated", deliveries.updated, ""),
        ("  recovered", deliveries.recovered, "sent by an earlier run, as this run found out"),
        ("write_duplicate", events.write_duplicate, "items that were there already"),
        ("  unchanged", deliveries.unchanged, "since an earlier run"),
        ("  already existing", deliveries.existing, "left unchanged"),
        ("write_failure", events.write_failure, "items that could not be delivered"),
        ("attachment_failure", events.attachment_failure, "documents and notes that could not be delivered"),
        ("callback_executed", events.callback_executed, "callbacks that ran"),
        ("callback_failure", events.callback_failure, "callbacks that failed"),
        (
            "item_to_read_from_failure",
            events.item_to_read_from_failure,
            "items without a position to read on from",
        ),
        ("warnings", events.warnings, "values dropped, cut, replaced or repaired"),
    ];
    let mut table = Table::new(["event", "count", ""]);
    for (event, count, meaning) in rows {
        if count > 0 || matches!(event, "read_success" | "write_success") {
            table.row([event, &count.to_string(), meaning]);
        }
    }
    if let Some(counts) = table.0.column_mut(1) {
        counts.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    table.to_string()
}

fn failures(result: &RunResult) -> String {
    let mut table = Table::new(["item", "step", "kind", "failure"]);
    for failure in &result.failures {
        let key = if failure.key.is_empty() { "-" } else { &failure.key };
        table.row([key, &failure.step, &failure.kind.to_string(), &failure.message]);
    }
    table.to_string()
}
