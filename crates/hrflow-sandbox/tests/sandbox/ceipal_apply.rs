use hrflow_sandbox::ceipal::SecondApplication;
use hrflow_sandbox::documents::{pdf, sha256};
use serde_json::json;

use crate::ceipal_support::{Cei, EMAIL, FIRST, parts};

const ONE: &str = "v1/applyJobWithOutRegistration";
const TWO: &str = "v2/applyJobWithOutRegistration/";
const APPLIED: &str = "You have applied for the job successfully.";

#[tokio::test]
async fn applying_creates_an_applicant_and_a_submission() {
    let cei = Cei::start().await;
    let jobs = cei.stand_in().jobs();
    let bytes = pdf("Ann");
    let fields = [("job_id", jobs[0].id.as_str()), FIRST, EMAIL, ("standard_fields.city", "Springfield")];
    let answer = cei.send_form(ONE, parts(&fields, Some(&bytes))).await;
    assert_eq!(
        (answer.status, answer.json()),
        (201, json!({"status": 201, "success": 1, "message": APPLIED}))
    );
    let applicant = &cei.stand_in().applicants()[0];
    assert_eq!(applicant.files[0].sha256, sha256(&bytes));
    let submission = &cei.stand_in().submissions()[0];
    assert_eq!((&submission.job_seeker_id, &submission.job_id), (&applicant.id, &jobs[0].id));
    assert_eq!(submission.fields.len(), 4);

    // Version 2 has another id for the job, and returns the submission's id. The applicant is the same.
    let fields = [("jobId", jobs[1].id_v2.as_str()), FIRST, ("standard_fields.email", "ANN@example.com")];
    let answer = cei.send_form(TWO, parts(&fields, Some(b"%PDF second"))).await;
    assert_eq!(answer.status, 201);
    let second = cei.stand_in().submissions()[1].clone();
    assert_eq!(answer.json(), json!({"message": APPLIED, "submissionId": second.id_v2}));
    assert_eq!((cei.stand_in().applicant_count(), &second.job_seeker_id), (1, &applicant.id));
    assert_eq!(cei.stand_in().applicants()[0].files.len(), 2);

    let list = cei.get("v1/getSubmissionsList?isPipeline=1").await.json();
    assert_eq!(list["count"], 2);
    assert_eq!(list["results"][0]["id"], second.id);
    let row = cei.get_with("v1/getSubmissionsList", &[("job_id", &jobs[0].id)]).await.json();
    assert_eq!((&row["count"], &row["results"][0]["job_seeker_id"]), (&json!(1), &json!(applicant.id)));
    assert_eq!(row["results"][0]["submitted_by"], 501);
    let row = cei.get_with("v2/getSubmissionsList/", &[("jobId", &jobs[1].id_v2)]).await.json();
    assert_eq!((&row["count"], &row["results"][0]["job_seeker_id"]), (&json!(1), &json!(applicant.id_v2)));
    let by_person = cei.get_with("v1/getSubmissionsList", &[("job_seeker_id", &applicant.id)]).await.json();
    assert_eq!(by_person["count"], 2);
    let nobody = cei.get_with("v2/getSubmissionsList/", &[("jobId", &jobs[2].id_v2)]).await;
    assert_eq!((nobody.status, nobody.json()), (404, json!({"message": "No records found"})));
}

#[tokio::test]
async fn applications_that_are_refused() {
    let cei = Cei::start().await;
    let jobs = cei.stand_in().jobs();
    let open = ("job_id", jobs[0].id.as_str());
    let closed = ("job_id", jobs[4].id.as_str());
    let other_version = ("job_id", jobs[0].id_v2.as_str());
    for (fields, message) in [
        (vec![FIRST, EMAIL], "The job_id field is required."),
        (vec![("jobId", open.1), FIRST, EMAIL], "The job_id field is required."),
        (vec![("job_id", "nothing"), FIRST, EMAIL], "Job not found."),
        (vec![other_version, FIRST, EMAIL], "Job not found."),
        (vec![closed, FIRST, EMAIL], "This job is not open."),
        (vec![open, EMAIL], "The firstname field is required."),
        (vec![open, FIRST, ("standard_fields.email", "ann")], "Please provide a valid email."),
    ] {
        cei.send_form(ONE, parts(&fields, None)).await.assert_refused(400, message);
    }
    cei.post(ONE, &[open, FIRST, EMAIL])
        .await
        .assert_refused(400, "The request must be multipart/form-data.");
    let unknown = cei.send_form(TWO, parts(&[("jobId", open.1), FIRST, EMAIL], None)).await;
    assert_eq!((unknown.status, unknown.json()), (404, json!({"message": "Job not found."})));
    cei.stand_in().switch(|s| s.apply_required_fields = ["document_fields.1".to_owned()].into());
    cei.send_form(ONE, parts(&[open, FIRST, EMAIL], None))
        .await
        .assert_refused(400, "The document_fields.1 field is required.");
    assert_eq!((cei.stand_in().applicant_count(), cei.stand_in().submissions().len()), (0, 0));
    // Only applications require it.
    cei.created("bo@example.com").await;
}

#[tokio::test]
async fn a_second_application() {
    let cei = Cei::start().await;
    let job = cei.stand_in().jobs()[0].clone();
    let apply = async || cei.send_form(ONE, parts(&[("job_id", &job.id), FIRST, EMAIL], Some(b"%PDF"))).await;
    assert_eq!(apply().await.status, 201);
    apply().await.assert_refused(201, "You have already applied for this job.");
    cei.stand_in().switch(|s| s.second_application = SecondApplication::Hard);
    apply().await.assert_refused(400, "You have already applied for this job.");
    assert_eq!(cei.stand_in().submissions().len(), 1);
    assert_eq!(cei.stand_in().applicants()[0].files.len(), 1);
    let answer = cei.send_form(TWO, parts(&[("jobId", &job.id_v2), FIRST, EMAIL], None)).await;
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({"message": "You have already applied for this job."}))
    );
}
