//! Answers that never came, or that do not tell what was created: nothing is lost, nothing comes twice.

use hrflow_core::{ErrorKind, Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

const CREATE: &str = "POST /v1/candidates";
const FIND: &str = "GET /v1/candidates";

fn ada_found(at: String) -> Reaction {
    list(json!([candidate(
        "9",
        json!({ "email": "ada.byron+cv@example.com", "first-name": "ADA ", "last-name": "Byron",
        "created-at": at })
    )]))
}

fn no_match() -> Reaction {
    list(json!([]))
}

/// Every way to lose the answer to a creation.
fn losses() -> Vec<Reaction> {
    let whole = json!({ "data": { "id": "9", "type": "candidates" } }).to_string();
    vec![
        Reaction::answer(500, ""),
        Reaction::answer(503, "").header("content-type", "text/html"),
        Reaction::answer(504, "<html></html>"),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(10, 201, whole),
        Reaction::answer(201, ""),
        Reaction::answer(201, r#"{"data": null}"#),
        Reaction::answer(201, r#"{"data": {"type": "candidates"}}"#),
        Reaction::answer(200, "<html>maintenance</html>"),
    ]
}

#[tokio::test]
async fn what_arrived_is_found_and_not_sent_again() {
    for loss in losses() {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([loss, ada_found(just_now())]).await;
        let result = vendor.push(json!({}), json!({ "timeout": "300ms" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [CREATE, FIND], "{what}");
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again() {
    let again = [
        Reaction::answer(500, ""),
        Reaction::answer(503, ""),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(10, 201, r#"{"data": {"id": "9"}}"#),
    ];
    for loss in again {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([loss, no_match(), created("9")]).await;
        let result = vendor.push(json!({}), json!({ "timeout": "300ms" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [CREATE, FIND, CREATE], "{what}");
    }
}

/// The vendor said that it created a candidate, and then nobody is there: sending it again is not for us to decide.
#[tokio::test]
async fn a_creation_without_an_id_that_nobody_finds_is_of_unknown_outcome() {
    for loss in [
        Reaction::answer(201, ""),
        Reaction::answer(201, r#"{"data": {"type": "candidates"}}"#),
        Reaction::answer(200, "<html>maintenance</html>"),
    ] {
        let vendor = Vendor::new([loss, no_match()]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!(
            (result.events.write_failure, result.failures[0].kind),
            (1, ErrorKind::OutcomeUnknown),
            "{result:?}"
        );
        assert_eq!(vendor.calls(), [CREATE, FIND]);
    }
}

#[tokio::test]
async fn a_merge_that_is_answered_without_an_id_is_looked_up_too() {
    for loss in [Reaction::answer(201, ""), Reaction::answer(201, r#"{"data": {"type": "candidates"}}"#)] {
        let vendor = Vendor::new([no_match(), loss, ada_found(just_now())]).await;
        let result = vendor.push(json!({ "merge": true }), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
    }
}

#[tokio::test]
async fn a_merge_may_be_repeated_at_once() {
    let vendor = Vendor::new([no_match(), Reaction::reset_after_reading(), created("9")]).await;
    let result = vendor.push(json!({ "merge": true }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, CREATE]);
}

#[tokio::test]
async fn an_older_record_with_the_address_is_somebody_elses() {
    let vendor = Vendor::new([Reaction::answer(500, ""), ada_found(ago(3_600))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");

    // The address alone does not make it ours.
    let other = candidate(
        "9",
        json!({ "email": "ada.byron+cv@example.com", "first-name": "Eve", "created-at": just_now() }),
    );
    let vendor = Vendor::new([Reaction::answer(500, ""), list(json!([other]))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_duplicate, 1, "{result:?}");
}

#[tokio::test]
async fn while_the_lookup_may_lag_absence_proves_nothing() {
    let vendor = Vendor::new([Reaction::answer(500, ""), no_match(), ada_found(just_now())]).await;
    let result = vendor.push(json!({ "lookup_lag": "100ms" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, FIND]);
}

/// A refusal after a lost answer may be about what was sent, although the look-up right after it found nobody.
#[tokio::test]
async fn a_late_record_of_our_own_is_no_duplicate() {
    for (at, counts) in [(just_now(), (1, 0)), (ago(3_600), (0, 1))] {
        let vendor = Vendor::new([Reaction::answer(500, ""), no_match(), taken(), ada_found(at)]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        let events = &result.events;
        assert_eq!((events.write_success, events.write_duplicate), counts, "{result:?}");
        assert_eq!(vendor.calls(), [CREATE, FIND, CREATE, FIND]);
    }
}

#[tokio::test]
async fn a_lookup_that_fails_leaves_the_outcome_unknown() {
    let refused = refusal(
        400,
        json!([{ "code": "102", "title": "Filter not allowed", "detail": "email is not allowed." }]),
    );
    let vendor = Vendor::new([Reaction::answer(500, ""), refused]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    let failure = &result.failures[0];
    assert_eq!(failure.kind, ErrorKind::OutcomeUnknown);
    assert!(failure.message.contains("email is not allowed."), "{}", failure.message);
    assert_eq!(vendor.calls(), [CREATE, FIND]);
}

fn bea_as(id: &str, more: Value) -> Value {
    let mut attributes =
        json!({ "first-name": "Bea", "last-name": "p1", "email": null, "created-at": just_now() });
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        attributes[name] = value;
    }
    candidate(id, attributes)
}

#[tokio::test]
async fn without_an_address_what_was_created_since_is_compared() {
    let others = [
        bea_as("1", json!({ "last-name": "Other" })),
        bea_as("2", json!({ "email": "bea@example.com" })),
        bea_as("3", json!({ "created-at": ago(3_600) })),
        bea_as("4", json!({ "created-at": null })),
    ];
    let mut found = others.to_vec();
    found.push(bea_as("5", json!({})));
    let vendor = Vendor::new([Reaction::answer(500, ""), list(json!(found))]).await;
    let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND]);
    let query = vendor.request(1).query;
    let (since, rest) = query.split_once('&').unwrap();
    assert!(since.starts_with("filter%5Bcreated-at%5D%5Bfrom%5D=20"), "{query}");
    assert_eq!(rest, "sort=-created-at&page%5Bsize%5D=30");

    let vendor = Vendor::new([Reaction::answer(500, ""), list(json!(others)), created("6")]).await;
    let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, CREATE]);
}

#[tokio::test]
async fn what_nothing_is_known_of_cannot_be_looked_for() {
    let vendor = Vendor::new([Reaction::reset_after_reading()]).await;
    // A document alone is a profile.
    let attachments = json!([{ "type": "cover", "public_url": "https://files.example.com/cover.pdf" }]);
    let nameless = json!({ "key": "k", "source_key": "s", "attachments": attachments });
    let result = vendor.push(json!({}), json!({}), &[nameless]).await;
    assert_eq!((result.events.write_failure, result.failures[0].kind), (1, ErrorKind::OutcomeUnknown));
    assert_eq!(vendor.calls(), [CREATE]);
}

#[tokio::test]
async fn pages_are_followed_as_they_are_linked() {
    let vendor = Vendor::new([Reaction::answer(500, "")]).await;
    let next = format!("{}/v1/candidates?page%5Bafter%5D=opaque%2Bcursor&x=1", vendor.server.base_url());
    let found = bea_as("5", json!({}));
    vendor.then([
        answer(200, json!({ "data": [], "links": { "next": next } })),
        answer(200, json!({ "data": [found], "links": { "next": null } })),
    ]);
    let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, FIND]);
    assert_eq!(vendor.request(2).query, "page%5Bafter%5D=opaque%2Bcursor&x=1");
}

#[tokio::test]
async fn a_page_elsewhere_is_not_followed() {
    for next in [
        "https://api.teamtailor.com.evil.example/v1/candidates",
        "http://127.0.0.1:9/v1/candidates",
        "/relative",
    ] {
        let page = answer(200, json!({ "data": [], "links": { "next": next } }));
        let vendor = Vendor::new([Reaction::answer(500, ""), page]).await;
        let result = vendor.push(json!({}), json!({}), &[bea("p1")]).await;
        assert_eq!(result.failures[0].kind, ErrorKind::OutcomeUnknown, "{result:?}");
        assert_eq!(vendor.calls(), [CREATE, FIND]);
    }
}

/// An update may be repeated as it is, which the client does by itself: the tries of both are not multiplied.
#[tokio::test]
async fn an_update_is_tried_as_often_as_the_options_say() {
    let vendor = Vendor::new([created("9")]).await;
    let update = json!({ "on_existing": "update", "attempts": 2 });
    vendor.push(json!({}), update.clone(), &[ada()]).await;
    let gone = || Reaction::answer(503, "");
    let found = || ada_found(ago(3_600));
    let current = json!({ "data": candidate("9", json!({})) });
    vendor.then([company(), answer(200, current), gone(), gone(), found()]);
    let mut changed = ada();
    changed["info"]["phone"] = json!("+33 199 00 01 02");
    let result = vendor.push(json!({}), update, &[changed]).await;
    assert_eq!(result.events.write_failure, 1, "{result:?}");
    let patches = vendor.calls().iter().filter(|call| call.starts_with("PATCH")).count();
    assert_eq!(patches, 2, "{:?}", vendor.calls());
}
