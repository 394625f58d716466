//! What goes over the wire when a profile is read, and what each answer means.

use connector_hrflow::{Profile, ProfileParameters, Profiles};
use futures::StreamExt;
use hrflow_core::{
    Error, ErrorKind, Finding, Options, Origin, ReadRequest, Result, Scope,
    parameters::{fields, read},
    testing::{Reaction, ScriptedServer},
};
use mockito::{Matcher, Server};
use serde_json::{Value, json};

const KEY: &str = "ask_0123456789abcdef0123456789abcdef";
const KEY_OF_PROFILE: &str = "pr0 &+file";
const NOT_FOUND: &str = r#"{"code": 400, "message": "Invalid parameters. Unable to find object: profile"}"#;

fn parameters(api_url: &str) -> ProfileParameters {
    let parameters = json!({
        "api_secret": KEY, "api_user": " me@example.com ", "source_key": "50u", "profile_key": KEY_OF_PROFILE,
        "api_url": api_url,
    });
    read("origin_parameters", &parameters).expect("the parameters are good")
}

/// What reading gives: one profile, or why there is none.
async fn profile(api_url: &str, options: Value) -> Result<Profile> {
    let options: Options = read("options", &options).expect("the options are good");
    let request = ReadRequest { read_from: None, options };
    let mut items = Profiles.read(parameters(api_url), request).await?;
    let item = items.next().await.expect("a profile or an error");
    assert!(items.next().await.is_none());
    item
}

/// The error of an answer that comes `times` times.
async fn refused(status: usize, content_type: &str, body: &str, times: usize) -> Error {
    let mut server = Server::new_async().await;
    let answer = server
        .mock("GET", Matcher::Any)
        .with_status(status)
        .with_header("content-type", content_type)
        .with_body(body)
        .expect(times)
        .create_async()
        .await;
    let error = profile(&server.url(), json!({ "attempts": 2 })).await.expect_err("an error");
    answer.assert_async().await;
    let told = format!("{error} {error:?}");
    assert!(!told.contains(KEY), "{told}");
    error
}

async fn refused_with(status: usize, message: &str) -> Error {
    refused(status, "application/json", &json!({ "code": status, "message": message }).to_string(), 1).await
}

#[tokio::test]
async fn a_profile_is_asked_for_by_source_and_key() {
    let body = json!({ "code": 200, "message": "Profile details",
        "data": { "key": KEY_OF_PROFILE, "info": { "full_name": "Ada Byron" }, "new_member": 1 } });
    // The base URL may end with a slash or not, and a gateway may put another prefix before it.
    for (prefix, content_type) in [
        ("/v1", "application/json"),
        ("/v1/", "application/json; charset=utf-8"),
        ("/gateway/hr", "text/plain"),
    ] {
        let mut server = Server::new_async().await;
        let path = format!("{}/profile/indexing", prefix.trim_end_matches('/'));
        let read = server
            .mock("GET", format!("{path}?source_key=50u&key=pr0+%26%2Bfile").as_str())
            .match_header("x-api-key", KEY)
            .match_header("x-user-email", "me@example.com")
            .match_header("content-type", Matcher::Missing)
            .with_header("content-type", content_type)
            .with_body(body.to_string())
            .create_async()
            .await;
        let profile = profile(&format!("{}{prefix}", server.url()), json!({})).await.unwrap();
        read.assert_async().await;
        assert_eq!(profile.source_key.as_deref(), Some("50u"), "the source is the one that was asked");
        assert_eq!(Profiles.key(&profile).as_str(), "50u/pr0 &+file");
        assert_eq!(profile.extra["new_member"], json!(1));
    }
}

/// Whatever the response holds instead: it is an error with HrFlow.ai's own message, never a candidate.
#[tokio::test]
async fn another_profile_than_the_requested_one_is_an_error() {
    let key = KEY_OF_PROFILE;
    for (data, part) in [
        (json!({ "key": "other" }), "returned the profile other, not pr0 &+file"),
        (json!({ "key": key, "source_key": "other" }), "a profile of the source other, not of 50u"),
        (json!({ "key": key, "source": { "key": "other" } }), "a profile of the source other, not of 50u"),
        (json!({ "key": key, "source_key": "50u", "source": { "key": "other" } }), "of the source other"),
        (json!({ "info": { "full_name": "Ada Byron" } }), "without the requested key"),
        (json!({ "key": null, "reference": "other" }), "without the requested key"),
        (json!({}), "without the requested key"),
        (json!([{ "key": key }]), "a list where a profile was expected"),
        (json!("gone"), "text where a profile was expected"),
        (json!(7), "a number where a profile was expected"),
        (json!(false), "a boolean where a profile was expected"),
    ] {
        let body =
            json!({ "code": 200, "message": "Profile details, said HrFlow.ai", "data": data }).to_string();
        let error = refused(200, "application/json", &body, 1).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}: {error}");
        assert!(error.to_string().contains(part), "{body}: {error}");
        assert_eq!(error.vendor_message(), Some("Profile details, said HrFlow.ai"), "{error}");
    }
    for data in [
        json!({ "key": key, "source_key": " 50u ", "source": { "key": "50u" } }),
        json!({ "key": null, "reference": key }),
    ] {
        let mut server = Server::new_async().await;
        let body = json!({ "data": data }).to_string();
        let _read = server.mock("GET", Matcher::Any).with_body(body).create_async().await;
        let profile = profile(&server.url(), json!({})).await.unwrap();
        assert_eq!(Profiles.key(&profile).as_str(), "50u/pr0 &+file");
    }
}

#[tokio::test]
async fn a_damaged_profile_is_read_as_far_as_it_is_certain() {
    for (fields, warnings) in [
        (r#""key": "pr0 &+file", "info": {"summary": "cut \ud83d"}"#, 1),
        (r#""key": "7\ud83d", "info": {}"#, 0),
    ] {
        let server = ScriptedServer::start([Reaction::answer(
            200,
            format!("{{\"code\": 200, \"data\": {{{fields}}}}}"),
        )]);
        let server = server.await.expect("a port is free");
        let read = profile(&server.base_url(), json!({})).await.unwrap();
        assert_eq!(Profiles.key(&read).as_str(), format!("50u/{KEY_OF_PROFILE}"), "{fields}");
        assert_eq!((Profiles.warnings(&read).len(), Profiles.vet(&read).is_ok()), (warnings, warnings > 0));
    }
}

#[tokio::test]
async fn a_code_in_the_body_counts_as_the_status() {
    use ErrorKind::{Forbidden, Invalid, NotFound, Unauthorized, Unavailable};
    let missing = "Invalid parameters. Unable to find object: profile";
    for (code, message, kind, times) in [
        (json!(400), missing, NotFound, 1),
        (json!("400"), missing, NotFound, 1),
        (json!(" 422 "), "no", Invalid, 1),
        (json!(401), "Unauthorized", Unauthorized, 1),
        (json!(402), "Quota exceeded", Forbidden, 1),
        (json!(500), "later", Unavailable, 2),
        (json!("503"), "later", Unavailable, 2),
    ] {
        for data in [json!({ "key": KEY_OF_PROFILE }), Value::Null] {
            let body = json!({ "code": code, "message": message, "data": data }).to_string();
            let error = refused(200, "application/json", &body, times).await;
            assert_eq!((error.kind(), error.vendor_message()), (kind, Some(message)), "{body}: {error}");
        }
    }
    for code in [json!(200), json!("201"), json!(null), json!(7), json!(100_000), json!("ok"), json!([])] {
        let mut server = Server::new_async().await;
        let body = json!({ "code": code, "data": { "key": KEY_OF_PROFILE } }).to_string();
        let _read = server.mock("GET", Matcher::Any).with_body(body).create_async().await;
        assert!(profile(&server.url(), json!({})).await.is_ok(), "{code}");
    }
}

#[tokio::test]
async fn a_missing_object_is_named() {
    let (both, source) = ("Check source_key and profile_key.", "Check source_key.");
    for (message, what, advice) in [
        ("Invalid parameters. Unable to find object: profile", "HrFlow.ai has no such profile", both),
        ("Invalid parameters. Unable to find object: source", "HrFlow.ai has no such source", source),
        ("Invalid source fields", "HrFlow.ai has no such source", source),
    ] {
        let error = refused_with(400, message).await;
        assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, what));
        assert!(error.to_string().contains(advice), "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    let error = refused_with(400, "Bad Request. Invalid source ids").await;
    assert_eq!(
        (error.kind(), error.vendor_message()),
        (ErrorKind::Invalid, Some("Bad Request. Invalid source ids"))
    );
    let error = refused_with(404, "gone").await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = refused_with(422, "no").await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_refused_key_is_not_repeated() {
    let error =
        refused_with(401, &format!("Unauthorized. Invalid secret key: {KEY} for permission: read")).await;
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Unauthorized, Scope::Run));
    let told = error.to_string();
    assert!(told.contains("Invalid secret key: [redacted] for permission: read"), "{told}");
    assert!(told.contains("Check api_secret and api_user"), "{told}");

    let error = refused_with(401, "Unauthorized Access to source key: 50u").await;
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.message().contains("belongs to another HrFlow.ai account"), "{error}");

    let error = refused(401, "text/html", "<html>denied</html>", 1).await;
    assert_eq!((error.kind(), error.vendor_message()), (ErrorKind::Unauthorized, None));
}

#[tokio::test]
async fn a_used_up_quota_concerns_everything() {
    let error = refused_with(402, "Quota exceeded").await;
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Forbidden, Scope::Run));
    assert!(error.to_string().contains("quota") && error.to_string().contains("Quota exceeded"), "{error}");
}

#[tokio::test]
async fn a_fault_of_the_server_is_tried_again() {
    for (status, body) in [(500, ""), (502, "<html>Bad Gateway</html>"), (503, r#"{"message": "later"}"#)] {
        let error = refused(status, "text/html", body, 2).await;
        assert_eq!((error.kind(), error.context("attempts")), (ErrorKind::Unavailable, Some("2")), "{error}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_obeyed() {
    let mut server = Server::new_async().await;
    let limited = server
        .mock("GET", Matcher::Any)
        .with_status(429)
        .with_header("retry-after", "3600")
        .expect(1)
        .create_async()
        .await;
    let error = profile(&server.url(), json!({})).await.unwrap_err();
    limited.assert_async().await;
    assert_eq!((error.kind(), error.scope()), (ErrorKind::RateLimited, Scope::Run));
    assert!(error.to_string().contains("Try again after"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_no_profile_is_an_error() {
    for (content_type, body) in [
        ("application/json", r#"{"code": 200, "data": {"key": "k""#),
        ("application/json", r#"{"code": 200, "message": "Profile details"}"#),
        ("application/json", r#"{"code": 200, "data": []}"#),
        ("application/json", r#"{"code": 200, "data": null}"#),
        ("application/json", ""),
    ] {
        let error = refused(200, content_type, body, 1).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}: {error}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    let whole = json!({ "data": { "key": KEY_OF_PROFILE } }).to_string();
    for loss in [
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(9, 200, whole.clone()),
        Reaction::answer(503, ""),
        Reaction::answer(200, "<html>maintenance</html>").header("content-type", "text/html"),
    ] {
        let server = ScriptedServer::start([loss, Reaction::answer(200, whole.clone())]).await.unwrap();
        let profile = profile(&server.base_url(), json!({ "timeout": "300ms" })).await.unwrap();
        assert_eq!(profile.key.as_deref(), Some(KEY_OF_PROFILE));
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_check_reads_the_profile() {
    let check = async |status: usize, body: &str| {
        let mut server = Server::new_async().await;
        let _read = server.mock("GET", Matcher::Any).with_status(status).with_body(body).create_async().await;
        Profiles.check(parameters(&server.url()), &Options::default()).await
    };
    let found = check(200, r#"{"data": {"key": "pr0 &+file", "archived_at": "2025-01-01T00:00:00+0000"}}"#)
        .await
        .unwrap();
    assert_eq!(
        found,
        ["the key may read; the profile is there".into(), Finding::warning("the profile is archived")]
    );
    assert_eq!(check(400, NOT_FOUND).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn four_parameters_are_required_and_one_is_not() {
    let fields = fields::<ProfileParameters>();
    let all: Vec<(&str, bool, bool)> =
        fields.iter().map(|it| (it.name.as_str(), it.required, it.secret)).collect();
    assert_eq!(
        all,
        [
            ("api_secret", true, true),
            ("api_user", true, false),
            ("source_key", true, false),
            ("profile_key", true, false),
            ("api_url", false, false)
        ]
    );
    assert_eq!(fields[4].default, json!("https://api.hrflow.ai/v1/"));
    assert!(fields.iter().all(|it| !it.description.is_empty()));
}

#[test]
fn faults_name_the_field_and_never_the_key() {
    let faults = |more: Value| {
        let mut all = json!({ "api_secret": KEY, "api_user": "u", "source_key": "s", "profile_key": "p" });
        for (name, value) in more.as_object().cloned().unwrap_or_default() {
            all[name] = value;
        }
        read::<ProfileParameters>("origin_parameters", &all)
            .err()
            .map(|it| it.to_string())
            .unwrap_or_default()
    };
    assert_eq!(faults(json!({ "profile_key": 7 })), "");
    for (more, part) in [
        (json!({ "api_secret": null }), "origin_parameters.api_secret: required, but missing"),
        (json!({ "api_secret": " " }), "origin_parameters.api_secret: expected text that is not blank"),
        (json!({ "api_user": "" }), "origin_parameters.api_user: expected text that is not blank"),
        (json!({ "source_key": " " }), "origin_parameters.source_key"),
        (json!({ "profile_key": "" }), "origin_parameters.profile_key"),
        (json!({ "source_keys": ["s"] }), "origin_parameters.source_keys: unknown; did you mean source_key?"),
        (
            json!({ "api_url": "http://api.hrflow.ai/v1/" }),
            "origin_parameters.api_url: expected an https URL",
        ),
        (json!({ "api_url": "ftp://localhost" }), "origin_parameters.api_url"),
        (json!({ "api_url": "https://api.hrflow.ai/v1/?x=1" }), "origin_parameters.api_url"),
    ] {
        let faults = faults(more);
        assert!(faults.contains(part) && !faults.contains(KEY), "{faults}");
    }
}
