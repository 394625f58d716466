//! What follows a candidate: documents, the photo, applications.

use hrflow_core::{
    ErrorKind, Status,
    testing::{Reaction, RecordedRequest, ScriptedServer},
};
use serde_json::{Value, json};

use crate::vendor::*;

const PDF: &[u8] = b"%PDF-1.7 a resume";
const COVER: &[u8] = b"%PDF-1.7 a cover letter";
const DIPLOMA: &[u8] = b"{\\rtf1 a diploma}";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";

/// A profile with documents on a server of this machine.
async fn everything() -> (Value, ScriptedServer) {
    let files = ScriptedServer::start([]).await.unwrap();
    let document = |kind: &str, name: &str, extension: &str| {
        json!({ "type": kind, "original_file_name": name, "extension": extension, "alt": format!("{kind}-hash-1"),
            "public_url": format!("{}/{kind}?signature=hush", files.base_url()) })
    };
    let mut profile = ada();
    profile["info"]["picture"] = json!(format!("{}/picture?signature=hush", files.base_url()));
    profile["attachments"] = json!([
        document("original", "Ada.docx", ".docx"),
        document("resume", "resume", ".pdf"),
        document("cover", "cover letter é.pdf", ".pdf"),
        document("other", "diploma", ".doc"),
    ]);
    profile["labels"] =
        json!([{ "stage": "yes", "job_reference": "501" }, { "stage": "no", "job_reference": "502" }]);
    (profile, files)
}

fn file(bytes: &[u8]) -> Reaction {
    // Whatever the server says that it is.
    Reaction::answer(200, bytes).header("content-type", "application/octet-stream")
}

fn attached(name: &str) -> Reaction {
    Reaction::json(201, &json!({ "attachmentId": 77, "type": "Resume", "fileName": name, "candidateId": 9 }))
}

fn parts(request: &RecordedRequest) -> String {
    request.text()
}

const LOCAL: &str = "allow_local_urls";
const ATTACHMENTS: &str = "GET /candidates/9/attachments";
const ATTACH_RESUME: &str = "POST /candidates/9/attachments/Resume";

#[tokio::test]
async fn documents_are_downloaded_and_uploaded_under_names_of_their_own() {
    let (profile, files) = everything().await;
    files.push(file(PDF));
    files.push(file(COVER));
    let vendor = Vendor::new([created(9), attached("a"), attached("b")]).await;
    let result = vendor.push(json!({}), json!({ LOCAL: true }), &[profile]).await;
    assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
    // Three requests for a created candidate with two documents: its documents are known without a list.
    assert_eq!(vendor.calls(), [CREATE, ATTACH_RESUME, "POST /candidates/9/attachments/CoverLetter"]);
    let resume = parts(&vendor.request(1));
    assert!(
        resume.contains(r#"Content-Disposition: form-data; name="fileData"; filename="resume-resumeha.pdf""#),
        "{resume}"
    );
    assert!(
        resume.contains("Content-Type: application/pdf") && resume.contains("%PDF-1.7 a resume"),
        "{resume}"
    );
    let cover = parts(&vendor.request(2));
    assert!(cover.contains("filename=\"cover letter é-coverhas.pdf\""), "{cover}");
    assert!(files.requests().iter().all(|it| it.header("authorization").is_none()));
}

#[tokio::test]
async fn the_rest_is_sent_where_it_is_asked_for() {
    let (profile, files) = everything().await;
    [file(PDF), file(COVER), file(DIPLOMA), file(PNG)].into_iter().for_each(|it| files.push(it));
    let vendor = Vendor::new([
        sources(&["HrFlow.ai"]),
        created(9),
        attached("a"),
        attached("b"),
        attached("c"),
        Reaction::answer(204, ""),
        Reaction::json(201, &json!({ "items": [] })),
    ])
    .await;
    let parameters =
        json!({ "source": null, "other_attachments": true, "photo": true, "job_applications": true });
    let result = vendor.push(parameters, json!({ LOCAL: true }), &[profile]).await;
    assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
    let calls = vendor.calls();
    assert_eq!(
        calls[4..],
        ["POST /candidates/9/attachments/Other", "PUT /candidates/9/photo", "POST /jobs/501/applications"]
    );
    let other = parts(&vendor.request(4));
    assert!(
        other.contains("diploma-otherhas.doc") && other.contains("Content-Type: application/msword"),
        "{other}"
    );
    let photo = parts(&vendor.request(5));
    assert!(
        photo.contains(r#"name="fileData"; filename="photo.png""#) && photo.contains("image/png"),
        "{photo}"
    );
    assert_eq!(vendor.body(6), json!({ "candidateId": [9], "source": "HrFlow.ai" }));
}

/// What stands in the place of a document, such as a page to log in at, is not sent as one.
#[tokio::test]
async fn a_file_that_is_not_what_its_name_says_is_refused() {
    for (content, part) in [
        (b"<html>log in</html>".as_slice(), "an HTML page"),
        (b"the link has expired", "not what its name says"),
        (b"", "empty (0 bytes)"),
    ] {
        let (mut profile, files) = everything().await;
        profile["attachments"].as_array_mut().unwrap().truncate(2);
        files.push(file(content));
        let vendor = Vendor::new([created(9)]).await;
        let result = vendor.push(json!({}), json!({ LOCAL: true }), &[profile]).await;
        assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
        assert!(result.failures[0].message.contains(part), "{result:?}");
        assert_eq!(vendor.calls(), [CREATE]);
    }
    // Another known type gets its own extension, by which it is known the next time.
    let (mut profile, files) = everything().await;
    profile["attachments"].as_array_mut().unwrap().truncate(1);
    files.push(file(PDF));
    let vendor = Vendor::new([created(9), attached("a")]).await;
    let result = vendor.push(json!({}), json!({ LOCAL: true }), &[profile]).await;
    assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
    let resume = parts(&vendor.request(1));
    assert!(resume.contains("Ada-original.docx.pdf") && resume.contains("application/pdf"), "{resume}");
}

#[tokio::test]
async fn a_document_that_is_there_is_not_sent_again() {
    let (mut profile, files) = everything().await;
    profile["attachments"].as_array_mut().unwrap().truncate(2);
    let there = list(json!([{ "attachmentId": 1, "fileName": "RESUME-resumeha.PDF", "type": "Resume" }]));
    let vendor = Vendor::new([taken("c1"), list(json!([row(9, json!({}))])), there]).await;
    let always = json!({ LOCAL: true, "attachments": "always" });
    let result = vendor.push(json!({}), always, &[profile.clone()]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, ATTACHMENTS]);
    assert_eq!(query(&vendor.request(2)), pairs(&[("Type", "Resume"), ("Offset", "0"), ("Limit", "100")]));
    assert!(files.requests().is_empty());

    // Another file of the same name is another document, and is sent even where nothing else changed.
    profile["attachments"][1]["alt"] = json!("0f0f0f0f0f");
    files.push(file(PDF));
    let older = list(json!([{ "attachmentId": 1, "fileName": "resume-resumeha.pdf" }, { "fileName": null }]));
    vendor.then([count(), older, attached("a")]);
    let result = vendor.push(json!({}), json!({ LOCAL: true }), &[profile]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert!(parts(&vendor.request(5)).contains("resume-0f0f0f0f.pdf"));
}

/// Two items with one address: what the first one sent is found before the second one sends it again.
#[tokio::test]
async fn documents_are_listed_if_a_second_item_meets_a_candidate_that_the_run_created() {
    let (mut profile, files) = everything().await;
    profile["attachments"].as_array_mut().unwrap().truncate(2);
    let mut second = profile.clone();
    second["key"] = json!("p2");
    files.push(file(PDF));
    let there = list(json!([{ "attachmentId": 1, "fileName": "resume-resumeha.pdf" }]));
    let always = json!({ LOCAL: true, "attachments": "always" });
    let vendor = Vendor::new([created(9), attached("a"), there]).await;
    let result = vendor.push(json!({}), always, &[profile, second]).await;
    assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
    assert_eq!((result.events.write_success, result.events.write_duplicate), (1, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, ATTACH_RESUME, ATTACHMENTS]);
}

#[tokio::test]
async fn a_failing_document_does_not_undo_the_candidate() {
    let (mut profile, files) = everything().await;
    profile["attachments"].as_array_mut().unwrap().truncate(2);
    files.push(file(PDF));
    let refused = Reaction::json(
        422,
        &json!({ "errors": { "fileData": ["type not allowed"] }, "message": "Invalid file" }),
    );
    let vendor = Vendor::new([created(9), refused]).await;
    let result = vendor.push(json!({}), json!({ LOCAL: true }), &[profile.clone()]).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    let failure = &result.failures[0];
    assert_eq!((failure.step.as_str(), failure.kind), ("resume", ErrorKind::Invalid));
    assert!(failure.message.contains("Invalid file; fileData: type not allowed"), "{}", failure.message);

    // The next run sends another résumé alone, and lists what is there first.
    profile["attachments"][1]["alt"] = json!("another-file");
    files.push(file(PDF));
    vendor.then([count(), list(json!([])), attached("a")]);
    let result = vendor.push(json!({}), json!({ LOCAL: true }), &[profile]).await;
    assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
    let calls = vendor.calls();
    assert_eq!(calls.iter().filter(|call| *call == CREATE).count(), 1, "{calls:?}");
}

#[tokio::test]
async fn an_upload_whose_answer_is_lost_is_looked_for() {
    let there = |at: String| {
        list(json!([{ "attachmentId": 77, "fileName": "resume-resumeha.pdf", "createdAt": at }]))
    };
    for (found, sent) in [(there(just_now()), 1), (there(ago(3_600)), 2), (list(json!([])), 2)] {
        let (mut profile, files) = everything().await;
        profile["attachments"].as_array_mut().unwrap().truncate(2);
        files.push(file(PDF));
        let vendor = Vendor::new([created(9), Reaction::reset_after_reading(), found]).await;
        if sent == 2 {
            files.push(file(PDF));
            vendor.then([list(json!([])), attached("a")]);
        }
        let result = vendor.push(json!({}), json!({ LOCAL: true }), &[profile]).await;
        assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
        let uploads = vendor.calls().iter().filter(|call| call.starts_with("POST /candidates/9/")).count();
        assert_eq!(uploads, sent);
    }
}

#[tokio::test]
async fn a_picture_has_to_be_one() {
    let (mut profile, files) = everything().await;
    profile["attachments"] = json!([]);
    files.push(file(b"<html>log in</html>"));
    let vendor = Vendor::new([created(9)]).await;
    let result = vendor.push(json!({ "photo": true }), json!({ LOCAL: true }), &[profile]).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    assert!(result.failures[0].message.contains("an HTML page"), "{result:?}");
}

#[tokio::test]
async fn an_application_may_be_there_already_and_may_be_repeated() {
    let (mut profile, _files) = everything().await;
    profile["attachments"] = json!([]);
    let parameters = json!({ "job_applications": true, "source": "" });
    for script in [
        vec![refusal(409, "candidate already exists", json!([]))],
        vec![Reaction::answer(503, ""), Reaction::json(201, &json!({}))],
    ] {
        let vendor = Vendor::new([created(9)]).await;
        vendor.then(script);
        let result = vendor.push(parameters.clone(), json!({}), std::slice::from_ref(&profile)).await;
        assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
        assert_eq!(vendor.body(1), json!({ "candidateId": [9] }));
    }
    // A right that only this step needs does not stop the run.
    let vendor = Vendor::new([created(9), Reaction::answer(403, ""), created(10)]).await;
    let result = vendor.push(parameters, json!({}), &[profile, bea("p2")]).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (2, 1), "{result:?}");
}

/// Who was there before applies too where that is asked for; a second time only for what is new.
#[tokio::test]
async fn whoever_was_there_applies_where_it_is_asked_for() {
    let (mut profile, _files) = everything().await;
    profile["attachments"] = json!([]);
    let parameters = json!({ "job_applications": true });
    let found = || list(json!([row(9, json!({}))]));
    let applied = || Reaction::json(201, &json!({ "items": [] }));
    let vendor = Vendor::new([taken("c1"), found(), applied()]).await;
    let result = vendor.push(parameters.clone(), json!({}), std::slice::from_ref(&profile)).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND, "POST /jobs/501/applications"]);
    assert_eq!(vendor.body(2), json!({ "candidateId": [9] }));

    profile["labels"][1]["stage"] = json!("yes");
    vendor.then([count(), applied()]);
    let result = vendor.push(parameters.clone(), json!({}), std::slice::from_ref(&profile)).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls()[4..], ["POST /jobs/502/applications"]);

    // Nobody asked.
    let vendor = Vendor::new([taken("c1"), found()]).await;
    let result = vendor.push(json!({}), json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND]);
}

/// That a job is gone costs the application, and neither the candidate nor its other applications.
#[tokio::test]
async fn an_application_that_is_refused_is_a_failure_of_its_own() {
    let (mut profile, _files) = everything().await;
    profile["attachments"] = json!([]);
    profile["labels"][1]["stage"] = json!("yes");
    let parameters = json!({ "job_applications": true });
    let gone = || refusal(404, "Job 501 not found", json!([]));
    let applied = || Reaction::json(201, &json!({ "items": [] }));
    let found = || list(json!([row(9, json!({}))]));
    for (existing, script, calls) in
        [(false, vec![created(9)], vec![CREATE]), (true, vec![taken("c1"), found()], vec![CREATE, FIND])]
    {
        let vendor = Vendor::new(script).await;
        vendor.then([gone(), applied()]);
        let result = vendor.push(parameters.clone(), json!({}), std::slice::from_ref(&profile)).await;
        let events = &result.events;
        let written = (events.write_success, events.write_duplicate, events.write_failure);
        assert_eq!(written, (u64::from(!existing), u64::from(existing), 0), "{result:?}");
        assert_eq!(
            (result.status, events.attachment_failure),
            (Status::SuccessWithFailures, 1),
            "{result:?}"
        );
        let letters = vendor.state.dead_letters();
        let steps: Vec<_> = letters.iter().map(|it| (it.step.as_str(), it.kind, it.retryable)).collect();
        assert_eq!(steps, [("job_application:501", ErrorKind::NotFound, false)]);
        let jobs = ["POST /jobs/501/applications", "POST /jobs/502/applications"];
        assert_eq!(vendor.calls(), [calls.as_slice(), &jobs].concat());

        // Once the job is there again, the application alone is sent.
        vendor.then([count(), applied()]);
        let result = vendor.retry(parameters.clone()).await;
        assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls().last().map(String::as_str), Some(jobs[0]));
        assert_eq!(vendor.state.dead_letters().len(), 0);
    }
}

#[tokio::test]
async fn documents_are_for_candidates_that_we_created() {
    let (profile, files) = everything().await;
    let found = || list(json!([row(9, json!({}))]));
    let vendor = Vendor::new([taken("c1"), found()]).await;
    let result = vendor.push(json!({}), json!({ LOCAL: true }), std::slice::from_ref(&profile)).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [CREATE, FIND]);

    [file(PDF), file(COVER)].into_iter().for_each(|it| files.push(it));
    let vendor =
        Vendor::new([taken("c1"), found(), list(json!([])), attached("a"), list(json!([])), attached("b")])
            .await;
    let result = vendor.push(json!({}), json!({ LOCAL: true, "attachments": "always" }), &[profile]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls().len(), 6);
}
