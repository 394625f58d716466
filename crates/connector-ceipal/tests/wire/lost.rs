//! Answers that never came, or that do not tell what was created: nothing is lost, nothing comes twice.

use std::time::Duration;

use hrflow_core::{ErrorKind, Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

/// Every way to lose the answer to a creation.
fn losses() -> Vec<Reaction> {
    vec![
        Reaction::answer(500, ""),
        Reaction::answer(503, "").header("content-type", "text/html"),
        Reaction::answer(504, "<html></html>"),
        answer(200, json!({ "status": 500, "message": "oops" })),
        Reaction::reset_after_reading(),
        Reaction::close_after_reading(),
        Reaction::hang(),
        Reaction::truncated(10, 201, r#"{"status": 201, "success": 1}"#),
    ]
}

/// Answers of which it cannot be told whether they are good.
fn unclear() -> Vec<Reaction> {
    vec![
        Reaction::answer(201, ""),
        Reaction::answer(200, "null"),
        answer(200, json!({ "message": "thank you" })),
        Reaction::answer(200, r#"{"status": 201, "succ"#),
        created(),
    ]
}

#[tokio::test]
async fn what_arrived_is_found_and_not_sent_again() {
    let page = Reaction::answer(200, "<html>maintenance</html>");
    for loss in losses().into_iter().chain(unclear()).chain([page]) {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([no_match(), loss, ada_found()]).await;
        let result = vendor.push(json!({}), json!({ "timeout": "300ms" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND], "{what}");
    }
}

/// A run that is asked to stop settles what is in flight: only the list tells the id of who was created.
#[tokio::test]
async fn whoever_is_being_created_when_a_run_is_stopped_is_read_back() {
    let created = br#"{"status": 201, "success": 1}"#.to_vec();
    let vendor =
        Vendor::new([no_match(), Reaction::late(Duration::from_millis(300), 201, created), ada_found()])
            .await;
    let everybody = [ada(), bea("p2")];
    let (result, ()) = tokio::join!(vendor.push(json!({}), json!({}), &everybody), async {
        while vendor.server.requests().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        vendor.stop.cancel();
    });
    assert_eq!(result.failures[0].kind, ErrorKind::Cancelled, "{result:?}");
    assert_eq!((result.events.write_success, result.events.settled()), (1, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again() {
    for loss in losses() {
        let what = format!("{loss:?}");
        // Somebody else may have been quicker: one more look.
        let vendor = Vendor::new([no_match(), loss, no_match(), no_match(), created(), ada_found()]).await;
        let result = vendor.push(json!({}), json!({ "timeout": "300ms" }), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND, FIND, CREATE, FIND], "{what}");
    }
}

/// Ceipal said that it took somebody, and then nobody is there: sending it again is not for us to decide.
#[tokio::test]
async fn a_creation_that_nobody_finds_is_of_unknown_outcome() {
    for loss in unclear() {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([no_match(), loss, no_match(), no_match()]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!(
            (result.events.write_failure, result.failures[0].kind),
            (1, ErrorKind::OutcomeUnknown),
            "{what}: {result:?}"
        );
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND, FIND], "{what}");

        // The next run looks before it sends.
        vendor.then([signed_in(), ada_found()]);
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.recovered), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls()[4..], [SIGN_IN, FIND], "{what}");
    }
}

#[tokio::test]
async fn the_words_of_an_unclear_answer_are_told() {
    let vendor =
        Vendor::new([no_match(), answer(200, json!({ "error": "mailbox is full" })), no_match(), no_match()])
            .await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert!(result.failures[0].message.contains("mailbox is full"), "{result:?}");
}

#[tokio::test]
async fn while_the_list_may_lag_absence_proves_nothing() {
    let lag = json!({ "lookup_lag": "300ms" });
    // After a good answer, and after a lost one.
    let vendor = Vendor::new([no_match(), created(), no_match(), ada_found()]).await;
    let result = vendor.push(lag.clone(), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND, FIND]);

    let vendor = Vendor::new([no_match(), Reaction::answer(500, ""), no_match(), ada_found()]).await;
    let result = vendor.push(lag, json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND, FIND]);
}

#[tokio::test]
async fn a_look_up_that_fails_after_a_good_answer_leaves_the_outcome_unknown() {
    let refused = || answer(400, json!({ "message": "bad filter" }));
    let vendor = Vendor::new([no_match(), created(), refused(), refused()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    let failure = &result.failures[0];
    assert_eq!(failure.kind, ErrorKind::OutcomeUnknown, "{result:?}");
    assert!(failure.message.contains("bad filter"), "{}", failure.message);
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND, FIND]);
}

/// Whoever came to have the address in the meantime, under another name, is somebody else.
#[tokio::test]
async fn somebody_elses_record_is_not_taken_for_ours() {
    let named = |first: &str, last: Value| {
        let mut row = applicant("9", "ada.byron+cv@example.com");
        row["firstname"] = json!(first);
        row["lastname"] = last;
        row
    };
    let push = async |rows: Value| {
        let vendor = Vendor::new([no_match(), Reaction::answer(500, ""), list(rows)]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!(result.status, Status::Success, "{result:?}");
        (result.events.write_success, result.events.write_duplicate)
    };
    assert_eq!(push(json!([named("Eve", json!("Byron"))])).await, (0, 1));
    assert_eq!(push(json!([named("Ada", json!(null))])).await, (0, 1));
    assert_eq!(push(json!([named(" ADA", json!("byron "))])).await, (1, 0));
    assert_eq!(push(json!([named("Eve", json!("Byron")), named("Ada", json!("Byron"))])).await, (1, 0));
}

/// Who was there before the creation was sent is not made by it, and nothing is sent again.
#[tokio::test]
async fn a_run_that_breaks_off_is_carried_on_by_the_next() {
    let vendor = Vendor::new([no_match(), Reaction::answer(500, "")]).await;
    // The look-up fails until the run gives up.
    vendor.then((0..2).map(|_| Reaction::answer(500, "")));
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(result.failures[0].kind, ErrorKind::OutcomeUnknown, "{result:?}");
    vendor.then([signed_in(), no_match(), no_match(), created(), ada_found()]);
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(result.recovered, 1);
}

/// What is there after a lost answer is perhaps ours, although the look-up right after it found nobody.
#[tokio::test]
async fn a_late_record_of_our_own_is_no_duplicate() {
    let eve = || {
        let mut row = applicant("9", "ada.byron+cv@example.com");
        row["firstname"] = json!("Eve");
        list(json!([row]))
    };
    for (found, counts) in [(ada_found as fn() -> Reaction, (1, 0)), (eve, (0, 1))] {
        let already = answer(400, json!({ "message": "Applicant already exists" }));
        for (script, calls) in [(vec![found()], vec![FIND]), (vec![no_match(), already], vec![FIND, CREATE])]
        {
            let vendor = Vendor::new([no_match(), Reaction::answer(500, ""), no_match()]).await;
            vendor.then(script);
            vendor.then([found()]);
            let result = vendor.push(json!({}), json!({}), &[ada()]).await;
            let events = &result.events;
            assert_eq!((events.write_success, events.write_duplicate), counts, "{result:?}");
            assert_eq!(vendor.calls(), [&[FIND, CREATE, FIND], calls.as_slice(), &[FIND]].concat());
        }
    }
}
