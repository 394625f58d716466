//! The payloads of dead letters in the SQLite file: stored once, and removed with the last letter.

use std::{fs, path::Path};

use hrflow_core::{
    ErrorKind,
    state::{
        DeadLetter, Keep, KnownStep, LetterFilter, Passage, Payload, Record, RunState, SqliteState, State,
        StepState,
    },
};
use jiff::SignedDuration;
use rusqlite::Connection;

use crate::support::{at, begin, claimed, info, key, letter};

fn payloads(directory: &Path) -> Vec<String> {
    let connection = Connection::open(directory.join("state.db")).unwrap();
    let mut all = connection.prepare("SELECT content FROM payloads ORDER BY payload").unwrap();
    all.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

async fn fail(run: &dyn RunState, name: &str, step: &str, item: &Payload) {
    let letter = DeadLetter { item: item.clone(), ..letter(name, step, ErrorKind::Invalid) };
    run.record(&[Record::DeadLetter(Box::new(letter))]).await.unwrap();
}

fn payload(text: &str) -> Payload {
    Payload::of(&text)
}

#[tokio::test]
async fn a_payload_is_removed_with_its_last_letter_on_every_path() {
    let directory = tempfile::tempdir().unwrap();
    let keep = Keep { dead_letters: SignedDuration::from_hours(1), ..Keep::default() };
    let state = SqliteState::open_keeping(directory.path(), keep).unwrap();
    let run = begin(&state, "one").await;
    let held = || payloads(directory.path());
    let item = payload("ada");

    // A step that is delivered.
    fail(run.as_ref(), "a", "resume", &item).await;
    fail(run.as_ref(), "a", "note", &item).await;
    assert_eq!(held(), [item.as_str()], "two letters, one payload");
    for (step, left) in [("resume", 1), ("note", 0)] {
        let step =
            KnownStep { name: step.into(), identity: "digest".into(), state: StepState::Sent, at: at(6) };
        run.record(&[Record::Step(key("a"), step)]).await.unwrap();
        assert_eq!(held().len(), left);
    }
    // A delivery.
    fail(run.as_ref(), "a", "write", &item).await;
    claimed(run.as_ref(), "a").await;
    run.record(&[Record::Settled(key("a"), Some(Passage::Created))]).await.unwrap();
    assert!(held().is_empty());
    // A logic that discards the item.
    fail(run.as_ref(), "a", "write", &item).await;
    run.discard(&key("a")).await.unwrap();
    // What was noted is durable with the next write.
    fail(run.as_ref(), "b", "write", &item).await;
    assert_eq!(held().len(), 1);
    // A user who drops it.
    assert_eq!(state.history().drop_dead_letters(&LetterFilter::default()).await.unwrap(), 1);
    assert!(held().is_empty());
    // The same failure of a changed item.
    fail(run.as_ref(), "a", "write", &item).await;
    fail(run.as_ref(), "a", "write", &payload("ada, changed")).await;
    assert_eq!(held(), [payload("ada, changed").as_str()]);
    // Expiry: by the time of the run before.
    drop(run);
    for (id, hour) in [("two", 10), ("three", 11)] {
        let started_at = at(hour * 3600);
        state.begin_run(&hrflow_core::state::RunInfo { started_at, ..info(id, false) }).await.unwrap();
    }
    assert!(held().is_empty());
}

#[tokio::test]
async fn many_failed_steps_take_the_room_of_one_item_and_give_it_back() {
    let directory = tempfile::tempdir().unwrap();
    let state = SqliteState::open(directory.path()).unwrap();
    let megabytes = || fs::metadata(directory.path().join("state.db")).unwrap().len() >> 20;
    let run = begin(&state, "one").await;
    let item = payload(&"x".repeat(280 << 10));
    let failed = |index| {
        let letter = letter("a", &format!("upload:{index}.pdf"), ErrorKind::Invalid);
        Record::DeadLetter(Box::new(DeadLetter { item: item.clone(), ..letter }))
    };
    run.record(&(0..300).map(failed).collect::<Vec<_>>()).await.unwrap();
    drop((run, state));
    assert!(megabytes() < 2, "{} MiB", megabytes());

    let state = SqliteState::open(directory.path()).unwrap();
    let run = begin(&state, "two").await;
    for index in 0..24 {
        fail(run.as_ref(), &format!("large {index}"), "write", &payload(&"x".repeat(1 << 20))).await;
    }
    drop((run, state));
    assert!(megabytes() >= 24);
    let state = SqliteState::open(directory.path()).unwrap();
    state.history().drop_dead_letters(&LetterFilter::default()).await.unwrap();
    assert!(megabytes() >= 24, "free space stays until a run starts");
    begin(&state, "three").await;
    drop(state);
    assert!(megabytes() < 2, "{} MiB", megabytes());
}
