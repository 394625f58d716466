//! What a user may say, and what `check` answers.

use connector_teamtailor::{Candidates, Parameters};
use hrflow_core::{
    ErrorKind, OpenContext, Options, Target,
    parameters::{fields, read},
    state::{MemoryState, State},
    testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

fn faults(parameters: Value) -> String {
    let mut all = json!({ "Authorization": KEY, "X_Api_Version": "20240904" });
    for (name, value) in parameters.as_object().cloned().unwrap_or_default() {
        all[name] = value;
    }
    read::<Parameters>("target_parameters", &all).err().map(|it| it.to_string()).unwrap_or_default()
}

#[test]
fn two_parameters_are_required() {
    let required: Vec<String> =
        fields::<Parameters>().into_iter().filter(|it| it.required).map(|it| it.name).collect();
    assert_eq!(required, ["Authorization", "X_Api_Version"]);
    let secret: Vec<String> =
        fields::<Parameters>().into_iter().filter(|it| it.secret).map(|it| it.name).collect();
    assert_eq!(secret, ["Authorization"]);
    assert_eq!(faults(json!({ "X_Api_Version": 20240904 })), "");
}

#[test]
fn faults_name_the_field_and_never_the_key() {
    for (parameters, part) in [
        (
            json!({ "X_Api_Version": "2024-09-04" }),
            "target_parameters.X_Api_Version: expected a date of eight digits",
        ),
        (json!({ "X_Api_Version": "v1" }), "X_Api_Version"),
        (json!({ "Authorization": " " }), "target_parameters.Authorization: expected an API key"),
        (json!({ "Authorization": "Token token=" }), "target_parameters.Authorization"),
        (
            json!({ "api_url": "http://api.teamtailor.com" }),
            "target_parameters.api_url: expected an https URL",
        ),
        (json!({ "api_url": "api.teamtailor.com" }), "target_parameters.api_url"),
        (
            json!({ "authorization": "x" }),
            "target_parameters.authorization: unknown; did you mean Authorization?",
        ),
        (json!({ "skills_as_tags": -1 }), "target_parameters.skills_as_tags"),
        (json!({ "lookup_lag": "soon" }), "target_parameters.lookup_lag"),
    ] {
        let faults = faults(parameters);
        assert!(faults.contains(part) && !faults.contains(KEY), "{faults}");
    }
    for api_url in
        ["https://api.na.teamtailor.com", "https://api.teamtailor.com/v1", "https://api.teamtailor.com/v1/"]
    {
        assert_eq!(faults(json!({ "api_url": api_url })), "");
    }
}

async fn check(vendor: &Vendor, parameters: Value) -> hrflow_core::Result<Vec<String>> {
    let context =
        OpenContext { options: Options::default(), rate_limit: None, grants: MemoryState::new().grants() };
    let writer = Candidates.open(vendor.parameters(parameters), context).await?;
    assert!(writer.target_id().0.ends_with(" company 77"), "{}", writer.target_id());
    writer.check().await.map(|found| found.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn a_check_logs_in_and_reads() {
    let vendor = Vendor::new([list(json!([]))]).await;
    let found = check(&vendor, json!({})).await.unwrap();
    assert!(found[0].contains("company Example AB (77)"), "{found:?}");
    assert_eq!(vendor.calls(), ["GET /v1/candidates"]);

    let vendor = Vendor::new([Reaction::answer(403, "")]).await;
    let error = check(&vendor, json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);

    let vendor = Vendor::new([list(json!([]))]).await;
    let error = check(&vendor, json!({ "notes": true })).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn errors_do_not_hold_the_key() {
    let refused = refusal(401, json!([{ "detail": format!("unknown {KEY}") }]));
    let vendor = Vendor::new([refused]).await;
    let error = check(&vendor, json!({})).await.unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(told.contains("[redacted]") && !told.contains(KEY), "{told}");
}
