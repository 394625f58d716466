//! The client against a server that misbehaves as scripted: what is sent again, what is not, and what the
//! error says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use hrflow_core::{
    CancellationToken, Error, ErrorKind, Execution, Scope, Secret,
    http::{
        Accepts, Answer, BaseUrl, Budget, Client, ClientBuilder, DownloadOptions, Downloader, Method,
        Operation, Url, budget, classify, multipart,
    },
    testing::{Reaction, ScriptedServer},
};
use serde_json::json;

const READ: Operation = Operation::read("candidates.list");
const REPEATABLE: Operation = Operation::idempotent("candidates.update");
const ONCE: Operation = Operation::once("candidates.create");

async fn server(script: impl IntoIterator<Item = Reaction>) -> ScriptedServer {
    ScriptedServer::start(script).await.unwrap()
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder("Acme", BaseUrl::parse(url, "api_url").unwrap()).backoff(Duration::from_millis(1))
}

fn client(server: &ScriptedServer) -> Client {
    builder(&server.base_url()).build().unwrap()
}

async fn post(client: &Client, operation: Operation) -> Result<Answer, Error> {
    client.post(operation, "candidates").json(&json!({"name": "Ada"})).send().await
}

/// A port on which nobody listens.
fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn ok() -> Reaction {
    Reaction::json(201, &json!({"id": 7}))
}

#[tokio::test]
async fn a_request_arrives_as_written() {
    let server = server([ok(), ok(), ok()]).await;
    let client = builder(&format!("{}/v1", server.base_url()))
        .header("x-version", "2024")
        .secret_header("authorization", &Secret::new("Token token=abc"))
        .build()
        .unwrap();
    let request = client.post(ONCE, "/candidates?a=1").query(&[("b c", "é&=")]).header("x-version", "2025");
    let answer =
        request.content_type("application/vnd.api+json").json(&json!({"x": [1]})).send().await.unwrap();
    assert_eq!((answer.status(), answer.header("Content-Type")), (201, Some("application/json")));
    assert_eq!(answer.json::<serde_json::Value>().unwrap(), json!({"id": 7}));
    client.put(REPEATABLE, "form").form(&[("a", "b c"), ("d", "é")]).send().await.unwrap();
    let form = || {
        multipart::Form::new().text("kind", "resume").part("file", multipart::Part::bytes(b"%PDF".to_vec()))
    };
    client.patch(REPEATABLE, "files").multipart(form).send().await.unwrap();

    let requests = server.requests();
    let first = &requests[0];
    assert_eq!(
        (&*first.method, &*first.path, &*first.query),
        ("POST", "/v1/candidates", "a=1&b+c=%C3%A9%26%3D")
    );
    assert_eq!(first.header("x-version"), Some("2025"));
    assert_eq!(first.header("authorization"), Some("Token token=abc"));
    assert_eq!(first.header("content-type"), Some("application/vnd.api+json"));
    assert_eq!(first.header("accept-encoding"), Some("gzip"));
    assert_eq!(first.header("user-agent"), Some(concat!("hrflow-connectors/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(first.json(), json!({"x": [1]}));
    assert_eq!(requests[1].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(requests[1].text(), "a=b+c&d=%C3%A9");
    assert!(requests[2].header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert!(requests[2].text().contains("resume") && requests[2].text().contains("%PDF"));
    // One connection for all.
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn gzip_is_understood_and_a_broken_one_is_no_answer() {
    // `{"id":7}`, compressed.
    const GZIP: [u8; 28] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x32,
        0xaf, 0x05, 0x00, 0x43, 0x5f, 0x07, 0x12, 0x08, 0x00, 0x00, 0x00,
    ];
    let gzip = |bytes: &[u8]| Reaction::answer(200, bytes).header("content-encoding", "gzip");
    let server = server([gzip(&GZIP[..20]), gzip(b"no gzip"), gzip(&GZIP)]).await;
    let answer = client(&server).get(READ, "").send().await.unwrap();
    assert_eq!(answer.text(), r#"{"id":7}"#);
    assert_eq!(server.requests().len(), 3);
}

/// Faults after which nobody knows whether the request was executed.
fn lost_answers() -> Vec<(&'static str, Reaction, ErrorKind)> {
    vec![
        ("5xx", Reaction::answer(500, ""), ErrorKind::Unavailable),
        (
            "502 in HTML",
            Reaction::answer(502, "<html>").header("content-type", "text/html"),
            ErrorKind::Unavailable,
        ),
        ("503", Reaction::answer(503, "").header("retry-after", "0"), ErrorKind::Unavailable),
        ("504", Reaction::answer(504, ""), ErrorKind::Unavailable),
        ("408", Reaction::answer(408, ""), ErrorKind::Timeout),
        ("reset before reading", Reaction::reset_before_reading(), ErrorKind::Unavailable),
        ("reset after reading", Reaction::reset_after_reading(), ErrorKind::Unavailable),
        ("closed after reading", Reaction::close_after_reading(), ErrorKind::Unavailable),
        ("hang", Reaction::hang(), ErrorKind::Timeout),
        ("slow body", Reaction::slow(3, Duration::from_secs(30), 201, "{\"id\":7}"), ErrorKind::Timeout),
        ("truncated body", Reaction::truncated(4, 201, "{\"id\":7}"), ErrorKind::Unavailable),
        ("truncated refusal", Reaction::truncated(4, 422, "{\"message\":\"no\"}"), ErrorKind::Unavailable),
        ("over-long body", Reaction::answer(201, vec![b' '; 2_000]), ErrorKind::Protocol),
        ("garbage", Reaction::garbage("SSH-2.0-OpenSSH\r\n\r\n"), ErrorKind::Unavailable),
    ]
}

/// A client that gives up soon, where giving up is what is to be seen.
fn impatient(server: &ScriptedServer, kind: ErrorKind) -> Client {
    let timeout = Duration::from_secs(if kind == ErrorKind::Timeout { 1 } else { 20 });
    builder(&server.base_url()).timeout(timeout).max_answer(1_000).build().unwrap()
}

#[tokio::test]
async fn a_lost_answer_to_a_request_that_must_run_once_leaves_the_outcome_unknown() {
    for (name, reaction, kind) in lost_answers() {
        let server = server([reaction, ok()]).await;
        let error = post(&impatient(&server, kind), ONCE).await.unwrap_err();
        assert_eq!((error.kind(), error.execution()), (kind, Execution::Unknown), "{name}: {error}");
        assert_eq!(error.scope(), Scope::Item, "{name}");
        assert_eq!(error.context("attempts"), Some("1"), "{name}");
        assert_eq!(server.left(), 1, "{name}: sent again");
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_where_that_is_safe() {
    for operation in [READ, REPEATABLE] {
        for (name, reaction, kind) in lost_answers() {
            let server = server([reaction, ok()]).await;
            let answer = post(&impatient(&server, kind), operation).await;
            assert_eq!(answer.unwrap().status(), 201, "{name}");
            assert_eq!(server.left(), 0, "{name}");
        }
    }
}

#[tokio::test]
async fn attempts_are_bounded_and_counted() {
    let server = server((0..9).map(|_| Reaction::answer(503, "down for maintenance"))).await;
    let client = builder(&server.base_url()).attempts(3).build().unwrap();
    let error = post(&client, REPEATABLE).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unavailable, Some(503)));
    assert_eq!(error.vendor_message(), Some("down for maintenance"));
    assert_eq!(error.execution(), Execution::Unknown);
    assert_eq!(error.context("attempts"), Some("3"));
    assert_eq!(error.context("vendor"), Some("Acme"));
    assert_eq!(error.context("operation"), Some("candidates.update"));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn refusals_are_final_and_certain() {
    for (status, kind) in [
        (400, ErrorKind::Invalid),
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Duplicate),
        (422, ErrorKind::Invalid),
    ] {
        for operation in [READ, REPEATABLE, ONCE] {
            let server = server([Reaction::json(status, &json!({"message": "no"})), ok()]).await;
            let error = post(&client(&server), operation).await.unwrap_err();
            assert_eq!((error.kind(), error.execution()), (kind, Execution::No), "{status}");
            assert_eq!((error.status(), error.vendor_message()), (Some(status), Some("no")));
            assert_eq!(server.left(), 1, "{status}: sent again");
        }
    }
}

#[tokio::test]
async fn a_request_to_slow_down_is_obeyed_to_the_full_for_every_operation() {
    for operation in [READ, REPEATABLE, ONCE] {
        let server = server([Reaction::answer(429, "").header("retry-after", "1"), ok()]).await;
        let started = Instant::now();
        post(&client(&server), operation).await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(1));
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_request_to_slow_down_counts_even_when_its_words_are_cut_off() {
    let cut = Reaction::truncated(1, 429, "slow down").header("retry-after", "0");
    let server = server([cut, ok()]).await;
    post(&client(&server), ONCE).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn slowing_down_may_come_with_any_status() {
    let server = server([Reaction::answer(403, "throttled"), ok()]).await;
    let client = builder(&server.base_url()).classify(|answer| match &*answer.text() {
        "throttled" => Err(Error::new(ErrorKind::RateLimited, "Acme throttles by 403")),
        _ => classify::by_status(answer),
    });
    post(&client.build().unwrap(), ONCE).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn one_that_is_told_to_wait_holds_all_of_the_credential() {
    let server = server([Reaction::answer(429, "").header("retry-after", "1"), ok(), ok()]).await;
    let client = |key| builder(&server.base_url()).rate_limit(None, key).attempts(1).build().unwrap();
    let (told, same, other) = (client("the-same-key"), client("the-same-key"), client("another-key"));
    let started = Instant::now();
    let error = post(&told, ONCE).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::RateLimited, Scope::Run));
    post(&other, READ).await.unwrap();
    assert!(server.requests().len() == 2);
    post(&same, READ).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_wait_past_the_deadline_stops_the_run_at_once_and_says_until_when() {
    let server = server([Reaction::answer(429, "").header("retry-after", "3600"), ok()]).await;
    let client = builder(&server.base_url()).rate_limit(None, "patience").build().unwrap();
    let hour = Duration::from_secs(3600);
    let started = Instant::now();
    let minute = || Budget::lasting(Duration::from_secs(60));
    let error = budget::within(minute(), post(&client, ONCE)).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::RateLimited, Scope::Run));
    assert_eq!((error.execution(), error.retry_after()), (Execution::No, Some(hour)));
    assert!(error.to_string().contains("Try again after 20"), "{error}");
    // The others do not even ask.
    let error = budget::within(minute(), post(&client, READ)).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::RateLimited, Scope::Run));
    assert_eq!(error.context("attempts"), None);
    assert!(error.to_string().contains("Try again after 20"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_host_that_refuses_connections() {
    let port = free_port();
    for operation in [READ, REPEATABLE, ONCE] {
        let client = builder(&format!("http://127.0.0.1:{port}/hush")).attempts(2).build().unwrap();
        let error = post(&client, operation).await.unwrap_err();
        assert_eq!((error.kind(), error.scope()), (ErrorKind::Unavailable, Scope::Run));
        assert_eq!((error.execution(), error.is_retryable()), (Execution::No, true));
        assert_eq!(error.context("attempts"), Some("2"));
        let text = error.to_string();
        assert!(text.contains(&format!("cannot connect to 127.0.0.1:{port}: connection refused")), "{text}");
        assert!(text.contains("api_url") && !format!("{error:?}").contains("hush"), "{error:?}");
    }
}

#[tokio::test]
async fn a_host_that_has_no_address() {
    let client = builder("https://no-such-host.invalid").attempts(1).build().unwrap();
    let error = post(&client, ONCE).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.execution(), error.scope()),
        (ErrorKind::Unavailable, Execution::No, Scope::Run)
    );
    assert!(
        error.message().contains("no-such-host.invalid: the name of the host cannot be resolved"),
        "{error}"
    );
}

#[tokio::test]
async fn a_host_that_does_not_speak_tls() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let client = builder(&url).attempts(1).build().unwrap();
    let asked = tokio::spawn(async move { post(&client, ONCE).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    let error = asked.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.execution(), error.scope()),
        (ErrorKind::Unavailable, Execution::No, Scope::Run)
    );
    assert!(error.message().contains("TLS"), "{error:?}");
}

#[tokio::test]
async fn a_host_that_comes_up_is_reached_even_by_a_request_that_must_run_once() {
    let port = free_port();
    let client =
        builder(&format!("http://127.0.0.1:{port}")).backoff(Duration::from_millis(100)).attempts(100);
    let client = client.build().unwrap();
    let asked = tokio::spawn(async move { post(&client, ONCE).await });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(asked.await.unwrap().unwrap().status(), 201);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_not_reused() {
    let server = server([Reaction::answer_then_close(201, ""), ok()]).await;
    let client = client(&server);
    post(&client, ONCE).await.unwrap();
    // Time for the close to arrive.
    tokio::time::sleep(Duration::from_millis(200)).await;
    post(&client, ONCE).await.unwrap();
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = server([]).await;
    let to = format!("{}/hush", other.base_url());
    for (status, execution) in
        [(301, Execution::No), (302, Execution::Unknown), (303, Execution::Unknown), (307, Execution::No)]
    {
        let server = server([Reaction::answer(status, "").header("location", &to)]).await;
        let error = post(&client(&server), ONCE).await.unwrap_err();
        assert_eq!((error.kind(), error.execution()), (ErrorKind::Protocol, execution), "{status}");
        assert!(error.to_string().contains(&other.address().to_string()), "{error}");
        assert!(!format!("{error:?}").contains("hush"));
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn the_vendors_function_decides_what_a_5xx_is_when_it_says_so() {
    let server = server([Reaction::answer(500, "duplicate key"), ok()]).await;
    let client = builder(&server.base_url())
        .classify(|answer| match answer.status() {
            500 => Err(Error::new(ErrorKind::Duplicate, "Acme knows the candidate")),
            _ => classify::by_status(answer),
        })
        .build()
        .unwrap();
    let error = post(&client, ONCE).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.execution(), error.status()),
        (ErrorKind::Duplicate, Execution::No, Some(500))
    );
    assert_eq!(server.left(), 1);
}

#[tokio::test]
async fn a_good_status_with_bad_content_leaves_the_outcome_unknown() {
    let server = server([Reaction::answer(201, ""), Reaction::answer(200, "{\"ok\":false}")]).await;
    let error = post(&client(&server), ONCE).await.unwrap().json::<serde_json::Value>().unwrap_err();
    assert_eq!((error.kind(), error.execution()), (ErrorKind::Protocol, Execution::Unknown));
    let client = builder(&server.base_url())
        .classify(|_| Err(Error::new(ErrorKind::Protocol, "neither yes nor no")))
        .build()
        .unwrap();
    let error = post(&client, ONCE).await.unwrap_err();
    assert_eq!((error.kind(), error.execution()), (ErrorKind::Protocol, Execution::Unknown));
}

/// The page of a proxy or a login portal, and a gateway's words, in the place of JSON.
#[tokio::test]
async fn a_page_with_status_200_is_treated_as_a_502() {
    let page = || Reaction::answer(200, "<!DOCTYPE html><title>Sign in</title>");
    let server = server([page(), Reaction::answer(200, "Service busy"), ok(), page(), ok(), page()]).await;
    let answer = client(&server).get(READ, "").send().await.unwrap();
    assert_eq!(answer.json::<serde_json::Value>().unwrap(), json!({"id": 7}));
    assert_eq!(post(&client(&server), REPEATABLE).await.unwrap().status(), 201);
    let error = post(&client(&server), ONCE).await.unwrap_err();
    assert_eq!((error.kind(), error.execution()), (ErrorKind::Protocol, Execution::Unknown), "{error}");
    assert!(error.to_string().contains("an HTML page where JSON was expected"), "{error}");
    assert_eq!(server.left(), 0);
    // A write may be confirmed by words alone.
    server.push(Reaction::answer(200, "Accepted"));
    assert_eq!(post(&client(&server), ONCE).await.unwrap().text(), "Accepted");
    for _ in 0..5 {
        server.push(page());
    }
    let error = client(&server).get(READ, "").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unavailable, Some(200)));
    assert_eq!(error.context("attempts"), Some("5"));
}

#[tokio::test]
async fn what_may_have_happened_before_is_not_forgotten() {
    let server = server([Reaction::reset_after_reading(), Reaction::answer(422, "")]).await;
    let error = post(&client(&server), REPEATABLE).await.unwrap_err();
    assert_eq!((error.kind(), error.execution()), (ErrorKind::Invalid, Execution::Unknown));
}

#[tokio::test]
async fn cancelled_before_sending_nothing_is_sent() {
    let server = server([ok()]).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let budget = Budget { cancel, ..Budget::lasting(Duration::from_secs(60)) };
    let error = budget::within(budget, post(&client(&server), ONCE)).await.unwrap_err();
    assert_eq!((error.kind(), error.execution()), (ErrorKind::Cancelled, Execution::No));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn cancelled_between_attempts_there_is_no_other_attempt() {
    for (reaction, operation, execution) in [
        (Reaction::answer(429, "").header("retry-after", "50"), ONCE, Execution::No),
        (Reaction::answer(503, "").header("retry-after", "50"), REPEATABLE, Execution::Unknown),
    ] {
        let server = server([reaction, ok()]).await;
        let cancel = CancellationToken::new();
        let budget = Budget { cancel: cancel.clone(), ..Budget::lasting(Duration::from_secs(60)) };
        let client = client(&server);
        let asked = tokio::spawn(async move { budget::within(budget, post(&client, operation)).await });
        while server.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        cancel.cancel();
        let error = asked.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.execution()), (ErrorKind::Cancelled, execution));
        assert_eq!(server.left(), 1);
    }
}

#[tokio::test]
async fn a_request_under_way_is_let_finish() {
    let server = server([Reaction::late(Duration::from_millis(1_300), 201, "{}")]).await;
    let cancel = CancellationToken::new();
    // Its deadline passes meanwhile, too.
    let budget = Budget::new(tokio::time::Instant::now() + Duration::from_secs(1), cancel.clone());
    let client = client(&server);
    let asked = tokio::spawn(async move { budget::within(budget, post(&client, ONCE)).await });
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    cancel.cancel();
    assert_eq!(asked.await.unwrap().unwrap().status(), 201);
}

#[tokio::test]
async fn after_the_deadline_nothing_is_sent() {
    let server = server([ok()]).await;
    let error =
        budget::within(Budget::lasting(Duration::ZERO), post(&client(&server), ONCE)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.execution(), error.is_retryable()),
        (ErrorKind::Timeout, Execution::No, true)
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_retry_that_would_come_too_late_is_not_waited_for() {
    let server = server([Reaction::answer(500, "").header("retry-after", "100"), ok()]).await;
    let started = Instant::now();
    let budget = Budget::lasting(Duration::from_secs(50));
    let error = budget::within(budget, post(&client(&server), READ)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.scope()),
        (ErrorKind::Unavailable, Some(500), Scope::Item)
    );
    assert!(started.elapsed() < Duration::from_secs(40));
}

#[tokio::test]
async fn credentials_go_to_one_origin_only() {
    let (server, other) = (server([ok()]).await, server([]).await);
    let client = client(&server);
    let to = |url: String| client.request_url(READ, Method::GET, Url::parse(&url).unwrap()).send();
    to(format!("{}/v1/next?page=2#top", server.base_url())).await.unwrap();
    assert_eq!(server.requests()[0].query, "page=2");
    for url in [
        format!("{}/hush", other.base_url()),
        format!("https://{}/hush", server.address()),
        format!("http://user:hush@{}/", server.address()),
        format!("http://localhost:{}/hush", server.address().port()),
    ] {
        let error = to(url).await.unwrap_err();
        assert_eq!((error.kind(), error.execution()), (ErrorKind::Protocol, Execution::No));
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }
    assert_eq!((server.requests().len(), other.connections()), (1, 0));
}

#[tokio::test]
async fn localhost_is_this_machine() {
    let server = server([ok()]).await;
    let client = builder(&format!("http://localhost:{}", server.address().port())).build().unwrap();
    client.get(READ, "").send().await.unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn faults_of_the_request_itself_are_told_and_nothing_is_sent() {
    let server = server([]).await;
    let client = client(&server);
    let error = client.get(READ, "../admin").send().await.unwrap_err();
    assert_eq!((error.kind(), error.context("operation")), (ErrorKind::Internal, Some("candidates.list")));
    let error = client.get(READ, "").header("x-note", "hush\r\nx-evil: 1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.context("header")), (ErrorKind::Config, Some("x-note")));
    assert!(!format!("{error:?}").contains("hush"));
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = client.post(ONCE, "").json(&unwritable).send().await.unwrap_err();
    assert_eq!((error.kind(), error.execution()), (ErrorKind::Internal, Execution::No));
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_header_that_cannot_hold_its_value_names_itself_and_not_the_value() {
    for value in ["hush\n", "hush\u{200b}", "hüsh hush", "hush\0"] {
        let error =
            builder("https://h.example").secret_header("x-api-key", &Secret::new(value)).build().unwrap_err();
        assert_eq!((error.kind(), error.context("header")), (ErrorKind::Config, Some("x-api-key")));
        assert!(
            !format!("{error:?}").contains("sh h") && !format!("{error:?}").contains("hush"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_multipart_form_is_built_anew_for_every_attempt() {
    let server = server([Reaction::answer(500, ""), Reaction::reset_after_reading(), ok()]).await;
    let built = Arc::new(AtomicUsize::new(0));
    let counted = built.clone();
    let form = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        multipart::Form::new().text("file", "content")
    };
    client(&server).post(REPEATABLE, "files").multipart(form).send().await.unwrap();
    assert_eq!(built.load(Ordering::SeqCst), 3);
    assert!(server.requests().iter().all(|request| request.text().contains("content")));
}

#[tokio::test]
async fn an_announced_length_over_the_limit_is_not_even_read() {
    let long = Reaction::truncated(0, 200, vec![b' '; 100_000]);
    let server = server([long]).await;
    let client = builder(&server.base_url()).max_answer(1_000).attempts(1).build().unwrap();
    let error = client.get(READ, "").send().await.unwrap_err();
    assert!(error.message().contains("longer than we read"), "{error}");
}

/// Environment variables are for whole processes: this test runs itself once more in one of its own.
#[tokio::test]
async fn proxies_are_used_but_not_for_this_machine() {
    const AGAIN: &str = "HRFLOW_TEST_BEHIND_A_PROXY";
    if std::env::var_os(AGAIN).is_some() {
        let server = server([ok(), ok()]).await;
        client(&server).get(READ, "").send().await.unwrap();
        let options = DownloadOptions { allow_local_urls: true, ..DownloadOptions::default() };
        Downloader::new(options).fetch(&server.base_url(), "file.txt", Accepts::Documents).await.unwrap();
        let far = builder("https://no-such-host.invalid").attempts(1).build().unwrap();
        let error = post(&far, ONCE).await.unwrap_err();
        assert_eq!((error.kind(), error.execution()), (ErrorKind::Unavailable, Execution::No));
        let direct = builder("https://direct.invalid").attempts(1).build().unwrap();
        let error = post(&direct, ONCE).await.unwrap_err();
        assert!(error.message().contains("the name of the host cannot be resolved"), "{error}");
        let download = Downloader::new(DownloadOptions { attempts: 1, ..DownloadOptions::default() });
        download
            .fetch("https://no-such-host.invalid/download", "file.txt", Accepts::Documents)
            .await
            .unwrap_err();
        return;
    }
    let proxy = server([]).await;
    let url = proxy.base_url();
    let child = tokio::task::spawn_blocking(move || {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "proxies_are_used_but_not_for_this_machine"]).env(AGAIN, "1");
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            again.env(name, &url);
        }
        again.env("NO_PROXY", "direct.invalid").env_remove("no_proxy").env_remove("REQUEST_METHOD");
        again.output().unwrap()
    });
    let output = child.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Vec<_> = proxy.requests().into_iter().map(|request| (request.method, request.path)).collect();
    assert_eq!(seen, [("CONNECT".to_owned(), "no-such-host.invalid:443".to_owned())]);
}

#[test]
fn a_crypto_provider_that_the_program_chose_stands() {
    // An error only says that another test of this process was first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    builder("https://h.example").build().unwrap();
    builder("https://h.example").build().unwrap();
}
