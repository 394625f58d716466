//! What each answer means: its kind, whether the run goes on, and what a person reads.

use hrflow_core::{ErrorKind, Status, result::Reason, testing::Reaction};
use serde_json::json;

use crate::vendor::*;

/// Pushes two candidates; the first one's creation is answered so.
async fn refused(reaction: Reaction, kind: ErrorKind, stops: bool, parts: &[&str]) {
    let what = format!("{reaction:?}");
    let vendor = Vendor::new([reaction]).await;
    if !stops {
        vendor.then([created("2")]);
    }
    let result = vendor.push(json!({}), json!({}), &[bea("p1"), bea("p2")]).await;
    let failure = &result.failures[0];
    assert_eq!(failure.kind, kind, "{what}: {failure:?}");
    for part in parts {
        assert!(failure.message.contains(part), "{what}: {}", failure.message);
    }
    if stops {
        assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure), "{what}");
        assert_eq!((failure.step.as_str(), result.events.write_failure), ("run", 0), "{what}");
        assert_eq!(vendor.calls(), ["POST /v1/candidates"], "{what}");
    } else {
        assert_eq!((failure.step.as_str(), result.events.write_failure), ("write", 1), "{what}");
        assert_eq!(vendor.calls(), ["POST /v1/candidates", "POST /v1/candidates"], "{what}");
    }
}

#[tokio::test]
async fn a_refused_record_does_not_stop_the_run() {
    use ErrorKind::{Forbidden, Invalid, NotFound};
    let error = |code: &str, title: &str, detail: &str, status: &str| json!([{ "code": code, "title": title, "detail": detail, "status": status }]);
    let not_allowed = refusal(400, error("105", "Param not allowed", "role is not allowed.", "400"));
    refused(not_allowed, Invalid, false, &["role is not allowed.", "HTTP 400"]).await;
    let malformed = refusal(400, error("400", "Bad Request", "unexpected token", "400"));
    refused(malformed, Invalid, false, &["unexpected token"]).await;
    let media = refusal(415, error("415", "Unsupported media type", "All requests that…", "415"));
    refused(media, Invalid, false, &["All requests that…", "HTTP 415"]).await;
    let blank = invalid("email", "can't be blank");
    refused(blank, Invalid, false, &["email - can't be blank", "fields email", "HTTP 422"]).await;
    let base = refusal(422, json!([{ "title": "is frozen", "source": { "pointer": "/data" } }]));
    refused(base, Invalid, false, &["is frozen"]).await;
    let two = refusal(422, json!([{ "detail": "a - b" }, { "detail": "c - d" }]));
    refused(two, Invalid, false, &["a - b; c - d", "fields a c"]).await;
    let odd =
        refusal(422, json!([{ "detail": "x", "source": { "pointer": "/data/attributes/\u{1b}[31m\nred" } }]));
    refused(odd, Invalid, false, &["Teamtailor refuses the record: x (HTTP 422, vendor"]).await;
    let replacing = refusal(403, error("403", "Complete replacement forbidden", "Not for this one", "403"));
    refused(replacing, Forbidden, false, &["Not for this one"]).await;
    let unknown = refusal(
        404,
        error("404", "Record not found", "The record identified by 1 could not be found.", "404"),
    );
    refused(unknown, NotFound, false, &["no such record", "identified by 1"]).await;
    let path = Reaction::answer(404, "");
    refused(path, NotFound, false, &["no such path", "Check api_url"]).await;
}

#[tokio::test]
async fn a_refusal_that_hits_everybody_stops_the_run() {
    use ErrorKind::{Config, Forbidden, Unauthorized};
    refused(
        Reaction::answer(401, ""),
        Unauthorized,
        true,
        &["HTTP 401", "another region", "Check Authorization"],
    )
    .await;
    let plain = Reaction::answer(401, "HTTP Token: Access denied.\n").header("content-type", "text/plain");
    refused(plain, Unauthorized, true, &["HTTP Token: Access denied."]).await;
    refused(Reaction::answer(403, ""), Forbidden, true, &["lacks a right", "scope Admin"]).await;
    let page = Reaction::answer(403, "<html><body>Your IP is blocked</body></html>")
        .header("content-type", "text/html");
    refused(page, Forbidden, true, &["not allowed from this address"]).await;
    let version = json!([{ "status": 406, "title": "Invalid/Missing API Version",
        "detail": "Please provide a version. Current version is: 20240904" }]);
    refused(refusal(406, version), Config, true, &["Current version is: 20240904", "X_Api_Version"]).await;
    let object = answer(401, json!({ "errors": { "status": 401, "detail": "no such key" } }));
    refused(object, Unauthorized, true, &["no such key"]).await;
}

#[tokio::test]
async fn a_fault_at_the_company_is_told_before_anything_is_written() {
    let open = async |reaction: Reaction| {
        let vendor = Vendor::new([]).await;
        let server = hrflow_core::testing::ScriptedServer::start([reaction]).await.unwrap();
        let parameters = json!({ "api_url": server.base_url() });
        let result = vendor.push(parameters, json!({}), &[ada()]).await;
        assert_eq!(result.status, Status::Fatal);
        assert_eq!(result.events.write_failure, 0);
        (result.reason, result.failures[0].clone())
    };
    let (reason, failure) = open(Reaction::answer(401, "")).await;
    assert_eq!((reason, failure.kind), (Reason::WriteFailure, ErrorKind::Unauthorized));
    let version = json!([{ "status": 406, "detail": "Current version is: 20250101" }]);
    let (reason, failure) = open(refusal(406, version)).await;
    assert_eq!((reason, failure.kind), (Reason::BadTargetParameters, ErrorKind::Config));
    assert!(failure.message.contains("20250101"), "{}", failure.message);
    let (_, failure) = open(answer(200, json!({ "data": { "type": "companies" } }))).await;
    assert_eq!(failure.kind, ErrorKind::Protocol);
    let (_, failure) =
        open(Reaction::answer(302, "").header("location", "https://login.example.com/x")).await;
    assert!(failure.message.contains("login.example.com"), "{}", failure.message);
}

#[tokio::test]
async fn an_echoed_key_is_redacted() {
    for words in [format!("the key {KEY} is unknown"), format!("Token token={KEY}"), format!("no {KEY}")] {
        let vendor =
            Vendor::new([refusal(422, json!([{ "title": words, "detail": words, "code": words }]))]).await;
        let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
        assert!(result.failures[0].message.contains("[redacted]"), "{:?}", result.failures);
    }
    let vendor = Vendor::new([]).await;
    let parameters = vendor.parameters(json!({ "Authorization": format!("Token token={KEY}") }));
    assert!(!format!("{parameters:?}").contains(KEY));
}

#[tokio::test]
async fn a_key_copied_with_its_scheme_is_understood() {
    let vendor = Vendor::new([created("1")]).await;
    vendor.push(json!({ "Authorization": format!(" Token token={KEY}\n") }), json!({}), &[ada()]).await;
    assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
}

/// How many seconds lie between now and the time that the advice names.
fn asked_to_wait(message: &str) -> f64 {
    let at = message.split_once("Try again after ").unwrap().1;
    let at = at.split_whitespace().next().unwrap().trim_end_matches('.');
    let at: jiff::Timestamp = at.parse().unwrap();
    at.duration_since(jiff::Timestamp::now()).as_secs_f64()
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    for (headers, seconds) in [
        (vec![("retry-after", "40")], 40.0),
        (vec![("x-rate-limit-reset", "50"), ("x-rate-limit-remaining", "0")], 50.0),
        (vec![("retry-after", "40"), ("x-rate-limit-reset", "60")], 60.0),
    ] {
        let mut limited = Reaction::answer(429, "");
        for (name, value) in headers {
            limited = limited.header(name, value);
        }
        let vendor = Vendor::new([limited]).await;
        let result = vendor.push(json!({}), json!({ "attempts": 5 }), &[ada(), bea("p2")]).await;
        let failure = &result.failures[0];
        assert_eq!((failure.step.as_str(), failure.kind), ("run", ErrorKind::RateLimited));
        let wait = asked_to_wait(&failure.message);
        assert!((seconds - 3.0..=seconds + 2.0).contains(&wait), "{wait} for {seconds}: {}", failure.message);
        assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
    }
}

#[tokio::test]
async fn a_rate_limited_request_is_sent_again() {
    let vendor =
        Vendor::new([Reaction::answer(429, "slow down").header("retry-after", "0"), created("1")]).await;
    let started = std::time::Instant::now();
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert!(started.elapsed() >= std::time::Duration::from_secs(1), "a second at least");
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates", "POST /v1/candidates"]);
}
