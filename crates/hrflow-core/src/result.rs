//! What a run answers: counts, status, reason, and the first failures.

use std::ops::AddAssign;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, ErrorKind},
    parameters::first_lines,
    warning::Warning,
};

/// How many failures a result lists; all of them are counted.
pub const MAX_FAILURES: usize = 100;

/// How many warnings a result lists; all of them are counted.
pub const MAX_WARNINGS: usize = 100;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing failed.
    Success,
    /// Some things failed.
    SuccessWithFailures,
    /// Nothing could be done.
    Fatal,
    /// The user stopped the run. Items in flight were settled, and the next run goes on.
    Cancelled,
}

/// Why a run is fatal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is not.
    #[default]
    #[serde(rename = "")]
    None,
    /// The action's parameters or options cannot be used.
    BadActionParameters,
    /// The origin's parameters cannot be used.
    BadOriginParameters,
    /// The target's parameters cannot be used.
    BadTargetParameters,
    /// `read_mode: incremental`, and the origin cannot read on.
    OriginDoesNotSupportIncremental,
    /// `read_mode: incremental`, and there is no state to read on from.
    BackendNotConfiguredInIncrementalMode,
    /// The position of an item could not be told.
    ItemToReadFromFailure,
    /// An event could not be understood.
    EventParsingFailure,
    /// `read_mode: incremental`, and the workflow has no id.
    WorkflowIdNotFound,
    /// Nothing could be read.
    ReadFailure,
    /// Nothing could be formatted.
    FormatFailure,
    /// Every formatted item failed in logics.
    LogicsFailure,
    /// Nothing could be written.
    WriteFailure,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::None,
        Self::BadActionParameters,
        Self::BadOriginParameters,
        Self::BadTargetParameters,
        Self::OriginDoesNotSupportIncremental,
        Self::BackendNotConfiguredInIncrementalMode,
        Self::ItemToReadFromFailure,
        Self::EventParsingFailure,
        Self::WorkflowIdNotFound,
        Self::ReadFailure,
        Self::FormatFailure,
        Self::LogicsFailure,
        Self::WriteFailure,
    ];
}

/// How often each thing happened. All are always there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    /// Items that were read.
    pub read_success: u64,
    /// Reads that failed.
    pub read_failure: u64,
    /// Items that could not be formatted.
    pub format_failure: u64,
    /// Items that a logic discarded.
    pub logics_discard: u64,
    /// Items that failed in a logic.
    pub logics_failure: u64,
    /// Items created or updated at the target.
    pub write_success: u64,
    /// Items that were there already; nothing changed.
    pub write_duplicate: u64,
    /// Items that could not be delivered.
    pub write_failure: u64,
    /// Steps (a résumé, a note) that could not be delivered for a delivered item.
    pub attachment_failure: u64,
    /// Callbacks that ran.
    pub callback_executed: u64,
    /// Callbacks that failed.
    pub callback_failure: u64,
    /// Items whose position could not be told.
    pub item_to_read_from_failure: u64,
    /// Values that were dropped, cut, replaced or repaired. They change neither the status nor the reason. Results that
    /// were stored before this count existed have none.
    #[serde(default)]
    pub warnings: u64,
}

impl Events {
    /// How many items were settled: each in exactly one of these counts.
    pub fn settled(&self) -> u64 {
        self.format_failure + self.logics_discard + self.logics_failure + self.handed()
    }

    /// How many items were handed to the target and settled.
    pub fn handed(&self) -> u64 {
        self.write_success + self.write_duplicate + self.write_failure
    }

    /// The status that these counts make, and the reason. `stopped` says whether the run ended before its
    /// end.
    pub fn status(&self, stopped: bool) -> (Status, Reason) {
        let formatted = self.read_success - self.format_failure.min(self.read_success);
        if self.read_success == 0 && self.read_failure > 0 {
            (Status::Fatal, Reason::ReadFailure)
        } else if self.format_failure > 0 && formatted == 0 {
            (Status::Fatal, Reason::FormatFailure)
        } else if self.logics_failure > 0 && self.logics_failure == formatted {
            (Status::Fatal, Reason::LogicsFailure)
        } else if self.write_failure > 0 && self.write_failure == self.handed() {
            (Status::Fatal, Reason::WriteFailure)
        } else if stopped || self.any_failure() {
            (Status::SuccessWithFailures, Reason::None)
        } else {
            (Status::Success, Reason::None)
        }
    }

    fn any_failure(&self) -> bool {
        self.read_failure
            + self.format_failure
            + self.logics_failure
            + self.write_failure
            + self.attachment_failure
            + self.callback_failure
            + self.item_to_read_from_failure
            > 0
    }
}

impl AddAssign for Events {
    fn add_assign(&mut self, other: Self) {
        // Taken apart, so that none that is added is forgotten here.
        let Self {
            read_success,
            read_failure,
            format_failure,
            logics_discard,
            logics_failure,
            write_success,
            write_duplicate,
            write_failure,
            attachment_failure,
            callback_executed,
            callback_failure,
            item_to_read_from_failure,
            warnings,
        } = other;
        self.read_success += read_success;
        self.read_failure += read_failure;
        self.format_failure += format_failure;
        self.logics_discard += logics_discard;
        self.logics_failure += logics_failure;
        self.write_success += write_success;
        self.write_duplicate += write_duplicate;
        self.write_failure += write_failure;
        self.attachment_failure += attachment_failure;
        self.callback_executed += callback_executed;
        self.callback_failure += callback_failure;
        self.item_to_read_from_failure += item_to_read_from_failure;
        self.warnings += warnings;
    }
}

/// One thing that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The item's key; empty where it concerns the run.
    pub key: String,
    /// Where: `read`, `format`, `logics`, `write`, the name of a step, `callback`, or `run`.
    pub step: String,
    /// What kind of error.
    pub kind: ErrorKind,
    /// What happened and what to do next.
    pub message: String,
}

impl Failure {
    /// The failure that an error is for the item `key` at `step`.
    pub fn new(key: impl Into<String>, step: impl Into<String>, error: &Error) -> Self {
        Self { key: key.into(), step: step.into(), kind: error.kind(), message: error.to_string() }
    }

    /// The failure that a fault of the parameters is.
    pub(crate) fn of_parameters(fault: String) -> Self {
        Self { key: String::new(), step: "parameters".to_owned(), kind: ErrorKind::Config, message: fault }
    }
}

/// What runs made of the items in `write_success` and `write_duplicate`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliveries {
    /// Items that the target created.
    pub created: u64,
    /// Items whose record the target changed.
    pub updated: u64,
    /// Items that an earlier run had sent, as this run found out.
    pub recovered: u64,
    /// Items that the journal knows as delivered: nothing was sent.
    pub unchanged: u64,
    /// Items whose record already existed and was left unchanged.
    pub existing: u64,
}

/// A warning with the item that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemWarning {
    /// The item's key.
    pub key: String,
    /// The field, the reason and, if it is no personal data, the value.
    #[serde(flatten)]
    pub warning: Warning,
}

/// What one execution of a workflow answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// How it ended.
    pub status: Status,
    /// Why it is fatal; empty otherwise.
    pub reason: Reason,
    /// How often each thing happened.
    pub events: Events,
    /// In read mode `incremental`: where the next run reads on from.
    pub read_from: Option<String>,
    /// Items of earlier runs whose fate this run found out.
    pub recovered: u64,
    /// This run.
    pub run_id: String,
    /// The workflow it is a run of.
    pub workflow_id: String,
    /// The connector's id.
    pub connector: String,
    /// The action's name.
    pub action: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The first [`MAX_FAILURES`] failures.
    pub failures: Vec<Failure>,
    /// The first [`MAX_WARNINGS`] warnings, in the order in which their items were settled.
    #[serde(default)]
    pub warnings: Vec<ItemWarning>,
    /// How the delivered items were delivered. It is not part of the JSON: all 0 in a result that was read from it. History
    /// has it, unless an earlier version stored the result.
    #[serde(skip)]
    pub deliveries: Deliveries,
}

impl RunResult {
    /// The result of a run that starts now and has done nothing yet.
    pub(crate) fn started(workflow_id: &str, connector: &str, action: &str) -> Self {
        let now = Timestamp::now();
        Self {
            status: Status::Success,
            reason: Reason::None,
            events: Events::default(),
            read_from: None,
            recovered: 0,
            run_id: crate::machine::run_id(),
            workflow_id: workflow_id.to_owned(),
            connector: connector.to_owned(),
            action: action.to_owned(),
            started_at: now,
            finished_at: now,
            failures: Vec::new(),
            warnings: Vec::new(),
            deliveries: Deliveries::default(),
        }
    }

    /// The result of a run that its parameters keep from starting, with a line for each of the first 20 faults
    /// and one that counts the others.
    pub fn refused(
        workflow_id: &str,
        connector: &str,
        action: &str,
        reason: Reason,
        faults: impl IntoIterator<Item = String>,
    ) -> Self {
        let failures = first_lines(faults).into_iter().map(Failure::of_parameters).collect();
        Self { status: Status::Fatal, reason, failures, ..Self::started(workflow_id, connector, action) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(events: Events) -> (Status, Reason) {
        events.status(false)
    }

    #[test]
    fn counts_make_the_status() {
        let none = Events::default();
        let read = Events { read_success: 4, ..none };
        assert_eq!(status(none), (Status::Success, Reason::None));
        assert_eq!(status(Events { read_failure: 1, ..none }), (Status::Fatal, Reason::ReadFailure));
        assert_eq!(status(Events { format_failure: 4, ..read }), (Status::Fatal, Reason::FormatFailure));
        assert_eq!(
            status(Events { format_failure: 1, logics_failure: 3, ..read }),
            (Status::Fatal, Reason::LogicsFailure)
        );
        assert_eq!(
            status(Events { logics_discard: 3, write_failure: 1, ..read }),
            (Status::Fatal, Reason::WriteFailure)
        );
        assert_eq!(
            status(Events { write_duplicate: 3, write_failure: 1, ..read }),
            (Status::SuccessWithFailures, Reason::None)
        );
        assert_eq!(
            status(Events { write_success: 4, callback_failure: 1, ..read }),
            (Status::SuccessWithFailures, Reason::None)
        );
        assert_eq!(status(Events { logics_discard: 4, ..read }), (Status::Success, Reason::None));
        assert_eq!(status(Events { write_success: 4, warnings: 9, ..read }), (Status::Success, Reason::None));
        assert_eq!(
            Events { write_success: 4, ..read }.status(true),
            (Status::SuccessWithFailures, Reason::None)
        );
    }

    #[test]
    fn a_result_that_was_stored_without_warnings_is_read() {
        let mut stored = serde_json::to_value(RunResult::started("w", "c", "a")).unwrap();
        stored.as_object_mut().unwrap().remove("warnings");
        stored["events"].as_object_mut().unwrap().remove("warnings");
        let read: RunResult = serde_json::from_value(stored).unwrap();
        assert_eq!((read.events.warnings, read.warnings), (0, Vec::new()));
    }

    #[test]
    fn counts_are_added_each_to_its_own() {
        let numbered = |from: u64| -> Events {
            let zeros = serde_json::to_value(Events::default()).unwrap();
            let names = zeros.as_object().unwrap().keys().cloned();
            serde_json::from_value(names.zip(from..).collect()).unwrap()
        };
        let mut sum = numbered(1);
        sum += numbered(0);
        let sum = serde_json::to_value(sum).unwrap();
        let counts = sum.as_object().unwrap().values().filter_map(serde_json::Value::as_u64);
        assert!(counts.eq((0..13).map(|at| 2 * at + 1)), "{sum}");
    }

    #[test]
    fn reasons_are_spelt_as_users_know_them() {
        let spelt = |reason: Reason| serde_json::to_string(&reason).unwrap();
        assert_eq!(spelt(Reason::None), r#""""#);
        assert_eq!(
            spelt(Reason::BackendNotConfiguredInIncrementalMode),
            r#""backend_not_configured_in_incremental_mode""#
        );
        assert_eq!(
            serde_json::to_string(&Status::SuccessWithFailures).unwrap(),
            r#""success_with_failures""#
        );
    }
}
