//! Applying for a job.

use hrflow_core::{ErrorKind, Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

const JOB: &str = "jOb/1+w==";

fn parameters() -> Value {
    json!({ "job_id": JOB })
}

fn submissions(job: &str, applicant: &str) -> Reaction {
    list(
        json!([{ "id": "s1", "job_id": "other", "job_seeker_id": applicant }, { "id": "s2", "job_id": job, "job_seeker_id": applicant }]),
    )
}

fn applied() -> Reaction {
    answer(201, json!({ "message": "Thank you for applying" }))
}

/// The parts of a multipart form that are no files.
fn parts(body: &str) -> Value {
    let parts = body.split("name=\"").skip(1).filter_map(|part| {
        let (name, rest) = part.split_once("\"\r\n\r\n")?;
        Some((name.to_owned(), Value::from(rest.split("\r\n--").next()?)))
    });
    Value::Object(parts.collect())
}

#[tokio::test]
async fn somebody_new_is_created_by_applying() {
    let vendor = Vendor::new([no_match()]).await;
    vendor.then([pdf(), applied(), ada_found()]);
    let profile = with_resume(&vendor);
    let result = vendor.push(parameters(), json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, "GET /cv.pdf", APPLY, FIND]);
    let body = vendor.request(2).text();
    assert!(body.contains("name=\"document_fields.1\"; filename="), "{body}");
    let parts = parts(&body);
    assert_eq!((&parts["job_id"], &parts["standard_fields.firstname"]), (&json!(JOB), &json!("Ada")));
}

#[tokio::test]
async fn an_application_is_multipart_without_a_file_too() {
    let vendor = Vendor::new([no_match(), applied(), ada_found()]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    let request = vendor.request(1);
    assert!(request.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert_eq!(
        parts(&request.text()),
        json!({ "standard_fields.firstname": "Ada", "standard_fields.lastname": "Byron", "job_id": JOB,
            "standard_fields.email": "ada.byron+cv@example.com", "standard_fields.mobile_number": "+33199000142" })
    );
    assert_eq!(vendor.calls(), [FIND, APPLY, FIND]);
}

#[tokio::test]
async fn version_two_names_the_job_otherwise() {
    let vendor = Vendor::silent().await;
    let applied = answer(200, json!({ "message": "ok", "submissionId": 77 }));
    vendor.then([signed_in(), ada_found(), no_match(), applied]);
    let api_url = format!("{}/v2", vendor.server.base_url());
    let result = vendor.push(json!({ "job_id": JOB, "api_url": api_url }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(
        vendor.all_calls()[1..],
        [
            "GET /v2/getApplicantsList/",
            "GET /v2/getSubmissionsList/",
            "POST /v2/applyJobWithOutRegistration/"
        ]
    );
    assert_eq!(vendor.query(1)["jobId"], json!(JOB));
    assert_eq!(parts(&vendor.request(2).text())["jobId"], json!(JOB));
}

#[tokio::test]
async fn somebody_who_is_there_applies_once() {
    let vendor = Vendor::new([ada_found(), submissions("other", "aB/1+w=="), applied()]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, SUBMISSIONS, APPLY]);
    assert_eq!(
        vendor.query(1),
        json!({ "job_id": JOB, "job_seeker_id": "aB/1+w==", "isPipeline": "1", "limit": "50" })
    );

    for seeker in ["aB/1+w==", "A-8"] {
        let vendor = Vendor::new([ada_found(), submissions(JOB, seeker)]).await;
        let result = vendor.push(parameters(), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, SUBMISSIONS]);
    }
    // Another one's application is none of hers, whatever the filter lets through.
    let vendor = Vendor::new([ada_found(), submissions(JOB, "somebody"), applied()]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
}

#[tokio::test]
async fn a_second_application_that_ceipal_refuses_is_there_already() {
    for (status, body) in [
        (201, json!({ "success": 0, "message": "You have already applied for this job" })),
        (400, json!({ "message": "already applied" })),
    ] {
        // The account does not hand out who has applied.
        let vendor = Vendor::new([ada_found(), Reaction::answer(404, ""), answer(status, body)]).await;
        let result = vendor.push(parameters(), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, SUBMISSIONS, APPLY]);
    }
}

#[tokio::test]
async fn an_application_without_a_list_to_check_warns_its_item() {
    let vendor = Vendor::new([ada_found(), Reaction::answer(404, ""), applied()]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    let warned = result.warnings.iter().filter(|it| it.warning.field == "job_id");
    assert_eq!(warned.map(|it| it.key.as_str()).collect::<Vec<_>>(), [result.warnings[0].key.as_str()]);
    // With the list there is nothing to warn of.
    let vendor = Vendor::new([ada_found(), no_match(), applied()]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    assert!(result.warnings.iter().all(|it| it.warning.field != "job_id"), "{:?}", result.warnings);
}

#[tokio::test]
async fn a_lost_application_is_looked_for() {
    let lost = || Reaction::answer(500, "");
    // Somebody new.
    let vendor = Vendor::new([no_match(), lost(), ada_found()]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, APPLY, FIND]);

    // Somebody who was there: the application counts, not the applicant.
    let vendor = Vendor::new([ada_found(), no_match(), lost(), ada_found(), submissions(JOB, "A-8")]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, SUBMISSIONS, APPLY, FIND, SUBMISSIONS]);

    let script =
        [ada_found(), no_match(), lost(), ada_found(), no_match(), ada_found(), no_match(), applied()];
    let vendor = Vendor::new(script).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls()[5..], [FIND, SUBMISSIONS, APPLY]);

    let no_list = || Reaction::answer(404, "");
    let vendor = Vendor::new([ada_found(), no_list(), lost(), ada_found(), no_list()]).await;
    let result = vendor.push(parameters(), json!({}), &[ada()]).await;
    assert_eq!(
        (result.events.write_failure, result.failures[0].kind),
        (1, ErrorKind::OutcomeUnknown),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_job_that_is_not_there_stops_the_run() {
    let vendor = Vendor::new([no_match(), answer(404, json!({ "message": "Job not found" }))]).await;
    let result = vendor.push(parameters(), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!((result.status, result.events.write_failure), (Status::Fatal, 0), "{result:?}");
    let message = &result.failures[0].message;
    assert!(
        message.contains("Job not found") && message.contains("Check api_url, job_id and endpoints"),
        "{message}"
    );
    assert_eq!(vendor.calls(), [FIND, APPLY]);
}

#[tokio::test]
async fn an_item_for_one_job_is_another_one_for_the_next() {
    let vendor = Vendor::new([no_match(), applied(), ada_found()]).await;
    vendor.push(parameters(), json!({}), &[ada()]).await;
    vendor.then([signed_in(), ada_found(), no_match(), applied()]);
    let result = vendor.push(json!({ "job_id": "another" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, APPLY, FIND, SIGN_IN, FIND, SUBMISSIONS, APPLY]);
}
