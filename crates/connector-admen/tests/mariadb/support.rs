//! A database, and what is pushed into it.

use std::{sync::Arc, time::Duration};

use connector_admen::{Parameters, Person, Persons, format_hrflow_profile_to_admen, push_profile};
use connector_hrflow::testing;
use hrflow_core::{
    ContentHash, Environment, OpenContext, Options, RunResult, Target, Trace, Write, Writer,
    options::OnExisting,
    parameters,
    state::{MemoryState, State},
};
use mariadb_testing::{Database, Server};
use serde_json::{Value, json};

/// A database of the server that the tests share.
pub(crate) async fn database() -> Database {
    let server: Arc<Server> = Server::shared().await.expect("a server");
    server.database().await.expect("a database")
}

pub(crate) fn parameters(of: Value) -> Parameters {
    parameters::read("target_parameters", &of).expect("the parameters are good")
}

/// Pushes profiles into a database.
pub(crate) async fn push(database: &Database, profiles: &[Value]) -> RunResult {
    push_with(database.parameters(), json!({}), profiles).await
}

pub(crate) async fn push_with(of: Value, options: Value, profiles: &[Value]) -> RunResult {
    let mut all = json!({ "timeout": "20s" });
    testing::merge(&mut all, options);
    testing::push(push_profile(), parameters(of), all, Environment::default(), profiles).await
}

/// Somebody with two experiences.
pub(crate) fn somebody(number: usize) -> Value {
    json!({
        "key": number.to_string(), "reference": format!("R-{number}"),
        "created_at": "2024-01-02T03:04:05+0000", "updated_at": "2024-02-03T04:05:06+0000",
        "info": { "first_name": format!("Ada {number}"), "last_name": "Byron",
            "email": format!("ada.{number}@example.com"), "phone": "+33 1 99 00 12 34" },
        "experiences": [
            { "title": "Analyst", "company": "Engines Ltd", "location": { "text": "London" },
                "date_start": "2020-05-01T00:00:00", "description": "Numbers" },
            { "title": "Tutor", "company": "Byron & Co", "date_start": "2017-01", "date_end": "2019" },
        ],
    })
}

/// Somebody with a name and nothing else.
pub(crate) fn nameless(number: usize) -> Value {
    json!({ "key": number.to_string(), "info": { "first_name": "Ada", "last_name": format!("Byron {number}") },
        "experiences": [{ "title": "Analyst", "date_start": "2020-05-01" }] })
}

/// The writer of a database, opened.
pub(crate) async fn open(of: Value, options: Value) -> hrflow_core::Result<Arc<dyn Writer<Person>>> {
    let mut all = json!({ "attempts": 2, "timeout": "10s" });
    testing::merge(&mut all, options);
    let options: Options = parameters::read("options", &all).expect("the options are good");
    let context = OpenContext { options, rate_limit: None, grants: MemoryState::new().grants() };
    Persons.open(parameters(of), context).await
}

/// How many persons there are, and how many experiences.
pub(crate) async fn counts(database: &Database) -> (i64, i64) {
    let count =
        async |table: &str| database.number(&format!("SELECT COUNT(*) FROM {table}")).await.expect("a count");
    (count("PERSONNES").await, count("EXPERIENCES_PROFESSIONNELLES").await)
}

/// Waits until a query answers a number other than zero.
pub(crate) async fn until(database: &Database, query: &str) {
    for _ in 0..200 {
        if database.number(query).await.expect("a number") != 0 {
            return;
        }
        // What InnoDB tells of itself stays the same while it is asked more often.
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    panic!("it never came: {query}");
}

pub(crate) const SOMEBODY_WAITS: &str = "SELECT COUNT(*) FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p \
    ON p.ID = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.DB = DATABASE()";

/// The item that a profile becomes.
pub(crate) fn item(profile: Value) -> Person {
    format_hrflow_profile_to_admen(&testing::profile(profile)).expect("every profile makes a person")
}

/// What is remembered of a person before they are sent, with what the writer wants to know again.
pub(crate) fn trace(writer: &dyn Writer<Person>, item: &Person, details: Value) -> Trace {
    let hash = ContentHash::of(item).expect("every person has a hash");
    Trace { at: writer.now(), sent_until: None, hash, identity: writer.identity(item), details }
}

/// To be written, unless they are there already.
pub(crate) fn report(item: &Person) -> Write<'_, Person> {
    Write { item, known: None, on_existing: OnExisting::Report, attachments: true }
}

/// To be written, over whoever is there already.
pub(crate) fn update(item: &Person) -> Write<'_, Person> {
    Write { on_existing: OnExisting::Update, ..report(item) }
}
