//! What a target accepted, and handles after its response, is checked at the end of runs.

use std::time::Duration;

use hrflow_core::{
    CancellationToken, ErrorKind, RunResult, Status,
    options::OnExisting,
    state::{MemoryState, StoredReceipt},
    testing::target::{Nature, Person, Reaction, ScriptedTarget},
};

use crate::support::{Setup, key, people, with_documents, written};

const LATER: Duration = Duration::from_secs(300);

fn ada() -> Person {
    with_documents("ada", &[("cv.pdf", 7)])
}

/// A target that takes documents in the request that creates a record, and loses them.
fn losing(confirms_after: Duration) -> ScriptedTarget {
    let nature = Nature { documents_along: true, confirms_after: Some(confirms_after), ..Nature::default() };
    let target = ScriptedTarget::new(nature);
    target.lose_documents(true);
    target
}

/// The same target once the time has passed.
fn later(target: &ScriptedTarget) -> ScriptedTarget {
    let mut later = target.clone();
    later.nature.confirms_after = Some(Duration::ZERO);
    later
}

async fn run(target: &ScriptedTarget, state: &MemoryState, people: Vec<Person>) -> RunResult {
    Setup::new(target, people.into_iter().map(Ok).collect()).state(state).run().await
}

fn warned(result: &RunResult) -> Vec<String> {
    assert_eq!(result.events.warnings, result.warnings.len() as u64);
    result.warnings.iter().map(|it| format!("{} {}", it.key, it.warning)).collect()
}

const MISSING: &str = "source/ada attachments: Not confirmed";
const SO_FAR: &str = "source/ada attachments: Not confirmed so far";

fn receipt(state: &MemoryState) -> StoredReceipt {
    state.entry(&key("ada")).unwrap().receipt.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_arrived_is_checked_once() {
    let (target, state) = (losing(LATER), MemoryState::new());
    target.lose_documents(false);
    assert_eq!(warned(&run(&target, &state, vec![ada()]).await), [""; 0]);
    assert_eq!(receipt(&state).unconfirmed_since, None);
    run(&target, &state, vec![ada()]).await;
    assert_eq!(target.checks(), [[target.records()[0].id.clone()]]);
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_a_warning_of_its_item_and_is_not_sent_again() {
    let (target, state) = (losing(Duration::ZERO), MemoryState::new());
    let result = run(&target, &state, vec![ada()]).await;
    assert_eq!((result.status, written(&result)), (Status::Success, (1, 0, 0)));
    assert_eq!(warned(&result), [MISSING]);
    let receipt = receipt(&state);
    assert_eq!(receipt.warnings[0].to_string(), "attachments: Not confirmed");
    assert_eq!(receipt.unconfirmed_since, None);

    let again = run(&target, &state, vec![ada()]).await;
    assert_eq!((written(&again), warned(&again)), ((0, 1, 0), Vec::new()));
    assert_eq!((target.checks().len(), target.records()[0].documents.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_may_still_arrive_is_checked_by_the_next_run_of_the_target() {
    let (target, state) = (losing(LATER), MemoryState::new());
    assert_eq!(warned(&run(&target, &state, vec![ada()]).await), [""; 0]);
    assert!(receipt(&state).unconfirmed_since.is_some());
    // An update of the record says nothing of the document.
    let mut changed = ada();
    changed.warnings = vec![hrflow_core::Warning::new("name", "Cut")];
    let update = Setup::new(&target, vec![Ok(changed)]).state(&state).on_existing(OnExisting::Update);
    update.run().await;
    assert!(receipt(&state).unconfirmed_since.is_some());
    // A run without items checks it too.
    assert_eq!(warned(&run(&later(&target), &state, Vec::new()).await), [MISSING]);
    assert_eq!(receipt(&state).unconfirmed_since, None);
    assert_eq!(target.checks().len(), 3);
}

/// There is no next run that knows of it.
#[tokio::test(start_paused = true)]
async fn a_run_without_state_warns_of_what_may_still_arrive() {
    let result = Setup::new(&losing(LATER), vec![Ok(ada())]).run().await;
    assert_eq!((result.status, warned(&result)), (Status::Success, vec![SO_FAR.to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_check_that_fails_is_left_to_the_next_run() {
    for reaction in [Reaction::Refuse(ErrorKind::Unavailable), Reaction::Panic] {
        let (target, state) = (losing(Duration::ZERO), MemoryState::new());
        target.script("confirm", [reaction]);
        let result = run(&target, &state, vec![ada()]).await;
        assert_eq!((result.status, warned(&result)), (Status::Success, Vec::new()));
        assert_eq!(warned(&run(&target, &state, Vec::new()).await), [MISSING]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_or_stopped_run_checks_nothing() {
    let (target, state) = (losing(Duration::ZERO), MemoryState::new());
    target.script("bea", [Reaction::Slow(Duration::from_secs(2))]);
    let mut setup = Setup::new(&target, vec![Ok(ada()), people(&["bea"]).remove(0)]).state(&state);
    let cancel = CancellationToken::new();
    setup.environment.cancel = cancel.clone();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(setup.run(), stop);
    assert_eq!((result.status, target.checks().len()), (Status::Cancelled, 0), "{result:#?}");
    assert!(receipt(&state).unconfirmed_since.is_some());

    let cloe = people(&["cloe"]).remove(0);
    target.script("cloe", [Reaction::Fatal(ErrorKind::Unauthorized)]);
    let result = Setup::new(&target, vec![cloe]).state(&state).run().await;
    assert_eq!((result.status, target.checks().len()), (Status::Fatal, 0), "{result:#?}");
    assert_eq!(warned(&run(&target, &state, Vec::new()).await), [MISSING]);
}

/// A check in progress ends with the run.
#[tokio::test(start_paused = true)]
async fn cancellation_ends_a_check() {
    let (target, state) = (losing(Duration::ZERO), MemoryState::new());
    target.script("confirm", [Reaction::Hang]);
    let mut setup = Setup::new(&target, vec![Ok(ada())]).state(&state);
    let cancel = CancellationToken::new();
    setup.environment.cancel = cancel.clone();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(setup.run(), stop);
    assert_eq!((result.status, written(&result)), (Status::Cancelled, (1, 0, 0)));
    assert_eq!(warned(&run(&target, &state, Vec::new()).await), [MISSING]);
}
