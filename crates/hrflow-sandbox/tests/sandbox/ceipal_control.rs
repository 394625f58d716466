use hrflow_sandbox::ceipal::StoredApplicant;
use hrflow_sandbox::{Config, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::ceipal_support::Cei;

#[tokio::test]
async fn everything_can_be_done_from_outside() {
    let cei = Cei::start().await;
    let world = &cei.world;
    let get = async |path: &str| world.control(Method::GET, path, &Value::Null).await.json();
    let delete = async |path: &str| world.control(Method::DELETE, path, &Value::Null).await.status;

    let credentials = get("/credentials").await["ceipal"].clone();
    assert_eq!(credentials["email"], "api.user@example.com");
    assert_eq!(credentials["time_zone"], "America/New_York");
    let url = get("/urls").await["ceipal"].as_str().unwrap().to_owned();
    assert!(url.ends_with("/v1") && url == world.sandbox.urls().ceipal);

    let record = json!({"firstname": "Ann", "email": "ann@example.com"});
    let ids = world.control(Method::POST, "/ceipal/applicants", &record).await.json()["ids"].clone();
    let stored: Vec<StoredApplicant> = serde_json::from_value(get("/ceipal/applicants").await).unwrap();
    assert_eq!(stored, world.sandbox.ceipal().applicants());
    let mut one = url::Url::parse("http://example.com/ceipal/applicants").unwrap();
    one.query_pairs_mut().append_pair("id", ids[0].as_str().unwrap());
    let one = format!("/ceipal/applicants?{}", one.query().unwrap());
    assert_eq!(get(&one).await["id"], ids[0]);
    assert_eq!((delete(&one).await, delete(&one).await), (200, 404));
    assert_eq!(world.control(Method::POST, "/ceipal/applicants", &json!([7])).await.status, 400);
    let samples = world.control(Method::POST, "/ceipal/samples", &Value::Null).await.json();
    assert_eq!(samples["ids"].as_array().unwrap().len(), 5);
    assert_eq!(delete("/ceipal/applicants").await, 200);
    assert_eq!((get("/ceipal/applicants").await, get("/ceipal/submissions").await), (json!([]), json!([])));
    world.control(Method::POST, "/ceipal/jobs", &json!([{"job_code": "X"}])).await;
    assert_eq!(get("/ceipal/jobs").await.as_array().unwrap().len(), 6);

    let changed = world.control(Method::PUT, "/ceipal/switches", &json!({"duplicate": "hard"})).await.json();
    assert_eq!((&changed["duplicate"], &changed["rate_window"]), (&json!("hard"), &json!(60)));
    assert_eq!(world.control(Method::PUT, "/ceipal/switches", &json!({"nonsense": 1})).await.status, 400);
    assert_eq!(delete("/ceipal/switches").await, 200);
    assert_eq!(get("/ceipal/switches").await["duplicate"], "soft");

    assert_eq!(cei.get("v1/getUsersList").await.status, 200);
    assert_eq!(delete("/ceipal/tokens").await, 200);
    assert_eq!(cei.get("v1/getUsersList").await.status, 401);
    let accounts = json!([{"email": "e", "password": "p", "api_key": "k"}]);
    world.control(Method::PUT, "/ceipal/accounts", &accounts).await;
    assert_eq!(get("/ceipal/accounts").await, accounts);
    let rule = json!({"vendor": "ceipal", "route": "applicants.*", "fault": {"kind": "reset_after"}});
    assert_eq!(world.control(Method::POST, "/faults", &rule).await.status, 200);

    world.control(Method::POST, "/reset", &Value::Null).await;
    assert_eq!(world.sandbox.credentials().ceipal.api_key, "sandbox-ceipal-key");
    assert_eq!((world.sandbox.ceipal().jobs().len(), world.sandbox.faults().rules().len()), (5, 0));
    assert_eq!(world.control(Method::GET, "/ceipal/nothing", &Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_port_that_is_asked_for() {
    let first = Sandbox::start(Config::default()).await.unwrap();
    let port = |url: &str| url::Url::parse(url).unwrap().port().unwrap();
    let mut config = Config::default();
    config.ports.ceipal = port(&first.urls().ceipal);
    assert!(Sandbox::start(config.clone()).await.is_err());
    first.stop().await;
    let again = Sandbox::start(config.clone()).await.unwrap();
    assert_eq!(port(&again.urls().ceipal), config.ports.ceipal);
}
