//! Updates whose answers are lost, or that fail after something was found out.

use std::time::Duration;

use hrflow_core::{
    ErrorKind, RunResult,
    options::OnExisting,
    state::MemoryState,
    testing::target::{Nature, Person, Reaction, ScriptedTarget},
};
use serde_json::json;

use crate::support::{Setup, with_documents, written};

/// Pushes somebody, whose record is to follow, with one try.
async fn update(target: &ScriptedTarget, state: &MemoryState, person: Person) -> RunResult {
    let mut setup = Setup::new(target, vec![Ok(person)]).state(state).on_existing(OnExisting::Update);
    setup.options.attempts = 1.try_into().unwrap();
    setup.run().await
}

fn ada(documents: &[(&str, u64)]) -> Person {
    with_documents("ada", documents)
}

#[tokio::test(start_paused = true)]
async fn an_update_that_may_have_arrived_is_not_forgotten() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    assert_eq!(written(&update(&target, &state, ada(&[])).await), (1, 0, 0));
    target.script("ada", [Reaction::Lose { executed: true }]);
    assert_eq!(written(&update(&target, &state, ada(&[("cv.pdf", 7)])).await), (0, 0, 1));
    // A run that only reports leaves it as it is.
    let report = Setup::new(&target, vec![Ok(ada(&[]))]).state(&state).run().await;
    assert_eq!(written(&report), (0, 1, 0));
    let back = update(&target, &state, ada(&[])).await;
    assert_eq!(written(&back), (1, 0, 0), "the record may hold what was sent in between: {back:#?}");
}

#[tokio::test(start_paused = true)]
async fn nor_is_it_where_the_run_stops_over_another_try() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    update(&target, &state, ada(&[])).await;
    target.script("ada", [Reaction::Lose { executed: true }, Reaction::Fatal(ErrorKind::Unauthorized)]);
    let changed = vec![Ok(ada(&[("cv.pdf", 7)]))];
    let stopped = Setup::new(&target, changed).state(&state).on_existing(OnExisting::Update).run().await;
    assert_eq!(written(&stopped), (0, 0, 0), "{stopped:#?}");
    assert_eq!(written(&update(&target, &state, ada(&[])).await), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_made_a_moment_ago_proves_no_update() {
    let nature = Nature { tolerance: Duration::from_secs(60), ..Nature::default() };
    let (target, state) = (ScriptedTarget::new(nature), MemoryState::new());
    update(&target, &state, ada(&[])).await;
    target.script("ada", [Reaction::Lose { executed: false }]);
    let lost = update(&target, &state, ada(&[("cv.pdf", 7)])).await;
    assert_eq!(written(&lost), (0, 0, 1), "{lost:#?}");
    let report = Setup::new(&target, vec![Ok(ada(&[("cv.pdf", 7)]))]).state(&state).run().await;
    assert_eq!(report.recovered, 0, "{report:#?}");
    assert_eq!(written(&update(&target, &state, ada(&[("cv.pdf", 7)])).await), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_was_found_out_outlives_an_update_that_fails() {
    let nature = Nature { documents_along: true, ..Nature::default() };
    let (target, state) = (ScriptedTarget::new(nature), MemoryState::new());
    let nameless = |documents: serde_json::Value| -> Person {
        serde_json::from_value(json!({ "name": "ada", "attachments": documents })).unwrap()
    };
    let cv = |size: u64| json!([{ "kind": "resume", "name": "cv.pdf", "url": "https://example.com/", "size": size }]);
    target.script("ada", [Reaction::Lose { executed: true }]);
    target.script("find:ada", [Reaction::Refuse(ErrorKind::Timeout)]);
    let lost = update(&target, &state, nameless(cv(7))).await;
    assert_eq!(lost.failures[0].kind, ErrorKind::OutcomeUnknown);
    target.script("ada", [Reaction::Refuse(ErrorKind::Invalid)]);
    let refused = update(&target, &state, nameless(json!([]))).await;
    assert_eq!((written(&refused), refused.recovered), ((0, 0, 1), 1), "{refused:#?}");
    let corrected = update(&target, &state, nameless(cv(8))).await;
    assert_eq!(written(&corrected), (1, 0, 0), "{corrected:#?}");
    assert_eq!(target.records().len(), 1, "nobody is created again: {:?}", target.records());
}
