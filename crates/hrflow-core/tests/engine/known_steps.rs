//! Documents that a target rejects for good: reported once, then known.

use hrflow_core::{
    ErrorKind, RunResult, Status,
    options::{Attachments, OnExisting},
    state::{LetterFilter, MemoryState, State},
    testing::target::{Person, Reaction, ScriptedTarget},
};

use crate::support::{Setup, with_documents, written};

fn ada(size: u64) -> Person {
    with_documents("ada", &[("cv.heic", size), ("cover.pdf", 9)])
}

async fn run(target: &ScriptedTarget, state: &MemoryState, person: Person) -> RunResult {
    Setup::new(target, vec![Ok(person)]).state(state).run().await
}

async fn retry(target: &ScriptedTarget, state: &MemoryState) -> RunResult {
    let mut setup = Setup::new(target, Vec::new()).state(state);
    setup.environment.retry = Some(LetterFilter::default().into());
    setup.run().await
}

/// A target that rejects the next document `cv.heic` of Ada, and accepts others and later ones.
fn rejecting() -> ScriptedTarget {
    let target = ScriptedTarget::default();
    reject(&target);
    target
}

fn reject(target: &ScriptedTarget) {
    target.script("ada/cv.heic", [Reaction::Refuse(ErrorKind::Invalid)]);
}

fn reported(result: &RunResult) -> (Status, u64, usize) {
    (result.status, result.events.attachment_failure, result.failures.len())
}

const REPORTED: (Status, u64, usize) = (Status::SuccessWithFailures, 1, 1);
const NOTHING: (Status, u64, usize) = (Status::Success, 0, 0);

/// Of each dead letter whether its step is rejected, and whether it is known.
async fn letters(state: &MemoryState) -> Vec<(bool, bool)> {
    let letters = state.history().dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
    letters.iter().map(|it| (it.rejected, it.known)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_rejected_document_is_reported_once_and_not_sent_again() {
    let (target, state) = (rejecting(), MemoryState::new());
    assert_eq!(reported(&run(&target, &state, ada(7)).await), REPORTED);
    assert_eq!(letters(&state).await, [(true, false)]);
    for _ in 0..2 {
        let again = run(&target, &state, ada(7)).await;
        assert_eq!((written(&again), reported(&again)), ((0, 1, 0), NOTHING));
        assert_eq!(letters(&state).await, [(true, true)]);
    }
    assert_eq!(target.records()[0].documents, ["cover.pdf (9 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn it_stays_known_when_its_record_is_updated_and_when_documents_are_always_sent() {
    let (target, state) = (rejecting(), MemoryState::new());
    run(&target, &state, ada(7)).await;
    let mut changed = ada(7);
    changed.warnings.clear();
    changed.attachments.remove(1);
    let setup = Setup::new(&target, vec![Ok(changed)]).state(&state).on_existing(OnExisting::Update);
    let updated = setup.attachments(Attachments::Always).run().await;
    assert_eq!((written(&updated), reported(&updated)), ((1, 0, 0), NOTHING), "{updated:#?}");
    assert_eq!(target.records()[0].documents, ["cover.pdf (9 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_document_is_sent() {
    let (target, state) = (rejecting(), MemoryState::new());
    run(&target, &state, ada(7)).await;
    reject(&target);
    assert_eq!(reported(&run(&target, &state, ada(8)).await), REPORTED, "the other one is rejected too");
    assert_eq!(letters(&state).await, [(true, false)], "it is not known yet");
    assert_eq!(reported(&run(&target, &state, ada(9)).await), NOTHING);
    assert_eq!(target.records()[0].documents, ["cover.pdf (9 bytes)", "cv.heic (9 bytes)"]);
    assert!(letters(&state).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_document_that_was_sent_is_not_sent_twice_for_one_that_was_rejected() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    run(&target, &state, ada(7)).await;
    reject(&target);
    assert_eq!(reported(&run(&target, &state, ada(8)).await), REPORTED);
    assert_eq!(reported(&run(&target, &state, ada(7)).await), NOTHING);
    assert_eq!(target.records()[0].documents, ["cv.heic (7 bytes)", "cover.pdf (9 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_sends_it_again() {
    let (target, state) = (rejecting(), MemoryState::new());
    run(&target, &state, ada(7)).await;
    run(&target, &state, ada(7)).await;
    reject(&target);
    assert_eq!(reported(&retry(&target, &state).await), REPORTED);
    assert_eq!(letters(&state).await, [(true, false)], "it was reported again");
    assert_eq!(reported(&retry(&target, &state).await), NOTHING);
    assert_eq!(target.records()[0].documents, ["cover.pdf (9 bytes)", "cv.heic (7 bytes)"]);
    assert!(letters(&state).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_letter_does_not_bring_it_back_and_resend_does() {
    let (target, state) = (rejecting(), MemoryState::new());
    run(&target, &state, ada(7)).await;
    state.history().drop_dead_letters(&LetterFilter::default()).await.unwrap();
    assert_eq!(reported(&run(&target, &state, ada(7)).await), NOTHING);
    assert!(letters(&state).await.is_empty());
    let mut setup = Setup::new(&target, vec![Ok(ada(7))]).state(&state);
    setup.environment.resend = true;
    assert_eq!(reported(&setup.run().await), NOTHING);
    assert_eq!(target.records()[0].documents, ["cover.pdf (9 bytes)", "cv.heic (7 bytes)"]);
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_by_every_run() {
    for kind in [ErrorKind::Forbidden, ErrorKind::NotFound, ErrorKind::Protocol] {
        let (target, state) = (ScriptedTarget::default(), MemoryState::new());
        target.script("ada/cv.heic", vec![Reaction::Refuse(kind); 2]);
        for _ in 0..2 {
            assert_eq!(reported(&run(&target, &state, ada(7)).await), REPORTED, "{kind}");
            assert_eq!(letters(&state).await, [(false, false)]);
        }
        assert_eq!(reported(&run(&target, &state, ada(7)).await), NOTHING);
    }
}
