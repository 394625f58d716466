//! The résumé: along with its applicant, or not at all.

use hrflow_core::{ErrorKind, RetryDocuments, RunResult, Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

const CV: &str = "GET /cv.pdf";

async fn push(
    script: impl IntoIterator<Item = Reaction>,
    parameters: Value,
    options: Value,
) -> (Vendor, RunResult) {
    let vendor = Vendor::new(script).await;
    let profile = with_resume(&vendor);
    let result = vendor.push(parameters, options, &[profile]).await;
    (vendor, result)
}

/// Created, and the résumé counted as failed.
fn without_resume(result: &RunResult) -> String {
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    assert_eq!((result.status, result.failures[0].step.as_str()), (Status::SuccessWithFailures, "resume"));
    result.failures[0].message.clone()
}

#[tokio::test]
async fn a_resume_goes_along_in_a_multipart_form() {
    let (vendor, result) = push([no_match(), pdf(), created(), ada_found()], json!({}), json!({})).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND]);
    let request = vendor.request(2);
    assert!(request.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    let body = request.text();
    for part in [
        "name=\"standard_fields.firstname\"\r\n\r\nAda\r\n",
        "name=\"standard_fields.email\"\r\n\r\nada.byron+cv@example.com\r\n",
        "name=\"document_fields.1\"; filename=\"Ada ",
        "application/pdf\r\n",
    ] {
        assert!(body.contains(part), "{part} is missing in {body}");
    }
    assert!(request.body.windows(11).any(|it| it == b"%PDF-1.7 \xff\xfe"), "the bytes as they are");
}

/// That a new applicant's file is taken is assumed: the record has the last word, once it cannot be behind any more.
#[tokio::test]
async fn a_resume_that_the_record_does_not_show_has_not_arrived() {
    let bare = || {
        let mut row = applicant("aB/1+w==", "ada.byron+cv@example.com");
        row["resume_path"] = json!(null);
        list(json!([row]))
    };
    let (vendor, result) = push([no_match(), pdf(), created(), bare()], json!({}), json!({})).await;
    assert!(without_resume(&result).contains("the record shows none"), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND]);

    let lag = json!({ "lookup_lag": "300ms" });
    let (vendor, result) = push([no_match(), pdf(), created(), bare(), ada_found()], lag, json!({})).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND, FIND]);

    // A list that tells nothing of résumés.
    let row = json!({ "id": "9", "email": "ada.byron+cv@example.com" });
    let (_, result) = push([no_match(), pdf(), created(), list(json!([row]))], json!({}), json!({})).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
}

#[tokio::test]
async fn options_and_parameters_leave_it_out() {
    for (parameters, options) in [
        (json!({}), json!({ "attachments": false })),
        (json!({ "field_map": { "resume": "off" } }), json!({})),
    ] {
        let (vendor, result) = push([no_match(), created(), ada_found()], parameters, options).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
        assert_eq!(vendor.form(1)["standard_fields.firstname"], json!("Ada"));
    }
}

#[tokio::test]
async fn a_resume_that_never_can_be_fetched_is_a_failure_of_its_own() {
    for (reaction, part) in [
        (Reaction::answer(404, ""), "is not there"),
        (Reaction::answer(200, "<!DOCTYPE html><html></html>"), "an HTML page"),
        (Reaction::answer(200, ""), "empty (0 bytes)"),
        (Reaction::answer(200, "Dear all"), "plain text, which the target does not accept"),
    ] {
        let (vendor, result) =
            push([no_match(), reaction, created(), ada_found()], json!({}), json!({})).await;
        let message = without_resume(&result);
        assert!(message.contains(part) && message.contains("without its résumé"), "{message}");
        assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND]);
        assert_eq!(vendor.form(2)["standard_fields.firstname"], json!("Ada"));
    }
}

/// Ceipal accepts no résumé later: the applicant waits until its own can be fetched, or is written without it on request.
#[tokio::test]
async fn a_resume_that_can_be_fetched_later_keeps_its_applicant_back() {
    let now = |reaction: Reaction| reaction.header("retry-after", "0");
    let short = json!({ "timeout": "500ms" });
    for (reaction, tries, part) in [
        // Stores answer an expired link so: the next read of the profile brings a new one.
        (Reaction::answer(400, ""), 1, "cannot be fetched"),
        (Reaction::answer(403, ""), 1, "refuses to hand it out"),
        (Reaction::answer(410, ""), 1, "not there"),
        (now(Reaction::answer(429, "")), 2, "come back later"),
        (Reaction::answer(500, ""), 2, "cannot answer now"),
        (now(Reaction::answer(503, "")), 2, "come back later"),
        (Reaction::hang(), 2, "in time"),
        (Reaction::reset_after_reading(), 2, "broke"),
        (Reaction::truncated(5, 200, "%PDF-1.7 cv"), 2, "broke off"),
    ] {
        let what = format!("{reaction:?}");
        let vendor = Vendor::new([no_match()]).await;
        vendor.then(std::iter::repeat_n(reaction, tries));
        let profile = with_resume(&vendor);
        let result = vendor.push(json!({}), short.clone(), std::slice::from_ref(&profile)).await;
        let events = &result.events;
        assert_eq!((events.write_failure, events.attachment_failure), (1, 0), "{what}: {result:?}");
        let letters = vendor.state.dead_letters();
        assert_eq!((letters[0].step.as_str(), letters[0].retryable), ("write", true), "{what}: {letters:?}");
        for part in [part, "applicant was not sent", "--without-documents"] {
            assert!(letters[0].message.contains(part), "{what}: {}", letters[0].message);
        }
        let fetched = [FIND, CV, CV][..=tries].to_vec();
        assert_eq!(vendor.calls(), fetched, "{what}");

        vendor.then([signed_in(), no_match(), pdf(), created(), ada_found()]);
        let result = vendor.push(json!({}), short.clone(), &[profile]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.state.dead_letters().len(), 0, "{what}");
        assert_eq!(vendor.calls(), [&fetched[..], &[SIGN_IN, FIND, CV, CREATE, FIND]].concat(), "{what}");
    }
}

#[tokio::test]
async fn an_applicant_is_written_without_its_resume_on_request() {
    let (vendor, result) = push([no_match(), Reaction::answer(403, "")], json!({}), json!({})).await;
    assert_eq!(result.events.write_failure, 1, "{result:?}");
    vendor.then([signed_in(), no_match(), created(), ada_found()]);
    let result = vendor.retry(json!({}), RetryDocuments::Without).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.state.dead_letters().len(), 0);
    assert_eq!(vendor.calls(), [FIND, CV, SIGN_IN, FIND, CREATE, FIND]);
    assert_eq!(vendor.form(4)["standard_fields.firstname"], json!("Ada"));
}

#[tokio::test]
async fn a_resume_that_is_too_large_is_not_sent() {
    // Known beforehand, or only when it comes.
    let vendor = Vendor::new([no_match(), created(), ada_found()]).await;
    let mut profile = with_resume(&vendor);
    profile["attachments"][0]["file_size"] = json!(1_000_001);
    let result = vendor.push(json!({ "resume_megabytes": 1 }), json!({}), &[profile]).await;
    assert!(without_resume(&result).contains("larger than 1 megabytes"), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);

    let large = Reaction::answer(200, vec![b'%'; 1_000_001]);
    let (vendor, result) =
        push([no_match(), large, created(), ada_found()], json!({ "resume_megabytes": 1 }), json!({})).await;
    assert!(without_resume(&result).contains("larger than 1000000 bytes"), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND]);
}

/// A refusal may be of the file: nobody was created, so once more without it.
#[tokio::test]
async fn a_create_that_is_refused_with_a_file_is_tried_without() {
    for refusal in [
        answer(400, json!({ "message": "Invalid resume" })),
        answer(200, json!({ "success": 0, "message": "file type not allowed" })),
        Reaction::answer(413, ""),
        Reaction::answer(415, ""),
    ] {
        let (vendor, result) =
            push([no_match(), pdf(), refusal, no_match(), created(), ada_found()], json!({}), json!({}))
                .await;
        let message = without_resume(&result);
        assert!(message.contains("without its résumé"), "{message}");
        assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND, CREATE, FIND]);
        assert_eq!(vendor.form(4)["standard_fields.email"], json!("ada.byron+cv@example.com"));
    }
}

#[tokio::test]
async fn a_create_that_was_refused_and_done_all_the_same_is_not_done_again() {
    let refusal = answer(400, json!({ "message": "Invalid resume" }));
    let (vendor, result) = push([no_match(), pdf(), refusal, ada_found()], json!({}), json!({})).await;
    assert!(without_resume(&result).contains("Invalid resume"), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND]);

    // The list may be behind.
    let refusal = answer(400, json!({ "message": "Invalid resume" }));
    let lag = json!({ "lookup_lag": "300ms" });
    let (vendor, result) = push([no_match(), pdf(), refusal, no_match(), ada_found()], lag, json!({})).await;
    assert!(without_resume(&result).contains("Invalid resume"), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND, FIND]);
}

#[tokio::test]
async fn a_refusal_of_the_applicant_stands() {
    let refusal = || answer(400, json!({ "message": "Invalid email" }));
    let (vendor, result) =
        push([no_match(), pdf(), refusal(), no_match(), refusal()], json!({}), json!({})).await;
    assert_eq!((result.events.write_failure, result.events.attachment_failure), (1, 0), "{result:?}");
    assert_eq!(result.failures[0].kind, ErrorKind::Invalid);
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND, CREATE]);
}

#[tokio::test]
async fn a_resume_for_somebody_who_was_there_fails_where_it_is_asked_for() {
    let (vendor, result) = push([ada_found()], json!({}), json!({})).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND]);

    let (vendor, result) = push([ada_found()], json!({}), json!({ "attachments": "always" })).await;
    assert_eq!((result.events.write_duplicate, result.events.attachment_failure), (1, 1), "{result:?}");
    assert!(result.failures[0].message.contains("along with a new applicant only"), "{result:?}");
    assert_eq!(vendor.calls(), [FIND]);
}

#[tokio::test]
async fn a_resume_inside_a_lost_answer_is_looked_for_in_the_record() {
    let lost = || Reaction::reset_after_reading();
    let (vendor, result) =
        push([no_match(), pdf(), lost(), ada_found(), ada_found()], json!({}), json!({})).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CV, CREATE, FIND, FIND]);

    let mut bare = applicant("aB/1+w==", "ada.byron+cv@example.com");
    bare["resume_path"] = json!("");
    let bare = || list(json!([bare.clone()]));
    let (_, result) = push([no_match(), pdf(), lost(), bare(), bare()], json!({}), json!({})).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
}
