//! What a user may say, and what `check` answers.

use connector_jobadder::{Candidate, Candidates, Parameters};
use hrflow_core::{
    ErrorKind, OpenContext, Options, Target,
    parameters::{fields, read},
    state::State,
    testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

fn good() -> Value {
    json!({ "authorization_url": "https://id.jobadder.com/connect/authorize", "client_id": "c", "client_secret": "hush",
        "authorization_code": "hush", "redirect_uri": "https://app.example.com/callback" })
}

fn faults(more: Value) -> String {
    let mut all = good();
    merge(&mut all, more);
    read::<Parameters>("target_parameters", &all).err().map(|it| it.to_string()).unwrap_or_default()
}

#[test]
fn five_parameters_are_required_and_two_are_secrets() {
    let names = |wanted: fn(&hrflow_core::parameters::Field) -> bool| {
        fields::<Parameters>().into_iter().filter(wanted).map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(|it| it.required),
        ["authorization_url", "client_id", "client_secret", "authorization_code", "redirect_uri"]
    );
    assert_eq!(names(|it| it.secret), ["client_secret", "authorization_code"]);
    assert!(names(|_| true).contains(&"XAllowDuplicates".to_owned()));
    // The code may be blank, once a grant is stored; it may not be forgotten.
    assert_eq!(faults(json!({ "authorization_code": "" })), "");
    assert!(
        faults(json!({ "authorization_code": null })).contains("authorization_code: required, but missing")
    );
}

#[test]
fn faults_name_the_field_and_never_a_secret() {
    for (parameters, part) in [
        (
            json!({ "authorization_url": "http://id.jobadder.com" }),
            "target_parameters.authorization_url: expected a URL",
        ),
        (json!({ "authorization_url": "id.jobadder.com" }), "target_parameters.authorization_url"),
        (json!({ "client_id": " " }), "target_parameters.client_id: expected the id"),
        (json!({ "client_secret": "" }), "target_parameters.client_secret: expected the secret"),
        (json!({ "redirect_uri": "/callback" }), "target_parameters.redirect_uri: expected an absolute URL"),
        (json!({ "api_url": "http://api.jobadder.com" }), "target_parameters.api_url"),
        (json!({ "source": "x".repeat(51) }), "target_parameters.source: expected at most 50 characters"),
        (json!({ "salutation": "x".repeat(21) }), "target_parameters.salutation"),
        (json!({ "seeking": "Perhaps" }), "target_parameters.seeking"),
        (json!({ "phone_as": "fax" }), "target_parameters.phone_as"),
        (
            json!({ "custom_fields": { "skills": 1 } }),
            "target_parameters.custom_fields: expected one of languages",
        ),
        (json!({ "custom_fields": { "tags.x": -1 } }), "target_parameters.custom_fields"),
        (json!({ "recruiter_user_ids": ["x"] }), "target_parameters.recruiter_user_ids"),
        (json!({ "XAllowDuplicates": "code" }), "target_parameters.XAllowDuplicates"),
        (json!({ "x_allow_duplicates": true }), "did you mean XAllowDuplicates?"),
        (
            json!({ "x_allow_duplicates": true, "redirect_uri": "callback" }),
            "target_parameters.redirect_uri: expected an absolute URL",
        ),
    ] {
        let faults = faults(parameters);
        assert!(faults.contains(part) && !faults.contains("hush"), "{faults}");
    }
    for more in [
        json!({ "authorization_url": "https://id.jobadder.com/connect/token" }),
        json!({ "authorization_url": "https://id.jobadder.com" }),
        json!({ "authorization_url": " https://id.jobadder.com/connect/authorize?response_type=code&client_id=c " }),
        json!({ "api_url": "https://us1api.jobadder.com/v2/" }),
        json!({ "api_url": "" }),
        json!({ "account": 1234, "status_id": "7", "custom_fields": { "tags.availability": "3" }, "seeking": "No" }),
    ] {
        assert_eq!(faults(more), "");
    }
}

#[tokio::test]
async fn either_address_leads_to_the_other() {
    for (given, base) in [
        ("/connect/authorize", "/connect"),
        ("/connect/token/", "/connect"),
        ("", "/connect"),
        ("/connect", "/connect"),
        ("/tenant/authorize?response_type=code#x", "/tenant"),
    ] {
        let vendor = Vendor::bare([]).await;
        vendor.then([vendor.tokens(1)]);
        let url = format!("{}{given}", vendor.server.base_url());
        let parameters = vendor.parameters(json!({ "authorization_url": url }));
        let context =
            || OpenContext { options: Options::default(), rate_limit: None, grants: vendor.state.grants() };
        let consent = Candidates.consent(parameters, context()).unwrap().unwrap();
        assert_eq!(consent.url("s").path(), format!("{base}/authorize"), "{given}");
        consent.grant(&"hush-code".into()).await.unwrap();
        assert_eq!(vendor.server.requests()[0].path, format!("{base}/token"), "{given}");
    }
}

async fn check(vendor: &Vendor) -> hrflow_core::Result<Vec<String>> {
    let context =
        OpenContext { options: Options::default(), rate_limit: None, grants: vendor.state.grants() };
    let found = Candidates.open(vendor.parameters(json!({})), context).await?.check().await?;
    Ok(found.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn a_check_logs_in_and_reads() {
    let vendor = Vendor::new([]).await;
    let found = check(&vendor).await.unwrap();
    assert!(
        found[0].contains("for account eu2/1234") && found[1].contains("42 candidates can be read"),
        "{found:?}"
    );
    assert!(vendor.calls().is_empty());

    let vendor = Vendor::bare([]).await;
    vendor.then([vendor.tokens(1), Reaction::answer(403, "")]);
    let error = check(&vendor).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}

#[test]
fn a_dry_run_shows_the_body() {
    let mut all = good();
    merge(&mut all, json!({ "status_id": 3, "phone_as": "mobile" }));
    let parameters: Parameters = read("target_parameters", &all).unwrap();
    let candidate: Candidate =
        serde_json::from_value(json!({ "firstName": "Ada", "email": " ADA@example.com", "phone": "1",
        "availability": { "immediate": true }, "source": "Own", "reference": "r", "warnings": [{ "field": "f", "reason": "r" }] }))
        .unwrap();
    assert_eq!(
        Candidates.preview(&parameters, &candidate),
        json!({ "firstName": "Ada", "email": "ada@example.com", "mobile": "1", "availability": { "immediate": true },
            "source": "Own", "statusId": 3 })
    );
}
