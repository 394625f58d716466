//! Others who are in the way, and a server that dies.

use std::{sync::Arc, time::Duration};

use connector_admen::push_profile;
use connector_hrflow::testing;
use hrflow_core::{
    CancellationToken, Environment, ErrorKind, Outcome, Status,
    result::Reason,
    state::{MemoryState, State},
};
use mariadb_testing::{Database, Server, Settings};
use mysql_async::prelude::Queryable;
use serde_json::json;

use crate::{
    greeter::Greeter,
    support::{
        SOMEBODY_WAITS, counts, database, item, open, parameters, push, push_with, report, somebody, until,
    },
};

#[tokio::test]
async fn a_lock_that_somebody_holds_costs_one_person_only() {
    let database = database().await;
    let people: Vec<_> = (0..6).map(somebody).collect();
    assert_eq!(push(&database, &people).await.events.write_success, 6);
    let mut somebody_else = database.connect().await.unwrap();
    somebody_else
        .query_drop("BEGIN; UPDATE PERSONNES SET VILLE = 'Paris' WHERE ID_PERSONNE = 3")
        .await
        .unwrap();

    let changed: Vec<_> = people
        .iter()
        .cloned()
        .map(|mut person| {
            person["info"]["phone"] = json!("+33 1 99 00 99 99");
            person
        })
        .collect();
    let options = json!({ "on_existing": "update", "timeout": "2s", "attempts": 2 });
    let result = push_with(database.parameters(), options, &changed).await;
    assert_eq!((result.events.write_success, result.events.write_failure), (5, 1), "{:?}", result.failures);
    assert!(
        result.failures[0].message.contains("holds a lock for too long: Lock wait timeout"),
        "{:?}",
        result.failures
    );
    somebody_else.query_drop("ROLLBACK").await.unwrap();
    let query = "SELECT COUNT(*) FROM PERSONNES WHERE TEL_MOBILE = '+33 1 99 00 99 99'";
    assert_eq!(database.number(query).await.unwrap(), 5);
}

#[tokio::test]
async fn nobody_waits_for_locks_longer_than_the_deadline() {
    let database = database().await;
    let people: Vec<_> = (0..30).map(somebody).collect();
    assert_eq!(push(&database, &people).await.events.write_success, 30);
    let mut somebody_else = database.connect().await.unwrap();
    somebody_else.query_drop("BEGIN; UPDATE PERSONNES SET VILLE = 'Paris'").await.unwrap();
    let changed: Vec<_> = (0..30)
        .map(|number| {
            let mut person = somebody(number);
            person["info"]["phone"] = json!("+33 1 99 00 99 99");
            person
        })
        .collect();
    let options = json!({ "on_existing": "update", "timeout": "2s", "attempts": 2, "deadline": "4s" });
    let result = push_with(database.parameters(), options, &changed).await;
    assert_eq!((result.events.write_success, result.events.write_failure), (0, 30), "{:?}", result.failures);
    let told = |part: &str| result.failures.iter().any(|it| it.message.contains(part));
    assert!(told("holds a lock for too long") && told("the time given was used up"), "{:?}", result.failures);
}

#[tokio::test]
async fn a_deadlock_is_got_out_of() {
    let database = database().await;
    let people: Vec<_> = (0..40).map(somebody).collect();
    assert_eq!(push(&database, &people).await.events.write_success, 40);
    let changed: Vec<_> = people[..2]
        .iter()
        .cloned()
        .map(|mut person| {
            person["info"]["phone"] = json!("+33 1 99 00 99 99");
            person
        })
        .collect();
    // Who has done more is not chosen as the victim.
    let mut somebody_else = database.connect().await.unwrap();
    somebody_else
        .query_drop("BEGIN; UPDATE PERSONNES SET VILLE = 'Paris' WHERE ID_PERSONNE > 10; UPDATE PERSONNES SET VILLE = 'Paris' WHERE ID_PERSONNE = 2")
        .await
        .unwrap();
    let of = database.parameters();
    let run = tokio::spawn(async move {
        push_with(of, json!({ "on_existing": "update", "attempts": 4 }), &changed).await
    });
    until(&database, SOMEBODY_WAITS).await;
    somebody_else
        .query_drop("UPDATE PERSONNES SET VILLE = 'Paris' WHERE ID_PERSONNE = 1; COMMIT")
        .await
        .unwrap();
    let result = run.await.unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.failures);
    let query = "SELECT COUNT(*) FROM PERSONNES WHERE TEL_MOBILE = '+33 1 99 00 99 99' AND VILLE = 'Paris'";
    assert_eq!(database.number(query).await.unwrap(), 2);
    let status = database.rows("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'").await.unwrap();
    assert_ne!(status[0][1].as_deref(), Some("0"));
}

#[tokio::test]
async fn a_server_that_is_killed_in_mid_transaction_leaves_nobody_half_stored() {
    let mut server = Server::start(Settings::default()).await.unwrap();
    let database = server.database().await.unwrap();
    let people: Vec<_> = (0..250).map(somebody).collect();
    let of = database.parameters();
    let run = tokio::spawn(async move { push_with(of, json!({ "attempts": 8 }), &people).await });
    until(&database, "SELECT COUNT(*) >= 100 FROM PERSONNES").await;
    server.kill().await.unwrap();
    server.restart().await.unwrap();
    let result = run.await.unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.failures);
    assert_eq!((result.events.write_success, result.events.write_duplicate), (250, 0));
    assert_eq!(counts(&database).await, (250, 500));
}

#[tokio::test]
async fn a_server_that_stays_away_stops_the_run() {
    let mut server = Server::start(Settings::default()).await.unwrap();
    let database = server.database().await.unwrap();
    database
        .run("CREATE TRIGGER TR_SLOW BEFORE INSERT ON EXPERIENCES_PROFESSIONNELLES FOR EACH ROW SET @slept = SLEEP(2)")
        .await
        .unwrap();
    let people: Vec<_> = (0..10).map(somebody).collect();
    let of = database.parameters();
    let run =
        tokio::spawn(async move { push_with(of, json!({ "attempts": 2, "deadline": "3s" }), &people).await });
    until(&database, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'").await;
    server.kill().await.unwrap();
    let result = run.await.unwrap();
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure), "{result:?}");
    assert_eq!((result.events.write_success, result.events.write_failure), (0, 0));
    let words = &result.failures[0].message;
    assert!(words.contains("cannot be reached at 127.0.0.1"), "{words}");
    // Everybody who was read is counted or named.
    assert_eq!(result.events.read_success, 10);
    assert!(words.ends_with("10 items were read and not sent: run again."), "{words}");
    server.restart().await.unwrap();
    assert_eq!(counts(&database).await, (0, 0));
}

#[tokio::test]
async fn a_server_that_comes_back_within_the_deadline_costs_nothing() {
    let mut server = Server::start(Settings::default()).await.unwrap();
    let database = server.database().await.unwrap();
    let people: Vec<_> = (0..250).map(somebody).collect();
    let of = database.parameters();
    let run =
        tokio::spawn(
            async move { push_with(of, json!({ "attempts": 2, "deadline": "60s" }), &people).await },
        );
    until(&database, "SELECT COUNT(*) >= 100 FROM PERSONNES").await;
    server.kill().await.unwrap();
    // Longer than two attempts take.
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.restart().await.unwrap();
    let result = run.await.unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.failures);
    assert_eq!((result.events.read_success, result.events.write_success), (250, 250));
    assert_eq!(counts(&database).await, (250, 500));
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_waited_for_until_the_deadline() {
    let database = database().await;
    let port = database.address().port;
    // It shuts down, is offline, is a cluster's node that joins.
    for number in [1053, 3032, 1047] {
        let mut of = database.parameters();
        of["db_port"] = json!(Greeter::start(port, number, 3).await);
        let opened = open(of.clone(), json!({ "attempts": 2, "deadline": "30s" })).await;
        assert!(opened.is_ok(), "{number}: {:?}", opened.err());
        of["db_port"] = json!(Greeter::start(port, number, usize::MAX).await);
        let error = open(of.clone(), json!({ "attempts": 2, "deadline": "1s" })).await.err().unwrap();
        assert!(error.to_string().contains("is starting, recovering or failing over"), "{error}");
        // Who wants no retries gets none.
        of["db_port"] = json!(Greeter::start(port, number, 1).await);
        assert!(open(of, json!({ "attempts": 1, "deadline": "30s" })).await.is_err(), "{number}");
    }
}

#[tokio::test]
async fn a_database_that_was_there_is_waited_for() {
    let database = database().await;
    // The second to the fourth connection find no database of that name.
    let mut of = database.parameters();
    of["db_port"] = json!(Greeter::after(database.address().port, 1049, 1, 3).await);
    let writer = open(of.clone(), json!({ "attempts": 2, "deadline": "30s" })).await.unwrap();
    kill_connections(&database).await;
    let person = item(somebody(1));
    let outcome = writer.write(&[report(&person)]).await.remove(0).unwrap().outcome;
    assert_eq!(outcome, Outcome::Created);
    // The first one says that the name is wrong.
    of["db_port"] = json!(Greeter::start(database.address().port, 1049, usize::MAX).await);
    let started = tokio::time::Instant::now();
    let error = open(of, json!({ "attempts": 5, "deadline": "30s" })).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

/// Ends every connection of the database's own user.
async fn kill_connections(database: &Database) {
    let user = database.name();
    let rows = database
        .rows(&format!("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '{user}'"))
        .await
        .unwrap();
    for id in rows.into_iter().flatten().flatten() {
        database.run(&format!("KILL {id}")).await.unwrap();
    }
}

#[tokio::test]
async fn another_writer_is_waited_for_and_told() {
    let database = database().await;
    let mut another = database.connect().await.unwrap();
    let lock = format!("hrflow.admen.{}", database.name());
    another.query_drop(format!("SELECT GET_LOCK('{lock}', 1)")).await.unwrap();
    let people: Vec<_> = (0..3).map(somebody).collect();
    let options = json!({ "timeout": "1s", "attempts": 1 });
    let result = push_with(database.parameters(), options, &people).await;
    assert_eq!((result.events.write_success, result.events.write_failure), (0, 3), "{:?}", result.failures);
    assert!(result.failures[0].message.contains("another writer is at work"), "{:?}", result.failures);
    assert!(result.failures[0].message.contains(&lock), "{:?}", result.failures);

    let of = database.parameters();
    let run = tokio::spawn(async move { push_with(of, json!({}), &people).await });
    until(
        &database,
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock' AND DB = DATABASE()",
    )
    .await;
    another.query_drop(format!("DO RELEASE_LOCK('{lock}')")).await.unwrap();
    assert_eq!(run.await.unwrap().events.write_success, 3);
}

#[tokio::test]
async fn a_server_that_is_read_only_stops_the_run() {
    let server = Server::start(Settings::default()).await.unwrap();
    let database = server.database().await.unwrap();
    database.run("SET GLOBAL read_only = 1").await.unwrap();
    let result = push(&database, &[somebody(1)]).await;
    assert_eq!((result.status, result.events.write_failure), (Status::Fatal, 0), "{result:?}");
    assert!(result.failures[0].message.contains("may be read only"), "{:?}", result.failures);
    let error = open(database.parameters(), json!({})).await.unwrap().check().await.unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
}

#[tokio::test]
async fn a_run_that_is_stopped_leaves_nobody_half_stored_and_goes_on() {
    let database = database().await;
    let people: Vec<_> = (0..600).map(somebody).collect();
    let state: Arc<dyn State> = Arc::new(MemoryState::new());
    let cancel = CancellationToken::new();
    let environment =
        Environment { state: Some(state.clone()), cancel: cancel.clone(), ..Environment::default() };
    let (of, all) = (parameters(database.parameters()), people.clone());
    let run =
        tokio::spawn(async move { testing::push(push_profile(), of, json!({}), environment, &all).await });
    until(&database, "SELECT COUNT(*) FROM PERSONNES").await;
    cancel.cancel();
    let stopped = run.await.unwrap();
    let (persons, experiences) = counts(&database).await;
    assert_eq!((stopped.events.write_success as i64, experiences), (persons, 2 * persons), "{stopped:?}");
    let environment = Environment { state: Some(state), ..Environment::default() };
    let again =
        testing::push(push_profile(), parameters(database.parameters()), json!({}), environment, &people)
            .await;
    assert_eq!(again.status, Status::Success, "{:?}", again.failures);
    assert_eq!(again.events.write_success + stopped.events.write_success, 600);
    assert_eq!(counts(&database).await, (600, 1200));
}
