//! What a user may say.

use connector_ukgpro::{Parameters, connector};
use hrflow_core::parameters::{Field, fields, read};
use serde_json::{Value, json};

use crate::vendor::{CLIENT_SECRET, merge};

fn faults(more: Value) -> String {
    let mut all = json!({
        "auth_data": { "identity_server": "signin.example.com", "tenant": "ACME1", "client_id": "client-1",
            "client_secret": CLIENT_SECRET },
        "domain": { "environment": "service.example.com", "tenant": "ACME1" },
    });
    merge(&mut all, more);
    read::<Parameters>("target_parameters", &all).err().map(|it| it.to_string()).unwrap_or_default()
}

fn names(fields: &[Field], which: impl Fn(&Field) -> bool) -> Vec<&str> {
    fields.iter().filter(|it| which(it)).map(|it| it.name.as_str()).collect()
}

#[test]
fn two_objects_are_required_and_one_secret_is_in_them() {
    let fields = fields::<Parameters>();
    assert_eq!(names(&fields, |it| it.required), ["auth_data", "domain"]);
    let auth_data = fields[0].fields.as_deref().unwrap();
    assert_eq!(
        names(auth_data, |_| true),
        ["identity_server", "tenant", "client_id", "client_secret", "grant_type", "scope"]
    );
    assert_eq!(
        names(auth_data, |it| it.required),
        ["identity_server", "tenant", "client_id", "client_secret"]
    );
    assert_eq!(names(auth_data, |it| it.secret), ["client_secret"]);
    let domain = fields[1].fields.as_deref().unwrap();
    assert_eq!(names(domain, |it| it.required), ["environment", "tenant"]);
    assert_eq!(auth_data[4].default, json!("client_credentials"));
    assert_eq!(auth_data[5].default[0], json!("recruiting.domain.candidate-import.create"));
    assert_eq!(
        (auth_data[5].kind.as_str(), fields.iter().all(|it| !it.description.is_empty())),
        ("array or string", true)
    );
}

#[test]
fn faults_name_the_field_and_never_the_secret() {
    for (more, part) in [
        (
            json!({ "auth_data": { "identity_server": "http://signin.example.com" } }),
            "auth_data.identity_server: expected a host",
        ),
        (json!({ "auth_data": { "identity_server": "" } }), "auth_data.identity_server"),
        (json!({ "auth_data": { "tenant": "a/b" } }), "auth_data.tenant: expected a tenant's name"),
        (json!({ "auth_data": { "tenant": " " } }), "auth_data.tenant"),
        (
            json!({ "auth_data": { "client_id": " " } }),
            "auth_data.client_id: expected text that is not blank",
        ),
        (json!({ "auth_data": { "client_secret": " " } }), "auth_data.client_secret"),
        (
            json!({ "auth_data": { "client_secret": [CLIENT_SECRET] } }),
            "auth_data.client_secret: expected text, came a list",
        ),
        (
            json!({ "auth_data": { "grant_type": "password" } }),
            "auth_data.grant_type: expected client_credentials",
        ),
        (json!({ "auth_data": { "scope": { "a": 1 } } }), "auth_data.scope"),
        (
            json!({ "auth_data": { "client_secrt": CLIENT_SECRET } }),
            "auth_data.client_secrt: unknown; did you mean client_secret?",
        ),
        (json!({ "auth_data": CLIENT_SECRET }), "auth_data: expected an object"),
        (json!({ "domain": { "environment": "https://service.example.com?x=1" } }), "domain.environment"),
        (json!({ "domain": { "environment": "user:hush@service.example.com" } }), "domain.environment"),
        (json!({ "domain": { "tenant": ".." } }), "domain.tenant"),
        (json!({ "domain": null }), "target_parameters.domain: required, but missing"),
        (json!({ "default_proficiency_ordinal": 6 }), "expected a whole number from 1 to 5"),
        (json!({ "country_code_format": "iso" }), "country_code_format: expected alpha3 or alpha2"),
        (json!({ "field_names": { "education": "" } }), "field_names.education"),
        (json!({ "lookup_lag": "soon" }), "lookup_lag"),
    ] {
        let faults = faults(more.clone());
        assert!(faults.contains(part) && !faults.contains("hush"), "{more}: {faults}");
    }
}

#[test]
fn hosts_and_urls_are_taken_alike() {
    for environment in [
        "service.example.com",
        " service.example.com ",
        "service.example.com:8443",
        "https://service.example.com",
        "https://service.example.com/talent/recruiting/v2/",
        "service.example.com/talent/recruiting/v2",
        "http://127.0.0.1:8080",
        "http://localhost:8080/x",
    ] {
        let more = json!({ "domain": { "environment": environment }, "auth_data": { "identity_server": environment } });
        assert_eq!(faults(more), "", "{environment}");
    }
    assert_eq!(faults(json!({ "auth_data": { "tenant": 12345, "grant_type": "client_credentials" } })), "");
}

#[test]
fn the_connector_says_what_it_is() {
    let connector = connector();
    assert_eq!((connector.id, connector.name, connector.url), ("ukgpro", "UKG Pro", "https://www.ukg.com"));
    let action = connector.actions[0].describe("ukgpro");
    assert_eq!(
        (action.action, action.origin, action.target),
        ("push_profile", "HrFlow.ai Profiles", "UKGPro Profiles")
    );
    assert_eq!(action.format.name, "format_hrflow_profile");
}
