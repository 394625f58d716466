//! Items, receipts and letters for the tests of state.

use std::sync::Arc;

use hrflow_core::{
    DataType, ErrorKind, Identity, ItemKey, Outcome, RunResult, Step, StepTrace, TargetId, Trace, VendorId,
    Warning,
    state::{
        Claim, ClaimRequest, DeadLetter, Entry, Intent, IntentTrace, JournalKey, KnownStep, Payload, RunInfo,
        RunState, State, StepState, StoredReceipt,
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(crate) fn target() -> TargetId {
    TargetId("vendor host company 1".into())
}

pub(crate) fn key(name: &str) -> JournalKey {
    JournalKey {
        target: target(),
        data_type: DataType::Profile,
        item: ItemKey::new(format!("source/{name}")),
    }
}

pub(crate) fn receipt(id: &str) -> StoredReceipt {
    let step = KnownStep {
        name: "resume".into(),
        identity: "cv.pdf (7 bytes)".into(),
        state: StepState::Sent,
        at: at(1),
    };
    StoredReceipt {
        outcome: Outcome::Created,
        created_by_us: true,
        hash: serde_json::from_value(json!("ab".repeat(32))).unwrap(),
        id: Some(VendorId(id.to_owned())),
        identity: Some(Identity::email("ada@example.com")),
        steps: vec![step],
        warnings: vec![
            Warning::new("info.email", "No usable address"),
            Warning::new("a", "b").with_value("XK"),
        ],
        unconfirmed_since: None,
        at: at(2),
    }
}

pub(crate) fn trace(email: &str) -> Trace {
    Trace {
        at: at(3),
        sent_until: Some(at(700)),
        hash: serde_json::from_value(json!("cd".repeat(32))).unwrap(),
        identity: Some(Identity::email(email)),
        details: json!({ "members": "digest" }),
    }
}

pub(crate) fn step_trace(name: &str) -> StepTrace {
    let step =
        Step { name: name.into(), identity: "cv.pdf (7 bytes)".into(), document: true, idempotent: false };
    StepTrace { at: at(4), sent_until: Some(at(700)), id: VendorId("7".into()), step }
}

pub(crate) fn intent(name: &str, email: &str) -> Intent {
    Intent { key: key(name), trace: IntentTrace::Item(trace(email)) }
}

pub(crate) fn letter(name: &str, step: &str, kind: ErrorKind) -> DeadLetter {
    DeadLetter {
        workflow_id: "workflow".into(),
        run_id: "run".into(),
        key: key(name).item,
        target: target(),
        data_type: DataType::Profile,
        step: step.into(),
        item: Payload::of(&json!({ "key": name, "text": "null", "email": "ada@example.com" })),
        kind,
        message: "what happened".into(),
        attempts: 2,
        retryable: true,
        at: at(5),
    }
}

pub(crate) fn info(run_id: &str, cursor: bool) -> RunInfo {
    RunInfo {
        run_id: run_id.to_owned(),
        workflow_id: "workflow".to_owned(),
        connector: "connector".to_owned(),
        action: "push_profile".to_owned(),
        started_at: at(0),
        cursor,
    }
}

pub(crate) async fn begin(state: &dyn State, run_id: &str) -> Arc<dyn RunState> {
    state.begin_run(&info(run_id, false)).await.unwrap()
}

/// The claim of an item without an identity.
pub(crate) fn wanted(name: &str) -> ClaimRequest {
    ClaimRequest { key: key(name), identity: None }
}

/// The claim of an item with an email address.
pub(crate) fn wanted_as(name: &str, email: &str) -> ClaimRequest {
    ClaimRequest { key: key(name), identity: Some(Identity::email(email)) }
}

/// The entry of an item that is there to be claimed.
pub(crate) async fn claimed(run: &dyn RunState, name: &str) -> Entry {
    granted(run, wanted(name)).await
}

/// The entry of an item that no other run owns.
pub(crate) async fn granted(run: &dyn RunState, request: ClaimRequest) -> Entry {
    match run.claim(&[request]).await.unwrap().pop().unwrap() {
        Claim::Granted(entry) => *entry,
        Claim::Busy => panic!("another run owns the item"),
    }
}

pub(crate) fn result(run_id: &str) -> RunResult {
    let result: Value = json!({
        "status": "success", "reason": "", "read_from": null, "recovered": 0, "run_id": run_id,
        "workflow_id": "workflow", "connector": "connector", "action": "push_profile", "failures": [],
        "started_at": at(0), "finished_at": at(9),
        "events": { "read_success": 1, "read_failure": 0, "format_failure": 0, "logics_discard": 0,
            "logics_failure": 0, "write_success": 1, "write_duplicate": 0, "write_failure": 0,
            "attachment_failure": 0, "callback_executed": 0, "callback_failure": 0,
            "item_to_read_from_failure": 0 },
    });
    serde_json::from_value(result).unwrap()
}
