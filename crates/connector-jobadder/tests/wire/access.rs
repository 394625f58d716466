//! Consent, the grant, and where the API is.

use std::sync::Arc;

use connector_jobadder::{Candidates, connector};
use hrflow_core::{
    Environment, ErrorKind, JsonRun, OpenContext, Options, Status, Target, consent::code_in, result::Reason,
    state::State, testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

fn form(vendor: &Vendor, index: usize) -> Vec<(String, String)> {
    let request = vendor.server.requests()[index].clone();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/connect/token"));
    let text = request.text();
    query(&hrflow_core::testing::RecordedRequest { query: text, ..request })
}

#[tokio::test]
async fn a_code_is_exchanged_and_then_the_refresh_token_goes_on() {
    let vendor = Vendor::new([created(9)]).await;
    vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(
        form(&vendor, 0),
        pairs(&[
            ("grant_type", "authorization_code"),
            ("code", CODE),
            ("client_id", "client-1"),
            ("client_secret", CLIENT_SECRET),
            ("redirect_uri", REDIRECT_URI),
        ])
    );
    // The next run has the same file: the stored token is used while it lives, and renewed when it is refused.
    vendor.then([Reaction::answer(401, ""), vendor.tokens(2), count(), created(10)]);
    let result = vendor.push(json!({}), json!({}), &[bea("p2")]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, "POST /connect/token", FIND, CREATE]);
    assert_eq!(
        form(&vendor, 4),
        pairs(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "hush-refresh-1"),
            ("client_id", "client-1"),
            ("client_secret", CLIENT_SECRET),
        ])
    );
    assert_eq!(vendor.request(4).header("authorization"), Some("Bearer hush-access-2"));
}

#[tokio::test]
async fn without_a_grant_the_error_says_how_to_consent() {
    let vendor = Vendor::bare([]).await;
    let result = vendor.push(json!({ "authorization_code": "" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadTargetParameters), "{result:?}");
    let message = &result.failures[0].message;
    assert!(message.contains("hrflow auth jobadder FILE"), "{message}");
    let url = format!(
        "{}/connect/authorize?response_type=code&client_id=client-1&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback\
         &scope=read_candidate+write_candidate+offline_access ",
        vendor.server.base_url()
    );
    assert!(message.contains(&url), "{message}");
    assert!(vendor.all_calls().is_empty());

    let vendor = Vendor::bare([Reaction::json(400, &json!({ "error": "invalid_grant" }))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(
        (result.status, result.failures[0].kind),
        (Status::Fatal, ErrorKind::Unauthorized),
        "{result:?}"
    );
    assert!(result.failures[0].message.contains("hrflow auth jobadder FILE"), "{result:?}");
}

#[tokio::test]
async fn consent_is_asked_for_and_granted_through_the_catalogue() {
    let vendor = Vendor::bare([]).await;
    let connector = connector();
    let action = connector.action("push_profile").unwrap();
    let run = |parameters: Value| JsonRun {
        target_parameters: parameters,
        environment: Environment {
            state: Some(vendor.state.clone() as Arc<dyn State>),
            ..Environment::default()
        },
        ..JsonRun::default()
    };
    // Nothing else of a workflow is needed.
    let blank = json!({ "authorization_code": "", "job_applications": true });
    let consent = action.consent(&run(vendor.all_parameters(blank))).ok().flatten().unwrap();
    assert_eq!(consent.redirect_uri(), REDIRECT_URI);
    let url = consent.url("state-1");
    let asked: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (name.into(), value.into())).collect();
    assert_eq!(url.path(), "/connect/authorize");
    assert_eq!(
        asked,
        pairs(&[
            ("response_type", "code"),
            ("client_id", "client-1"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "read_candidate write_candidate offline_access write_jobapplication"),
            ("state", "state-1"),
        ])
    );
    vendor.then([vendor.tokens(1)]);
    let code = code_in(&format!("{REDIRECT_URI}?code=hush-code-7&state=state-1"), "state-1").unwrap();
    let lines = consent.grant(&code).await.unwrap();
    assert_eq!(lines[0], "consent is stored for account 1234");

    vendor.then([count(), created(9)]);
    let result = vendor.push(json!({ "authorization_code": "" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE]);

    let faults = action.consent(&run(json!({ "client_id": "c" }))).err().unwrap();
    assert!(
        faults.iter().any(|fault| fault.message.contains("target_parameters.redirect_uri")),
        "{faults:?}"
    );
}

async fn open(vendor: &Vendor, parameters: Value) -> hrflow_core::Result<String> {
    let context =
        OpenContext { options: Options::default(), rate_limit: None, grants: vendor.state.grants() };
    let writer = Candidates.open(vendor.parameters(parameters), context).await?;
    Ok(writer.target_id().0.clone())
}

#[tokio::test]
async fn the_api_is_where_the_token_says() {
    for (api, path) in [
        ("/eu2/v2/", "/eu2/v2/candidates"),
        ("/eu2/v2", "/eu2/v2/candidates"),
        ("/v2//", "/v2/candidates"),
        ("/", "/v2/candidates"),
        ("", "/v2/candidates"),
    ] {
        let vendor = Vendor::bare([]).await;
        let mut answer = vendor.token_answer(1);
        answer["api"] = json!(format!("{}{api}", vendor.server.base_url()));
        vendor.then([Reaction::json(200, &answer), count()]);
        let id = open(&vendor, json!({})).await.unwrap();
        assert!(id.starts_with("jobadder 127.0.0.1:") && id.ends_with(" account eu2/1234"), "{id}");
        assert_eq!(vendor.server.requests()[1].path, path, "{api}");
    }
}

#[tokio::test]
async fn a_token_goes_to_nobody_else() {
    for api in [
        json!("https://api.jobadder.com/v2/"),
        json!("https://hush.example.com/v2"),
        json!(null),
        json!("hush"),
    ] {
        let vendor = Vendor::bare([]).await;
        let mut answer = vendor.token_answer(1);
        answer["api"] = api.clone();
        vendor.then([Reaction::json(200, &answer)]);
        let error = open(&vendor, json!({})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{api}");
        assert!(error.to_string().contains("Set api_url"), "{error}");
        assert_eq!(vendor.all_calls(), ["POST /connect/token"], "{api}");
    }
}

#[tokio::test]
async fn a_base_that_is_given_replaces_it() {
    let vendor = Vendor::bare([]).await;
    let mut answer = vendor.token_answer(1);
    answer["api"] = json!("https://api.jobadder.com/v2/");
    answer["account"] = json!("77");
    answer["instance"] = json!(null);
    vendor.then([Reaction::json(200, &answer), count()]);
    let id = open(&vendor, json!({ "api_url": vendor.server.base_url() })).await.unwrap();
    assert!(id.ends_with(" account 77"), "{id}");
    assert_eq!(vendor.server.requests()[1].path, "/v2/candidates");
}

#[tokio::test]
async fn the_base_moves_with_the_token() {
    let vendor = Vendor::new([Reaction::answer(401, "")]).await;
    let mut answer = vendor.token_answer(2);
    answer["api"] = json!(format!("{}/us1/v2/", vendor.server.base_url()));
    // The request that found out goes where it was going; the next one goes to the new address.
    vendor.then([Reaction::json(200, &answer), created(9), created(10)]);
    let result = vendor.push(json!({}), json!({}), &[bea("p1"), bea("p2")]).await;
    assert_eq!(result.events.write_success, 2, "{result:?}");
    let paths: Vec<String> = vendor.server.requests().into_iter().map(|it| it.path).skip(2).collect();
    assert_eq!(paths, ["/eu2/v2/candidates", "/connect/token", "/eu2/v2/candidates", "/us1/v2/candidates"]);
}

#[tokio::test]
async fn accounts_are_told_apart() {
    let vendor = Vendor::bare([]).await;
    let mut other = vendor.token_answer(2);
    other["account"] = json!(99);
    vendor.then([vendor.tokens(1), count(), Reaction::json(200, &other)]);
    open(&vendor, json!({})).await.unwrap();
    let error = open(&vendor, json!({ "authorization_code": "hush-code-2" })).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("several accounts of JobAdder: 1234, 99"), "{error}");
    vendor.then([count(), count()]);
    assert!(open(&vendor, json!({ "account": 99 })).await.unwrap().ends_with("account eu2/99"));
    assert!(open(&vendor, json!({ "account": "1234" })).await.unwrap().ends_with("account eu2/1234"));
}

#[tokio::test]
async fn errors_hold_no_secrets() {
    let echo = json!({ "error": "invalid_grant", "error_description": format!("{CODE} of {CLIENT_SECRET}") });
    let vendor = Vendor::bare([Reaction::json(400, &echo)]).await;
    let error = open(&vendor, json!({})).await.unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(told.contains("[redacted] of [redacted]") && !told.contains("hush"), "{told}");
}
