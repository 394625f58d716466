//! The report: counts and failures as they come in.

use jiff::Timestamp;
use tokio::sync::watch;

use super::{BoxError, deliver::Fate};
use crate::{
    error::{Error, ErrorKind},
    item::ItemKey,
    result::{Events, Failure, ItemWarning, MAX_FAILURES, MAX_WARNINGS, Reason, RunResult, Status},
    state::{ITEM_STEPS, Passage},
    warning::Warning,
};

/// A message with a full stop.
fn ended(message: &str) -> String {
    if message.ends_with('.') { message.to_owned() } else { format!("{message}.") }
}

/// What keeps a run from doing anything.
pub(super) struct Fatal {
    reason: Reason,
    step: &'static str,
    error: Error,
}

impl Fatal {
    pub(super) fn new(reason: Reason, step: &'static str, error: Error) -> Self {
        Self { reason, step, error }
    }
}

/// How one item counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Success,
    Duplicate,
    Failure,
    Discarded,
    ReadFailure,
    FormatFailure,
    LogicsFailure,
}

/// A run's result in the making.
pub(super) struct Report {
    result: RunResult,
    stopped: bool,
    /// What a run that delivered nothing before it was stopped is fatal for.
    stopped_by: Reason,
    fatal: Option<Reason>,
    /// Whether the user stopped the run.
    cancelled: bool,
    watcher: Option<watch::Sender<Events>>,
}

impl Report {
    pub(super) fn new(
        run_id: String,
        workflow_id: &str,
        connector: &str,
        action: &str,
        watcher: Option<watch::Sender<Events>>,
    ) -> Self {
        let result = RunResult { run_id, ..RunResult::started(workflow_id, connector, action) };
        Self {
            result,
            stopped: false,
            stopped_by: Reason::WriteFailure,
            fatal: None,
            cancelled: false,
            watcher,
        }
    }

    pub(super) fn run_id(&self) -> &str {
        &self.result.run_id
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Items that were read and are not settled.
    pub(super) fn unsettled(&self) -> u64 {
        self.result.events.read_success.saturating_sub(self.result.events.settled())
    }

    pub(super) fn set_read_from(&mut self, read_from: Option<String>) {
        self.result.read_from = read_from;
    }

    pub(super) fn read(&mut self) {
        self.count(|events| &mut events.read_success);
    }

    pub(super) fn read_failure(&mut self, error: &Error) {
        self.count(|events| &mut events.read_failure);
        self.fail("", "read", error);
    }

    pub(super) fn item_to_read_from_failure(&mut self, key: &str, error: &Error) {
        self.count(|events| &mut events.item_to_read_from_failure);
        self.fail(key, "read_from", error);
    }

    /// Counts what became of an item. Answers whether it is settled.
    pub(super) fn fate(&mut self, key: &ItemKey, fate: &Fate) -> bool {
        self.result.recovered += u64::from(fate.recovered);
        self.warn(key, &fate.warnings);
        for (step, error) in &fate.failures {
            if !ITEM_STEPS.contains(&step.as_str()) {
                self.count(|events| &mut events.attachment_failure);
            }
            self.fail(key.as_str(), step, error);
        }
        let deliveries = &mut self.result.deliveries;
        match fate.passage {
            Some(Passage::Created) => deliveries.created += 1,
            Some(Passage::Updated) => deliveries.updated += 1,
            Some(Passage::Recovered) => deliveries.recovered += 1,
            Some(Passage::Unchanged) => deliveries.unchanged += 1,
            Some(Passage::AlreadyThere) => deliveries.existing += 1,
            Some(Passage::Discarded | Passage::Sent | Passage::Failed) | None => {}
        }
        match fate.count {
            Some(Count::Success) => self.count(|events| &mut events.write_success),
            Some(Count::Duplicate) => self.count(|events| &mut events.write_duplicate),
            Some(Count::Failure) => self.count(|events| &mut events.write_failure),
            Some(Count::Discarded) => self.count(|events| &mut events.logics_discard),
            Some(Count::ReadFailure) => self.count(|events| &mut events.read_failure),
            Some(Count::FormatFailure) => self.count(|events| &mut events.format_failure),
            Some(Count::LogicsFailure) => self.count(|events| &mut events.logics_failure),
            None => return false,
        }
        if fate.stop.is_some() && !self.stopped {
            self.stopped_by = match fate.count {
                Some(Count::FormatFailure) => Reason::FormatFailure,
                Some(Count::LogicsFailure) => Reason::LogicsFailure,
                _ => Reason::WriteFailure,
            };
        }
        !fate.steps_open
    }

    /// The run is stopped early by a fault that hits every item. The first one tells why.
    pub(super) fn stop(&mut self, error: &Error) {
        if self.stopped || error.kind() == ErrorKind::Cancelled {
            return;
        }
        tracing::info!(kind = %error.kind(), "the run is stopped early");
        self.stopped = true;
        self.fail_first(error);
    }

    /// Adds to what stopped the run how many items it left, so that the counts add up to what was read.
    pub(super) fn left(&mut self, unsettled: u64) {
        if let Some(failure) = self.result.failures.first_mut().filter(|it| it.step == "run" && unsettled > 0)
        {
            let items = if unsettled == 1 { "1 item was" } else { &format!("{unsettled} items were") };
            failure.message = format!("{} {items} read and not sent: run again.", ended(&failure.message));
        }
    }

    /// The run was asked to stop.
    pub(super) fn cancelled(&mut self, unsettled: u64) {
        self.stopped = true;
        self.cancelled = true;
        let message = format!("the run was asked to stop; {unsettled} items were read and not sent");
        let error = Error::new(ErrorKind::Cancelled, message).advise("Run again to go on.");
        self.fail_first(&error);
    }

    pub(super) fn fatal(&mut self, fatal: Fatal) {
        tracing::info!(kind = %fatal.error.kind(), reason = ?fatal.reason, "the run is fatal");
        if fatal.reason == Reason::ReadFailure {
            self.count(|events| &mut events.read_failure);
        }
        self.fatal = Some(fatal.reason);
        self.fail("", fatal.step, &fatal.error);
    }

    pub(super) fn callback(&mut self, outcome: Result<(), BoxError>) {
        match outcome {
            Ok(()) => self.count(|events| &mut events.callback_executed),
            Err(error) => {
                self.count(|events| &mut events.callback_failure);
                let error = Error::new(ErrorKind::Invalid, "the callback failed")
                    .with_vendor_message(error.to_string());
                self.fail("", "callback", &error);
            }
        }
    }

    /// The result could not be stored: the run is done, but its history has a gap.
    pub(super) fn state_failure(&mut self, error: &Error) {
        self.stopped = true;
        // It may be what stopped the run already.
        if self.result.failures.iter().all(|it| it.step != "run" || it.message != error.to_string()) {
            self.fail("", "run", error);
        }
    }

    pub(super) fn result(&self) -> RunResult {
        let mut result = self.result.clone();
        let (status, reason) = match self.fatal {
            Some(reason) => (Status::Fatal, reason),
            None => match self.status() {
                (Status::Success | Status::SuccessWithFailures, _) if self.cancelled => {
                    (Status::Cancelled, Reason::None)
                }
                other => other,
            },
        };
        result.status = status;
        result.reason = reason;
        result.finished_at = Timestamp::now();
        result
    }

    fn status(&self) -> (Status, Reason) {
        let events = self.result.events;
        let delivered = events.write_success + events.write_duplicate;
        let mut faults = self.result.failures.iter().filter(|it| it.step == "run").map(|it| it.kind);
        let stopped_by_fault = self.stopped && faults.clone().any(|kind| kind != ErrorKind::Cancelled);
        // The program or its state: what was delivered may not be stored.
        let is_internal = faults.any(|kind| kind == ErrorKind::Internal);
        match events.status(self.stopped) {
            // Nothing reached the target, for a reason that hits every item: nothing could be written, or made.
            (Status::SuccessWithFailures, _) if stopped_by_fault && (delivered == 0 || is_internal) => {
                (Status::Fatal, self.stopped_by)
            }
            other => other,
        }
    }

    fn count(&mut self, event: impl FnOnce(&mut Events) -> &mut u64) {
        *event(&mut self.result.events) += 1;
        if let Some(watcher) = &self.watcher {
            watcher.send_replace(self.result.events);
        }
    }

    pub(super) fn warn(&mut self, key: &ItemKey, warnings: &[Warning]) {
        for warning in warnings {
            tracing::debug!(item = key.short(), %warning, "warning");
            self.count(|events| &mut events.warnings);
            if self.result.warnings.len() < MAX_WARNINGS {
                let key = key.as_str().to_owned();
                self.result.warnings.push(ItemWarning { key, warning: warning.clone() });
            }
        }
    }

    fn fail(&mut self, key: &str, step: &str, error: &Error) {
        // What failed and why may name a person: only its kind is for the log.
        tracing::debug!(step, kind = %error.kind(), "failed");
        if self.result.failures.len() < MAX_FAILURES {
            self.result.failures.push(Failure::new(key, step, error));
        }
    }

    /// What stopped the run comes first, however long the list is.
    fn fail_first(&mut self, error: &Error) {
        self.result.failures.insert(0, Failure::new("", "run", error));
        self.result.failures.truncate(MAX_FAILURES);
    }
}
