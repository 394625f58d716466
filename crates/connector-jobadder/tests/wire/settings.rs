//! What the parameters add to a candidate.

use hrflow_core::{ErrorKind, Status, result::Reason, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

fn fields() -> Reaction {
    let field = |id: u32, kind: &str, more: Value| {
        let mut field = json!({ "fieldId": id, "name": format!("Field {id}"), "type": kind });
        merge(&mut field, more);
        field
    };
    let items = json!([
        field(5, "List", json!({ "multiSelect": true, "values": ["French", "Dutch"] })),
        field(6, "Text", json!({ "maxLength": 30, "mandatory": false })),
        field(7, "Date", json!({})),
        field(8, "Lookup", json!({})),
        field(9, "Text", json!({ "maxLength": 3 })),
    ]);
    Reaction::json(200, &json!({ "items": items, "links": { "self": "https://api.example.com" } }))
}

fn rich() -> Value {
    let mut profile = ada();
    merge(
        &mut profile,
        json!({
            "reference": "R-42", "languages": ["french", "Klingon"], "certifications": ["ISO 27001", "CKA", "Something long"],
            "tags": [{ "name": "Availability", "value": "2026-09-01" }, { "name": "remote", "value": true }],
        }),
    );
    profile
}

const FIELDS: &str = "GET /candidates/fields/custom";

#[tokio::test]
async fn custom_fields_take_what_their_types_take() {
    let vendor = Vendor::new([fields(), created(9)]).await;
    let custom = json!({ "languages": 5, "certifications": 6, "tags.availability": 7, "interests": 9 });
    let parameters = json!({ "custom_fields": custom, "reference_field_id": "6" });
    let mut profile = rich();
    profile["certifications"] = json!([]);
    let result = vendor.push(parameters.clone(), json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIELDS, CREATE]);
    let values = vendor.body(1)["custom"].clone();
    assert_eq!(
        values,
        json!([{ "fieldId": 5, "value": ["French"] }, { "fieldId": 7, "value": "2026-09-01" }, { "fieldId": 6, "value": "R-42" }])
    );

    let vendor = Vendor::new([fields(), created(9)]).await;
    let result = vendor.push(json!({ "custom_fields": { "certifications": 6 } }), json!({}), &[rich()]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    assert_eq!(
        vendor.body(1)["custom"],
        json!([{ "fieldId": 6, "value": "ISO 27001, CKA, Something long" }])
    );
}

#[tokio::test]
async fn a_reference_is_not_cut() {
    let vendor = Vendor::new([fields()]).await;
    let result = vendor.push(json!({ "reference_field_id": 9 }), json!({}), &[rich()]).await;
    assert_eq!((result.events.write_failure, result.failures[0].kind), (1, ErrorKind::Invalid), "{result:?}");
    assert!(result.failures[0].message.contains("longer than the 3 characters"), "{result:?}");
    assert_eq!(vendor.calls(), [FIELDS]);
}

#[tokio::test]
async fn fields_that_cannot_be_filled_are_told_before_anything_is_written() {
    for (parameters, part) in [
        (json!({ "custom_fields": { "tags": 77 } }), "no custom field 77"),
        (json!({ "custom_fields": { "tags": 8 } }), "of the type Lookup"),
        (json!({ "reference_field_id": 5 }), "takes no text"),
    ] {
        let vendor = Vendor::new([fields()]).await;
        let result = vendor.push(parameters, json!({}), &[rich()]).await;
        assert_eq!(
            (result.status, result.reason),
            (Status::Fatal, Reason::BadTargetParameters),
            "{result:?}"
        );
        assert!(result.failures[0].message.contains(part), "{result:?}");
        assert_eq!(vendor.calls(), [FIELDS]);
    }
}

#[tokio::test]
async fn settings_are_for_created_candidates() {
    let vendor = Vendor::new([sources(&["Careers"]), created(9)]).await;
    let parameters = json!({
        "source": "Careers", "status_id": 3, "recruiter_user_ids": [11, 12], "seeking": "Maybe", "rating": "A",
        "salutation": "Dr", "phone_as": "both", "languages_as_skills": true, "certifications_as_skills": true,
    });
    let result = vendor.push(parameters, json!({}), &[rich()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    let body = vendor.body(1);
    for (name, value) in [
        ("source", json!("Careers")),
        ("statusId", json!(3)),
        ("recruiterUserId", json!([11, 12])),
        ("seeking", json!("Maybe")),
        ("rating", json!("A")),
        ("salutation", json!("Dr")),
        ("phone", json!("+33 199 00 01 42")),
        ("mobile", json!("+33 199 00 01 42")),
        ("skillTags", json!(["Rust", "ISO 27001", "CKA", "Something long", "french", "Klingon"])),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    for own in ["attachments", "customValues", "reference", "picture", "warnings", "jobApplications"] {
        assert_eq!(body.get(own), None, "{own}");
    }

    let vendor = Vendor::new([created(9)]).await;
    vendor.push(json!({ "phone_as": "mobile" }), json!({}), &[ada()]).await;
    assert_eq!((&vendor.body(0)["mobile"], vendor.body(0).get("phone")), (&json!("+33 199 00 01 42"), None));
}
