use std::time::Duration;

use hrflow_sandbox::documents::{pdf, sha256};
use hrflow_sandbox::teamtailor::SecondValue;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, World};

fn linked(kind: &str, id: &str) -> Value {
    json!({"data": {"type": kind, "id": id}})
}

async fn post(world: &World, kind: &str, attributes: Value, relationships: Value) -> Answer {
    let body = json!({"data": {"type": kind, "attributes": attributes, "relationships": relationships}});
    world.tt(Method::POST, &format!("/v1/{kind}"), &body).await
}

#[tokio::test]
async fn uploads() {
    let world = World::empty().await;
    let id = world.created(json!({"email": "a@example.com"})).await;
    let url = world.sandbox.files().put_file("letter.pdf", "application/pdf", pdf("L"));
    let candidate = json!({"candidate": linked("candidates", &id)});
    let attributes = json!({"url": url, "file-name": "letter (FR).pdf"});
    let made = post(&world, "uploads", attributes.clone(), candidate.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let shown = &made.json()["data"]["attributes"];
    assert_eq!((&shown["file-name"], &shown["internal"]), (&json!("letter (FR).pdf"), &json!(true)));
    // The link is signed and valid for one minute.
    let link = shown["url"].as_str().unwrap();
    assert_eq!(world.fetch(link).await.status, 200);
    world.sandbox.clock().advance(Duration::from_secs(61));
    assert_eq!(world.fetch(link).await.status, 403);

    // An upload that is sent twice is stored twice.
    assert_eq!(post(&world, "uploads", attributes, candidate.clone()).await.status, 201);
    let stored = world.sandbox.teamtailor().uploads();
    assert_eq!(stored.len(), 2);
    assert!(stored.iter().all(|upload| upload.files[0].sha256 == sha256(&pdf("L"))));
    assert_eq!(stored[0].relationships["candidate"], std::slice::from_ref(&id));
    let related = world.tt_get(&format!("/v1/candidates/{id}?include=uploads")).await.json();
    assert_eq!(related["included"].as_array().unwrap().len(), 2);
    assert_eq!(
        world.tt_get("/v1/uploads?sort=-updated-at").await.json()["data"].as_array().unwrap().len(),
        2
    );

    let refused = post(&world, "uploads", json!({"file-name": "x"}), json!({})).await.json();
    let pointers: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["source"]["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/data/relationships/candidate", "/data/attributes/url"]);
    let away = json!({"url": "https://files.example.com/x.pdf", "file-name": "x.pdf"});
    let answer = post(&world, "uploads", away, candidate).await;
    assert_eq!((answer.status, answer.error().4.as_str()), (422, "/data/attributes/url"));
}

#[tokio::test]
async fn notes() {
    let world = World::empty().await;
    let id = world.created(json!({"email": "a@example.com"})).await;
    let whole = json!({"candidate": linked("candidates", &id), "user": linked("users", "11")});
    assert_eq!(post(&world, "notes", json!({"note": "Hello"}), whole.clone()).await.status, 201);
    // Linkage without a type, ids as numbers.
    let loose =
        json!({"candidate": {"data": {"id": id.parse::<u64>().unwrap()}}, "user": {"data": {"id": 12}}});
    let made = post(&world, "notes", json!({"note": "Again"}), loose).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["data"]["attributes"]["user-id"], 12);
    let blank = post(&world, "notes", json!({"note": " "}), whole.clone()).await;
    blank.assert_error(422, "100", "can't be blank", "note - can't be blank", "/data/attributes/note");
    let nobody =
        post(&world, "notes", json!({"note": "x"}), json!({"candidate": linked("candidates", &id)})).await;
    assert_eq!((nobody.status, nobody.error().4.as_str()), (422, "/data/relationships/user"));
    let stranger = json!({"candidate": linked("candidates", "9"), "user": linked("users", "11")});
    assert_eq!(post(&world, "notes", json!({"note": "x"}), stranger).await.status, 404);
    assert_eq!(world.sandbox.teamtailor().notes().len(), 2);

    let list = world
        .tt_get("/v1/notes?include=candidate,user&filter[updated-at][from]=2001-01-01T00:00:00Z")
        .await
        .json();
    assert_eq!(list["data"][0]["attributes"]["note"], "Hello");
    assert_eq!(list["included"].as_array().unwrap().len(), 3);
    let old = [("x-api-version", "20210218"), ("authorization", "Token token=sandbox-admin-read")];
    let legacy = world.raw(Method::GET, "/v1/notes", &old, "").await.json();
    assert_eq!(legacy["notes"][0]["data"]["attributes"]["note"], "Hello");
    world.sandbox.teamtailor().switch(|s| s.legacy_notes = false);
    assert!(world.raw(Method::GET, "/v1/notes", &old, "").await.json()["data"].is_array());
}

#[tokio::test]
async fn job_applications() {
    let world = World::empty().await;
    let id = world.created(json!({"email": "a@example.com"})).await;
    let relations = json!({"candidate": linked("candidates", &id), "job": linked("jobs", "61")});
    let made = post(&world, "job-applications", json!({"sourced": true}), relations.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(made.json()["data"]["attributes"]["changed-stage-at"].is_string());
    let twice = post(&world, "job-applications", json!({}), relations).await;
    assert_eq!((twice.status, twice.error().2.as_str()), (422, "has already been taken"));
    let jobless = json!({"candidate": linked("candidates", &id)});
    let answer = post(&world, "job-applications", json!({}), jobless).await;
    assert_eq!(answer.error().4, "/data/relationships/job");
    let list = world
        .tt_get("/v1/job-applications?filter[stage-type]=inbox&include=stage,candidate,job")
        .await
        .json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["relationships"]["stage"]["data"]["id"], "51");
    for (query, count) in
        [("job]=61", 1), ("job]=62", 0), ("stage-type]=Hired", 0), ("changed-stage-at][from]=2001-01-01", 1)]
    {
        let list = world.tt_get(&format!("/v1/job-applications?filter[{query}")).await.json();
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{query}");
    }
    assert_eq!(
        world.tt_get("/v1/job-applications?filter[job-id]=61").await.error().3,
        "job_id is not allowed."
    );
}

#[tokio::test]
async fn custom_fields() {
    let world = World::empty().await;
    let id = world.created(json!({"email": "a@example.com"})).await;
    let fields = world.tt_get("/v1/custom-fields?page[size]=30").await.json();
    assert!(fields["meta"]["cursors"].is_object());
    let set = async |field: &str, value: Value| {
        let relations =
            json!({"custom-field": linked("custom-fields", field), "owner": linked("candidates", &id)});
        post(&world, "custom-field-values", json!({"value": value}), relations).await
    };
    for (field, good, bad, shown) in [
        ("71", json!("text"), json!(5), json!("text")),
        ("72", json!(true), json!("yes"), json!("true")),
        ("73", json!("2019-08-28"), json!("soon"), json!("2019-08-28")),
        ("74", json!(7), json!("seven"), json!(7)),
        ("75", json!(751), json!("Single"), json!(751)),
        ("76", json!([761, "762"]), json!([9]), json!([761, "762"])),
    ] {
        let refused = set(field, bad).await;
        assert_eq!((refused.status, refused.error().4.as_str()), (422, "/data/attributes/value"), "{field}");
        let made = set(field, good).await;
        assert_eq!(made.status, 201, "{field} {}", made.text);
        assert_eq!(made.json()["data"]["attributes"]["value"], shown);
    }
    assert_eq!(set("71", Value::Null).await.error().2, "can't be blank");
    assert_eq!(set("71", json!("again")).await.error().2, "has already been taken");
    world.sandbox.teamtailor().switch(|s| s.second_value = SecondValue::Create);
    assert_eq!(set("71", json!("again")).await.status, 201);
    let values = world.sandbox.teamtailor().custom_field_values();
    assert_eq!(values.len(), 7);

    let value = &values[0].id;
    let patch = json!({"data": {"id": value, "type": "custom-field-values", "attributes": {"value": "new"}}});
    let changed = world.tt(Method::PATCH, &format!("/v1/custom-field-values/{value}"), &patch).await;
    assert_eq!((changed.status, &changed.json()["data"]["attributes"]["value"]), (200, &json!("new")));
    assert_eq!(world.tt_get("/v1/custom-field-values?include=candidate").await.error().1, "112");
    let owned = world.tt_get("/v1/custom-field-values?include=owner&filter[custom-field]=71").await.json();
    assert_eq!(owned["data"].as_array().unwrap().len(), 2);
    assert_eq!(owned["data"][0]["relationships"]["owner"]["data"], json!({"type": "candidates", "id": id}));
    let typed = world.tt_get("/v1/custom-field-values?filter[field-type]=CustomField::Date").await.json();
    assert_eq!(typed["data"].as_array().unwrap().len(), 1);
}
