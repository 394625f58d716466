//! The requests of a token endpoint, and the answers that vendors give.

use std::time::Duration;

use hrflow_core::{
    Error, ErrorKind, Execution, Scope, Secret,
    http::{
        BaseUrl, Client, TokenSource, Url,
        oauth::{CODE, ClientCredentials, TokenEndpoint},
    },
    testing::Reaction,
};
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn requests_are_forms_with_the_client_in_the_body() {
    let server = server([granted(1), granted(2), granted(3), granted(4)]).await;
    let endpoint = endpoint(&server);
    endpoint.client_credentials(" read  write ").await.unwrap();
    endpoint.client_credentials(" ").await.unwrap();
    endpoint.exchange_code(&Secret::new("c+1/="), REDIRECT_URI).await.unwrap();
    endpoint.refresh(&Secret::new("r1")).await.unwrap();
    let client = [("client_id", "client-1"), ("client_secret", CLIENT_SECRET)];
    let expected: [Vec<(&str, &str)>; 4] = [
        vec![("grant_type", "client_credentials"), ("scope", "read write"), client[0], client[1]],
        vec![("grant_type", "client_credentials"), client[0], client[1]],
        vec![
            ("grant_type", "authorization_code"),
            ("code", "c+1/="),
            client[0],
            client[1],
            ("redirect_uri", REDIRECT_URI),
        ],
        vec![("grant_type", "refresh_token"), ("refresh_token", "r1"), client[0], client[1]],
    ];
    for (request, expected) in server.requests().iter().zip(expected) {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/connect/token"));
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(request.header("authorization"), None);
        assert!(request.header("user-agent").unwrap().starts_with("hrflow-connectors/"));
        let form = form(request);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(form, expected);
    }
}

#[tokio::test]
async fn a_redirect_uri_is_sent_letter_by_letter() {
    let server = server([granted(1)]).await;
    endpoint(&server).exchange_code(&Secret::new("c"), "HTTPS://App.example.com:443").await.unwrap();
    let form = form(&server.requests()[0]);
    assert!(
        form.contains(&("redirect_uri".to_owned(), "HTTPS://App.example.com:443".to_owned())),
        "{form:?}"
    );
}

#[tokio::test]
async fn the_client_may_travel_in_a_header() {
    let server = server([granted(1)]).await;
    endpoint(&server).with_basic_auth().client_credentials("").await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), Some("Basic Y2xpZW50LTE6aHVzaC1jbGllbnQtc2VjcmV0"));
    assert_eq!(request.text(), "grant_type=client_credentials");
}

#[tokio::test]
async fn answers_come_in_many_shapes() {
    for (change, expires_in, scope) in [
        (json!({}), Some(3600), None),
        (json!({ "expires_in": 3599.7, "token_type": null }), Some(3599), None),
        (json!({ "expires_in": "3600", "token_type": "JWT", "scope": "a b" }), Some(3600), Some("a b")),
        (json!({ "expires_in": "soon", "token_type": 7, "scope": ["a", "b"] }), None, Some("a b")),
        (json!({ "expires_in": null, "scope": null, "error": null }), None, None),
        (json!({ "error": "but there is a token" }), Some(3600), None),
    ] {
        let mut answer = tokens(1);
        answer.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let reaction = Reaction::answer(201, answer.to_string()).header("content-type", "text/plain");
        let server = server([reaction]).await;
        let token = endpoint(&server).client_credentials("").await.unwrap();
        assert_eq!(token.access_token.expose(), "hush-access-1", "{change}");
        assert_eq!(token.expires_in, expires_in.map(Duration::from_secs), "{change}");
        assert_eq!(token.scope.as_deref(), scope, "{change}");
        assert_eq!(token.refresh_token.as_ref().unwrap().expose(), "hush-refresh-1");
        assert_eq!(token.members["api"], json!("https://eu2api.example.com/v2/"));
        assert_eq!(token.members["account"], json!(1234));
    }
    let server = server([Reaction::json(200, &json!({ "access_token": "a" }))]).await;
    let token = endpoint(&server).client_credentials("").await.unwrap();
    assert!(token.refresh_token.is_none() && token.members.is_empty(), "{token:?}");
}

async fn error_of(reaction: Reaction) -> Error {
    let server = server([reaction]).await;
    let error = endpoint(&server).refresh(&Secret::new("hush-refresh-0")).await.unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(!told.contains("hush"), "{told}");
    error
}

#[tokio::test]
async fn refusals_have_their_kinds_and_the_vendors_words_without_secrets() {
    use ErrorKind::{Config, Forbidden, Unauthorized};
    for (status, code, kind) in [
        (400, "invalid_grant", Unauthorized),
        (401, "invalid_client", Unauthorized),
        (400, "unauthorized_client", Unauthorized),
        (400, "invalid_scope", Config),
        (400, "invalid_request", Config),
        (400, "unsupported_grant_type", Config),
        (400, "consent_required", Unauthorized),
        (403, "access_denied", Forbidden),
        (200, "invalid_grant", Unauthorized),
    ] {
        let description = format!("token hush-refresh-0 of {CLIENT_SECRET} is\nold");
        let body = json!({ "error": code, "error_description": description, "error_uri": 7 });
        let error = error_of(Reaction::json(status, &body)).await;
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{code}");
        assert_eq!(error.context(CODE), Some(code));
        assert_eq!(error.vendor_message(), Some("token [redacted] of [redacted] is old"));
        assert_eq!(error.context("operation"), Some("token.refresh"));
        assert_eq!(error.execution(), Execution::No);
    }
    let error = error_of(refused("invalid_client")).await;
    assert!(error.to_string().contains("Check client_id and client_secret"), "{error}");
}

#[tokio::test]
async fn what_is_no_refusal_of_the_standard_goes_by_its_status() {
    use ErrorKind::{Forbidden, Invalid, NotFound, Protocol, RateLimited, Unauthorized, Unavailable};
    for (reaction, kind) in [
        (Reaction::answer(400, "<html>"), Invalid),
        (Reaction::json(400, &json!({ "error": { "message": "no" } })), Invalid),
        (Reaction::answer(401, ""), Unauthorized),
        (Reaction::answer(403, "blocked"), Forbidden),
        (Reaction::answer(404, ""), NotFound),
        (Reaction::answer(302, "").header("location", "https://h.example/login"), Protocol),
        (Reaction::json(500, &json!({ "error": "invalid_grant" })), Unavailable),
        (Reaction::json(400, &json!({ "error": "temporarily_unavailable" })), Unavailable),
    ] {
        assert_eq!(error_of(reaction).await.kind(), kind);
    }
    let server = server((0..3).map(|_| Reaction::answer(429, "").header("retry-after", "0"))).await;
    let error = endpoint(&server).refresh(&Secret::new("r")).await.unwrap_err();
    assert_eq!((error.kind(), error.context("attempts")), (RateLimited, Some("3")));
    assert_eq!(error.retry_after(), Some(Duration::ZERO));
}

#[tokio::test]
async fn an_answer_without_a_token_leaves_the_outcome_unknown_and_is_never_shown() {
    for body in [
        r#"{"refresh_token": "hush-1"}"#,
        r#"{"access_token": " ", "refresh_token": "hush-1"}"#,
        r#"{"access_token": {"value": "hush-1"}}"#,
        r#"["hush-1"]"#,
        r#"{"access_token": "hush-1"#,
        "",
    ] {
        let error = error_of(Reaction::answer(200, body)).await;
        assert_eq!((error.kind(), error.execution()), (ErrorKind::Protocol, Execution::Unknown), "{body}");
        assert!(error.to_string().contains("access token was expected"), "{error}");
    }
}

/// Ways to lose an answer.
pub(crate) fn losses() -> Vec<Reaction> {
    vec![
        Reaction::answer(500, ""),
        Reaction::answer(503, "<html>"),
        Reaction::answer(200, "<!DOCTYPE html><title>Sign in</title>"),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(10, 200, tokens(1).to_string()),
    ]
}

#[tokio::test]
async fn client_credentials_are_sent_again_and_a_code_is_not() {
    for loss in losses() {
        let told = format!("{loss:?}");
        let server =
            server([loss.clone(), Reaction::answer(429, "").header("retry-after", "0"), granted(2)]).await;
        let token = endpoint(&server).client_credentials("").await.unwrap();
        assert_eq!(token.access_token.expose(), "hush-access-2", "{told}");
        assert_eq!(server.requests().len(), 3, "{told}");

        let server = self::server([loss]).await;
        let error =
            endpoint(&server).exchange_code(&Secret::new("hush-code"), REDIRECT_URI).await.unwrap_err();
        assert_eq!(error.execution(), Execution::Unknown, "{told}");
        assert_eq!(server.requests().len(), 1, "{told}");
    }
    // A code that was certainly not looked at is sent again.
    let server = self::server([Reaction::answer(429, "").header("retry-after", "0"), granted(1)]).await;
    endpoint(&server).exchange_code(&Secret::new("hush-code"), REDIRECT_URI).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_source_of_client_credentials_knows_how_long_tokens_live() {
    let without_time = json!({ "access_token": "a" });
    let server = server([Reaction::json(200, &without_time), granted(2), refused("invalid_client")]).await;
    let source =
        ClientCredentials::new(endpoint(&server), "read").default_lifetime(Duration::from_secs(3600));
    for _ in 0..2 {
        let token = source.fetch(None).await.unwrap();
        let left = token.expires_at.unwrap().saturating_duration_since(tokio::time::Instant::now());
        assert!(left > Duration::from_secs(3500) && left <= Duration::from_secs(3600), "{left:?}");
    }
    let error = source.fetch(None).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Unauthorized, Scope::Run));
}

#[tokio::test]
async fn an_endpoint_is_at_its_base() {
    let base = BaseUrl::parse("https://id.example.com", "authorization_url").unwrap();
    let elsewhere = Url::parse("https://evil.example.com/token").unwrap();
    let client = Client::builder("Acme", base);
    let endpoint = TokenEndpoint::new(client, elsewhere, "c", &Secret::new(CLIENT_SECRET)).unwrap();
    let error = endpoint.client_credentials("").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}
