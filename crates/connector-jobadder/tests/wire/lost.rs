//! Answers that never came, or that do not tell what was created: nothing is lost, nothing comes twice.

use hrflow_core::{ErrorKind, Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

fn ada_found(at: String) -> Reaction {
    list(json!([
        row(8, json!({ "email": "xada.byron+cv@example.com" })),
        row(9, json!({ "firstName": "ADA ", "createdAt": at }))
    ]))
}

fn no_match() -> Reaction {
    list(json!([]))
}

/// Nobody has the address, neither as the main nor as a further one.
fn nobody_at_all() -> [Reaction; 2] {
    [no_match(), Reaction::json(200, &json!({ "candidates": [] }))]
}

/// Every way to lose the answer to a creation.
fn losses() -> Vec<Reaction> {
    vec![
        Reaction::answer(500, ""),
        Reaction::answer(503, "").header("content-type", "text/html"),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(10, 201, json!({ "candidateId": 9 }).to_string()),
        Reaction::answer(201, ""),
        Reaction::answer(201, r#"{"candidateId": null}"#),
        Reaction::answer(200, "<html>maintenance</html>"),
    ]
}

#[tokio::test]
async fn what_arrived_is_found_and_not_sent_again() {
    for loss in losses() {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([loss, ada_found(just_now())]).await;
        let result = vendor.push(json!({}), json!({ "timeout": "1s" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [CREATE, FIND], "{what}");
        assert_eq!(query(&vendor.request(1)), pairs(&[("Email", EMAIL), ("Offset", "0"), ("Limit", "100")]));
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again() {
    for loss in losses().into_iter().take(6) {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([loss]).await;
        vendor.then(nobody_at_all());
        vendor.then([created(9)]);
        let result = vendor.push(json!({}), json!({ "timeout": "1s" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [CREATE, FIND, SEARCH, CREATE], "{what}");
    }
}

/// The vendor said that it created a candidate, and then nobody is there: sending it again is not for us to decide.
#[tokio::test]
async fn a_creation_without_an_id_that_nobody_finds_is_of_unknown_outcome() {
    for loss in losses().into_iter().skip(6) {
        let vendor = Vendor::new([loss]).await;
        vendor.then(nobody_at_all());
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!(
            (result.events.write_failure, result.failures[0].kind),
            (1, ErrorKind::OutcomeUnknown),
            "{result:?}"
        );
        assert_eq!(vendor.calls(), [CREATE, FIND, SEARCH]);
    }
}

#[tokio::test]
async fn an_older_record_with_the_address_is_somebody_elses() {
    for other in
        [json!({ "createdAt": ago(3_600) }), json!({ "createdAt": null }), json!({ "firstName": "Eve" })]
    {
        let found = list(json!([row(9, other.clone())]));
        let vendor = Vendor::new([Reaction::answer(500, ""), found]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [CREATE, FIND]);
    }
}

#[tokio::test]
async fn where_duplicates_are_wanted_somebody_elses_record_is_no_reason_to_stop() {
    let older = || list(json!([row(9, json!({ "createdAt": ago(3_600) }))]));
    let vendor = Vendor::new([Reaction::answer(500, ""), older()]).await;
    // The refusal may be about the lost one: it is looked for once more before a duplicate is made.
    vendor.then([taken("c1"), older(), taken("c2"), created(10)]);
    let result = vendor.push(json!({ "XAllowDuplicates": true }), json!({ "attempts": 5 }), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, CREATE, FIND, CREATE, CREATE]);
    assert_eq!(vendor.request(5).header("x-allow-duplicates"), Some("c2"));
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_may_be_about_what_was_sent() {
    for allow_duplicates in [false, true] {
        let vendor = Vendor::new([Reaction::reset_after_reading()]).await;
        // The look-up is behind, the check of the address is not.
        vendor.then(nobody_at_all());
        vendor.then([taken("c1"), ada_found(just_now())]);
        let parameters = json!({ "XAllowDuplicates": allow_duplicates });
        let result = vendor.push(parameters, json!({ "attempts": 3 }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        let calls = vendor.calls();
        assert_eq!(calls.iter().filter(|call| *call == CREATE).count(), 2, "{calls:?}");
        assert_eq!(calls.last().unwrap(), FIND);
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_duplicate_is_looked_for() {
    let vendor = Vendor::new([taken("c1"), Reaction::reset_after_reading(), ada_found(just_now())]).await;
    let result = vendor.push(json!({ "XAllowDuplicates": true }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, CREATE, FIND]);
}

#[tokio::test]
async fn while_the_lookup_may_lag_absence_proves_nothing() {
    let vendor = Vendor::new([Reaction::answer(500, "")]).await;
    vendor.then(nobody_at_all());
    vendor.then([ada_found(just_now())]);
    let result = vendor.push(json!({ "lookup_lag": "1s" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, SEARCH, FIND]);
}

/// What was created shows in the second look, and not yet in the first one.
#[tokio::test]
async fn what_shows_while_it_is_looked_for_is_still_ours() {
    let vendor = Vendor::new([Reaction::answer(500, ""), no_match()]).await;
    vendor.then([Reaction::json(200, &json!({ "candidates": [{ "candidateId": 9 }] }))]);
    vendor.then([Reaction::json(200, &row(9, json!({})))]);
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, SEARCH, READ]);
}

#[tokio::test]
async fn a_lookup_that_fails_leaves_the_outcome_unknown() {
    let vendor = Vendor::new([Reaction::answer(500, ""), refusal(422, "Email is odd", json!([]))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    let failure = &result.failures[0];
    assert_eq!(failure.kind, ErrorKind::OutcomeUnknown);
    assert!(failure.message.contains("Email is odd"), "{}", failure.message);
    assert_eq!(vendor.calls(), [CREATE, FIND]);
}

fn bea_as(id: u32, more: Value) -> Value {
    let mut bea = row(id, json!({ "firstName": "Bea", "lastName": "p1", "email": null }));
    merge(&mut bea, more);
    bea
}

#[tokio::test]
async fn without_an_address_what_was_created_since_is_compared() {
    let others = json!([
        bea_as(1, json!({ "lastName": "Other" })),
        bea_as(2, json!({ "email": "bea@example.com" })),
        bea_as(3, json!({ "createdAt": ago(3_600) })),
        bea_as(4, json!({ "createdAt": "soon" })),
    ]);
    let mut found = others.clone();
    found.as_array_mut().unwrap().push(bea_as(5, json!({})));
    let vendor = Vendor::new([Reaction::answer(500, ""), list(found)]).await;
    let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND]);
    let query = query(&vendor.request(1));
    let (name, since) = &query[0];
    assert!(
        name == "CreatedAt" && since.starts_with(">20") && since.ends_with('Z') && !since.contains('.'),
        "{query:?}"
    );
    assert_eq!(query[1..], pairs(&[("Sort", "-createdAt"), ("Offset", "0"), ("Limit", "100")]));

    let vendor = Vendor::new([Reaction::answer(500, ""), list(others), created(6)]).await;
    let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, CREATE]);
}

#[tokio::test]
async fn what_nothing_is_known_of_cannot_be_looked_for() {
    let vendor = Vendor::new([Reaction::reset_after_reading()]).await;
    let document = json!({ "type": "letter", "public_url": "https://example.com/letter.pdf" });
    let profile = json!({ "key": "k", "source_key": "s", "attachments": [document] });
    let result = vendor.push(json!({}), json!({}), &[profile]).await;
    assert_eq!((result.events.write_failure, result.failures[0].kind), (1, ErrorKind::OutcomeUnknown));
    assert_eq!(vendor.calls(), [CREATE]);
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let others: Vec<Value> = (0..100).map(|it| bea_as(100 + it, json!({ "lastName": "Other" }))).collect();
    // A total that is missing, or too large, ends with an empty page.
    for (total, pages) in [(Some(101), 2), (Some(150), 3), (None, 3)] {
        let page = |rows: Value| {
            let mut body =
                json!({ "items": rows, "links": { "next": "https://evil.example.com/v2/candidates" } });
            if let Some(total) = total {
                body["totalCount"] = json!(total);
            }
            Reaction::json(200, &body)
        };
        let vendor = Vendor::new([
            Reaction::answer(500, ""),
            page(json!(others)),
            page(json!([bea_as(5, json!({}))])),
        ])
        .await;
        if pages == 3 {
            vendor.then([page(json!(null))]);
        }
        let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
        assert_eq!(result.events.write_success, 1, "{result:?}");
        assert_eq!(vendor.calls().len(), 1 + pages);
        let offsets: Vec<String> = (1..=pages).map(|it| query(&vendor.request(it))[2].1.clone()).collect();
        assert_eq!(offsets, ["0", "100", "101"][..pages]);
    }
}
