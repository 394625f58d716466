//! What SQL Server answers, and what becomes of it.

use std::sync::{Arc, atomic::Ordering};

use hrflow_core::{ErrorKind, Scope, Status, result::Reason};
use serde_json::json;

use crate::{
    proxy::{Breaks, Proxy},
    server::{
        ABOVE, DESCRIBE, HIGHEST, HOLDERS, INSERT_EXPERIENCES, INSERT_PERSON, LOCK, Mock, no_match, number,
        open, open_with, parameters_of, people, push, refusing, refusing_between, silent, slow,
    },
    window::{self, Counts},
};

#[tokio::test]
async fn people_go_the_whole_way() {
    let mock = Mock::start().await;
    let result = push(mock.parameters(), &people(3)).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.failures);
    assert_eq!(result.events.write_success, 3);
}

#[tokio::test]
async fn persons_are_inserted_in_batches() {
    let mock = Mock::start().await;
    let counts = Arc::new(Counts::default());
    let mut of = mock.parameters();
    of["db_port"] = json!(window::start(mock.port, counts.clone()).await);
    let result = push(of, &people(500)).await;
    assert_eq!(result.events.write_success, 500, "{:?}", result.failures);
    let (requests, packets) = (counts.requests.load(Ordering::SeqCst), counts.packets.load(Ordering::SeqCst));
    // Some eight for each two hundred: the lock, the lookup, persons, experiences, the commit.
    assert!(requests < 40, "{requests} requests of {packets} packets");
}

#[tokio::test]
async fn a_database_is_one_target_however_its_name_is_written() {
    let mock = Mock::start().await;
    for name in ["admen", "ADMEN", " AdMen "] {
        let mut of = mock.parameters();
        of["db_name"] = json!(name);
        of["db_host"] = json!("LOCALHOST");
        let writer = open(of).await.unwrap();
        assert_eq!(writer.target_id().0, format!("admen localhost:{} AdMen dbo", mock.port));
    }
}

#[tokio::test]
async fn a_login_that_is_refused_stops_the_run() {
    let words = "Login failed for user 'hrflow'.";
    for (number, kind) in [
        (18456, ErrorKind::Unauthorized),
        (18488, ErrorKind::Unauthorized),
        (4060, ErrorKind::Config),
        (40615, ErrorKind::Forbidden),
    ] {
        let port = refusing(number, words).await;
        let error = open(parameters_of(port)).await.err().expect("it is refused");
        assert_eq!((error.kind(), error.scope()), (kind, Scope::Run), "{error}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_waited_for_until_the_deadline() {
    let mock = Mock::start().await;
    let words = "The database is being recovered.";
    // With two attempts three refusals would be too many.
    let waits = json!({ "attempts": 2, "timeout": "2s", "deadline": "30s" });
    for number in [921, 18401, 40613] {
        let port = refusing_between(number, words, 0..3, mock.port).await;
        let opened = open_with(parameters_of(port), waits.clone()).await;
        assert!(opened.is_ok(), "{number}: {:?}", opened.err());
    }
    let gives_up = json!({ "attempts": 2, "timeout": "2s", "deadline": "1s" });
    let port = refusing(983, words).await;
    let error = open_with(parameters_of(port), gives_up).await.err().expect("it is never ready");
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Unavailable, Scope::Run), "{error}");
    assert!(error.to_string().contains("is starting, recovering or failing over"), "{error}");
    // A database that cannot be opened: its name is wrong at the first login, and it fails over at a later one.
    let error = open_with(parameters_of(refusing(4060, words).await), waits).await.err();
    assert_eq!(error.expect("it is refused").kind(), ErrorKind::Config);
    let port = refusing_between(4060, words, 1..4, mock.port).await;
    let proxy = Proxy::start(port, Breaks::Before(HIGHEST)).await;
    let result = push(parameters_of(proxy.port), &people(2)).await;
    assert!(proxy.broke());
    assert_eq!((result.status, result.events.write_success), (Status::Success, 2), "{:?}", result.failures);
}

#[tokio::test]
async fn errors_are_told_by_number() {
    for (at, number, kind, words) in [
        (INSERT_PERSON, 2627, ErrorKind::Duplicate, "Violation of UNIQUE KEY constraint 'UQ_EMAIL'."),
        (
            INSERT_PERSON,
            2601,
            ErrorKind::Duplicate,
            "Cannot insert duplicate key row with unique index 'IX'.",
        ),
        (INSERT_PERSON, 515, ErrorKind::Invalid, "Cannot insert the value NULL into column 'NOM'."),
        (
            INSERT_PERSON,
            2628,
            ErrorKind::Invalid,
            "String or binary data would be truncated in column 'NOM'.",
        ),
        (INSERT_PERSON, 241, ErrorKind::Invalid, "Conversion failed when converting date."),
        (
            INSERT_EXPERIENCES,
            547,
            ErrorKind::Invalid,
            "The INSERT statement conflicted with FOREIGN KEY 'FK'.",
        ),
        (
            HOLDERS,
            1205,
            ErrorKind::Unavailable,
            "Transaction was deadlocked and has been chosen as the victim.",
        ),
        (HOLDERS, 1222, ErrorKind::Unavailable, "Lock request time out period exceeded."),
    ] {
        let mock = Mock::start().await;
        mock.refuse(at, number, words).await;
        let result = push(mock.parameters(), &people(2)).await;
        assert_eq!((result.events.write_failure, result.events.write_success), (2, 0), "{result:?}");
        let failure = &result.failures[0];
        assert_eq!(failure.kind, kind, "{failure:?}");
        assert!(
            failure.message.contains(words) && failure.message.contains(&format!("code {number}")),
            "{failure:?}"
        );
        if words.contains("'NOM'") {
            assert!(failure.message.contains("column NOM"), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn what_hits_everybody_stops_the_run() {
    for (at, number, words) in [
        (INSERT_PERSON, 229, "The INSERT permission was denied on the object 'PERSONNES'."),
        (INSERT_PERSON, 3906, "Failed to update database because the database is read-only."),
        (INSERT_PERSON, 208, "Invalid object name 'PERSONNES'."),
        (HIGHEST, 229, "The SELECT permission was denied on the object 'PERSONNES'."),
    ] {
        let mock = Mock::start().await;
        mock.refuse(at, number, words).await;
        let result = push(mock.parameters(), &people(2)).await;
        assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure), "{result:?}");
        assert_eq!(result.events.write_failure, 0, "{result:?}");
        assert!(result.failures[0].message.contains(words), "{:?}", result.failures);
    }
    let mock = Mock::start().await;
    mock.answer(DESCRIBE, no_match()).await;
    let error = open(mock.parameters()).await.err().expect("no tables");
    assert!(error.to_string().contains("table PERSONNES, table EXPERIENCES_PROFESSIONNELLES"), "{error}");
}

#[tokio::test]
async fn the_lock_of_another_writer_is_told() {
    let mock = Mock::start().await;
    mock.answer(LOCK, number(0)).await;
    let result = push(mock.parameters(), &people(1)).await;
    assert_eq!(result.events.write_failure, 1);
    assert!(result.failures[0].message.contains("another writer is at work"), "{:?}", result.failures);
}

#[tokio::test]
async fn a_database_that_numbers_nobody_is_told() {
    let mock = Mock::start().await;
    mock.answer(INSERT_PERSON, no_match()).await;
    let result = push(mock.parameters(), &people(1)).await;
    assert_eq!(result.status, Status::Fatal);
    assert!(result.failures[0].message.contains("gives new persons no number"), "{:?}", result.failures);
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_not_waited_for() {
    let mock = Mock::start().await;
    mock.answer(INSERT_PERSON, slow(number(7))).await;
    let result = push(mock.parameters(), &people(1)).await;
    assert_eq!(result.status, Status::Fatal);
    assert!(
        result.failures[0].message.contains("SQL Server did not answer in time"),
        "{:?}",
        result.failures
    );
    // A connection that nobody answers.
    let error = open(parameters_of(silent().await)).await.err().expect("nobody is there");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_commit_is_made_again() {
    for breaks in [
        Breaks::Before("BEGIN TRANSACTION"),
        Breaks::Before(INSERT_PERSON),
        Breaks::After(INSERT_EXPERIENCES),
        Breaks::After(HIGHEST),
    ] {
        let mock = Mock::start().await;
        let proxy = Proxy::start(mock.port, breaks).await;
        let result = push(parameters_of(proxy.port), &people(2)).await;
        assert!(proxy.broke(), "{breaks:?}");
        assert_eq!(result.status, Status::Success, "{breaks:?}: {:?}", result.failures);
        assert_eq!(result.events.write_success, 2);
    }
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_looked_for() {
    let mock = Mock::start().await;
    // Nobody of theirs is there, and nobody else either: they are sent again.
    mock.answer(ABOVE, no_match()).await;
    let proxy = Proxy::start(mock.port, Breaks::After("COMMIT TRANSACTION")).await;
    let result = push(parameters_of(proxy.port), &people(2)).await;
    assert!(proxy.broke());
    assert_eq!((result.status, result.events.write_success), (Status::Success, 2), "{:?}", result.failures);

    let mock = Mock::start().await;
    mock.refuse(ABOVE, 208, "Invalid object name").await;
    let proxy = Proxy::start(mock.port, Breaks::After("COMMIT TRANSACTION")).await;
    let result = push(parameters_of(proxy.port), &people(1)).await;
    assert!(proxy.broke());
    // Without a look nothing is sent again.
    assert_eq!(result.status, Status::Fatal, "{result:?}");
    assert_eq!(result.events.write_success, 0);
}
