use serde_json::{Value, json};

use crate::ukgpro_support::{Ukg, document, resume};

const OPEN: &str = "0a0e0000-000a-4000-8000-000000000001";
const CLOSED: &str = "0a0e0000-000a-4000-8000-000000000005";
const ASKING: &str = "0a0e0000-000a-4000-8000-000000000007";
const SOURCE: &str = "0a0e0000-0002-4000-8000-000000000001";

fn application(candidate: &str, members: Value) -> Value {
    let mut body = json!({"candidate": {"id": candidate}, "opportunity": {"id": OPEN},
        "creation_method": "CandidateImport"});
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn an_application_and_its_documents() {
    let ukg = Ukg::start().await;
    let candidate = ukg.created("ann@example.com").await;
    let members = json!({"job_posting": "", "application_source": SOURCE, "origin": "é".repeat(50),
        "available_start_date": "2027-01-31"});
    let answer = ukg.post("applications", &application(&candidate, members)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let body = answer.json();
    let id = body["id"].as_str().unwrap();
    assert_eq!((&body["candidate"]["id"], &body["opportunity"]["id"]), (&json!(candidate), &json!(OPEN)));
    assert_eq!(body["applicant_source"], json!({"id": SOURCE, "name": "HrFlow.ai"}));
    assert_eq!(body["work_experiences"], json!([]));
    // The link is plain HTTP, without the gateway's prefix.
    let links = body["links"].as_array().unwrap();
    let link = links.iter().find(|link| link["rel"] == "documents").unwrap()["href"].as_str().unwrap();
    assert_eq!(link, ukg.url(&format!("applications/{id}/documents")));
    let sent = ukg.send_form(link, document(&resume(), b"%PDF".to_vec())).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let stored = &ukg.stand_in().applications()[0];
    assert_eq!((stored.id.as_str(), stored.candidate_id.as_str()), (id, candidate.as_str()));
    assert_eq!((stored.documents.len(), stored.unknown.len()), (1, 0));

    let read = ukg.get(&format!("applications/{id}")).await.json();
    let download = read["documents"][0]["links"][0]["href"].as_str().unwrap();
    assert_eq!(ukg.get(download).await.text, "%PDF");
    assert_eq!(ukg.get(&format!("applications/candidate/{candidate}")).await.json()[0]["id"], id);
    assert_eq!(ukg.get("applications").await.json()[0]["id"], id);
    let missing = "The application was not found.";
    ukg.get("applications/nothing").await.assert_message(404, missing);
    ukg.send_form("applications/nothing/documents", document(&resume(), vec![1]))
        .await
        .assert_message(404, missing);
    ukg.get("applications/candidate/nobody").await.assert_message(404, "The candidate was not found.");
}

#[tokio::test]
async fn applications_that_are_refused() {
    let ukg = Ukg::start().await;
    let candidate = ukg.created("ann@example.com").await;
    for (members, path, kind) in [
        (json!({"creation_method": null}), "creation_method", "Invalid"),
        (json!({"creation_method": "Manual"}), "creation_method", "Invalid"),
        (json!({"job_posting": OPEN}), "job_posting", "NotAllowed"),
        (json!({"origin": "x".repeat(51)}), "origin", "MaxLength"),
        (json!({"candidate": {"id": OPEN}}), "candidate.id", "NotFound"),
        (json!({"candidate": null}), "candidate.id", "Required"),
        (json!({"opportunity": {"id": candidate}}), "opportunity.id", "NotFound"),
        (json!({"opportunity": {"id": CLOSED}}), "opportunity.id", "NotAllowed"),
        (json!({"application_source": "HrFlow.ai"}), "application_source", "NotFound"),
        (json!({"application_source": {"id": "1"}}), "application_source.id", "NotFound"),
        (json!({"available_start_date": "31/01/2027"}), "available_start_date", "Invalid"),
        (json!({"screening_question_responses": {}}), "screening_question_responses", "Invalid"),
    ] {
        ukg.post("applications", &application(&candidate, members)).await.assert_broken(400, path, kind);
    }
    ukg.stand_in().switch(|s| s.start_date_required = true);
    let without = ukg.post("applications", &application(&candidate, json!({}))).await;
    without.assert_broken(400, "available_start_date", "Required");
    ukg.stand_in().switch(|s| {
        s.start_date_required = false;
        s.apply_to_closed = true;
    });
    let closed = application(&candidate, json!({"opportunity": {"id": CLOSED}}));
    assert_eq!(ukg.post("applications", &closed).await.status, 201);
    // One application for each candidate and opportunity.
    ukg.post("applications", &closed).await.assert_broken(409, "opportunity.id", "Duplicate");
    ukg.stand_in().switch(|s| s.second_application_status = 400);
    ukg.post("applications", &closed).await.assert_broken(400, "opportunity.id", "Duplicate");
    let other = application(&candidate, json!({"colour": "red"}));
    assert_eq!(ukg.post("applications", &other).await.status, 201);
    let stored = ukg.stand_in().applications();
    assert_eq!((stored.len(), stored[1].unknown.clone()), (2, vec!["colour".to_owned()]));
}

#[tokio::test]
async fn questions_are_to_be_answered() {
    let ukg = Ukg::start().await;
    let candidate = ukg.created("ann@example.com").await;
    let questions = ukg.get(&format!("opportunities/{ASKING}/screening-questions")).await.json();
    let types: Vec<&str> =
        questions.as_array().unwrap().iter().map(|question| question["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["MultipleChoice", "Numeric", "Text"]);
    assert_eq!(ukg.get(&format!("opportunities/{OPEN}/country-questions")).await.json(), json!([]));
    ukg.get("opportunities/nothing/country-questions")
        .await
        .assert_message(404, "The opportunity was not found.");
    let apply = async |responses: Value| {
        let members = json!({"opportunity": {"id": ASKING}, "screening_question_responses": responses});
        ukg.post("applications", &application(&candidate, members)).await
    };
    let (first, second) = (questions[0]["id"].clone(), questions[1]["id"].clone());
    for responses in [
        Value::Null,
        json!([]),
        json!([{"question": {"id": first}, "answer": "Yes"}]),
        json!([{"question": {"id": first}, "answer": "Yes"}, {"question": {"id": second}, "answer": " "}]),
    ] {
        apply(responses).await.assert_broken(400, "screening_question_responses", "Required");
    }
    let both = json!([{"question": {"id": first}, "answer": "Yes"}, {"question_id": second, "response": 4}]);
    assert_eq!(apply(both).await.status, 201);
}
