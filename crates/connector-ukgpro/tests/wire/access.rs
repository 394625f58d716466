//! Tokens and scopes, and where the API is.

use connector_ukgpro::Candidates;
use hrflow_core::{
    ErrorKind, OpenContext, Options, Status, Target,
    result::Reason,
    state::{MemoryState, State},
    testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

const GATEWAY: &str = "/talent/recruiting/v2/ACME1/api/";
const SCOPES: &str = "recruiting.domain.candidate-import.create recruiting.domain.candidate-import.read \
                      recruiting.domain.application-import.create recruiting.domain.application-import.read";

fn field(vendor: &Vendor, index: usize, name: &str) -> Option<String> {
    form(&vendor.server.requests()[index])
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

async fn check(vendor: &Vendor, parameters: Value) -> hrflow_core::Result<Vec<String>> {
    let context =
        OpenContext { options: Options::default(), rate_limit: None, grants: MemoryState::new().grants() };
    let writer = Candidates.open(vendor.parameters(parameters), context).await?;
    let host = vendor.server.address().to_string();
    assert_eq!(writer.target_id().0, format!("ukgpro {host} tenant ACME1"));
    writer.check().await.map(|found| found.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn a_token_is_asked_for_with_the_clients_own_credentials() {
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
    for (name, value) in [
        ("grant_type", "client_credentials"),
        ("client_id", "client-1"),
        ("client_secret", CLIENT_SECRET),
        ("scope", SCOPES),
    ] {
        assert_eq!(field(&vendor, 0, name).as_deref(), Some(value));
    }
}

#[tokio::test]
async fn scopes_are_those_that_were_asked_for() {
    for (scope, expected) in [
        (json!("a  b"), Some("a b")),
        (json!(["a", "b"]), Some("a b")),
        (json!(""), None),
        (json!([]), None),
        (json!(" "), None),
    ] {
        let vendor = Vendor::new([no_match(), created("c-1")]).await;
        vendor.push(json!({ "auth_data": { "scope": scope } }), json!({}), &[ada()]).await;
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
        assert_eq!(field(&vendor, 0, "scope").as_deref(), expected, "{scope}");
    }
}

#[tokio::test]
async fn a_client_without_the_scopes_gets_a_token_for_those_it_has() {
    let refusals = [
        json(400, json!({ "error": "invalid_scope" })),
        json(
            401,
            json!({ "error": "unauthorized_client", "error_description": "Scope x is not registered" }),
        ),
        Reaction::answer(400, "Bad Request"),
    ];
    for refusal in refusals {
        let what = format!("{refusal:?}");
        let vendor = Vendor::bare([refusal, token(), levels(), no_match(), created("c-1")]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(
            (field(&vendor, 0, "scope").as_deref(), field(&vendor, 1, "scope")),
            (Some(SCOPES), None),
            "{what}"
        );
    }
}

#[tokio::test]
async fn the_scopes_that_were_refused_are_not_asked_for_again() {
    let refused = json(400, json!({ "error": "invalid_scope" }));
    let vendor = Vendor::bare([
        refused,
        token(),
        levels(),
        no_match(),
        Reaction::answer(401, ""),
        token(),
        created("c-1"),
    ])
    .await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.all_calls(), [LOG_IN, LOG_IN, LEVELS, LOOK_UP, CREATE, LOG_IN, CREATE]);
    assert_eq!(field(&vendor, 5, "scope"), None);
}

#[tokio::test]
async fn a_client_that_is_refused_either_way_is_told_why() {
    let refused =
        || json(400, json!({ "error": "invalid_scope", "error_description": format!("no {CLIENT_SECRET}") }));
    let vendor = Vendor::bare([refused(), json(400, json!({ "error": "invalid_request" }))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadTargetParameters), "{result:?}");
    let message = &result.failures[0].message;
    assert!(
        message.contains("refuses the scopes") && message.contains("auth_data.scope either"),
        "{message}"
    );
    assert_eq!(vendor.all_calls(), [LOG_IN, LOG_IN]);

    let vendor = Vendor::bare([json(401, json!({ "error": "invalid_client" }))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::WriteFailure), "{result:?}");
    assert_eq!(result.failures[0].kind, ErrorKind::Unauthorized);
    assert_eq!(vendor.all_calls(), [LOG_IN], "a wrong secret is not tried twice");

    let vendor = Vendor::bare([Reaction::answer(404, "")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.failures[0].kind), (Status::Fatal, ErrorKind::NotFound), "{result:?}");
    assert!(result.failures[0].message.contains("Check auth_data.identity_server"), "{:?}", result.failures);

    // The name that the token has in the Python framework, and nowhere else.
    let vendor = Vendor::bare([json(200, json!({ "token": "hush-other", "expires_in": 3600 }))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.failures[0].kind), (Status::Fatal, ErrorKind::Protocol), "{result:?}");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refused = || Reaction::answer(401, "").header("www-authenticate", "Bearer");
    let second = json(200, json!({ "access_token": "hush-second-token" }));
    let vendor = Vendor::new([no_match(), refused(), second, created("c-1")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOG_IN, CREATE]);
    assert_eq!(vendor.request(3).header("authorization"), Some("Bearer hush-second-token"));

    let vendor = Vendor::new([no_match(), refused(), token(), refused()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!(
        (result.status, result.failures[0].kind),
        (Status::Fatal, ErrorKind::Unauthorized),
        "{result:?}"
    );
    assert!(result.failures[0].message.contains("same tenant"), "{:?}", result.failures);
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOG_IN, CREATE]);
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end() {
    // One that lives shorter than two minutes is used for half of its life.
    let vendor = Vendor::bare([token_living(json!(6)), levels()]).await;
    vendor.then([Reaction::late(std::time::Duration::from_millis(3_100), 404, ""), token(), created("c-1")]);
    let result = vendor.push(json!({}), json!({ "timeout": "20s" }), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, LOG_IN, CREATE]);
}

#[tokio::test]
async fn the_api_may_be_behind_the_gateway() {
    let gone = || Reaction::answer(404, "");
    let vendor = Vendor::bare([token(), gone(), gone(), levels(), no_match(), created("c-1")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    let paths: Vec<String> = vendor.server.requests().into_iter().skip(1).map(|it| it.path).collect();
    let behind = |path: &str| format!("{GATEWAY}{path}");
    assert_eq!(
        paths,
        [
            "/ACME1/api/proficiency-levels".to_owned(),
            "/ACME1/api/candidates".to_owned(),
            behind("proficiency-levels"),
            behind("candidates-lookup"),
            behind("candidates")
        ]
    );
}

/// One path that is not there does not make the address a wrong one.
#[tokio::test]
async fn a_tenant_without_levels_is_a_tenant() {
    for listed in [json(200, json!([])), Reaction::answer(403, "")] {
        let gone = Reaction::answer(404, "");
        let vendor = Vendor::bare([token(), gone, listed, no_match(), created("c-1")]).await;
        let profile = ada_with(json!({ "skills": ["Rust"] }));
        let result = vendor.push(json!({}), json!({}), &[profile]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), ["GET candidates", LOOK_UP, CREATE]);
        assert_eq!(vendor.body(2).get("skills"), None);
    }
}

#[tokio::test]
async fn an_api_that_is_nowhere_is_told_before_anything_is_written() {
    let gone = || Reaction::answer(404, "<html></html>");
    let vendor = Vendor::bare([token(), gone(), gone(), gone(), gone()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadTargetParameters), "{result:?}");
    let message = &result.failures[0].message;
    for part in ["/ACME1/api/", GATEWAY, "Check domain.environment"] {
        assert!(message.contains(part), "{message}");
    }
    // Who gives a path means it.
    let vendor = Vendor::bare([token(), gone(), gone()]).await;
    let environment = format!("{}/prefix/", vendor.server.base_url());
    let result = vendor.push(json!({ "domain": { "environment": environment } }), json!({}), &[ada()]).await;
    assert_eq!(result.reason, Reason::BadTargetParameters, "{result:?}");
    assert_eq!(vendor.server.requests()[1].path, "/prefix/ACME1/api/proficiency-levels");
}

#[tokio::test]
async fn a_check_tells_what_works() {
    let vendor = Vendor::new([no_match(), json(200, json!([]))]).await;
    let found = check(&vendor, json!({})).await.unwrap();
    let told = found.join("\n");
    assert!(told.contains(&format!("the API is at {}/ACME1/api/", vendor.server.base_url())), "{told}");
    assert!(told.contains("5 levels") && told.contains("may look candidates up"), "{told}");
    assert!(!told.contains("gateway") && !told.contains("lost answer"), "{told}");
    assert_eq!(vendor.calls(), [LOOK_UP, "GET candidates"]);
    assert_eq!(vendor.body(0), json!({ "email": "nobody@example.com" }));
    assert_eq!(vendor.request(1).query, "page=1&per_page=1");
}

#[tokio::test]
async fn a_check_tells_where_the_api_is_and_what_the_client_lacks() {
    let no = || Reaction::answer(403, "");
    let gone = || Reaction::answer(404, "");
    let vendor = Vendor::bare([token(), gone(), gone(), no(), no_match(), no()]).await;
    let told = check(&vendor, json!({})).await.unwrap().join("\n");
    let environment = format!("set it to {}/talent/recruiting/v2 to say so", vendor.server.base_url());
    assert!(told.contains(&environment), "{told}");
    assert!(
        told.contains("skills cannot be sent") && told.contains("recruiting.domain.configuration.read"),
        "{told}"
    );
    assert!(told.contains("candidates may not be read"), "{told}");

    let vendor = Vendor::new([no()]).await;
    let error = check(&vendor, json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(!format!("{error} {error:?}").contains("hush"));
}

#[tokio::test]
async fn an_api_at_another_host_than_the_identity_server_is_asked_there() {
    let (identity, api) =
        (Vendor::bare([token()]).await, Vendor::bare([levels(), no_match(), created("c-1")]).await);
    let parameters = json!({ "auth_data": { "identity_server": identity.server.base_url() } });
    let result = api.push(parameters, json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(
        (identity.all_calls(), api.all_calls()),
        (vec![LOG_IN.to_owned()], [LEVELS, LOOK_UP, CREATE].map(str::to_owned).to_vec())
    );
}
