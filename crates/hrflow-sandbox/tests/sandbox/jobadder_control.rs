use std::time::Duration;

use hrflow_sandbox::jobadder::StoredCandidate;
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};
use reqwest::Method;
use serde_json::{Value, json};

use crate::jobadder_support::{ALL_SCOPES, Account, named};

#[tokio::test]
async fn everything_can_be_done_from_outside() {
    let account = Account::start().await;
    let control = async |method: Method, path: &str, body: Value| {
        account.world.control(method, &format!("/jobadder/{path}"), &body).await
    };
    let get = async |path: &str| control(Method::GET, path, Value::Null).await.json();

    // Candidates and records of the account.
    let ids = control(Method::POST, "candidates", json!([{"email": "ada@example.com"}, {"firstName": "Bo"}]))
        .await
        .json();
    let id = ids["ids"][0].as_i64().unwrap();
    let held: Vec<StoredCandidate> = serde_json::from_value(get("candidates").await).unwrap();
    assert_eq!(held, account.jobadder().candidates());
    assert_eq!(get(&format!("candidates/{id}")).await["members"]["email"], "ada@example.com");
    assert_eq!(control(Method::DELETE, &format!("candidates/{id}"), Value::Null).await.status, 200);
    assert_eq!(control(Method::DELETE, &format!("candidates/{id}"), Value::Null).await.status, 404);
    assert_eq!(control(Method::GET, &format!("candidates/{id}"), Value::Null).await.status, 404);
    for (kind, count) in [
        ("jobs", 5),
        ("users", 3),
        ("custom_fields", 7),
        ("statuses", 4),
        ("sources", 3),
        ("ratings", 3),
        ("salutations", 4),
        ("work_types", 4),
        ("job_applications", 0),
    ] {
        assert_eq!(get(kind).await.as_array().unwrap().len(), count, "{kind}");
    }
    let made = control(Method::POST, "jobs", json!({"jobTitle": "New"})).await.json();
    assert!(get("jobs").await.as_array().unwrap().iter().any(|job| job["jobId"] == made["ids"][0]));
    assert_eq!(control(Method::POST, "sources", json!([7])).await.status, 400);
    control(Method::DELETE, "candidates", Value::Null).await;
    assert_eq!((account.jobadder().candidate_count(), account.jobadder().jobs().len()), (0, 5));
    assert_eq!(account.get("candidates").await.status, 200, "tokens stay");

    // Consents and tokens.
    let consent = control(Method::POST, "consents", json!({"scope": "read_job offline_access"})).await.json();
    assert_eq!(consent["redirect_uri"], account.world.sandbox.credentials().jobadder.redirect_uri);
    let tokens = account.exchange(consent["code"].as_str().unwrap()).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(account.send_as(token, Method::GET, "candidates", &Value::Null).await.status, 403);
    let tokens = control(Method::POST, "tokens", json!({})).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let status = async || account.send_as(token, Method::GET, "candidates", &Value::Null).await.status;
    assert_eq!(status().await, 200);
    control(Method::POST, "throttle", json!({"seconds": 60})).await;
    assert_eq!(status().await, 429);
    account.world.sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(status().await, 200);
    control(Method::DELETE, "access_tokens", Value::Null).await;
    assert_eq!(status().await, 401);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    control(Method::DELETE, "grants", Value::Null).await;
    assert_eq!(account.refresh(refresh).await.status, 400);
    let mut applications = get("applications").await;
    applications[0]["redirect_uris"] = json!(["http://127.0.0.1:9/back"]);
    control(Method::PUT, "applications", applications).await;
    assert_eq!(account.world.sandbox.credentials().jobadder.redirect_uri, "http://127.0.0.1:9/back");

    // Switches.
    let changed =
        control(Method::PUT, "switches", json!({"put": "partial", "calls_per_minute": 9})).await.json();
    assert_eq!(
        (&changed["put"], &changed["calls_per_minute"], &changed["email_filter"]),
        (&json!("partial"), &json!(9), &json!("contains"))
    );
    assert_eq!(control(Method::PUT, "switches", json!({"nonsense": 1})).await.status, 400);
    let back = control(Method::DELETE, "switches", Value::Null).await.json();
    assert_eq!(back["put"], "replace");
    assert_eq!(control(Method::GET, "nothing", Value::Null).await.status, 404);

    account.jobadder().switch(|s| s.deny_consent = true);
    let old = account.jobadder().sign_in(ALL_SCOPES);
    account.world.control(Method::POST, "/reset", &Value::Null).await;
    assert_eq!(account.send_as(&old.access_token, Method::GET, "candidates", &Value::Null).await.status, 401);
    let sandbox = &account.world.sandbox;
    assert_eq!(sandbox.credentials().jobadder.redirect_uri, "http://127.0.0.1:8976/callback");
    assert!(!account.jobadder().switches().deny_consent);
    assert_eq!(account.exchange(&sandbox.credentials().jobadder.authorization_code).await.status, 200);
}

#[tokio::test]
async fn the_journal_tells_vendors_apart() {
    let account = Account::start().await;
    account.created(named(json!({"email": "ada@example.com"}))).await;
    account.create(named(json!({"email": "ada@example.com"}))).await;
    account.world.created(json!({"email": "ada@example.com"})).await;
    let journal = account.world.sandbox.journal();
    let create = "candidates.create";
    assert_eq!((journal.count(create), journal.of(create).len()), (3, 3));
    assert_eq!(
        (journal.count_of(Vendor::JobAdder, create), journal.count_of(Vendor::Teamtailor, create)),
        (2, 1)
    );
    assert_eq!(journal.of_vendor(Vendor::JobAdder, create)[1].status, Some(409));
    assert_eq!(journal.counts_of(Vendor::JobAdder).len(), 1);
    assert_eq!(journal.counts()[create], 3);

    let get = async |path: &str| account.world.control(Method::GET, path, &Value::Null).await;
    let entries = get("/journal?operation=candidates.create&vendor=jobadder").await.json();
    assert_eq!((entries.as_array().unwrap().len(), &entries[0]["vendor"]), (2, &json!("jobadder")));
    assert_eq!(get("/journal/counts?vendor=teamtailor").await.json(), json!({"candidates.create": 1}));
    assert_eq!(get("/journal/counts").await.json()[create], 3);
    assert_eq!(get("/journal?vendor=nobody").await.status, 400);
}

#[tokio::test]
async fn faults() {
    let account = Account::start().await;
    let add = |route: &str, fault: Fault| {
        account.world.sandbox.faults().add(Rule::new(Vendor::JobAdder, route, fault).first(1));
    };
    let ada = named(json!({"email": "ada@example.com"}));

    add("candidates.create", Fault::TooManyRequests { retry_after: Some(2) });
    let refused = account.create(ada.clone()).await;
    assert_eq!((refused.status, refused.header("retry-after"), refused.text.as_str()), (429, "2", ""));
    add("candidates.get", Fault::Unauthorized);
    assert_eq!(account.get("candidates/7").await.status, 401);
    add("candidates.list", Fault::Status { code: 503, body: FaultBody::Html, executed: false });
    assert!(account.get("candidates").await.text.starts_with("<html>"));
    add("jobs.*", Fault::Status { code: 500, body: FaultBody::Json, executed: false });
    assert_eq!(account.get("jobs").await.json()["message"], "An error has occurred.");
    add("users.*", Fault::Status { code: 422, body: FaultBody::Json, executed: false });
    account.get("users").await.assert_model(422, "Invalid", "");
    account.world.sandbox.faults().clear();

    // The response is lost after the record is created: only a search finds it.
    add("POST /v2/candidates", Fault::Hang { executed: true });
    let call = account.create(ada.clone());
    assert!(tokio::time::timeout(Duration::from_millis(300), call).await.is_err());
    // The server completes the request in the background.
    for _ in 0..100 {
        if account.jobadder().candidate_count() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(account.get("candidates?Email=ada@example.com").await.json()["totalCount"], 1);
    assert_eq!(account.create(ada).await.status, 409);

    // The identity host has its own faults.
    let refresh = account.jobadder().sign_in(ALL_SCOPES).refresh_token.unwrap();
    for (fault, status, error) in [
        (Fault::Unauthorized, 401, "invalid_client"),
        (Fault::Status { code: 503, body: FaultBody::Json, executed: false }, 503, "temporarily_unavailable"),
        (Fault::Status { code: 400, body: FaultBody::Json, executed: true }, 400, "invalid_grant"),
    ] {
        account.world.sandbox.faults().clear();
        add("connect.token", fault);
        let refused = account.refresh(&refresh).await;
        assert_eq!((refused.status, refused.json()), (status, json!({"error": error})));
    }
    // The last request took effect: without its response, the grant is lost.
    assert_eq!(account.refresh(&refresh).await.status, 400);
}
