//! Candidates, created: what is sent, and who is there already.

use hrflow_core::{ErrorKind, Status, testing::Reaction};
use serde_json::json;

use crate::vendor::*;

#[tokio::test]
async fn a_candidate_is_created() {
    let vendor = Vendor::new([created(9)]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE]);
    assert_eq!(query(&vendor.server.requests()[1]), pairs(&[("Limit", "0")]));
    assert_eq!(vendor.request(0).header("x-allow-duplicates"), None);
    assert_eq!(
        vendor.body(0),
        json!({
            "firstName": "Ada", "lastName": "Byron", "email": EMAIL, "phone": "+33 199 00 01 42",
            "dateOfBirth": "1995-12-10", "summary": "Writes programs.",
            "address": { "city": "Lyon", "countryCode": "FR" },
            "social": { "linkedin": "https://linkedin.com/in/ada" },
            "employment": {
                "current": { "employer": "Example Ltd", "position": "Engineer" },
                "history": [{ "employer": "Example Ltd", "position": "Engineer", "start": "2020-01-02", "end": "Present" }],
            },
            "skillTags": ["Rust"],
        })
    );
}

#[tokio::test]
async fn whoever_has_the_address_is_found_and_left_alone() {
    // The filter matches loosely: who only looks like it does not count.
    let loose = row(7, json!({ "email": "x.ada.byron+cv@example.com" }));
    let same = row(9, json!({ "email": " Ada.Byron+CV@EXAMPLE.com" }));
    let vendor = Vendor::new([taken("c1"), list(json!([loose, same]))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND]);
    assert_eq!(query(&vendor.request(1)), pairs(&[("Email", EMAIL), ("Offset", "0"), ("Limit", "100")]));
}

#[tokio::test]
async fn whoever_has_it_as_a_further_address_is_found_too() {
    let found = json!({ "candidates": [
        { "candidateId": 7, "match": { "type": "OtherEmail" } }, { "candidateId": 9, "match": { "type": "OtherEmail" } },
    ], "contacts": null, "users": [] });
    let vendor = Vendor::new([
        taken("c1"),
        list(json!([])),
        Reaction::json(200, &found),
        candidate(200, 7, json!({ "email": "eve@example.com", "otherEmail": ["xada.byron+cv@example.com"] })),
        candidate(200, 9, json!({ "email": "ada@example.com", "otherEmail": null, "firstName": null })),
    ])
    .await;
    // The second does not have it either.
    vendor.then([list(json!([])), Reaction::json(200, &json!({ "candidates": null }))]);
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(
        (result.events.write_failure, result.failures[0].kind),
        (1, ErrorKind::Duplicate),
        "{result:?}"
    );
    assert!(result.failures[0].message.contains("finds nobody who has it"), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, SEARCH, "GET /candidates/7", READ, FIND, SEARCH]);
    assert_eq!(query(&vendor.request(2)), pairs(&[("Email", EMAIL)]));

    let found = json!({ "candidates": [{ "candidateId": "9", "match": { "type": "OtherEmail" } }] });
    let further =
        json!({ "email": "ada@example.com", "otherEmail": ["a@example.com", "ADA.byron+cv@example.com"] });
    let vendor =
        Vendor::new([taken("c1"), list(json!([])), Reaction::json(200, &found), candidate(200, 9, further)])
            .await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
}

#[tokio::test]
async fn who_becomes_visible_a_little_later_is_found() {
    let no_match = || [list(json!([])), Reaction::json(200, &json!({ "candidates": [] }))];
    let vendor = Vendor::new([taken("c1")]).await;
    vendor.then(no_match());
    vendor.then([list(json!([row(9, json!({}))]))]);
    let result = vendor.push(json!({ "lookup_lag": "20ms" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, SEARCH, FIND]);
}

#[tokio::test]
async fn a_duplicate_is_created_with_the_code_of_the_refusal_and_only_when_asked_for() {
    let vendor = Vendor::new([taken("code+1="), created(10)]).await;
    let result = vendor.push(json!({ "XAllowDuplicates": true }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, CREATE]);
    assert_eq!(vendor.request(0).header("x-allow-duplicates"), None);
    assert_eq!(vendor.request(1).header("x-allow-duplicates"), Some("code+1="));
    assert_eq!(vendor.body(0), vendor.body(1));

    // Even where updates are asked for: it is the more explicit wish.
    let vendor = Vendor::new([taken("c1"), created(10)]).await;
    let result =
        vendor.push(json!({ "XAllowDuplicates": true }), json!({ "on_existing": "update" }), &[ada()]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");

    for (second, part) in
        [(taken("c2"), "did not take the code"), (refusal(409, "no", json!([])), "did not take the code")]
    {
        let vendor = Vendor::new([taken("c1"), second]).await;
        let result = vendor.push(json!({ "XAllowDuplicates": true }), json!({}), &[ada()]).await;
        assert_eq!(
            (result.events.write_failure, result.failures[0].kind),
            (1, ErrorKind::Duplicate),
            "{result:?}"
        );
        assert!(result.failures[0].message.contains(part), "{result:?}");
        assert_eq!(vendor.calls(), [CREATE, CREATE]);
    }
    let vendor = Vendor::new([refusal(409, "exists", json!(null))]).await;
    let result = vendor.push(json!({ "XAllowDuplicates": true }), json!({}), &[ada()]).await;
    assert!(result.failures[0].message.contains("named no code"), "{result:?}");
}

#[tokio::test]
async fn two_with_one_address_are_written_one_after_another() {
    let mut second = ada();
    second["key"] = json!("p2");
    second["info"]["email"] = json!(" ADA.byron+cv@example.com");
    // The second is known by what the state has of the first.
    let vendor = Vendor::new([created(9)]).await;
    let result = vendor.push(json!({}), json!({ "concurrency": 8 }), &[ada(), second]).await;
    assert_eq!((result.events.write_success, result.events.write_duplicate), (1, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE]);
}

#[tokio::test]
async fn nobody_needs_a_name_or_an_address() {
    let vendor = Vendor::new([created(9), created(10)]).await;
    let nameless = json!({ "source_key": "s", "key": "p2", "info": { "phone": "+33 6 00 00 00 01" }, "skills": ["Rust"] });
    let result = vendor.push(json!({ "source": " " }), json!({}), &[bea("p1"), nameless]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 2), "{result:?}");
    assert_eq!(vendor.body(0), json!({ "firstName": "Bea", "lastName": "p1" }));
    assert_eq!(vendor.body(1), json!({ "phone": "+33 6 00 00 00 01", "skillTags": ["Rust"] }));
}

#[tokio::test]
async fn what_was_delivered_is_not_sent_again() {
    let vendor = Vendor::new([created(9)]).await;
    vendor.push(json!({}), json!({}), &[ada()]).await;
    // The next run finds the grant and the receipt.
    vendor.then([count()]);
    let result = vendor.push(json!({ "authorization_code": "" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND]);
}
