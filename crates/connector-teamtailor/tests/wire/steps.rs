//! What follows a candidate: documents, note, applications, the profile's key.

use hrflow_core::{ErrorKind, Status, result::Reason, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

fn everything() -> Value {
    let mut profile = ada();
    let document = |kind: &str, name: &str, size: u64| {
        json!({ "type": kind, "original_file_name": name, "extension": ".pdf", "file_size": size,
            "public_url": format!("https://files.example.com/{kind}/{size}") })
    };
    profile["attachments"] = json!([
        document("resume", "cv", 1),
        document("cover", "letter.pdf", 2),
        document("other", "letter", 3)
    ]);
    profile["labels"] = json!([{ "stage": "yes", "job_reference": "501" }, { "stage": "no", "job_reference": "502" },
        { "stage": "yes", "job_reference": "REQ-1" }]);
    profile
}

fn related(included: Value) -> Reaction {
    answer(
        200,
        json!({ "data": { "id": "9", "type": "candidates", "attributes": {} }, "included": included }),
    )
}

fn custom_fields() -> Reaction {
    list(json!([
        { "id": "30", "type": "custom-fields", "attributes": { "api-name": "other" } },
        { "id": "31", "type": "custom-fields", "attributes": { "api-name": "hrflow_key" } },
    ]))
}

fn on_candidate() -> Value {
    json!({ "data": { "type": "candidates", "id": "9" } })
}

#[tokio::test]
async fn each_step_is_a_request_of_its_own() {
    let vendor = Vendor::new([
        list(json!([{ "id": 5, "type": "users", "attributes": {} }])),
        custom_fields(),
        created("9"),
        one(201, "uploads", "61"),
        one(201, "uploads", "62"),
        one(201, "notes", "71"),
        one(201, "job-applications", "81"),
        related(json!([])),
        one(201, "custom-field-values", "91"),
    ])
    .await;
    let parameters = json!({ "notes": true, "other_attachments": true, "job_applications": true,
        "key_custom_field": "hrflow_key" });
    let result = vendor.push(parameters, json!({}), &[everything()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(
        vendor.calls(),
        [
            "GET /v1/users",
            "GET /v1/custom-fields",
            "POST /v1/candidates",
            "POST /v1/uploads",
            "POST /v1/uploads",
            "POST /v1/notes",
            "POST /v1/job-applications",
            "GET /v1/candidates/9",
            "POST /v1/custom-field-values"
        ]
    );
    assert_eq!(vendor.request(0).query, "page%5Bsize%5D=1");
    assert_eq!(
        vendor.body(3),
        json!({ "data": { "type": "uploads",
            "attributes": { "url": "https://files.example.com/cover/2", "file-name": "letter.pdf" },
            "relationships": { "candidate": on_candidate() } } })
    );
    assert_eq!(vendor.body(4)["data"]["attributes"]["file-name"], json!("letter (2).pdf"));
    assert_eq!(vendor.body(4)["data"]["attributes"]["url"], json!("https://files.example.com/other/3"));
    assert_eq!(
        vendor.body(5),
        json!({ "data": { "type": "notes", "attributes": { "note": "Summary\nWrites programs." },
            "relationships": { "candidate": on_candidate(), "user": { "data": { "type": "users", "id": "5" } } } } })
    );
    assert_eq!(
        vendor.body(6),
        json!({ "data": { "type": "job-applications", "attributes": { "sourced": true },
            "relationships": { "candidate": on_candidate(), "job": { "data": { "type": "jobs", "id": "501" } } } } })
    );
    assert_eq!(vendor.request(7).query, "include=custom-field-values.custom-field");
    assert_eq!(
        vendor.body(8),
        json!({ "data": { "type": "custom-field-values", "attributes": { "value": "p1" },
            "relationships": { "custom-field": { "data": { "type": "custom-fields", "id": "31" } },
                "owner": on_candidate() } } })
    );
}

#[tokio::test]
async fn without_parameters_there_are_no_steps() {
    let vendor = Vendor::new([created("9")]).await;
    let result = vendor.push(json!({}), json!({}), &[everything()]).await;
    assert_eq!(result.status, Status::Success);
    assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
}

#[tokio::test]
async fn a_value_that_is_there_is_overwritten() {
    let value = |id: &str, field: Value| {
        json!({ "id": id, "type": "custom-field-values", "attributes": { "value": "old" },
            "relationships": { "custom-field": { "data": { "type": "custom-fields", "id": field } } } })
    };
    let included =
        json!([value("90", json!("30")), value("91", json!(31)), { "id": "31", "type": "custom-fields" }]);
    let vendor = Vendor::new([
        custom_fields(),
        created("9"),
        related(included),
        one(200, "custom-field-values", "91"),
    ])
    .await;
    let result = vendor.push(json!({ "key_custom_field": "hrflow_key" }), json!({}), &[ada()]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls()[3], "PATCH /v1/custom-field-values/91");
    let expected =
        json!({ "data": { "type": "custom-field-values", "id": "91", "attributes": { "value": "p1" } } });
    assert_eq!(vendor.body(3), expected);
}

#[tokio::test]
async fn parameters_that_name_what_is_not_there_are_told_before_anything_is_written() {
    let vendor = Vendor::new([custom_fields()]).await;
    let result = vendor.push(json!({ "key_custom_field": "nope" }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadTargetParameters));
    assert!(result.failures[0].message.contains("Check key_custom_field"), "{:?}", result.failures);
    assert_eq!(vendor.calls(), ["GET /v1/custom-fields"]);

    let vendor = Vendor::new([list(json!([]))]).await;
    let result = vendor.push(json!({ "notes": true }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadTargetParameters));
    assert!(result.failures[0].message.contains("Set note_user_id"), "{:?}", result.failures);
}

#[tokio::test]
async fn the_user_who_signs_may_be_given() {
    let vendor = Vendor::new([created("9"), one(201, "notes", "1")]).await;
    let result = vendor.push(json!({ "notes": true, "note_user_id": 12 }), json!({}), &[ada()]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates", "POST /v1/notes"]);
    assert_eq!(vendor.body(1)["data"]["relationships"]["user"]["data"]["id"], json!("12"));
}

#[tokio::test]
async fn a_second_application_is_as_good_as_the_first() {
    let refusals = [
        refusal(
            422,
            json!([{ "title": "has already been taken", "source": { "pointer": "/data" }, "status": "422" }]),
        ),
        refusal(
            422,
            json!([{ "title": "is already applied", "source": { "pointer": "/data/relationships/job" } }]),
        ),
    ];
    for refusal in refusals {
        let jobs = json!([{ "id": "81", "type": "job-applications" }, { "id": 501, "type": "jobs" }]);
        let vendor = Vendor::new([created("9"), refusal, related(jobs)]).await;
        let result = vendor.push(json!({ "job_applications": true }), json!({}), &[everything()]).await;
        assert_eq!((result.status, result.events.attachment_failure), (Status::Success, 0), "{result:?}");
        assert_eq!(
            vendor.calls(),
            ["POST /v1/candidates", "POST /v1/job-applications", "GET /v1/candidates/9"]
        );
        assert_eq!(vendor.request(2).query, "include=job-applications.job");
    }
}

#[tokio::test]
async fn an_application_that_is_refused_for_another_reason_is_a_failure() {
    let about_job = json!({ "pointer": "/data/relationships/job" });
    for (reason, source) in
        [("must be open", about_job), ("has already been taken", json!({ "pointer": "/data" }))]
    {
        let refused = refusal(422, json!([{ "title": reason, "source": source }]));
        let vendor = Vendor::new([created("9"), refused, related(json!([]))]).await;
        let result = vendor.push(json!({ "job_applications": true }), json!({}), &[everything()]).await;
        assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1));
        let failure = &result.failures[0];
        assert_eq!((failure.step.as_str(), failure.kind), ("job_application:501", ErrorKind::Invalid));
        assert!(failure.message.contains(reason), "{}", failure.message);
    }
}

#[tokio::test]
async fn a_document_that_is_not_on_https_is_not_handed_over() {
    let mut profile = ada();
    profile["attachments"] = json!([{ "type": "cover", "file_name": "a.pdf", "public_url": "http://10.0.0.1/a.pdf" },
        { "type": "resume", "file_name": "cv.pdf", "public_url": "http://10.0.0.1/cv.pdf" }]);
    let vendor = Vendor::new([created("9")]).await;
    let result = vendor.push(json!({ "other_attachments": true }), json!({}), &[profile]).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 2), "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
}

#[tokio::test]
async fn a_note_whose_answer_is_lost_is_looked_for() {
    let now = just_now();
    let note = |candidate: u64| {
        json!({ "data": { "id": "71", "type": "notes", "attributes": {
            "note": "Summary\r\nWrites programs.\n", "candidate-id": candidate, "created-at": now } } })
    };
    let as_documented = |candidate| answer(200, json!({ "notes": [note(candidate)] }));
    let mut as_seen = note(0)["data"].clone();
    as_seen["relationships"] = json!({ "candidate": { "data": { "type": "candidates", "id": "9" } } });
    let parameters = json!({ "notes": true, "note_user_id": "5" });
    for found in [as_documented(9), list(json!([as_seen]))] {
        let vendor = Vendor::new([created("9"), Reaction::reset_after_reading(), found]).await;
        let result = vendor.push(parameters.clone(), json!({}), &[ada()]).await;
        assert_eq!(result.status, Status::Success, "{result:?}");
        assert_eq!(vendor.calls(), ["POST /v1/candidates", "POST /v1/notes", "GET /v1/notes"]);
        let query = vendor.request(2).query;
        assert!(
            query.starts_with("filter%5Bupdated-at%5D%5Bfrom%5D=20") && query.contains("&include=candidate&"),
            "{query}"
        );
    }
    // Somebody else's note with the same words is not ours: ours is written again.
    let vendor = Vendor::new([
        created("9"),
        Reaction::reset_after_reading(),
        as_documented(8),
        one(201, "notes", "72"),
    ])
    .await;
    let result = vendor.push(parameters, json!({}), &[ada()]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls().len(), 4);
}

#[tokio::test]
async fn an_upload_whose_answer_is_lost_is_looked_for() {
    let mut profile = ada();
    profile["attachments"] =
        json!([{ "type": "cover", "file_name": "a.pdf", "public_url": "https://f.example.com/a" }]);
    let upload = |at: String| json!([{ "id": "61", "type": "uploads", "attributes": { "file-name": "a.pdf", "created-at": at } }]);
    let parameters = json!({ "other_attachments": true });
    let vendor =
        Vendor::new([created("9"), Reaction::close_after_reading(), related(upload(just_now()))]).await;
    let result = vendor.push(parameters.clone(), json!({}), std::slice::from_ref(&profile)).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates", "POST /v1/uploads", "GET /v1/candidates/9"]);
    assert_eq!(vendor.request(2).query, "include=uploads");

    let older = related(upload(ago(3_600)));
    let vendor =
        Vendor::new([created("9"), Reaction::answer(503, ""), older, one(201, "uploads", "62")]).await;
    let result = vendor.push(parameters, json!({}), &[profile]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls().len(), 4);
}

#[tokio::test]
async fn a_value_whose_answer_is_lost_is_looked_for_before_it_is_written_again() {
    let value = json!({ "id": "91", "type": "custom-field-values", "attributes": { "value": "p1" },
        "relationships": { "custom-field": { "data": { "type": "custom-fields", "id": "31" } } } });
    let vendor = Vendor::new([
        custom_fields(),
        created("9"),
        related(json!([])),
        Reaction::reset_after_reading(),
        related(json!([value])),
        one(200, "custom-field-values", "91"),
    ])
    .await;
    let result = vendor.push(json!({ "key_custom_field": "hrflow_key" }), json!({}), &[ada()]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(
        vendor.calls()[2..],
        [
            "GET /v1/candidates/9",
            "POST /v1/custom-field-values",
            "GET /v1/candidates/9",
            "PATCH /v1/custom-field-values/91"
        ]
    );
}

#[tokio::test]
async fn an_application_may_be_repeated_at_once() {
    let vendor =
        Vendor::new([created("9"), Reaction::answer(503, ""), one(201, "job-applications", "81")]).await;
    let result = vendor.push(json!({ "job_applications": true }), json!({}), &[everything()]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls().len(), 3);
}

#[tokio::test]
async fn documents_are_for_candidates_that_we_created() {
    let found = list(json!([candidate("9", json!({ "email": "ada.byron+cv@example.com" }))]));
    let vendor = Vendor::new([taken(), found]).await;
    let result = vendor.push(json!({ "other_attachments": true }), json!({}), &[everything()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates", "GET /v1/candidates"]);

    let found = list(json!([candidate("9", json!({ "email": "ada.byron+cv@example.com" }))]));
    let vendor = Vendor::new([
        taken(),
        found,
        one(200, "candidates", "9"),
        one(201, "uploads", "1"),
        one(201, "uploads", "2"),
    ])
    .await;
    let options = json!({ "attachments": "always" });
    let result = vendor.push(json!({ "other_attachments": true }), options, &[everything()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls()[2..], ["PATCH /v1/candidates/9", "POST /v1/uploads", "POST /v1/uploads"]);
    let resume = json!({ "data": { "type": "candidates", "id": "9",
        "attributes": { "resume": "https://files.example.com/resume/1" } } });
    assert_eq!(vendor.body(2), resume);
}
