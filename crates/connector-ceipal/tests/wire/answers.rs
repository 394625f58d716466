//! What each answer to a creation means: its kind, whether the run goes on, and what a person reads.

use hrflow_core::{ErrorKind, Status, testing::Reaction};
use serde_json::json;

use crate::vendor::*;

fn found(key: &str) -> Reaction {
    list(json!([applicant(key, &format!("{key}@example.com"))]))
}

/// Pushes two profiles; the first one's creation is answered so.
async fn refused(reaction: Reaction, kind: ErrorKind, stops: bool, parts: &[&str]) {
    let what = format!("{reaction:?}");
    let vendor = Vendor::new([no_match(), reaction]).await;
    if !stops {
        vendor.then([no_match(), created(), found("p2")]);
    }
    let result = vendor.push(json!({}), json!({}), &[bea("p1"), bea("p2")]).await;
    let failure = &result.failures[0];
    assert_eq!(failure.kind, kind, "{what}: {failure:?}");
    for part in parts {
        assert!(failure.message.contains(part), "{what}: {}", failure.message);
    }
    if stops {
        assert_eq!((result.status, result.events.write_failure), (Status::Fatal, 0), "{what}");
        assert_eq!(
            (failure.step.as_str(), vendor.calls()),
            ("run", vec![FIND.to_owned(), CREATE.to_owned()]),
            "{what}"
        );
    } else {
        assert_eq!((failure.step.as_str(), result.events.write_failure), ("write", 1), "{what}");
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND, CREATE, FIND], "{what}");
    }
}

#[tokio::test]
async fn a_refused_applicant_does_not_stop_the_run() {
    use ErrorKind::Invalid;
    refused(
        answer(400, json!({ "message": "Invalid email" })),
        Invalid,
        false,
        &["Invalid email", "HTTP 400"],
    )
    .await;
    refused(answer(422, json!({ "errors": [{ "detail": "x" }] })), Invalid, false, &["x", "HTTP 422"]).await;
    // Errors in the bodies of good answers.
    for body in [
        json!({ "success": 0, "message": "Last name is required" }),
        json!({ "success": false, "message": "Last name is required" }),
        json!({ "status": 400, "message": "Last name is required" }),
        json!({ "status": 0, "message": "Last name is required" }),
        json!({ "status": "Failed", "message": "Last name is required" }),
        json!({ "status": "error", "message": "Last name is required" }),
        json!({ "status": 201, "success": "0", "message": "Last name is required" }),
    ] {
        refused(answer(200, body.clone()), Invalid, false, &["Last name is required", "HTTP 200"]).await;
        refused(answer(201, body), Invalid, false, &["Last name is required"]).await;
    }
    let xml = "<root><success>0</success><message>Last name is required</message></root>";
    refused(Reaction::answer(200, xml), Invalid, false, &["Last name is required"]).await;
}

#[tokio::test]
async fn a_refusal_that_hits_everybody_stops_the_run() {
    let no_path = Reaction::answer(404, "<html>Not Found</html>");
    refused(
        no_path,
        ErrorKind::NotFound,
        true,
        &["knows no such path", "Check api_url, job_id and endpoints"],
    )
    .await;
    refused(Reaction::answer(405, ""), ErrorKind::NotFound, true, &["HTTP 405"]).await;
}

/// A redirect of 301 was not executed, and is not followed.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let moved =
        Reaction::answer(301, "").header("location", "https://elsewhere.example.com/v1/createApplicant/");
    refused(moved, ErrorKind::Protocol, false, &["elsewhere.example.com", "slash at its end"]).await;
}

#[tokio::test]
async fn too_many_calls_are_waited_for() {
    let limited = |status: u16, body| answer(status, body).header("retry-after", "0");
    for reaction in [
        limited(429, json!({ "message": "Too many requests" })),
        limited(200, json!({ "status": 429, "message": "Too many requests" })),
        limited(201, json!({ "status": "429", "success": 0 })),
    ] {
        let vendor = Vendor::new([no_match(), reaction, created(), found("p1")]).await;
        let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, CREATE, FIND]);
    }
    // Without a word on how long: two seconds at first.
    let vendor = Vendor::new([no_match(), Reaction::answer(429, ""), created(), found("p1")]).await;
    let started = std::time::Instant::now();
    let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    assert!(started.elapsed() >= std::time::Duration::from_secs(2));

    let vendor = Vendor::new([no_match(), Reaction::answer(429, "").header("retry-after", "3600")]).await;
    let result = vendor.push(json!({}), json!({}), &[bea("p1"), bea("p2")]).await;
    let failure = &result.failures[0];
    assert_eq!((failure.step.as_str(), failure.kind), ("run", ErrorKind::RateLimited), "{result:?}");
    assert!(failure.message.contains("Try again after "), "{}", failure.message);
}

#[tokio::test]
async fn echoed_secrets_are_redacted() {
    let words = format!("no {KEY}, {PASSWORD}, Bearer token-1");
    let vendor = Vendor::new([no_match(), answer(400, json!({ "message": words }))]).await;
    let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
    let message = &result.failures[0].message;
    assert!(message.contains("no [redacted], [redacted]"), "{message}");
    let parameters = vendor.parameters(json!({}));
    let shown = format!("{parameters:?}");
    assert!(!shown.contains(KEY) && !shown.contains("pass word"), "{shown}");
}
