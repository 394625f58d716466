//! State files that earlier versions of the program wrote.

use hrflow_core::{
    ErrorKind, RunResult,
    result::Deliveries,
    state::{
        DeadLetter, KnownStep, LetterFilter, Passage, Payload, Record, SqliteState, State, StepState,
        StoredReceipt,
    },
};
use rusqlite::Connection;
use serde_json::json;

use crate::support::{begin, claimed, key, letter, receipt, result};

/// Tables and rows as the first version of the file has them.
const VERSION_1: &str = include_str!("version_1.sql");

fn file_of_version_1() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let connection = Connection::open(directory.path().join("state.db")).unwrap();
    connection.execute_batch(VERSION_1).unwrap();
    directory
}

#[tokio::test]
async fn dead_letters_of_the_first_version_keep_their_items_and_numbers() {
    let directory = file_of_version_1();
    let state = SqliteState::open(directory.path()).unwrap();
    let letters = state.history().dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
    let found: Vec<_> = letters
        .iter()
        .map(|it| (it.number, it.letter.key.as_str(), it.letter.step.as_str(), it.letter.item.as_str()))
        .collect();
    let (ada, newer) =
        (r#"{"key":"a","email":"ada@example.com"}"#, r#"{"key":"a","email":"eva@example.com"}"#);
    assert_eq!(
        found,
        [
            (2, "source/a", "resume", ada),
            (3, "source/a", "note", ada),
            (4, "source/a", "photo", newer),
            (5, "source/b", "write", ada),
        ]
    );
    assert_eq!((letters[3].letter.kind, letters[3].letter.attempts), (ErrorKind::OutcomeUnknown, 3));

    let count = |sql: &str| -> i64 {
        let connection = Connection::open(directory.path().join("state.db")).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM payloads"), 3, "one for each item and text");
    assert_eq!(count("SELECT count(*) FROM dead_letters"), 4);

    // Number 9 was the newest letter that the file ever had.
    let run = begin(&state, "two").await;
    let new = DeadLetter { item: Payload::of(&json!({})), ..letter("c", "write", ErrorKind::Invalid) };
    run.record(&[Record::DeadLetter(Box::new(new))]).await.unwrap();
    assert_eq!(state.history().newest_letter().await.unwrap(), 10);
}

#[tokio::test]
async fn items_of_the_first_version_keep_receipts_and_intents() {
    let directory = file_of_version_1();
    let state = SqliteState::open(directory.path()).unwrap();
    let run = begin(&state, "two").await;
    let entry = claimed(run.as_ref(), "a").await;
    let unknown = StoredReceipt { identity: None, warnings: Vec::new(), ..receipt("7") };
    assert_eq!((entry.receipt, entry.trace), (Some(unknown), None));
    assert_eq!(entry.step_traces.len(), 1);
    let entry = claimed(run.as_ref(), "b").await;
    assert_eq!(entry.receipt, None);
    assert_eq!(entry.trace.unwrap().hash.as_str(), "cd".repeat(32));
    let found = state.history().items("bob@example.com").await.unwrap();
    assert_eq!(found.iter().map(|it| it.key.clone()).collect::<Vec<_>>(), [key("b").item]);
}

#[tokio::test]
async fn runs_of_the_first_version_have_results_without_deliveries() {
    let directory = file_of_version_1();
    let connection = Connection::open(directory.path().join("state.db")).unwrap();
    let stored = serde_json::to_string(&result("one")).unwrap();
    connection
        .execute("UPDATE runs SET broken_off = 0, finished_at = 1700000009000, result = ?1", [stored])
        .unwrap();
    drop(connection);
    let state = SqliteState::open(directory.path()).unwrap();
    let run = state.history().run("one").await.unwrap().remove(0);
    assert_eq!((run.result, run.deliveries), (Some(result("one")), None));
    let deliveries = Deliveries { created: 2, ..Deliveries::default() };
    let new = RunResult { deliveries, ..result("two") };
    begin(&state, "two").await.finish(&new).await.unwrap();
    let run = state.history().run("two").await.unwrap().remove(0);
    assert_eq!((run.result, run.deliveries), (Some(new), Some(deliveries)));
}

#[tokio::test]
async fn a_step_of_the_first_version_that_failed_becomes_known_when_it_is_rejected_again() {
    let directory = file_of_version_1();
    let state = SqliteState::open(directory.path()).unwrap();
    let history = state.history();
    let note = async || {
        let letters = history.dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
        letters.into_iter().find(|it| it.letter.step == "note").map(|it| (it.rejected, it.known)).unwrap()
    };
    let unchanged = Record::Settled(key("a"), Some(Passage::Unchanged));
    begin(&state, "two").await.record(std::slice::from_ref(&unchanged)).await.unwrap();
    assert_eq!(note().await, (false, false));
    let again = DeadLetter { run_id: "three".into(), ..letter("a", "note", ErrorKind::Invalid) };
    let step = KnownStep {
        name: "note".into(),
        identity: "digest".into(),
        state: StepState::Rejected,
        at: again.at,
    };
    let records = [Record::DeadLetter(Box::new(again)), Record::Step(key("a"), step), unchanged.clone()];
    begin(&state, "three").await.record(&records).await.unwrap();
    assert_eq!(note().await, (true, false));
    let run = begin(&state, "four").await;
    run.record(&[unchanged]).await.unwrap();
    assert_eq!(note().await, (true, true));
    let steps = claimed(run.as_ref(), "a").await.receipt.unwrap().steps;
    assert_eq!(steps.iter().map(|it| it.state).collect::<Vec<_>>(), [StepState::Sent, StepState::Rejected]);
}

#[tokio::test]
async fn a_file_without_dead_letters_is_converted_too() {
    let directory = file_of_version_1();
    let connection = Connection::open(directory.path().join("state.db")).unwrap();
    connection.execute_batch("DELETE FROM dead_letters; DELETE FROM sqlite_sequence;").unwrap();
    drop(connection);
    let state = SqliteState::open(directory.path()).unwrap();
    let run = begin(&state, "two").await;
    run.record(&[Record::DeadLetter(Box::new(letter("c", "write", ErrorKind::Invalid)))]).await.unwrap();
    assert_eq!(state.history().newest_letter().await.unwrap(), 1);
}
