//! What a user may say, and what `check` answers.

use connector_ceipal::Parameters;
use hrflow_core::{
    ErrorKind,
    parameters::{fields, read},
    testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

fn faults(parameters: Value) -> String {
    let mut all = json!({ "email": "me@example.com", "password": PASSWORD, "api_key": KEY });
    merge(&mut all, parameters);
    read::<Parameters>("target_parameters", &all).err().map(|it| it.to_string()).unwrap_or_default()
}

#[test]
fn three_parameters_are_required_and_two_are_secret() {
    let all = fields::<Parameters>();
    let names = |is: fn(&hrflow_core::parameters::Field) -> bool| -> Vec<&str> {
        all.iter().filter(|it| is(it)).map(|it| it.name.as_str()).collect()
    };
    assert_eq!(names(|it| it.required), ["email", "password", "api_key"]);
    assert_eq!(names(|it| it.secret), ["password", "api_key"]);
    let api_url = all.iter().find(|it| it.name == "api_url").unwrap();
    assert_eq!(api_url.default, json!("https://api.ceipal.com/v1"));
    let endpoints = all.iter().find(|it| it.name == "endpoints").unwrap();
    let inner: Vec<&str> = endpoints.fields.as_ref().unwrap().iter().map(|it| it.name.as_str()).collect();
    assert_eq!(inner[..3], ["sign_in", "refresh", "create_applicant"]);
    assert_eq!(faults(json!({ "job_id": 17, "source_id": 4 })), "");
}

#[test]
fn faults_name_the_field_and_never_a_secret() {
    for (parameters, part) in [
        (json!({ "email": " " }), "target_parameters.email: expected an e-mail address"),
        (json!({ "password": "" }), "target_parameters.password: expected a password"),
        (json!({ "api_key": " " }), "target_parameters.api_key: expected an API key"),
        (json!({ "username": "x" }), "target_parameters.username: unknown"),
        (
            json!({ "api_url": "http://api.ceipal.com/v1" }),
            "target_parameters.api_url: expected an https URL",
        ),
        (json!({ "api_version": "v3" }), "target_parameters.api_version: expected v1 or v2"),
        (
            json!({ "field_map": { "firstname": "x" } }),
            "field_map.firstname: unknown; did you mean first_name?",
        ),
        (json!({ "field_map": { "email": "off" } }), "target_parameters.field_map.email: cannot be off"),
        (
            json!({ "endpoints": { "apply": "https://evil.example.com/x" } }),
            "endpoints.apply: expected a path",
        ),
        (json!({ "endpoints": { "countries": "../x" } }), "endpoints.countries: expected a path"),
        (json!({ "text_limit": 0 }), "target_parameters.text_limit"),
        (json!({ "resume_megabytes": -1 }), "target_parameters.resume_megabytes"),
        (json!({ "lookup_lag": "soon" }), "target_parameters.lookup_lag"),
        (json!({ "extra_fields": { "a": { "b": 1 } } }), "target_parameters.extra_fields.a"),
        (
            json!({ "extra_fields": { "standard_fields.email": "all@example.com" } }),
            "is the e-mail address, which applicants are told apart by",
        ),
        (
            json!({ "field_map": { "email": "mail" }, "extra_fields": { "mail": "all@example.com" } }),
            "target_parameters.extra_fields.mail: is the e-mail address",
        ),
        (json!({ "extra_fields": { "document_fields.1": "x" } }), "is the résumé's file"),
        (json!({ "job_id": "a", "extra_fields": { "job_id": "b" } }), "set job_id instead"),
        (json!({ "extra_fields": { "standard_fields.city": " " } }), "is blank: to leave a field out"),
    ] {
        let faults = faults(parameters);
        assert!(faults.contains(part) && !faults.contains(KEY) && !faults.contains("pass word"), "{faults}");
    }
}

async fn check(vendor: &Vendor, parameters: Value) -> hrflow_core::Result<Vec<String>> {
    let writer = vendor.open(parameters).await?;
    let host = vendor.server.base_url().replace("http://", "");
    assert!(
        writer.target_id().0.starts_with(&format!("ceipal {host}/v1 account me@example.com")),
        "{}",
        writer.target_id()
    );
    writer.check().await.map(|found| found.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn a_check_signs_in_and_reads() {
    let vendor = Vendor::new([no_match(), countries()]).await;
    let found = check(&vendor, json!({})).await.unwrap();
    assert!(found[0].contains("signed in to") && found[0].contains("me@example.com"), "{found:?}");
    assert!(found[2].contains("a list of 3"), "{found:?}");
    assert_eq!(vendor.calls(), [FIND, COUNTRIES]);
    assert_eq!(vendor.query(0), json!({ "email": "nobody@example.com", "limit": "50" }));

    let vendor = Vendor::new([no_match(), Reaction::answer(404, "")]).await;
    let found = check(&vendor, json!({})).await.unwrap();
    assert!(found[2].contains("countries and states will be left out"), "{found:?}");
    assert_eq!(vendor.calls(), [FIND, COUNTRIES]);

    let vendor = Vendor::new([Reaction::answer(404, "")]).await;
    assert_eq!(check(&vendor, json!({})).await.unwrap_err().kind(), ErrorKind::Config);

    // A filter that is ignored shows.
    let envelope = json!({ "count": 9_000, "results": [applicant("1", "x@example.com")] });
    let vendor = Vendor::new([answer(200, envelope)]).await;
    let error = check(&vendor, json!({})).await.unwrap_err();
    assert!(error.to_string().contains("The e-mail filter of the list seems to be ignored"), "{error}");
}

#[tokio::test]
async fn targets_differ_by_what_they_take_items_for() {
    let id = async |parameters: Value| {
        let vendor = Vendor::new([]).await;
        let writer = vendor.open(parameters).await.unwrap();
        let host = vendor.server.base_url().replace("http://", "");
        writer.target_id().0.replace(&host, "host")
    };
    assert_eq!(id(json!({ "email": " Me@Example.com " })).await, "ceipal host/v1 account me@example.com");
    assert_eq!(id(json!({ "job_id": "jOb/1=" })).await, "ceipal host/v1 account me@example.com job jOb/1=");
}
