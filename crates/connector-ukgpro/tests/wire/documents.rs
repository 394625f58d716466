//! What follows a candidate: documents.

use connector_ukgpro::{Candidate, Candidates};
use hrflow_core::{
    ErrorKind, OpenContext, Options, RetryDocuments, Status, Target, Warning, Write, options::OnExisting,
    state::State, testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

const PDF: &str = "%PDF-1.7 cv";
const SEND: &str = "POST candidates/c-1/documents";

fn file(body: &str) -> Reaction {
    Reaction::answer(200, body).header("content-type", "application/octet-stream")
}

fn sent() -> Reaction {
    json(201, json!({ "id": "d-1", "links": [] }))
}

fn document(vendor: &Vendor, kind: &str, name: &str) -> Value {
    json!({ "type": kind, "original_file_name": name, "file_size": 11, "public_url": vendor.file_url(name) })
}

/// The parts of a multipart body: head and content.
fn parts(body: &str, content_type: &str) -> Vec<(String, String)> {
    let boundary = format!("--{}", content_type.split_once("boundary=").expect("a boundary").1);
    let parts = body.split(&boundary).filter_map(|part| part.split_once("\r\n\r\n"));
    parts.map(|(head, content)| (head.to_lowercase(), content.trim_end_matches("\r\n").to_owned())).collect()
}

fn sent_parts(vendor: &Vendor, index: usize) -> (Value, String, String) {
    let request = vendor.request(index);
    let parts = parts(&request.text(), request.header("content-type").unwrap());
    let [metadata, file] = parts.as_slice() else { panic!("{parts:?}") };
    assert!(metadata.0.contains(r#"name="metadata""#) && !metadata.0.contains("filename"), "{}", metadata.0);
    assert!(metadata.0.contains("content-type: application/json"), "{}", metadata.0);
    assert!(file.0.contains(r#"name="file""#), "{}", file.0);
    (serde_json::from_str(&metadata.1).unwrap(), file.0.clone(), file.1.clone())
}

#[tokio::test]
async fn documents_follow_their_candidate_the_resume_first() {
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    vendor.then([file(PDF), sent(), file("\u{0}"), file("%PDF-1.7 letter"), sent()]);
    let attachments = json!([
        document(&vendor, "other", "blob.bin"),
        document(&vendor, "cover", "a:b \"letter\""),
        document(&vendor, "original", "cv.docx"),
        { "type": "resume", "file_name": "resume", "extension": ".pdf", "public_url": vendor.file_url("cv.pdf?sig=hush") },
    ]);
    let result = vendor.push(json!({}), json!({}), &[ada_with(json!({ "attachments": attachments }))]).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    let files = ["GET /files/cv.pdf", "GET /files/blob.bin", "GET /files/a:b%20%22letter%22"];
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, files[0], SEND, files[1], files[2], SEND]);

    let (metadata, head, content) = sent_parts(&vendor, 3);
    assert_eq!(metadata, json!({ "file_name": "resume.pdf", "document_type": "Resume" }));
    assert!(
        head.contains(r#"filename="resume.pdf""#) && head.contains("content-type: application/pdf"),
        "{head}"
    );
    assert_eq!(content, PDF);
    let (metadata, head, content) = sent_parts(&vendor, 6);
    assert_eq!(metadata, json!({ "file_name": "a_b _letter_.pdf", "document_type": "Cover Letter" }));
    assert!(head.contains(r#"filename="a_b _letter_.pdf""#), "{head}");
    assert_eq!(content, "%PDF-1.7 letter");
    let failure = &result.failures[0];
    assert_eq!((failure.step.as_str(), failure.kind), ("document:blob.bin", ErrorKind::Invalid));
    assert!(
        failure.message.contains("of no known type, which the target does not accept")
            && failure.message.contains("jpeg"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn documents_are_for_candidates_that_we_created_unless_asked() {
    let vendor = Vendor::new([somebody("c-1")]).await;
    let attachments = json!({ "attachments": [document(&vendor, "resume", "cv.pdf")] });
    let result = vendor.push(json!({}), json!({}), &[ada_with(attachments.clone())]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP]);

    let vendor = Vendor::new([somebody("c-1"), file(PDF), sent()]).await;
    let attachments = json!({ "attachments": [document(&vendor, "resume", "cv.pdf")] });
    let always = json!({ "attachments": "always" });
    let result = vendor.push(json!({}), always.clone(), &[ada_with(attachments.clone())]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, "GET /files/cv.pdf", SEND]);

    // Whose candidate it is cannot be told: nobody gets the document.
    let vendor = Vendor::new([unclear()]).await;
    let result = vendor.push(json!({}), always, &[ada_with(attachments)]).await;
    assert_eq!((result.events.write_duplicate, result.events.attachment_failure), (1, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP]);

    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let attachments = json!({ "attachments": [document(&vendor, "resume", "cv.pdf")] });
    let result = vendor.push(json!({}), json!({ "attachments": false }), &[ada_with(attachments)]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
}

#[tokio::test]
async fn a_document_that_was_refused_is_sent_by_the_next_run_once_it_has_changed() {
    let vendor =
        Vendor::new([no_match(), created("c-1"), file(PDF), refusal(400, "file_name", "is odd")]).await;
    let mut resume = document(&vendor, "resume", "cv.pdf");
    let profile = ada_with(json!({ "attachments": [resume.clone()] }));
    let result = vendor.push(json!({}), json!({}), std::slice::from_ref(&profile)).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    let failure = &result.failures[0];
    assert_eq!((failure.step.as_str(), failure.kind), ("resume", ErrorKind::Invalid));
    assert!(failure.message.contains("refuses the document: file_name: is odd"), "{}", failure.message);

    vendor.then([token(), levels()]);
    let result = vendor.push(json!({}), json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    resume["file_size"] = json!(12);
    vendor.then([token(), levels(), file(PDF), sent()]);
    let result = vendor.push(json!({}), json!({}), &[ada_with(json!({ "attachments": [resume] }))]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    let file = "GET /files/cv.pdf";
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, file, SEND, LOG_IN, LEVELS, LOG_IN, LEVELS, file, SEND]);
}

#[tokio::test]
async fn a_document_whose_answer_is_lost_is_not_sent_again() {
    for (loss, cause) in [
        (Reaction::reset_after_reading(), "connection"),
        (Reaction::answer(500, ""), "HTTP 500"),
        (Reaction::hang(), "in time"),
    ] {
        let what = format!("{loss:?}");
        let vendor = Vendor::new([no_match(), created("c-1"), file(PDF), loss]).await;
        let profile = ada_with(json!({ "attachments": [document(&vendor, "resume", "cv.pdf")] }));
        let result = vendor.push(json!({}), json!({ "timeout": "1s" }), &[profile]).await;
        assert_eq!(
            (result.events.write_success, result.events.attachment_failure),
            (1, 1),
            "{what}: {result:?}"
        );
        assert_eq!(result.failures[0].kind, ErrorKind::OutcomeUnknown, "{what}");
        // The dead letter holds the same error: it names the cause, and why nothing more is known.
        for part in [cause, "does not list"] {
            assert!(result.failures[0].message.contains(part), "{what}: {:?}", result.failures);
            let letters = vendor.state.dead_letters();
            assert!(letters[0].message.contains(part), "{what}: {}", letters[0].message);
        }
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, "GET /files/cv.pdf", SEND], "{what}");
    }
}

#[tokio::test]
async fn a_document_whose_response_was_lost_is_sent_again_on_request() {
    let file_and_send = ["GET /files/cv.pdf", SEND];
    let vendor =
        Vendor::new([no_match(), created("c-1"), file(PDF), Reaction::answer(500, ""), token(), levels()])
            .await;
    let profile = ada_with(json!({ "attachments": [document(&vendor, "resume", "cv.pdf")] }));
    vendor.push(json!({}), json!({}), &[profile]).await;
    let kept = vendor.retry(json!({}), RetryDocuments::AsConfigured).await;
    assert_eq!(
        (kept.events.attachment_failure, kept.failures[0].kind),
        (1, ErrorKind::OutcomeUnknown),
        "{kept:?}"
    );
    for part in ["an earlier run", "record c-1", "sent_at", "--resend-documents"] {
        assert!(kept.failures[0].message.contains(part), "{kept:?}");
    }
    vendor.then([token(), levels(), file(PDF), sent()]);
    let again = vendor.retry(json!({}), RetryDocuments::Resend).await;
    assert_eq!((again.status, again.events.write_duplicate), (Status::Success, 1), "{again:?}");
    assert!(vendor.state.dead_letters().is_empty());
    let first = [LOOK_UP, CREATE, file_and_send[0], file_and_send[1], LOG_IN, LEVELS];
    assert_eq!(vendor.calls(), [&first[..], &[LOG_IN, LEVELS], &file_and_send].concat());
}

#[tokio::test]
async fn refusals_of_a_document_cost_only_the_document() {
    use ErrorKind::{Forbidden, Invalid, NotFound};
    for (refusal, kind, part) in [
        (Reaction::answer(400, ""), Invalid, "refuses the document"),
        (Reaction::answer(409, ""), Invalid, "refuses the document"),
        (Reaction::answer(413, ""), Invalid, "refuses the document"),
        (Reaction::answer(415, ""), Invalid, "refuses the document"),
        (Reaction::answer(404, ""), NotFound, "no such candidate"),
        (Reaction::answer(403, ""), Forbidden, "recruiting.domain.candidate-import.create"),
    ] {
        let vendor =
            Vendor::new([no_match(), created("c-1"), file(PDF), refusal, no_match(), created("c-2")]).await;
        let profile = ada_with(json!({ "attachments": [document(&vendor, "resume", "cv.pdf")] }));
        let result = vendor.push(json!({}), json!({}), &[profile, bea("p2")]).await;
        assert_eq!((result.events.write_success, result.events.attachment_failure), (2, 1), "{result:?}");
        assert_eq!(result.failures[0].kind, kind, "{result:?}");
        assert!(result.failures[0].message.contains(part), "{:?}", result.failures);
        vendor.calls();
    }
}

#[tokio::test]
async fn what_is_too_large_is_reported_without_sending_it_and_what_is_too_much_is_no_step() {
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let mut large = document(&vendor, "resume", "cv.pdf");
    large["file_size"] = json!(6_000_001);
    let mut attachments = vec![large];
    for number in 0..11 {
        attachments.push(document(&vendor, "other", &format!("{number}.pdf")));
        if number < 9 {
            vendor.then([file(PDF), sent()]);
        }
    }
    let result = vendor.push(json!({}), json!({}), &[ada_with(json!({ "attachments": attachments }))]).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    let told: Vec<(&str, bool)> =
        result.failures.iter().map(|it| (it.step.as_str(), it.message.contains("6000000 bytes"))).collect();
    assert_eq!(told, [("resume", true)]);
    assert_eq!(vendor.calls().iter().filter(|it| *it == SEND).count(), 9);

    // A size that was not told shows while it is fetched.
    let vendor = Vendor::new([no_match(), created("c-1"), file(&"x".repeat(6_000_001))]).await;
    let attachment = json!({ "type": "resume", "public_url": vendor.file_url("cv.pdf") });
    let result = vendor.push(json!({}), json!({}), &[ada_with(json!({ "attachments": [attachment] }))]).await;
    assert_eq!(
        (result.events.attachment_failure, result.failures[0].kind),
        (1, ErrorKind::Invalid),
        "{result:?}"
    );
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, "GET /files/cv.pdf"]);
}

#[tokio::test]
async fn a_document_that_cannot_be_had_is_a_failure_of_its_own() {
    let vendor = Vendor::new([no_match(), created("c-1"), Reaction::answer(403, "")]).await;
    let profile = ada_with(json!({ "attachments": [document(&vendor, "resume", "cv.pdf")] }));
    let result = vendor.push(json!({}), json!({}), std::slice::from_ref(&profile)).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    assert!(result.failures[0].message.contains("signed link"), "{:?}", result.failures);
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE, "GET /files/cv.pdf"]);

    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let result = vendor.push(json!({}), json!({ "allow_local_urls": false }), &[profile]).await;
    assert_eq!(
        (result.events.attachment_failure, result.failures[0].kind),
        (1, ErrorKind::Invalid),
        "{result:?}"
    );
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
}

#[tokio::test]
async fn documents_beyond_the_tenth_are_warnings_of_their_candidate() {
    let attachment = |number: usize| {
        let kind = if number == 11 { "resume" } else { "other" };
        json!({ "kind": kind, "name": format!("{number}.pdf"), "url": format!("https://files.example.com/{number}.pdf") })
    };
    let item: Candidate = serde_json::from_value(json!({
        "name": { "first": "Ada", "last": "Byron" }, "contact_info": { "email": "ada@example.com" },
        "attachments": (0..12).map(attachment).collect::<Vec<_>>(),
    }))
    .unwrap();
    let write = async |found: [Reaction; 2], attachments: bool| {
        let vendor = Vendor::new(found).await;
        let context =
            OpenContext { options: Options::default(), rate_limit: None, grants: vendor.state.grants() };
        let writer = Candidates.open(vendor.parameters(json!({})), context).await.unwrap();
        let write = Write { item: &item, known: None, on_existing: OnExisting::Report, attachments };
        let receipt = writer.write(&[write]).await.remove(0).unwrap();
        let steps: Vec<String> = writer.steps(&item).into_iter().map(|it| it.name).collect();
        (receipt, steps)
    };
    // The résumé goes first, wherever it is: the last two of the others are left out.
    let (receipt, steps) = write([no_match(), created("c-1")], true).await;
    assert_eq!((steps.len(), steps[0].as_str(), steps[9].as_str()), (10, "resume", "document:8.pdf"));
    let reason = "Not sent, because UKG Pro accepts 10 documents of a candidate";
    assert_eq!(receipt.warnings, ["attachments[9]", "attachments[10]"].map(|it| Warning::new(it, reason)));

    // Who wants no documents misses none.
    assert_eq!(write([no_match(), created("c-1")], false).await.0.warnings, []);
}
