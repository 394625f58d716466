use std::time::Duration;

use hrflow_sandbox::teamtailor::TooManyBody;
use hrflow_sandbox::{Config, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{JSON_API, World, candidate};

const VERSION: (&str, &str) = ("x-api-version", "20240904");
const ADMIN: (&str, &str) = ("authorization", "Token token=sandbox-admin-read-write");
const TYPED: (&str, &str) = ("content-type", JSON_API);

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::empty().await;
    let bad = ("authorization", "Token token=nobody");
    let public = ("authorization", "Token token=sandbox-public-read-write");
    let html = ("accept", "text/html");
    let plain = ("content-type", "application/json");
    let post = async |headers: &[(&str, &str)], body: &str| {
        world.raw(Method::POST, "/v1/candidates", headers, body).await
    };
    // Path, version, key, scope, Accept, Content-Type, body, validation: in each case, all later checks would fail too.
    assert_eq!(world.raw(Method::POST, "/v1/v1/candidates", &[], "").await.text, "");
    assert_eq!(world.raw(Method::POST, "/v1/v1/candidates", &[], "").await.status, 404);
    let neither = post(&[html, plain], "{").await;
    assert_eq!(neither.status, 406);
    assert_eq!(
        neither.json(),
        json!({"errors": [{"status": 406, "title": "Invalid/Missing API Version",
            "detail": "Please provide a correct API version in the X-Api-Version header. \
                       Current version is: 20240904"}]})
    );
    let unknown = post(&[VERSION, bad, html, plain], "{").await;
    assert_eq!((unknown.status, unknown.text.as_str()), (401, ""));
    let unfit = post(&[VERSION, public, html, plain], "{").await;
    assert_eq!((unfit.status, unfit.text.as_str()), (403, ""));
    assert_eq!(post(&[VERSION, ADMIN, html, plain], "{").await.error().1, "406");
    assert_eq!(post(&[VERSION, ADMIN, plain], "{").await.error().1, "415");
    assert_eq!(post(&[VERSION, ADMIN, TYPED], "{").await.error().1, "400");
    assert_eq!(post(&[VERSION, ADMIN, TYPED], r#"{"data":{"type":"candidates"}}"#).await.error().1, "100");
}

#[tokio::test]
async fn versions() {
    let world = World::empty().await;
    let get = async |version: &str| {
        world.raw(Method::GET, "/v1/jobs", &[("x-api-version", version), ADMIN], "").await
    };
    for (sent, used) in [
        ("20161108", "20161108"),
        ("20211201", "20210218"),
        ("20240404", "20240404"),
        ("20240904", "20240904"),
        ("20260101", "20240904"),
    ] {
        let answer = get(sent).await;
        assert_eq!((answer.status, answer.header("x-api-version")), (200, used), "{sent}");
    }
    for wrong in ["", "20161107", "latest", "2024-09-04", "20249999", "v20240904"] {
        assert_eq!(get(wrong).await.status, 406, "{wrong}");
    }
}

#[tokio::test]
async fn keys() {
    let world = World::empty().await;
    let body = candidate(json!({"email": "a@example.com"})).to_string();
    let id = world.created(json!({"email": "known@example.com"})).await;
    let status = async |method: Method, path: &str, token: &str| {
        let token = format!("Token token={token}");
        let headers = [VERSION, ("authorization", token.as_str()), TYPED];
        world.raw(method, path, &headers, if path == "/v1/jobs" { "" } else { &body }).await.status
    };
    assert_eq!(status(Method::GET, "/v1/candidates", "sandbox-other-stack").await, 401);
    assert_eq!(status(Method::GET, "/v1/candidates", "sandbox-internal-read").await, 403);
    assert_eq!(status(Method::GET, "/v1/jobs", "sandbox-public-read").await, 200);
    assert_eq!(status(Method::POST, "/v1/candidates", "sandbox-admin-read").await, 403);
    assert_eq!(status(Method::POST, "/v1/candidates", "sandbox-admin-write").await, 201);
    assert_eq!(status(Method::GET, "/v1/candidates", "sandbox-admin-write").await, 403);
    let one = format!("/v1/candidates/{id}");
    assert_eq!(status(Method::PATCH, &one, "sandbox-admin-write").await, 403);
    assert_eq!(status(Method::DELETE, &one, "sandbox-admin-read-write").await, 204);
    for scheme in [
        "Bearer sandbox-admin-read-write",
        "Token sandbox-admin-read-write",
        "token token=sandbox-admin-read-write",
    ] {
        let answer = world.raw(Method::GET, "/v1/jobs", &[VERSION, ("authorization", scheme)], "").await;
        assert_eq!(answer.status, 401, "{scheme}");
    }
}

#[tokio::test]
async fn media_types() {
    let world = World::empty().await;
    let body = |n: u32| candidate(json!({"email": format!("a{n}@example.com")})).to_string();
    let with_charset = ("content-type", "application/vnd.api+json; charset=utf-8");
    let refused = world.raw(Method::POST, "/v1/candidates", &[VERSION, ADMIN, with_charset], &body(1)).await;
    assert_eq!((refused.status, refused.error().2.as_str()), (415, "Unsupported media type"));
    world.sandbox.teamtailor().switch(|s| s.refuse_charset = false);
    let taken = world.raw(Method::POST, "/v1/candidates", &[VERSION, ADMIN, with_charset], &body(1)).await;
    assert_eq!((taken.status, taken.header("content-type")), (201, JSON_API));
    for (accept, status) in [
        ("*/*", 200),
        (JSON_API, 200),
        ("application/json, application/vnd.api+json;q=0.9", 200),
        ("application/json", 406),
        ("application/vnd.api+json; charset=utf-8", 406),
    ] {
        let answer = world.raw(Method::GET, "/v1/jobs", &[VERSION, ADMIN, ("accept", accept)], "").await;
        assert_eq!(answer.status, status, "{accept}");
    }
}

#[tokio::test]
async fn the_rate_limit_slides() {
    let world =
        World { sandbox: Sandbox::start(Config::default()).await.unwrap(), client: crate::support::client() };
    let clock = world.sandbox.clock();
    for n in 1..=50u32 {
        if n == 26 {
            clock.advance(Duration::from_secs(5));
        }
        let answer = world.tt_get("/v1/users").await;
        assert_eq!(answer.status, 200, "{n}");
        assert_eq!(answer.header("x-rate-limit-limit"), "50");
        assert_eq!(answer.header("x-rate-limit-remaining"), (50 - n).to_string());
        assert!(answer.header("x-rate-limit-reset").parse::<u32>().unwrap() <= 10);
    }
    let refused = world.tt_get("/v1/users").await;
    assert_eq!((refused.status, refused.text.as_str()), (429, ""));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((3..=5).contains(&wait), "{wait}");
    assert_eq!(refused.header("x-rate-limit-remaining"), "0");
    // Another key has its own window. A rejected key is not counted.
    let other = [VERSION, ("authorization", "Token token=sandbox-admin-read")];
    assert_eq!(world.raw(Method::GET, "/v1/users", &other, "").await.status, 200);
    // The first half of the slots is free first.
    clock.advance(Duration::from_secs(wait));
    for _ in 0..25 {
        assert_eq!(world.tt_get("/v1/users").await.status, 200);
    }
    world.sandbox.teamtailor().switch(|s| {
        s.retry_after = false;
        s.too_many_body = TooManyBody::JsonApi;
    });
    let refused = world.tt_get("/v1/users").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, ""));
    assert!(refused.json()["errors"].is_array());
    world.sandbox.teamtailor().switch(|s| s.rate_limit = None);
    assert_eq!(world.tt_get("/v1/users").await.status, 200);
}

#[tokio::test]
async fn one_limit_for_the_account_when_told_so() {
    let mut config = Config { seeded: false, ..Config::default() };
    config.teamtailor.rate_limit = Some(1);
    config.teamtailor.rate_per_account = true;
    let world = World::with(config).await;
    assert_eq!(world.tt_get("/v1/users").await.status, 200);
    let other = [VERSION, ("authorization", "Token token=sandbox-admin-read")];
    assert_eq!(world.raw(Method::GET, "/v1/users", &other, "").await.status, 429);
}

#[tokio::test]
async fn unknown_paths_are_bare() {
    let world = World::empty().await;
    for path in ["/", "/v1", "/v1/unheard-of", "/candidates", "/v1/candidates/1/unheard-of", "/v1/companies"]
    {
        let answer = world.tt(Method::GET, path, &Value::Null).await;
        assert_eq!((answer.status, answer.text.as_str()), (404, ""), "{path}");
    }
    let company = world.tt_get("/v1/company").await;
    assert_eq!(company.json()["data"]["type"], "companies");
}
