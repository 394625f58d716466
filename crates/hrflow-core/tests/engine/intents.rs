//! Intents of runs that ended early: until when those runs can have sent something.

use std::time::Duration;

use hrflow_core::{
    ContentHash, Identity, Step, StepTrace, Trace, VendorId,
    state::{Intent, IntentTrace, MemoryState, State},
    testing::target::{Nature, Person, Reaction, ScriptedTarget},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Setup, info, key, person, with_documents, written};

const LAG: Duration = Duration::from_secs(60);
/// What of it a run waits for at least. Formats run on another thread: meanwhile the time of day goes on, and the paused
/// clock does not.
const WAITED: Duration = Duration::from_secs(30);

fn lagging() -> ScriptedTarget {
    ScriptedTarget::new(Nature { lag: LAG, ..Nature::default() })
}

/// Stores an intent in a run that ends right after it.
async fn intend(state: &MemoryState, trace: IntentTrace) {
    let run = state.begin_run(&info("earlier")).await.unwrap();
    run.intend(&[Intent { key: key("ada"), trace }]).await.unwrap();
}

/// How long a run with little time of its own waits before it sends `ada` again.
async fn waited(state: &MemoryState, target: &ScriptedTarget, ada: Person) -> Duration {
    let started = Instant::now();
    let mut setup = Setup::new(target, vec![Ok(ada)]).state(state).deadline(Duration::from_secs(120));
    setup.options.timeout = Duration::from_secs(1).into();
    let result = setup.run().await;
    assert_eq!(result.events.write_failure + result.events.attachment_failure, 0, "{result:#?}");
    started.elapsed()
}

/// The times of an intent that is ten minutes old, and whether the lookup may still lag behind what was sent under it.
fn cases(now: Timestamp) -> [(Option<Timestamp>, bool); 4] {
    let minutes = |minutes| SignedDuration::from_mins(minutes);
    [
        // The earlier run had more time than this one, and may have sent it a moment ago.
        (Some(now), true),
        (Some(now + minutes(10)), true),
        (Some(now - minutes(5)), false),
        // An earlier version of the program did not store it.
        (None, true),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_item_is_searched_for_until_the_earlier_run_can_no_longer_have_sent_it() {
    let now = Timestamp::now();
    for (sent_until, lags) in cases(now) {
        let (target, state) = (lagging(), MemoryState::new());
        let trace = Trace {
            at: now - SignedDuration::from_mins(10),
            sent_until,
            hash: ContentHash::of(&person("ada")).unwrap(),
            identity: Some(Identity::email("ada@example.com")),
            details: json!({ "name": "ada", "email": "ada@example.com" }),
        };
        intend(&state, IntentTrace::Item(trace)).await;
        assert_eq!(waited(&state, &target, person("ada")).await >= WAITED, lags, "{sent_until:?}");
        assert_eq!(target.records().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_is_searched_for_until_the_earlier_run_can_no_longer_have_sent_it() {
    let now = Timestamp::now();
    for (sent_until, lags) in cases(now) {
        let (target, state) = (lagging(), MemoryState::new());
        let ada = with_documents("ada", &[("cv.pdf", 7)]);
        // The record is there, the document is not.
        target.script("ada/cv.pdf", [Reaction::Refuse(hrflow_core::ErrorKind::Forbidden)]);
        let first = Setup::new(&target, vec![Ok(ada.clone())]).state(&state).run().await;
        assert_eq!((written(&first), first.events.attachment_failure), ((1, 0, 0), 1));
        let step = Step {
            name: "cv.pdf".into(),
            identity: ada.attachments[0].identity(),
            document: true,
            idempotent: false,
        };
        let at = now - SignedDuration::from_mins(10);
        intend(&state, IntentTrace::Step(StepTrace { at, sent_until, id: VendorId("p1".into()), step }))
            .await;
        assert_eq!(waited(&state, &target, ada).await >= WAITED, lags, "{sent_until:?}");
        assert_eq!(target.records()[0].documents.len(), 1);
    }
}

#[tokio::test]
async fn an_intent_says_how_long_its_run_may_send() {
    let (target, state) = (ScriptedTarget::default(), MemoryState::new());
    target.script("ada", [Reaction::Hang]);
    let mut setup =
        Setup::new(&target, vec![Ok(person("ada"))]).state(&state).deadline(Duration::from_secs(300));
    setup.options.timeout = Duration::from_secs(7).into();
    tokio::select! {
        result = setup.run() => panic!("it was not stopped: {result:#?}"),
        () = async {
            while target.writes().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        } => {}
    }
    let trace = state.entry(&key("ada")).unwrap().trace.unwrap();
    let sending = trace.sent_until.unwrap().duration_since(trace.at).as_secs();
    let all = 300 + 7 + hrflow_core::http::VendorClock::TOLERANCE.as_secs();
    assert!((all - 30..=all).contains(&sending), "{sending}");
}
