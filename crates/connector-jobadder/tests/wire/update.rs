//! Candidates, updated: everything that is there is sent along.

use hrflow_core::{ErrorKind, Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

fn there() -> Value {
    json!({
        "firstName": "Augusta", "lastName": "King", "email": EMAIL, "mobile": "+61 4", "unsubscribed": true,
        "source": "Board", "status": { "statusId": 4, "name": "Placed" }, "recruiters": [{ "userId": 11 }],
        "address": { "street": ["1 Road"], "city": "London", "country": "United Kingdom", "countryCode": "GB" },
        "skillTags": ["SQL"], "custom": [{ "fieldId": 5, "name": "F", "type": "Text", "value": "kept" }],
        "employment": { "ideal": { "position": "Countess", "workType": { "workTypeId": 2, "name": "Perm" } }, "history": null },
        "createdAt": ago(9_999), "links": {},
    })
}

fn updated() -> Reaction {
    Reaction::answer(200, "")
}

#[tokio::test]
async fn whoever_has_the_address_is_read_merged_and_written() {
    let vendor =
        Vendor::new([taken("c1"), list(json!([row(9, json!({}))])), candidate(200, 9, there()), updated()])
            .await;
    let parameters = json!({ "status_id": 7, "recruiter_user_ids": [12], "rating": "A" });
    let result = vendor.push(parameters, json!({ "on_existing": "update" }), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, READ, UPDATE]);
    assert_eq!(vendor.body(0)["statusId"], json!(7));
    assert_eq!(
        vendor.body(3),
        json!({
            "firstName": "Ada", "lastName": "Byron", "email": EMAIL, "phone": "+33 199 00 01 42", "mobile": "+61 4",
            "unsubscribed": true, "dateOfBirth": "1995-12-10", "summary": "Writes programs.",
            "address": { "city": "Lyon", "countryCode": "FR" },
            "social": { "linkedin": "https://linkedin.com/in/ada" },
            "employment": {
                "current": { "employer": "Example Ltd", "position": "Engineer" },
                "history": [{ "employer": "Example Ltd", "position": "Engineer", "start": "2020-01-02", "end": "Present" }],
                "ideal": { "position": "Countess", "workTypeId": 2 },
            },
            "skillTags": ["SQL", "Rust"], "custom": [{ "fieldId": 5, "value": "kept" }],
            // As the recruiters have left them.
            "statusId": 4, "recruiterUserId": [11],
        })
    );
}

#[tokio::test]
async fn a_further_address_does_not_become_the_main_one() {
    let mut other = there();
    other["email"] = json!("augusta@example.com");
    other["otherEmail"] = json!(["x@example.com", "Ada.Byron+cv@example.com"]);
    let found = json!({ "candidates": [{ "candidateId": 9, "match": { "type": "OtherEmail" } }] });
    let vendor = Vendor::new([
        taken("c1"),
        list(json!([])),
        Reaction::json(200, &found),
        candidate(200, 9, other.clone()),
        candidate(200, 9, other),
        updated(),
    ])
    .await;
    let result = vendor.push(json!({}), json!({ "on_existing": "update" }), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, SEARCH, READ, READ, UPDATE]);
    assert_eq!(vendor.body(5)["email"], json!("augusta@example.com"));
}

/// Delivers Ada, and then Ada changed, as two runs.
async fn change(
    parameters: Value,
    script: impl IntoIterator<Item = Reaction>,
) -> (Vendor, hrflow_core::RunResult) {
    let vendor = Vendor::new([created(9)]).await;
    vendor.push(json!({}), json!({}), &[ada()]).await;
    vendor.then([count()]);
    vendor.then(script);
    let mut changed = ada();
    changed["info"]["email"] = json!("ada@example.com");
    let result = vendor.push(parameters, json!({ "on_existing": "update" }), &[changed]).await;
    (vendor, result)
}

#[tokio::test]
async fn whom_we_delivered_is_updated_also_where_the_address_changes() {
    let (vendor, result) = change(json!({}), [candidate(200, 9, there()), updated()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, READ, UPDATE]);
    assert_eq!(vendor.body(3)["email"], json!("ada@example.com"));
}

#[tokio::test]
async fn whom_we_delivered_and_somebody_deleted_is_created_anew() {
    let gone = refusal(404, "Candidate 9 not found", json!([{ "code": "Missing", "message": null }]));
    let (vendor, result) = change(json!({}), [gone, created(10)]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, READ, CREATE]);
}

#[tokio::test]
async fn an_address_of_somebody_else_is_refused_or_allowed() {
    let (vendor, result) = change(json!({}), [candidate(200, 9, there()), taken("c1")]).await;
    assert_eq!(
        (result.events.write_failure, result.failures[0].kind),
        (1, ErrorKind::Duplicate),
        "{result:?}"
    );
    assert_eq!(vendor.calls(), [CREATE, FIND, READ, UPDATE]);

    let script = [candidate(200, 9, there()), taken("c1"), updated()];
    let (vendor, result) = change(json!({ "XAllowDuplicates": true }), script).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.request(4).header("x-allow-duplicates"), Some("c1"));
}

#[tokio::test]
async fn an_update_may_be_repeated_at_once() {
    let script = [candidate(200, 9, there()), Reaction::reset_after_reading(), updated()];
    let (vendor, result) = change(json!({}), script).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, READ, UPDATE, UPDATE]);
}
