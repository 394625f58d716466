use hrflow_sandbox::ukgpro::StoredCandidate;
use hrflow_sandbox::{Config, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::ukgpro_support::{Ukg, candidate};

#[tokio::test]
async fn everything_can_be_done_from_outside() {
    let ukg = Ukg::start().await;
    let world = &ukg.world;
    let get = async |path: &str| world.control(Method::GET, path, &Value::Null).await.json();
    let delete = async |path: &str| world.control(Method::DELETE, path, &Value::Null).await.status;

    let credentials = get("/credentials").await["ukgpro"].clone();
    assert_eq!(
        (&credentials["tenant"], &credentials["client_id"]),
        (&json!("SANDBOX1000"), &json!("sandbox-all"))
    );
    assert_eq!(credentials["clients"].as_array().unwrap().len(), 5);
    assert_eq!(get("/urls").await["ukgpro_identity"], world.sandbox.urls().ukgpro_identity);

    let body = candidate("ann@example.com");
    let ids = world.control(Method::POST, "/ukgpro/candidates", &json!([body])).await.json()["ids"].clone();
    let id = ids[0].as_str().unwrap();
    let stored: Vec<StoredCandidate> = serde_json::from_value(get("/ukgpro/candidates").await).unwrap();
    assert_eq!(stored, world.sandbox.ukgpro().candidates());
    assert_eq!(get(&format!("/ukgpro/candidates/{id}")).await["id"], id);
    let account = format!("/ukgpro/candidates/{id}/account");
    assert_eq!(world.control(Method::PUT, &account, &json!(false)).await.status, 200);
    assert_eq!(ukg.look_up("ann@example.com").await.status, 409);
    assert_eq!(delete(&format!("/ukgpro/candidates/{id}")).await, 200);
    assert_eq!(delete(&format!("/ukgpro/candidates/{id}")).await, 404);
    assert_eq!(world.control(Method::POST, "/ukgpro/candidates", &json!(["x"])).await.status, 400);
    let samples = world.control(Method::POST, "/ukgpro/samples", &Value::Null).await.json();
    assert_eq!(samples["ids"].as_array().unwrap().len(), 6);
    assert_eq!(delete("/ukgpro/candidates").await, 200);
    assert_eq!(world.sandbox.ukgpro().candidate_count(), 0);
    assert_eq!(get("/ukgpro/applications").await, json!([]));
    assert_eq!(get("/ukgpro/users").await.as_array().unwrap().len(), 2);
    world.control(Method::POST, "/ukgpro/opportunities", &json!({"status": "Published"})).await;
    assert_eq!(get("/ukgpro/opportunities").await.as_array().unwrap().len(), 8);

    let changed = world.control(Method::PUT, "/ukgpro/switches", &json!({"prefix": "gateway"})).await.json();
    assert_eq!((&changed["prefix"], &changed["per_page"]), (&json!("gateway"), &json!(30)));
    assert_eq!(world.control(Method::PUT, "/ukgpro/switches", &json!({"nonsense": 1})).await.status, 400);
    assert_eq!(delete("/ukgpro/switches").await, 200);
    assert_eq!(get("/ukgpro/switches").await["prefix"], "direct");

    assert_eq!(ukg.get("candidates").await.status, 200);
    assert_eq!(delete("/ukgpro/tokens").await, 200);
    assert_eq!(ukg.get("candidates").await.status, 401);
    let client = json!([{"client_id": "c", "client_secret": "s", "scopes": []}]);
    world.control(Method::PUT, "/ukgpro/clients", &client).await;
    assert_eq!(get("/ukgpro/clients").await, client);
    let rule = json!({"vendor": "ukgpro", "route": "ukg.token", "fault": {"kind": "reset_before"}});
    assert_eq!(world.control(Method::POST, "/faults", &rule).await.status, 200);

    world.control(Method::POST, "/reset", &Value::Null).await;
    assert_eq!(world.sandbox.credentials().ukgpro.clients.len(), 5);
    assert_eq!(world.sandbox.ukgpro().opportunities().len(), 7);
    assert_eq!(world.control(Method::GET, "/ukgpro/nothing", &Value::Null).await.status, 404);
}

#[tokio::test]
async fn ports_that_are_asked_for() {
    let first = Sandbox::start(Config::default()).await.unwrap();
    let port = |url: &str| url.rsplit(':').next().unwrap().parse().unwrap();
    let mut config = Config::default();
    config.ports.ukgpro = port(&first.urls().ukgpro);
    config.ports.ukgpro_identity = port(&first.urls().ukgpro_identity);
    assert!(Sandbox::start(config.clone()).await.is_err());
    first.stop().await;
    let again = Sandbox::start(config.clone()).await.unwrap();
    assert_eq!(port(&again.urls().ukgpro), config.ports.ukgpro);
    assert_eq!(port(&again.urls().ukgpro_identity), config.ports.ukgpro_identity);
}
