//! JobAdder's refusals and what is made of them.

use hrflow_core::{ErrorKind, RunResult, Status, testing::Reaction};
use serde_json::json;

use crate::vendor::*;

async fn refused(reaction: Reaction) -> (RunResult, Vendor) {
    let vendor = Vendor::new([reaction]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    (result, vendor)
}

#[tokio::test]
async fn every_fault_of_a_refusal_is_told() {
    let errors = json!([
        { "code": "Invalid", "message": "Error converting value. Path 'address.street'", "fields": ["address.street"] },
        { "code": "Invalid", "message": "not a valid DateTime", "fields": ["availability.date"] },
        { "code": "MissingField", "fields": ["email", "lastName"] },
        { "code": "Missing" },
    ]);
    let (result, vendor) = refused(refusal(422, "Error reading content", errors)).await;
    assert_eq!((result.status, result.failures[0].kind), (Status::Fatal, ErrorKind::Invalid), "{result:?}");
    let message = &result.failures[0].message;
    for part in [
        "Error reading content",
        "address.street: Error converting value. Path 'address.street'",
        "availability.date: not a valid DateTime",
        "email, lastName: MissingField",
        "fields address.street availability.date email lastName",
        "HTTP 422",
    ] {
        assert!(message.contains(part), "{part} is missing in {message}");
    }
    assert_eq!(vendor.calls(), [CREATE]);
}

#[tokio::test]
async fn faults_come_as_a_map_as_text_and_not_at_all() {
    for (reaction, part) in [
        (
            Reaction::json(422, &json!({ "errors": { "phone": ["is too long", "is odd"] } })),
            "phone: is too long, is odd",
        ),
        (
            Reaction::json(400, &json!({ "errors": { "phone": "is too long" }, "message": "no" })),
            "no; phone: is too long",
        ),
        (Reaction::answer(422, "Plainly refused"), "Plainly refused"),
        (Reaction::answer(415, "<html>hidden</html>"), "HTTP 415"),
        (Reaction::answer(422, ""), "JobAdder refuses the record (HTTP 422"),
        (Reaction::json(422, &json!(["odd"])), "odd"),
        (Reaction::json(422, &json!({ "message": 7, "errors": [null, 3, { "fields": "email" }] })), "email"),
        (Reaction::answer(413, ""), "too large"),
    ] {
        let (result, _) = refused(reaction).await;
        let failure = &result.failures[0];
        assert_eq!(failure.kind, ErrorKind::Invalid, "{failure:?}");
        assert!(failure.message.contains(part) && !failure.message.contains("hidden"), "{}", failure.message);
    }
}

/// JobAdder names members of what was sent; a user knows parameters.
#[tokio::test]
async fn a_refusal_names_the_parameter_that_it_is_about() {
    let refused = async |fields: serde_json::Value, item: serde_json::Value| {
        let errors = json!([{ "code": "Invalid", "message": "is not known", "fields": fields }]);
        let definitions = json!([{ "fieldId": 3, "type": "Text" }, { "fieldId": 4, "type": "Text" }]);
        let vendor = Vendor::new([Reaction::json(200, &json!({ "items": definitions }))]).await;
        vendor.then([sources(&["HrFlow.ai"]), refusal(422, "Invalid", errors)]);
        let parameters = json!({ "source": null, "status_id": 7, "rating": "A", "reference_field_id": 4,
            "custom_fields": { "interests": 3 } });
        let mut profile = ada();
        profile["interests"] = json!([{ "name": "chess" }]);
        merge(&mut profile, item);
        let result = vendor.push(parameters, json!({}), &[profile]).await;
        assert_eq!(result.failures[0].kind, ErrorKind::Invalid, "{result:?}");
        result.failures[0].message.clone()
    };
    for (fields, parameters) in [
        (json!(["source"]), "source"),
        (json!(["statusId", "rating"]), "status_id, rating"),
        (json!(["StatusId"]), "status_id"),
        (json!(["custom[0].value"]), "custom_fields.interests"),
        (json!(["custom[1].value"]), "reference_field_id"),
        (json!(["custom"]), "custom_fields.interests, reference_field_id"),
    ] {
        let message = refused(fields, json!({})).await;
        assert!(message.contains(&format!("parameter {parameters}")), "{message}");
        assert!(message.contains(&format!("Check target_parameters: {parameters}.")), "{message}");
    }
    // What nobody's parameter says is the item's own.
    for fields in [json!(["email"]), json!(["salutation"]), json!([])] {
        let message = refused(fields, json!({})).await;
        assert!(!message.contains("target_parameters"), "{message}");
    }
}

#[tokio::test]
async fn a_refused_item_does_not_cost_the_others() {
    let vendor = Vendor::new([refusal(422, "no", json!([])), created(9)]).await;
    let result = vendor.push(json!({}), json!({}), &[bea("p1"), bea("p2")]).await;
    assert_eq!((result.events.write_failure, result.events.write_success), (1, 1), "{result:?}");
}

#[tokio::test]
async fn what_hits_every_item_stops_the_run() {
    for (reaction, kind, part) in [
        (Reaction::answer(403, ""), ErrorKind::Forbidden, "Consent to the scopes"),
        (Reaction::answer(404, ""), ErrorKind::NotFound, "Check api_url"),
    ] {
        let vendor = Vendor::new([reaction]).await;
        let result = vendor.push(json!({}), json!({}), &[bea("p1"), bea("p2")]).await;
        assert_eq!((result.status, result.failures[0].kind), (Status::Fatal, kind), "{result:?}");
        assert!(result.failures[0].message.contains(part), "{result:?}");
        assert_eq!(vendor.calls(), [CREATE]);
        assert!(vendor.state.dead_letters().is_empty());
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let vendor = Vendor::new([Reaction::answer(401, "")]).await;
    vendor.then([vendor.tokens(2), created(9)]);
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, "POST /connect/token", CREATE]);
    assert_eq!(vendor.request(2).header("authorization"), Some("Bearer hush-access-2"));

    let vendor = Vendor::new([Reaction::json(401, &json!({ "error": "gone" }))]).await;
    vendor.then([vendor.tokens(2), Reaction::answer(401, "")]);
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(
        (result.status, result.failures[0].kind),
        (Status::Fatal, ErrorKind::Unauthorized),
        "{result:?}"
    );
    assert!(result.failures[0].message.contains("consent again"), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, "POST /connect/token", CREATE]);
}

#[tokio::test]
async fn too_many_requests_are_waited_for() {
    let vendor = Vendor::new([Reaction::answer(429, "").header("retry-after", "1"), created(9)]).await;
    let started = std::time::Instant::now();
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert!(started.elapsed().as_secs() >= 1);
    assert_eq!(vendor.calls(), [CREATE, CREATE]);

    // Longer than the deadline: the run stops, and says when to come back.
    let vendor = Vendor::new([Reaction::answer(429, "").header("retry-after", "3600")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(
        (result.status, result.failures[0].kind),
        (Status::Fatal, ErrorKind::RateLimited),
        "{result:?}"
    );
    assert!(result.failures[0].message.contains("Try again after"), "{result:?}");
}
