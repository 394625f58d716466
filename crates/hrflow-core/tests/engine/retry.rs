//! Dead letters, tried again.

use std::sync::Arc;

use hrflow_core::{
    ErrorKind, Retry, RetryDocuments, RunResult, Status,
    options::{Attachments, OnExisting},
    state::{LetterFilter, MemoryState},
    testing::target::{Nature, Person, Reaction, ScriptedTarget},
};
use serde_json::json;

use crate::support::{Setup, adds_up, names, people, person, with_documents, written};

/// Tries the letters that `filter` means again. Nothing is read from the origin.
async fn retry(target: &ScriptedTarget, state: &MemoryState, what: impl Into<Retry>) -> RunResult {
    let mut setup = Setup::new(target, people(&["never read"])).state(state).on_existing(OnExisting::Update);
    setup.environment.retry = Some(what.into());
    setup.run().await
}

/// All dead letters, with this choice about documents.
fn with(documents: RetryDocuments) -> Retry {
    Retry { documents, ..Retry::default() }
}

async fn run(target: &ScriptedTarget, state: &MemoryState, person: Person) -> RunResult {
    Setup::new(target, vec![Ok(person)]).state(state).on_existing(OnExisting::Update).run().await
}

/// The same item, changed.
fn changed(name: &str, version: u64) -> Person {
    let email = format!("{name}@example.com");
    serde_json::from_value(json!({ "name": name, "email": email, "attachments": [
        { "kind": "resume", "name": "cv.pdf", "url": "https://example.com/", "size": version }
    ] }))
    .unwrap()
}

fn steps(state: &MemoryState) -> Vec<String> {
    state.dead_letters().into_iter().map(|letter| letter.step).collect()
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_delivered_and_its_letter_goes() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    for name in ["ada", "bob"] {
        target.script(name, [Reaction::Refuse(ErrorKind::Invalid), Reaction::Refuse(ErrorKind::Invalid)]);
    }
    Setup::new(&target, people(&["ada", "bob", "cyd"])).state(&state).run().await;
    assert_eq!(names(&target), ["cyd"]);
    let again = retry(&target, &state, LetterFilter::default()).await;
    assert_eq!((written(&again), again.status), ((0, 0, 2), Status::Fatal));
    assert!(state.dead_letters().iter().all(|letter| letter.attempts == 2 && letter.run_id == again.run_id));
    let only_ada = LetterFilter { key: Some("ada".into()), ..LetterFilter::default() };
    assert_eq!(written(&retry(&target, &state, only_ada).await), (1, 0, 0));
    assert_eq!(written(&retry(&target, &state, LetterFilter::default()).await), (1, 0, 0));
    assert_eq!(names(&target), ["ada", "bob", "cyd"]);
    assert!(state.dead_letters().is_empty());
    let none = retry(&target, &state, LetterFilter::default()).await;
    assert_eq!((none.status, none.events.read_success), (Status::Success, 0));
}

#[tokio::test(start_paused = true)]
async fn only_the_document_that_is_missing_is_sent() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada/cv.pdf", [Reaction::Refuse(ErrorKind::Invalid)]);
    run(&target, &state, with_documents("ada", &[("cv.pdf", 7), ("cover.pdf", 9)])).await;
    let again = retry(&target, &state, LetterFilter::default()).await;
    assert_eq!((written(&again), again.status), ((0, 1, 0), Status::Success));
    assert_eq!(target.writes().len(), 1);
    assert_eq!(target.records()[0].documents, ["cover.pdf (9 bytes)", "cv.pdf (7 bytes)"]);
    assert!(state.dead_letters().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_later_run_delivered_is_not_overwritten() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada/cv.pdf", [Reaction::Refuse(ErrorKind::Invalid)]);
    run(&target, &state, changed("ada", 1)).await;
    // A later run delivers a changed profile, which has no document any more.
    run(&target, &state, person("ada")).await;
    assert_eq!(steps(&state), ["cv.pdf"]);
    let writes = target.writes().len();
    let again = retry(&target, &state, LetterFilter::default()).await;
    assert_eq!(written(&again), (0, 1, 0), "{again:#?}");
    assert_eq!(target.writes().len(), writes, "the older item is not written over the newer one");
    assert_eq!(target.records()[0].documents, ["cv.pdf (1 bytes)"]);
    assert!(state.dead_letters().is_empty());
    let next = run(&target, &state, person("ada")).await;
    assert_eq!(
        (written(&next), target.writes().len()),
        ((0, 1, 0), writes),
        "the journal still knows the newer one"
    );
}

#[tokio::test(start_paused = true)]
async fn an_update_that_failed_is_tried_again_in_its_last_form() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada/cv.pdf", [Reaction::Refuse(ErrorKind::Invalid)]);
    run(&target, &state, changed("ada", 1)).await;
    target.script("ada", [Reaction::Refuse(ErrorKind::Invalid)]);
    run(&target, &state, changed("ada", 2)).await;
    assert_eq!(steps(&state), ["cv.pdf", "write"]);
    let of_the_step = LetterFilter { kind: Some(ErrorKind::Invalid), ..LetterFilter::default() };
    let again = retry(&target, &state, of_the_step).await;
    assert_eq!((written(&again), again.events.read_success), ((1, 0, 0), 1), "one item, one way");
    assert_eq!(target.records()[0].documents, ["cv.pdf (2 bytes)"]);
    assert!(state.dead_letters().is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_may_have_arrived_is_looked_for_again() {
    let target = ScriptedTarget::new(Nature { finds_without_email: false, ..Nature::default() });
    let state = MemoryState::new();
    let nameless: Person = serde_json::from_value(json!({ "name": "nobody" })).unwrap();
    target.script("nobody", [Reaction::Lose { executed: true }]);
    run(&target, &state, nameless).await;
    let letters = state.dead_letters();
    assert_eq!(letters[0].kind, ErrorKind::OutcomeUnknown);
    let again = retry(&target, &state, LetterFilter::default()).await;
    assert_eq!(written(&again), (0, 0, 1));
    assert_eq!(target.writes().len(), 1, "it is never sent again without an answer");
    let mut able = target.clone();
    able.nature = Nature::default();
    let found = retry(&able, &state, LetterFilter::default()).await;
    assert_eq!((written(&found), found.recovered), ((1, 0, 0), 1), "{found:#?}");
    assert_eq!(target.records().len(), 1);
    assert!(state.dead_letters().is_empty());
}

#[tokio::test(start_paused = true)]
async fn letters_of_other_workflows_stay() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Refuse(ErrorKind::Invalid)]);
    run(&target, &state, person("ada")).await;
    let mut setup = Setup::new(&target, Vec::new()).state(&state);
    setup.environment.retry = Some(LetterFilter::default().into());
    let other = setup.prepare().workflow_id("another").await;
    adds_up(&other);
    assert_eq!(other.events.read_success, 0);
    assert_eq!(steps(&state), ["write"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_logic_discards_by_now_leaves_no_letter() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Refuse(ErrorKind::Invalid)]);
    run(&target, &state, person("ada")).await;
    let mut setup = Setup::new(&target, Vec::new()).state(&state);
    setup.environment.retry = Some(LetterFilter::default().into());
    let result = setup.prepare().logic(|_| Ok(None)).await;
    assert_eq!((result.events.logics_discard, result.status), (1, Status::Success));
    assert!(state.dead_letters().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_empty_state_has_nothing_to_try_again() {
    let target = ScriptedTarget::default();
    let mut setup = Setup::new(&target, people(&["ada"]));
    setup.environment.retry = Some(LetterFilter::default().into());
    setup.environment.state = Some(Arc::new(MemoryState::new()));
    assert_eq!(setup.run().await.events.read_success, 0);
}

#[tokio::test(start_paused = true)]
async fn a_retry_does_not_meet_the_letters_that_it_makes() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let many: Vec<String> = (0..120).map(|number| format!("person {number}")).collect();
    for name in &many {
        target.script(name, vec![Reaction::Refuse(ErrorKind::Invalid); 2]);
    }
    Setup::new(&target, many.iter().map(|name| Ok(person(name))).collect()).state(&state).run().await;
    let again = retry(&target, &state, LetterFilter::default()).await;
    assert_eq!((again.events.read_success, written(&again)), (120, (0, 0, 120)));
    assert_eq!(state.dead_letters().len(), 120);
}

#[tokio::test(start_paused = true)]
async fn the_letter_of_a_later_reading_stays_when_the_earlier_one_is_delivered() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let twice = vec![Ok(person("ada")), Ok(changed("ada", 7))];
    let setup = Setup::new(&target, twice).state(&state);
    let result = setup
        .prepare()
        .logic(|person| match person.attachments.is_empty() {
            true => Ok(Some(person)),
            false => Err("no documents".into()),
        })
        .await;
    adds_up(&result);
    assert_eq!((written(&result), result.events.logics_failure), ((1, 0, 0), 1));
    assert_eq!(steps(&state), ["logics"]);
}

#[tokio::test(start_paused = true)]
async fn a_document_of_unknown_outcome_is_sent_again_on_request_only() {
    let target = ScriptedTarget::new(Nature { finds_documents: false, ..Nature::default() });
    let state = MemoryState::new();
    target.script("ada/cv.pdf", [Reaction::Lose { executed: false }]);
    run(&target, &state, with_documents("ada", &[("cv.pdf", 7)])).await;
    for documents in [RetryDocuments::AsConfigured, RetryDocuments::Without] {
        retry(&target, &state, with(documents)).await;
        let letters = state.dead_letters();
        assert_eq!((letters.len(), letters[0].kind), (1, ErrorKind::OutcomeUnknown), "{documents:?}");
        for part in ["no lookup for documents", "record p1", "sent_at", "--resend-documents"] {
            assert!(letters[0].message.contains(part), "{}", letters[0].message);
        }
        assert_eq!(target.records()[0].documents, Vec::<String>::new(), "{documents:?}");
    }
    // What gets lost during the retry itself is not sent again by it.
    target.script("ada/cv.pdf", [Reaction::Lose { executed: true }]);
    let lost = retry(&target, &state, with(RetryDocuments::Resend)).await;
    assert_eq!((lost.events.attachment_failure, target.records()[0].documents.len()), (1, 1), "{lost:#?}");
    let again = retry(&target, &state, with(RetryDocuments::Resend)).await;
    assert_eq!((written(&again), again.status), ((0, 1, 0), Status::Success), "{again:#?}");
    assert_eq!(target.records()[0].documents.len(), 2, "on request, it may double");
    assert!(state.dead_letters().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_retry_without_documents_writes_the_items_alone() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Refuse(ErrorKind::Invalid)]);
    target.script("bob/cv.pdf", [Reaction::Refuse(ErrorKind::Invalid)]);
    for name in ["ada", "bob"] {
        run(&target, &state, with_documents(name, &[("cv.pdf", 7)])).await;
    }
    let again = retry(&target, &state, with(RetryDocuments::Without)).await;
    assert_eq!((written(&again), again.status), ((1, 1, 0), Status::Success), "{again:#?}");
    assert!(target.records().iter().all(|record| record.documents.is_empty()), "{:?}", target.records());
    assert_eq!(steps(&state), ["cv.pdf"], "a document that failed stays a dead letter");
}

#[tokio::test(start_paused = true)]
async fn a_workflow_that_sends_no_documents_resends_none() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    let mut setup = Setup::new(&target, Vec::new()).state(&state).attachments(Attachments::Never);
    setup.environment.retry = Some(with(RetryDocuments::Resend));
    let result = setup.run().await;
    assert_eq!(result.status, Status::Fatal);
    assert!(result.failures[0].message.contains("options.attachments"), "{result:#?}");
}
