use std::time::{Duration, Instant};

use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};
use reqwest::Method;
use serde_json::json;

use crate::support::{World, candidate};

fn create(fault: Fault) -> Rule {
    Rule::new(Vendor::Teamtailor, "candidates.create", fault).first(1)
}

/// Sends one create under a fault. Returns the client's result and the number of candidates.
async fn under(fault: Fault) -> (Result<(u16, String, String), reqwest::Error>, usize, World) {
    let world = World::empty().await;
    world.sandbox.faults().add(create(fault));
    let body = candidate(json!({"email": "a@example.com"}));
    let answer = world.try_tt(Method::POST, "/v1/candidates", &body).await;
    let seen = answer.map(|answer| (answer.status, answer.header("content-type").to_owned(), answer.text));
    (seen, world.sandbox.teamtailor().candidate_count(), world)
}

#[tokio::test]
async fn statuses_before_and_after_execution() {
    for (body, content_type) in [
        (FaultBody::Empty, ""),
        (FaultBody::Json, "application/vnd.api+json"),
        (FaultBody::Html, "text/html; charset=utf-8"),
    ] {
        for executed in [false, true] {
            let (seen, count, world) = under(Fault::Status { code: 503, body, executed }).await;
            let (status, seen_type, text) = seen.unwrap();
            assert_eq!((status, seen_type.as_str(), count), (503, content_type, usize::from(executed)));
            assert_eq!(text.is_empty(), body == FaultBody::Empty);
            let entry = world.sandbox.journal().of("candidates.create")[0].clone();
            assert_eq!((entry.status, entry.executed), (Some(503), executed));
        }
    }
}

#[tokio::test]
async fn resets() {
    for (fault, count) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        let (seen, stored, world) = under(fault.clone()).await;
        let error = seen.unwrap_err();
        assert!(error.is_request() && !error.is_connect() && !error.is_timeout(), "{error:?}");
        assert_eq!(stored, count);
        let entry = world.sandbox.journal().of("candidates.create")[0].clone();
        assert_eq!((entry.status, entry.fault), (None, Some(fault)));
        // The next connection works.
        let again = world.create(json!({"email": "a@example.com"})).await;
        assert_eq!(again.status, if count == 1 { 422 } else { 201 });
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::empty().await;
    world.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "*", Fault::ResetBefore));
    let address = world.sandbox.urls().teamtailor.replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let error = stream.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn truncated_slow_empty_and_mistyped() {
    let (seen, stored, _) = under(Fault::TruncatedBody).await;
    let error = seen.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(stored, 1);

    let began = Instant::now();
    let (seen, stored, _) = under(Fault::SlowBody { milliseconds: 400 }).await;
    assert_eq!((seen.unwrap().0, stored), (201, 1));
    assert!(began.elapsed() >= Duration::from_millis(380));

    let (seen, stored, _) = under(Fault::EmptyBody201).await;
    assert_eq!((seen.unwrap(), stored), ((201, String::new(), String::new()), 1));
    let (seen, stored, _) = under(Fault::WrongContentType).await;
    let (status, content_type, _) = seen.unwrap();
    assert_eq!((status, content_type.as_str(), stored), (201, "text/html; charset=utf-8", 1));
    let (seen, stored, _) = under(Fault::Unauthorized).await;
    assert_eq!((seen.unwrap(), stored), ((401, String::new(), String::new()), 0));
}

#[tokio::test]
async fn too_many_requests() {
    let world = World::empty().await;
    world.sandbox.faults().set(vec![
        create(Fault::TooManyRequests { retry_after: Some(7) }).nth([1]),
        create(Fault::TooManyRequests { retry_after: None }).nth([2]),
    ]);
    let first = world.create(json!({"email": "a@example.com"})).await;
    assert_eq!((first.status, first.header("retry-after")), (429, "7"));
    assert!(!first.header("x-rate-limit-limit").is_empty());
    let second = world.create(json!({"email": "a@example.com"})).await;
    assert_eq!((second.status, second.header("retry-after")), (429, ""));
    assert_eq!(world.create(json!({"email": "a@example.com"})).await.status, 201);
}

#[tokio::test]
async fn hanging_executes_or_not_and_ends_with_the_client() {
    for executed in [false, true] {
        let world = World::empty().await;
        world.sandbox.faults().add(create(Fault::Hang { executed }));
        let body = candidate(json!({"email": "a@example.com"}));
        let call = world.try_tt(Method::POST, "/v1/candidates", &body);
        assert!(tokio::time::timeout(Duration::from_millis(300), call).await.is_err());
        assert_eq!(world.sandbox.teamtailor().candidate_count(), usize::from(executed));
        assert_eq!(world.sandbox.journal().of("candidates.create")[0].status, None);
        assert_eq!(world.tt_get("/v1/users").await.status, 200);
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_undo_what_it_asked() {
    let world = World::empty().await;
    world.sandbox.faults().add(create(Fault::Latency { milliseconds: 200 }));
    let body = candidate(json!({"email": "a@example.com"}));
    let call = world.try_tt(Method::POST, "/v1/candidates", &body);
    assert!(tokio::time::timeout(Duration::from_millis(60), call).await.is_err());
    assert_eq!(world.sandbox.teamtailor().candidate_count(), 0);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(world.sandbox.teamtailor().candidate_count(), 1);
}

#[tokio::test]
async fn latency_goes_together_with_another_fault() {
    let world = World::empty().await;
    world.sandbox.faults().add(create(Fault::Latency { milliseconds: 150 }));
    world.sandbox.faults().add(create(Fault::Status { code: 504, body: FaultBody::Empty, executed: false }));
    let began = Instant::now();
    assert_eq!(world.create(json!({"email": "a@example.com"})).await.status, 504);
    assert!(began.elapsed() >= Duration::from_millis(140));
    let rules = world.sandbox.faults().rules();
    assert_eq!(rules.iter().map(|rule| (rule.seen, rule.fired)).collect::<Vec<_>>(), [(1, 1), (1, 1)]);
}

#[tokio::test]
async fn routes_by_path_and_limits() {
    let world = World::empty().await;
    let fault = Fault::Status { code: 500, body: FaultBody::Empty, executed: false };
    world.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "GET /v1/candidates/*", fault).limit(1));
    let id = world.created(json!({"email": "a@example.com"})).await;
    assert_eq!(world.tt_get(&format!("/v1/candidates/{id}")).await.status, 500);
    assert_eq!(world.tt_get(&format!("/v1/candidates/{id}")).await.status, 200);
}

#[tokio::test]
async fn hrflow_and_the_files_server_have_faults_too() {
    let world = World::empty().await;
    world.sandbox.faults().set(vec![
        Rule::new(Vendor::Hrflow, "auth", Fault::Unauthorized).first(1),
        Rule::new(
            Vendor::Hrflow,
            "auth",
            Fault::Status { code: 502, body: FaultBody::Json, executed: false },
        )
        .nth([2]),
        Rule::new(Vendor::Files, "files.get", Fault::ResetBefore).first(1),
    ]);
    assert_eq!(world.hr_get("auth").await.status, 401);
    assert_eq!(world.hr_get("auth").await.status, 502);
    assert_eq!(world.hr_get("auth").await.status, 200);
    let url = world.sandbox.files().put_file("x.pdf", "application/pdf", "%PDF");
    assert_eq!(world.create(json!({"email": "a@example.com", "resume": url})).await.status, 422);
    assert_eq!(world.create(json!({"email": "a@example.com", "resume": url})).await.status, 201);
}

#[tokio::test]
async fn dropping_the_sandbox_breaks_connections_off() {
    let world = World::empty().await;
    world.sandbox.faults().add(create(Fault::Hang { executed: false }));
    let (client, url) = (world.client.clone(), world.tt_url("/v1/candidates"));
    let call = tokio::spawn(async move { client.post(url).body("{}").send().await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let address = world.sandbox.urls().teamtailor;
    world.sandbox.stop().await;
    assert!(call.await.unwrap().is_err());
    assert!(crate::support::client().get(address).send().await.is_err());
}

#[tokio::test]
async fn the_journal_masks_credentials() {
    let world = World::empty().await;
    world.created(json!({"email": "a@example.com"})).await;
    world.hr_get("auth").await;
    let entries = world.sandbox.journal().entries();
    assert_eq!(entries[0].headers["authorization"], "Token token=***");
    assert_eq!(entries[0].body, candidate(json!({"email": "a@example.com"})).to_string());
    assert_eq!((entries[0].operation.as_str(), entries[0].status), ("candidates.create", Some(201)));
    assert_eq!(entries[1].headers["x-api-key"], "***");
    assert_eq!(world.sandbox.journal().count("auth"), 1);
    world.sandbox.journal().clear();
    assert_eq!(world.sandbox.journal().entries().len(), 0);
}
