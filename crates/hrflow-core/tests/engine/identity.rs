//! Items with different keys and one identity: one record, whichever run delivers them.

use std::time::Duration;

use hrflow_core::{
    ContentHash, Identity, Outcome, Trace, VendorId,
    options::OnExisting,
    state::{Intent, IntentTrace, MemoryState, Record, State, StoredReceipt},
    testing::target::{Nature, Person, Reaction, ScriptedTarget},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Setup, info, key, written};

const EMAIL: &str = "ada@example.com";

fn ada(name: &str) -> Person {
    serde_json::from_value(json!({ "name": name, "email": EMAIL })).unwrap()
}

/// A target that makes a record of whatever it is sent.
fn unchecked() -> Nature {
    Nature { checks_email: false, ..Nature::default() }
}

/// Stores a receipt of `ada 1`.
async fn delivered(state: &MemoryState, id: &str, at: Timestamp) {
    let run = state.begin_run(&info("earlier")).await.unwrap();
    let receipt = StoredReceipt {
        outcome: Outcome::Created,
        created_by_us: true,
        hash: ContentHash::of(&ada("ada 1")).unwrap(),
        id: Some(VendorId(id.to_owned())),
        identity: Some(Identity::email(EMAIL)),
        steps: Vec::new(),
        warnings: Vec::new(),
        unconfirmed_since: None,
        at,
    };
    run.record(&[Record::Receipt(key("ada 1"), receipt)]).await.unwrap();
}

fn minutes_ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

#[tokio::test]
async fn two_runs_never_send_one_identity_at_the_same_time() {
    let (target, state) = (ScriptedTarget::new(unchecked()), MemoryState::new());
    let run = |name: &'static str| {
        target.script(name, [Reaction::Slow(Duration::from_millis(300))]);
        let setup = Setup::new(&target, vec![Ok(ada(name))]).state(&state);
        async move { setup.prepare().workflow_id(name).await }
    };
    let (one, two) = tokio::join!(run("ada 1"), run("ada 2"));
    assert_eq!((target.most_in_flight(), target.records().len()), (1, 1), "{:?}", target.records());
    let mut outcomes = [written(&one), written(&two)];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(0, 1, 0), (1, 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn batches_that_overlap_in_different_orders_are_all_delivered() {
    let nature = Nature { batch_size: 8, concurrency: 2, ..unchecked() };
    let (target, state) = (ScriptedTarget::new(nature), MemoryState::new());
    let run = |workflow: &'static str, reversed: bool| {
        let person = |number: usize| -> Person {
            let (name, email) = (format!("{workflow} {number}"), format!("{number}@example.com"));
            target.script(&name, [Reaction::Slow(Duration::from_millis(20))]);
            serde_json::from_value(json!({ "name": name, "email": email })).unwrap()
        };
        let mut people: Vec<_> = (0..40).map(|number| Ok(person(number))).collect();
        if reversed {
            people.reverse();
        }
        let setup = Setup::new(&target, people).state(&state);
        async move { setup.prepare().workflow_id(workflow).await }
    };
    let (one, two) = tokio::join!(run("one", false), run("two", true));
    assert_eq!((one.events.write_failure, two.events.write_failure), (0, 0), "{one:#?} {two:#?}");
    assert_eq!(one.events.write_success + two.events.write_success, 40);
    assert_eq!(target.records().len(), 40);
}

#[tokio::test]
async fn what_was_just_delivered_is_there_whatever_a_lookup_says() {
    let (target, state) = (ScriptedTarget::new(unchecked()), MemoryState::new());
    delivered(&state, "p1", Timestamp::now()).await;
    let result = Setup::new(&target, vec![Ok(ada("ada 2"))]).state(&state).run().await;
    assert_eq!((written(&result), target.writes().len(), target.finds()), ((0, 1, 0), 0, 0));
    assert_eq!(state.entry(&key("ada 2")).unwrap().receipt.unwrap().id, Some(VendorId("p1".into())));
}

#[tokio::test]
async fn whether_an_older_record_is_still_there_the_target_says() {
    let (target, state) = (ScriptedTarget::new(unchecked()), MemoryState::new());
    delivered(&state, "p1", minutes_ago(60)).await;
    let there = target.seed("ada 1", Some(EMAIL));
    let result = Setup::new(&target, vec![Ok(ada("ada 2"))]).state(&state).run().await;
    assert_eq!((written(&result), target.writes().len()), ((0, 1, 0), 0));
    assert_eq!(state.entry(&key("ada 2")).unwrap().receipt.unwrap().id, Some(there));

    // The record was deleted since.
    let (target, state) = (ScriptedTarget::new(unchecked()), MemoryState::new());
    delivered(&state, "p1", minutes_ago(60)).await;
    let result = Setup::new(&target, vec![Ok(ada("ada 2"))]).state(&state).run().await;
    assert_eq!((written(&result), target.records().len()), ((1, 0, 0), 1));

    // There is no lookup: the journal is all that is known. `resend` ignores it.
    let target = ScriptedTarget::new(Nature { finds: false, ..unchecked() });
    let state = MemoryState::new();
    delivered(&state, "p1", minutes_ago(60)).await;
    let result = Setup::new(&target, vec![Ok(ada("ada 2"))]).state(&state).run().await;
    assert_eq!((written(&result), target.writes().len()), ((0, 1, 0), 0));
    let mut again = Setup::new(&target, vec![Ok(ada("ada 3"))]).state(&state);
    again.environment.resend = true;
    assert_eq!(written(&again.run().await), (1, 0, 0));
}

#[tokio::test]
async fn an_update_changes_the_record_of_the_identity() {
    let (target, state) = (ScriptedTarget::new(unchecked()), MemoryState::new());
    let there = target.seed("ada 1", Some(EMAIL));
    delivered(&state, &there.0, Timestamp::now()).await;
    let setup = Setup::new(&target, vec![Ok(ada("ada 2"))]).state(&state).on_existing(OnExisting::Update);
    assert_eq!(written(&setup.run().await), (1, 0, 0));
    let records = target.records();
    assert_eq!((records.len(), records[0].name.as_str()), (1, "ada 2"));
}

#[tokio::test(start_paused = true)]
async fn what_another_run_may_have_sent_is_waited_for() {
    let lag = Duration::from_secs(2);
    for arrives in [true, false] {
        let target = ScriptedTarget::new(Nature { lag, ..unchecked() });
        let state = MemoryState::new();
        let trace = Trace {
            at: minutes_ago(10),
            sent_until: Some(Timestamp::now()),
            hash: ContentHash::of(&ada("ada 1")).unwrap(),
            identity: Some(Identity::email(EMAIL)),
            details: json!({ "name": "ada 1", "email": EMAIL }),
        };
        let run = state.begin_run(&info("earlier")).await.unwrap();
        run.intend(&[Intent { key: key("ada 1"), trace: IntentTrace::Item(trace) }]).await.unwrap();
        drop(run);
        let started = Instant::now();
        let setup = Setup::new(&target, vec![Ok(ada("ada 2"))]).state(&state);
        let (result, ()) = tokio::join!(setup.run(), async {
            tokio::time::sleep(lag / 2).await;
            if arrives {
                target.seed("ada 1", Some(EMAIL));
            }
        });
        assert_eq!(written(&result), if arrives { (0, 1, 0) } else { (1, 0, 0) });
        // Formats run on another thread: meanwhile the time of day goes on, and the paused clock does not.
        assert!(started.elapsed() >= lag * 3 / 4);
        assert_eq!(target.records().len(), 1);
    }
    // Within the deadline nothing is certain: nothing is sent.
    let target = ScriptedTarget::new(Nature { lag: Duration::from_secs(60), ..unchecked() });
    let state = MemoryState::new();
    let trace = Trace {
        at: minutes_ago(10),
        sent_until: None,
        hash: ContentHash::of(&ada("ada 1")).unwrap(),
        identity: Some(Identity::email(EMAIL)),
        details: json!({ "name": "ada 1", "email": EMAIL }),
    };
    let run = state.begin_run(&info("earlier")).await.unwrap();
    run.intend(&[Intent { key: key("ada 1"), trace: IntentTrace::Item(trace) }]).await.unwrap();
    drop(run);
    let setup = Setup::new(&target, vec![Ok(ada("ada 2"))]).state(&state).deadline(Duration::from_secs(10));
    let result = setup.run().await;
    assert_eq!((written(&result), target.writes().len()), ((0, 0, 1), 0));
    assert!(result.failures[0].message.contains("same identity"), "{}", result.failures[0].message);
}
