//! Signing in, refreshing, and what happens to tokens that are refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hrflow_core::{ErrorKind, Status, result::Reason, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

/// Pushes Ada, who is there already: one look-up.
async fn look_up(vendor: &Vendor, parameters: Value) -> hrflow_core::RunResult {
    vendor.push(parameters, json!({}), &[ada()]).await
}

fn jwt(seconds: i64) -> String {
    let exp = jiff::Timestamp::now().as_second() + seconds;
    format!("token-{seconds}.{}.c2ln", URL_SAFE_NO_PAD.encode(json!({ "exp": exp }).to_string()))
}

#[tokio::test]
async fn credentials_are_sent_as_json() {
    let vendor = Vendor::new([ada_found()]).await;
    let result = look_up(&vendor, json!({})).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND]);
    let sign_in = &vendor.server.requests()[0];
    assert_eq!(sign_in.header("content-type"), Some("application/json"));
    assert_eq!(sign_in.json(), json!({ "email": "me@example.com", "password": PASSWORD, "api_key": KEY }));
    assert_eq!(vendor.request(0).header("authorization"), Some("Bearer token-1"));
}

#[tokio::test]
async fn version_two_has_other_names_and_slashes() {
    for (path, version) in [("/v2", Value::Null), ("/v2/", json!("v2"))] {
        let vendor = Vendor::silent().await;
        // Version 2 answers 404 where nobody is found. So does a path that is none: without a filter there is a list.
        let none = answer(404, json!({ "message": "whatever" }));
        vendor.then([
            signed_in(),
            none,
            list(json!([applicant("1", "x@example.com")])),
            created(),
            list(json!([applicant("9", "Ada.Byron+CV@Example.com")])),
        ]);
        let api_url = format!("{}{path}", vendor.server.base_url());
        let parameters = json!({ "api_url": api_url, "api_version": version });
        let result = vendor.push(parameters, json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        let find = "GET /v2/getApplicantsList/";
        assert_eq!(vendor.all_calls(), ["POST /v2/createAuthtoken/", find, find, CREATE, find]);
        let body = vendor.server.requests()[0].json();
        assert_eq!(body, json!({ "email": "me@example.com", "password": PASSWORD, "apiKey": KEY }));
    }
}

#[tokio::test]
async fn a_token_comes_in_many_shapes() {
    for reaction in [
        answer(200, json!({ "status": 200, "data": { "access_token": "token-1" } })),
        answer(201, json!({ "access_token": "token-1", "expires_in": 3600, "token_type": "Bearer" })),
        Reaction::answer(
            200,
            "<root><access_token>token-1</access_token><refresh_token>r</refresh_token></root>",
        )
        .header("content-type", "application/xml"),
        Reaction::answer(
            200,
            "<?xml version=\"1.0\"?>\n<root>\n<access_token>token-1</access_token></root>\n",
        ),
    ] {
        let what = format!("{reaction:?}");
        let vendor = Vendor::silent().await;
        vendor.then([reaction, ada_found()]);
        let result = look_up(&vendor, json!({})).await;
        assert_eq!(result.events.write_duplicate, 1, "{what}: {result:?}");
        assert_eq!(vendor.calls(), [FIND]);
    }
}

#[tokio::test]
async fn a_refused_sign_in_stops_the_run_before_anything_is_asked() {
    use ErrorKind::{Config, Protocol, Unauthorized};
    let xml = "<root><message>Invalid credentials</message><status>401</status></root>";
    for (reaction, kind, part) in [
        (answer(400, json!({ "message": "credentials mandatory" })), Unauthorized, "credentials mandatory"),
        (
            answer(401, json!({ "message": "Invalid email" })),
            Unauthorized,
            "Check email, password and api_key",
        ),
        (answer(403, json!({ "detail": "no" })), Unauthorized, "wait a minute"),
        (answer(200, json!({ "success": 0, "message": "wrong key" })), Unauthorized, "wrong key"),
        (answer(200, json!({ "message": "user is inactive" })), Unauthorized, "user is inactive"),
        (Reaction::answer(401, xml), Unauthorized, "Invalid credentials"),
        (Reaction::answer(200, xml), Unauthorized, "Invalid credentials"),
        (Reaction::answer(404, "<html></html>"), Config, "https://api.ceipal.com/v1"),
        (Reaction::answer(200, ""), Protocol, "without an access token"),
        (answer(200, json!({ "access_token": null })), Protocol, "without an access token"),
        (Reaction::answer(200, "user is inactive"), Unauthorized, "user is inactive"),
        // A token where none is expected is no message.
        (Reaction::answer(200, "token-e30.e30.c2lnbmF0dXJl"), Unauthorized, ": [redacted] ("),
        (answer(200, json!("token-e30.e30.c2lnbmF0dXJl")), Unauthorized, ": [redacted] ("),
        (
            answer(200, json!({ "message": "Bearer token-e30.e30.c2lnbmF0dXJl" })),
            Unauthorized,
            ": Bearer [redacted] (",
        ),
        (
            Reaction::answer(302, "").header("location", "https://login.example.com/x"),
            Protocol,
            "login.example.com",
        ),
        (
            answer(401, json!({ "message": format!("{KEY} and {PASSWORD}") })),
            Unauthorized,
            "[redacted] and [redacted]",
        ),
    ] {
        let what = format!("{reaction:?}");
        let vendor = Vendor::silent().await;
        vendor.then([reaction]);
        let result = look_up(&vendor, json!({})).await;
        assert_eq!(result.status, Status::Fatal, "{what}");
        let failure = &result.failures[0];
        assert_eq!(failure.kind, kind, "{what}: {failure:?}");
        assert!(failure.message.contains(part), "{what}: {}", failure.message);
        assert_eq!(vendor.all_calls(), [SIGN_IN]);
    }
}

#[tokio::test]
async fn a_sign_in_that_is_not_answered_is_tried_again() {
    let vendor = Vendor::silent().await;
    vendor.then([Reaction::answer(503, ""), signed_in(), ada_found()]);
    let result = look_up(&vendor, json!({})).await;
    assert_eq!(result.events.write_duplicate, 1, "{result:?}");
    assert_eq!(vendor.all_calls(), [SIGN_IN, SIGN_IN, FIND]);
}

/// A token of which half its life is over at once is refreshed, with the old access token in a header of its own.
#[tokio::test]
async fn a_token_that_ends_is_refreshed() {
    let vendor = Vendor::silent().await;
    let old = jwt(0);
    vendor.then([token(&old), token("token-2"), ada_found()]);
    let result = look_up(&vendor, json!({})).await;
    assert_eq!(result.events.write_duplicate, 1, "{result:?}");
    assert_eq!(vendor.all_calls(), [SIGN_IN, REFRESH, FIND]);
    let refresh = vendor.request(0);
    assert_eq!(refresh.header("token"), Some(format!("Bearer {old}").as_str()));
    assert_eq!((refresh.query.as_str(), refresh.body.len()), ("", 0));
    assert_eq!(vendor.request(1).header("authorization"), Some("Bearer token-2"));
}

#[tokio::test]
async fn a_refresh_that_fails_is_followed_by_a_sign_in() {
    let old = jwt(0);
    for refresh in [
        Reaction::answer(401, ""),
        Reaction::answer(500, ""),
        Reaction::answer(200, ""),
        answer(200, json!({ "success": 0, "message": "refresh expired" })),
        token(&old),
        Reaction::reset_after_reading(),
    ] {
        let what = format!("{refresh:?}");
        let vendor = Vendor::silent().await;
        vendor.then([token(&old), refresh, token("token-2"), ada_found()]);
        let result = look_up(&vendor, json!({})).await;
        assert_eq!(result.events.write_duplicate, 1, "{what}: {result:?}");
        assert_eq!(vendor.all_calls(), [SIGN_IN, REFRESH, SIGN_IN, FIND], "{what}");
        assert_eq!(vendor.request(2).header("authorization"), Some("Bearer token-2"));
    }
}

#[tokio::test]
async fn a_token_that_lives_on_is_kept() {
    let vendor = Vendor::silent().await;
    vendor.then([token(&jwt(3_600)), ada_found(), list(json!([applicant("2", "p2@example.com")]))]);
    let result = vendor.push(json!({}), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!(result.events.write_duplicate, 2, "{result:?}");
    assert_eq!(vendor.all_calls(), [SIGN_IN, FIND, FIND]);
}

/// However Ceipal says it, a token that is refused is replaced once, from the credentials.
#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refusals = [
        Reaction::answer(401, ""),
        Reaction::answer(403, "<html>forbidden</html>"),
        answer(401, json!({ "message": "Unauthorized" })),
        answer(400, json!({ "detail": "access_token expired" })),
        answer(200, json!({ "detail": "access_token expired" })),
        answer(200, json!({ "status": 401, "message": "Token is invalid" })),
        answer(200, json!({ "success": 0, "message": "Token expired" })),
        answer(200, json!({ "success": false, "status": "403", "message": "no" })),
    ];
    for refusal in refusals {
        let what = format!("{refusal:?}");
        let vendor = Vendor::new([refusal.clone(), token("token-2"), ada_found()]).await;
        let result = look_up(&vendor, json!({})).await;
        assert_eq!(
            (result.status, result.events.write_duplicate),
            (Status::Success, 1),
            "{what}: {result:?}"
        );
        assert_eq!(vendor.calls(), [FIND, SIGN_IN, FIND], "{what}");
        assert_eq!(vendor.request(2).header("authorization"), Some("Bearer token-2"));

        // A creation too: nothing was done.
        let vendor = Vendor::new([no_match(), refusal, token("token-2"), created(), ada_found()]).await;
        let result = look_up(&vendor, json!({})).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, SIGN_IN, CREATE, FIND], "{what}");
    }
}

#[tokio::test]
async fn a_new_token_that_is_refused_stops_the_run() {
    let refused = || Reaction::answer(401, "");
    let vendor = Vendor::new([refused(), token("token-2"), refused()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure), "{result:?}");
    assert_eq!((result.failures[0].kind, result.failures[0].step.as_str()), (ErrorKind::Unauthorized, "run"));
    assert_eq!(vendor.calls(), [FIND, SIGN_IN, FIND]);
}

/// 403 is said to an expired token and to too many calls: sign in anew, wait once, and then no more.
#[tokio::test]
async fn a_403_is_waited_for_once() {
    let refused = || Reaction::answer(403, "");
    let vendor = Vendor::new([refused(), token("token-2"), refused(), ada_found()]).await;
    let started = std::time::Instant::now();
    let result = look_up(&vendor, json!({ "throttle_wait": "400ms" })).await;
    assert!(started.elapsed() >= std::time::Duration::from_millis(400));
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, SIGN_IN, FIND, FIND]);

    let vendor = Vendor::new([refused(), token("token-2"), refused(), refused()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!((result.status, result.events.write_failure), (Status::Fatal, 0), "{result:?}");
    let message = &result.failures[0].message;
    assert!(message.contains("used up its calls") && message.contains("lacks a right"), "{message}");
    assert_eq!(vendor.calls(), [FIND, SIGN_IN, FIND, FIND]);

    // What Ceipal asks for stands.
    let asks = || refused().header("retry-after", "0");
    let vendor = Vendor::new([asks(), token("token-2"), asks(), ada_found()]).await;
    let started = std::time::Instant::now();
    look_up(&vendor, json!({ "throttle_wait": "1h" })).await;
    assert!(started.elapsed() < std::time::Duration::from_secs(20));
    assert_eq!(vendor.calls().len(), 4);
}

/// Signing in counts among the calls: a 403 to credentials that were good before is waited for too.
#[tokio::test]
async fn a_403_to_a_second_sign_in_is_waited_for_once() {
    let refused = || Reaction::answer(403, "");
    let vendor = Vendor::new([refused(), refused(), token("token-2"), ada_found()]).await;
    let started = std::time::Instant::now();
    let result = look_up(&vendor, json!({ "throttle_wait": "300ms" })).await;
    assert!(started.elapsed() >= std::time::Duration::from_millis(300));
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, SIGN_IN, SIGN_IN, FIND]);

    let vendor = Vendor::new([refused(), refused(), refused()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!(
        (result.status, result.failures[0].kind),
        (Status::Fatal, ErrorKind::Unauthorized),
        "{result:?}"
    );
    assert_eq!(vendor.calls(), [FIND, SIGN_IN, SIGN_IN]);
}
