//! A database, and what is pushed into it.

use std::sync::Arc;

use connector_admen::{Parameters, push_profile};
use connector_hrflow::testing;
use hrflow_core::{Environment, RunResult, parameters};
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
