//! What each answer means: its kind, whether the run goes on, and what a person reads.

use hrflow_core::{ErrorKind, Status, result::Reason, testing::Reaction};
use serde_json::json;

use crate::vendor::*;

/// Pushes two candidates; the first one's creation is answered so.
async fn refused(reaction: Reaction, kind: ErrorKind, stops: bool, parts: &[&str]) {
    let what = format!("{reaction:?}");
    let vendor = Vendor::new([no_match(), reaction]).await;
    if !stops {
        vendor.then([no_match(), created("c-2")]);
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
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE], "{what}");
    } else {
        assert_eq!((failure.step.as_str(), result.events.write_failure), ("write", 1), "{what}");
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP, CREATE], "{what}");
    }
}

#[tokio::test]
async fn a_refused_record_does_not_stop_the_run() {
    use ErrorKind::Invalid;
    let state = refusal(400, "contact_info.address.state.code", "is not known");
    let parts = [
        "contact_info.address.state.code: is not known",
        "fields contact_info.address.state.code",
        "HTTP 400",
    ];
    refused(state, Invalid, false, &parts).await;
    let two = json(
        400,
        json!({ "errors": { "modelState": { "name.first": [{ "message": "a" }, { "message": "b" }], "x": "odd" },
            "general": [{ "type": "t", "message": "c" }] } }),
    );
    refused(two, Invalid, false, &["name.first: a, b", "; c", "fields name.first x"]).await;
    refused(
        json(400, json!({ "message": "The request is invalid." })),
        Invalid,
        false,
        &["The request is invalid."],
    )
    .await;
    refused(json(422, json!({ "title": "Unprocessable" })), Invalid, false, &["Unprocessable", "HTTP 422"])
        .await;
    refused(Reaction::answer(400, ""), Invalid, false, &["UKG Pro refuses the candidate (HTTP 400"]).await;
    refused(
        Reaction::answer(400, "<html>no</html>"),
        Invalid,
        false,
        &["UKG Pro refuses the candidate (HTTP 400"],
    )
    .await;
    refused(
        Reaction::answer(400, r#"{"errors": [1, {"modelState": 2}]}"#),
        Invalid,
        false,
        &["UKG Pro refuses"],
    )
    .await;
    let odd = refusal(400, "\u{1b}[31m\nred", "x");
    refused(odd, Invalid, false, &["UKG Pro refuses the candidate: x (HTTP 400, vendor"]).await;
    let invalid_email = refusal(400, "contact_info.email", "is not a valid address");
    refused(invalid_email, Invalid, false, &["contact_info.email: is not a valid address"]).await;
    let no_domain = refusal(400, "contact_info.email", "its domain does not exist");
    refused(no_domain, Invalid, false, &["contact_info.email: its domain does not exist"]).await;
    let beside = json(400, json!({ "message": "The email is invalid. The prefix already exists." }));
    refused(beside, Invalid, false, &["The email is invalid"]).await;
    refused(Reaction::answer(413, ""), Invalid, false, &["too large"]).await;
}

#[tokio::test]
async fn a_refusal_that_hits_everybody_stops_the_run() {
    use ErrorKind::{Forbidden, NotFound};
    let scope = json(403, json!({ "message": "insufficient scope" }));
    let parts = [
        "insufficient scope",
        "recruiting.domain.candidates.write, recruiting.easy-apply",
        "auth_data.scope",
    ];
    refused(scope, Forbidden, true, &parts).await;
    refused(Reaction::answer(404, ""), NotFound, true, &["no such path or tenant", "domain.tenant"]).await;
}

#[tokio::test]
async fn a_client_that_may_not_look_up_writes_nothing() {
    let vendor = Vendor::new([Reaction::answer(403, "")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!((result.status, result.failures[0].kind), (Status::Fatal, ErrorKind::Forbidden), "{result:?}");
    assert!(
        result.failures[0].message.contains("recruiting.domain.candidates.read"),
        "{:?}",
        result.failures
    );
    assert_eq!(vendor.calls(), [LOOK_UP]);
}

#[tokio::test]
async fn a_look_up_that_answers_something_else_is_told() {
    for answer in [json(200, json!({ "email": "x" })), Reaction::answer(200, "")] {
        let vendor = Vendor::new([answer]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!(
            (result.events.write_failure, result.failures[0].kind),
            (1, ErrorKind::Protocol),
            "{result:?}"
        );
        assert_eq!(vendor.calls(), [LOOK_UP]);
    }
    let vendor =
        Vendor::new([Reaction::answer(302, "").header("location", "https://login.example.com/x")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert!(result.failures[0].message.contains("login.example.com"), "{:?}", result.failures);
}

#[tokio::test]
async fn look_ups_are_repeated_after_faults_that_pass() {
    let faults = [
        Reaction::answer(500, ""),
        Reaction::answer(503, "<html></html>"),
        Reaction::answer(200, "<html>hello</html>"),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
    ];
    for fault in faults {
        let what = format!("{fault:?}");
        let vendor = Vendor::new([fault, no_match(), created("c-1")]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP, LOOK_UP, CREATE], "{what}");
    }
}

#[tokio::test]
async fn a_request_to_slow_down_is_obeyed() {
    for limited in [Reaction::answer(429, ""), Reaction::answer(429, "slow down").header("retry-after", "1")]
    {
        let what = format!("{limited:?}");
        let vendor = Vendor::new([no_match(), limited, created("c-1")]).await;
        let started = std::time::Instant::now();
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert!(started.elapsed() >= std::time::Duration::from_secs(1), "{what}: a second at least");
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, CREATE], "{what}");
    }
    let vendor = Vendor::new([no_match(), Reaction::answer(429, "").header("retry-after", "3600")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada(), bea("p2")]).await;
    let failure = &result.failures[0];
    assert_eq!((failure.step.as_str(), failure.kind), ("run", ErrorKind::RateLimited), "{result:?}");
    assert!(failure.message.contains("Try again after"), "{}", failure.message);
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
}

#[tokio::test]
async fn echoed_secrets_are_redacted() {
    for words in [format!("no {CLIENT_SECRET}"), format!("Bearer {TOKEN} is odd")] {
        let refusals = [refusal(400, "name.first", &words), json(400, json!({ "message": words }))];
        for refusal in refusals {
            let vendor = Vendor::new([no_match(), refusal]).await;
            let result = vendor.push(json!({}), json!({}), &[ada()]).await;
            assert!(result.failures[0].message.contains("[redacted]"), "{:?}", result.failures);
        }
    }
}
