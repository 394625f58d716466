//! The result of a run that its parameters keep from starting.

use hrflow_core::{ErrorKind, JsonRun, RunResult, result::Reason};

use crate::error::WorkflowFault;

/// The sections of a workflow in the order in which they decide the reason.
const SECTIONS: [(&str, Reason); 4] = [
    ("action_parameters", Reason::BadActionParameters),
    ("options", Reason::BadActionParameters),
    ("origin_parameters", Reason::BadOriginParameters),
    ("target_parameters", Reason::BadTargetParameters),
];

/// Which section a path is in.
pub(crate) fn section(path: &str) -> usize {
    SECTIONS.iter().position(|(name, _)| path.starts_with(name)).unwrap_or_default()
}

pub(crate) fn result(run: &JsonRun, action: &str, faults: &[WorkflowFault]) -> RunResult {
    let first = faults.first().map(|fault| section(&fault.path)).unwrap_or_default();
    let faults = faults.iter().map(ToString::to_string);
    RunResult::refused(&run.workflow_id, &run.connector, action, SECTIONS[first].1, faults)
}

/// The fault of an event that cannot be understood, and the result of the run that it was for.
pub(crate) fn event(run: &JsonRun, action: &str, why: &str) -> (WorkflowFault, RunResult) {
    let fault = WorkflowFault::new("", format!("the event cannot be understood: {why}"));
    let reason = Reason::EventParsingFailure;
    let mut result =
        RunResult::refused(&run.workflow_id, &run.connector, action, reason, [fault.to_string()]);
    for failure in &mut result.failures {
        (failure.step, failure.kind) = ("event".to_owned(), ErrorKind::Invalid);
    }
    (fault, result)
}
