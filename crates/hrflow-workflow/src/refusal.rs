//! The result of a run that its parameters keep from starting.

use hrflow_core::{
    ErrorKind, Events, JsonRun, RunResult, Status,
    result::{Failure, MAX_FAILURES, Reason},
};
use jiff::Timestamp;

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
    let now = Timestamp::now();
    let first = faults.first().map(|fault| section(&fault.path)).unwrap_or_default();
    let failure = |fault: &WorkflowFault| Failure {
        key: String::new(),
        step: "parameters".to_owned(),
        kind: ErrorKind::Config,
        message: fault.to_string(),
    };
    RunResult {
        status: Status::Fatal,
        reason: SECTIONS[first].1,
        events: Events::default(),
        read_from: None,
        recovered: 0,
        run_id: uuid::Uuid::now_v7().to_string(),
        workflow_id: run.workflow_id.clone(),
        connector: run.connector.clone(),
        action: action.to_owned(),
        started_at: now,
        finished_at: now,
        failures: faults.iter().take(MAX_FAILURES).map(failure).collect(),
    }
}
