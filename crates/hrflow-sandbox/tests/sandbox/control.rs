use hrflow_sandbox::{Config, Credentials, Entry, Sandbox, Urls};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn everything_can_be_done_from_outside() {
    let world = World::with(Config::default()).await;
    let get = async |path: &str| world.control(Method::GET, path, &Value::Null).await.json();
    let urls: Urls = serde_json::from_value(get("/urls").await).unwrap();
    assert_eq!(urls, world.sandbox.urls());
    let credentials: Credentials = serde_json::from_value(get("/credentials").await).unwrap();
    assert_eq!(credentials, world.sandbox.credentials());

    // Profiles.
    assert_eq!(get("/hrflow/profiles").await.as_array().unwrap().len(), 9);
    let put =
        world.control(Method::POST, "/hrflow/profiles", &json!([{"key": "k", "info": {}}])).await.json();
    assert_eq!(put, json!({"keys": ["k"]}));
    assert_eq!(get("/hrflow/profiles/k").await["key"], "k");
    let changed = world.control(Method::PATCH, "/hrflow/profiles/k", &json!({"text": "more"})).await.json();
    assert_eq!((&changed["key"], &changed["text"]), (&json!("k"), &json!("more")));
    assert_eq!(get("/hrflow/profiles/k").await, changed);
    assert_eq!(world.control(Method::PATCH, "/hrflow/profiles/k", &json!([])).await.status, 400);
    assert_eq!(world.control(Method::PATCH, "/hrflow/profiles/nobody", &json!({})).await.status, 404);
    assert_eq!(world.control(Method::DELETE, "/hrflow/profiles/k", &Value::Null).await.status, 200);
    assert_eq!(world.control(Method::DELETE, "/hrflow/profiles/k", &Value::Null).await.status, 404);
    let made =
        world.control(Method::POST, "/hrflow/profiles", &json!({"generate": 100, "seed": 5})).await.json();
    assert_eq!((made["made"].as_u64(), world.sandbox.hrflow().count()), (Some(100), 109));
    world.control(Method::DELETE, "/hrflow/profiles", &Value::Null).await;
    assert_eq!(world.sandbox.hrflow().count(), 0);

    // Candidates.
    let ids = world
        .control(Method::POST, "/teamtailor/candidates", &json!({"email": "A@example.com"}))
        .await
        .json();
    let id = ids["ids"][0].as_str().unwrap();
    assert_eq!(get("/teamtailor/candidates").await[0]["attributes"]["email"], "a@example.com");
    assert_eq!(get(&format!("/teamtailor/candidates/{id}")).await["id"], id);
    assert_eq!(get("/teamtailor/jobs").await.as_array().unwrap().len(), 6);
    for kind in ["uploads", "notes", "job-applications", "custom-field-values"] {
        assert_eq!(get(&format!("/teamtailor/{kind}")).await, json!([]));
    }
    world.control(Method::DELETE, "/teamtailor/candidates", &Value::Null).await;
    assert_eq!(world.sandbox.teamtailor().candidate_count(), 0);

    // Switches: only the named ones change, unknown ones are rejected.
    let changed = world.control(Method::PUT, "/teamtailor/switches", &json!({"rate_limit": 3})).await.json();
    assert_eq!((&changed["rate_limit"], &changed["rate_window"]), (&json!(3), &json!(10)));
    let changed =
        world.control(Method::PUT, "/teamtailor/switches", &json!({"rate_limit": null})).await.json();
    assert_eq!(changed["rate_limit"], Value::Null);
    assert_eq!(world.control(Method::PUT, "/hrflow/switches", &json!({"nonsense": 1})).await.status, 400);
    world.control(Method::PUT, "/hrflow/switches", &json!({"lookup_lag": 5})).await;
    assert_eq!(get("/hrflow/switches").await["lookup_lag"], 5);

    // Faults.
    let rule = json!({"vendor": "hrflow", "route": "auth", "fault": {"kind": "expired_token"}, "when": {"first": 1}});
    assert_eq!(world.control(Method::PUT, "/faults", &json!({"seed": 4, "rules": [rule]})).await.status, 200);
    assert_eq!(world.hr_get("auth").await.status, 401);
    assert_eq!(world.hr_get("auth").await.status, 200);
    let state = get("/faults").await;
    assert_eq!((&state["seed"], &state["rules"][0]["fired"]), (&json!(4), &json!(1)));
    world.control(Method::POST, "/faults", &rule).await;
    assert_eq!(world.sandbox.faults().rules().len(), 2);
    world.control(Method::DELETE, "/faults", &Value::Null).await;

    // Journal.
    let entries: Vec<Entry> = serde_json::from_value(get("/journal?operation=auth").await).unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(get("/journal/counts").await["auth"], 2);
    world.control(Method::DELETE, "/journal", &Value::Null).await;
    assert_eq!(get("/journal").await, json!([]));

    // Clock.
    let moved = world.control(Method::POST, "/clock", &json!({"set": "2030-01-01T00:00:00Z"})).await.json();
    assert!(moved["now"].as_str().unwrap().starts_with("2030-01-01T00:00:0"));
    world.control(Method::POST, "/clock", &json!({"advance_milliseconds": 60_000})).await;
    assert!(get("/clock").await["now"].as_str().unwrap().starts_with("2030-01-01T00:01"));
    assert_eq!(world.control(Method::POST, "/clock", &json!({})).await.status, 400);

    // Files.
    let address = format!("{}/files/my.pdf", world.sandbox.urls().control);
    let put = world
        .client
        .put(address)
        .query(&[("manner", r#"{"refuse":403}"#)])
        .body("%PDF")
        .send()
        .await
        .unwrap();
    let url = put.json::<Value>().await.unwrap()["url"].as_str().unwrap().to_owned();
    assert_eq!(world.fetch(&url).await.status, 403);

    world.control(Method::POST, "/reset", &Value::Null).await;
    assert_eq!(world.sandbox.hrflow().count(), 9);
    assert_eq!((world.sandbox.clock().offset(), world.sandbox.hrflow().switches().lookup_lag), (0, 0));
    assert_eq!(world.control(Method::GET, "/nothing", &Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_port_that_is_asked_for() {
    let first = Sandbox::start(Config::default()).await.unwrap();
    let port = first.urls().teamtailor.rsplit(':').next().unwrap().parse().unwrap();
    let mut config = Config::default();
    config.ports.teamtailor = port;
    assert!(Sandbox::start(config.clone()).await.is_err());
    first.stop().await;
    let again = Sandbox::start(config).await.unwrap();
    assert!(again.urls().teamtailor.ends_with(&format!(":{port}")));
}
