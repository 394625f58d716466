//! Connections that break, at the worst of moments.

use hrflow_core::Status;
use mariadb_testing::Database;
use serde_json::{Value, json};

use crate::{
    proxy::{Breaks, Proxy},
    support::{counts, database, nameless, push_with, somebody},
};

async fn through(database: &Database, breaks: Breaks) -> (Proxy, Value) {
    let proxy = Proxy::start(database.address().port, breaks).await;
    let mut of = database.parameters();
    of["db_port"] = json!(proxy.port);
    of["db_tls"] = json!("off");
    of.as_object_mut().unwrap().remove("db_ca_file");
    (proxy, of)
}

async fn everybody_is_stored_once(breaks: Breaks, person: fn(usize) -> Value) {
    let database = database().await;
    let (proxy, of) = through(&database, breaks).await;
    let people: Vec<_> = (0..30).map(person).collect();
    let experiences: usize = people.iter().map(|it| it["experiences"].as_array().unwrap().len()).sum();
    let result = push_with(of, json!({ "attempts": 3 }), &people).await;
    assert!(proxy.broke());
    assert_eq!(result.status, Status::Success, "{:?}", result.failures);
    assert_eq!(result.events.write_success, 30);
    assert_eq!(counts(&database).await, (30, experiences as i64), "{breaks:?}");
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_looked_for() {
    everybody_is_stored_once(Breaks::After("COMMIT"), somebody).await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_looked_for_without_addresses_too() {
    everybody_is_stored_once(Breaks::After("COMMIT"), nameless).await;
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_sent_again() {
    everybody_is_stored_once(Breaks::Before("COMMIT"), somebody).await;
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_sent_again_without_addresses_too() {
    everybody_is_stored_once(Breaks::Before("COMMIT"), nameless).await;
}

#[tokio::test]
async fn a_transaction_that_breaks_half_way_leaves_nothing_behind() {
    for breaks in [
        Breaks::Before("INSERT INTO `PERSONNES`"),
        Breaks::After("INSERT INTO `PERSONNES`"),
        Breaks::After("INSERT INTO `EXPERIENCES_PROFESSIONNELLES`"),
        Breaks::After("GET_LOCK"),
        Breaks::After("START TRANSACTION"),
        Breaks::After("MAX("),
        Breaks::After("INFORMATION_SCHEMA.COLUMNS"),
        Breaks::After("DO RELEASE_LOCK"),
    ] {
        everybody_is_stored_once(breaks, somebody).await;
    }
}
