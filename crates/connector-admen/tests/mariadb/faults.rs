//! Others who are in the way, and a server that dies.

use hrflow_core::{Status, result::Reason};
use mariadb_testing::{Server, Settings};
use mysql_async::prelude::Queryable;
use serde_json::json;

use crate::support::{SOMEBODY_WAITS, counts, database, push, push_with, somebody, until};

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
    let run = tokio::spawn(async move { push_with(of, json!({ "attempts": 2 }), &people).await });
    until(&database, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'").await;
    server.kill().await.unwrap();
    let result = run.await.unwrap();
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure), "{result:?}");
    assert_eq!((result.events.write_success, result.events.write_failure), (0, 0));
    assert!(
        result.failures.iter().any(|it| it.message.contains("cannot be reached at 127.0.0.1")),
        "{:?}",
        result.failures
    );
    server.restart().await.unwrap();
    assert_eq!(counts(&database).await, (0, 0));
}
