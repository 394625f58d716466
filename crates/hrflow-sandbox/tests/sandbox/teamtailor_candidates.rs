use std::time::Duration;

use hrflow_sandbox::Manner;
use hrflow_sandbox::documents::{docx, pdf, sha256};
use hrflow_sandbox::teamtailor::{FilesAnswer, MergeTags, Unreachable};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{World, candidate};

const BLANK: &str = "can't be blank";

#[tokio::test]
async fn a_create_and_its_answer() {
    let world = World::empty().await;
    let answer = world
        .create(json!({"first-name": "Ann", "email": "Ann+X@Example.COM", "tags": ["a"], "sourced": true}))
        .await;
    assert_eq!(answer.status, 201);
    let data = &answer.json()["data"];
    let id = data["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), world.tt_url(&format!("/v1/candidates/{id}")));
    assert_eq!(data["links"]["self"], answer.header("location"));
    let attributes = &data["attributes"];
    assert_eq!(attributes["email"], "ann+x@example.com");
    assert_eq!(attributes["tags"], json!(["a"]));
    assert_eq!(attributes["last-name"], Value::Null);
    assert_eq!(attributes["unsubscribed"], false);
    let created = attributes["created-at"].as_str().unwrap();
    assert!(created.ends_with("+02:00") && created.contains('.'), "{created}");
    // Linkage only for included relations.
    assert_eq!(data["relationships"]["uploads"].get("data"), None);
    let related = data["relationships"]["uploads"]["links"]["related"].as_str().unwrap();
    assert_eq!(world.tt_get(related).await.json()["data"], json!([]));
    let read = world.tt_get(&format!("/v1/candidates/{id}")).await;
    assert_eq!(read.json()["data"]["attributes"]["first-name"], "Ann");
}

#[tokio::test]
async fn documents_that_are_refused() {
    let world = World::empty().await;
    let post = async |body: Value| world.tt(Method::POST, "/v1/candidates", &body).await;
    let refused = |code: &'static str, title: &'static str, detail: &'static str| (code, title, detail);
    for (body, (code, title, detail)) in [
        (json!({}), refused("106", "Missing Parameter", "The required parameter, data, is missing.")),
        (
            json!({"data": []}),
            refused("122", "Invalid data format", "Invalid data format. Should be a hash."),
        ),
        (
            json!({"data": {}}),
            refused("106", "Missing Parameter", "The required parameter, type, is missing."),
        ),
        (
            json!({"data": {"type": "jobs"}}),
            refused("101", "Invalid resource", "jobs is not a valid resource."),
        ),
        (
            json!({"data": {"type": "candidates", "id": "7", "attributes": {"email": "a@example.com"}}}),
            refused("105", "Param not allowed", "id is not allowed."),
        ),
        (candidate(json!({"role": 1})), refused("105", "Param not allowed", "role is not allowed.")),
        (
            candidate(json!({"first_name": "A"})),
            refused("105", "Param not allowed", "first_name is not allowed."),
        ),
        (
            candidate(json!({"referred": true})),
            refused("105", "Param not allowed", "referred is not allowed."),
        ),
        (
            json!({"data": {"type": "candidates", "attributes": {"email": "a@example.com"},
                "relationships": {"role": {"data": {"type": "roles", "id": "31"}}}}}),
            refused("105", "Param not allowed", "role is not allowed."),
        ),
        (
            json!({"data": {"type": "candidates", "attributes": {"email": "a@example.com"},
                "relationships": {"department": {"data": {"id": "21"}}}}}),
            refused("115", "Invalid Links Object", "Data is not a valid Links Object."),
        ),
        (
            json!({"data": {"type": "candidates", "attributes": {"email": "a@example.com"},
                "relationships": {"department": {"data": {"type": "roles", "id": "31"}}}}}),
            refused("116", "Type Mismatch", "roles is not a valid type for this operation."),
        ),
    ] {
        post(body).await.assert_error(400, code, title, detail, "");
    }
    let missing = json!({"data": {"type": "candidates", "attributes": {"email": "a@example.com"},
        "relationships": {"department": {"data": {"type": "departments", "id": "999"}}}}});
    let detail = "The record identified by 999 could not be found.";
    post(missing).await.assert_error(404, "404", "Record not found", detail, "");
    assert_eq!(world.sandbox.teamtailor().candidate_count(), 0);
    // A client sends these on every create, without effect.
    let id = world
        .created(json!({"email": "b@example.com", "created-at": "2001-01-01", "updated-at": null}))
        .await;
    assert!(world.sandbox.teamtailor().candidate(&id).unwrap().created_at.as_second() > 1_600_000_000);
}

#[tokio::test]
async fn values_that_are_refused() {
    let world = World::empty().await;
    for (attributes, name, message) in [
        (json!({}), "email", BLANK),
        (json!({"email": null}), "email", BLANK),
        (json!({"email": "  "}), "email", BLANK),
        (json!({"sourced": false}), "email", BLANK),
        (json!({"email": "nobody"}), "email", "is invalid"),
        (json!({"email": "a b@example.com"}), "email", "is invalid"),
        (json!({"email": "a@example"}), "email", "is invalid"),
        (json!({"email": "a@example.com", "tags": [{"name": "a"}]}), "tags", "is invalid"),
        (json!({"email": "a@example.com", "tags": "a"}), "tags", "is invalid"),
        (json!({"email": "a@example.com", "sourced": "sourced"}), "sourced", "is invalid"),
        (json!({"email": "a@example.com", "phone": 33}), "phone", "is invalid"),
        (
            json!({"email": "a@example.com", "pitch": "é".repeat(141)}),
            "pitch",
            "is too long (maximum is 140 characters)",
        ),
    ] {
        let answer = world.create(attributes).await;
        let pointer = format!("/data/attributes/{name}");
        answer.assert_error(422, "100", message, &format!("{name} - {message}"), &pointer);
    }
    // One error object for each message.
    let several = world.create(json!({"pitch": "x".repeat(141), "tags": 1})).await;
    assert_eq!(several.json()["errors"].as_array().unwrap().len(), 3);
    assert_eq!(world.create(json!({"email": "a@example.com", "pitch": "é".repeat(140)})).await.status, 201);
    // A sourced candidate needs no email. Each create adds a new candidate.
    let one = world.created(json!({"sourced": true, "last-name": "X"})).await;
    let two = world.created(json!({"sourced": true, "last-name": "X", "merge": true})).await;
    assert_ne!(one, two);
    world.sandbox.teamtailor().switch(|s| s.strict_types = false);
    let cast = world.create(json!({"sourced": "sourced", "tags": [{"name": "a"}]})).await;
    assert_eq!(cast.json()["data"]["attributes"]["sourced"], true);
    assert_eq!(cast.json()["data"]["attributes"]["tags"], json!([r#"{"name":"a"}"#]));
}

#[tokio::test]
async fn an_email_is_unique_unless_merged() {
    let world = World::empty().await;
    let id = world
        .created(json!({"email": "a@example.com", "first-name": "A", "phone": "1", "tags": ["x"]}))
        .await;
    let taken = world.create(json!({"email": "A@example.com"})).await;
    let detail = "email - has already been taken";
    taken.assert_error(422, "100", "has already been taken", detail, "/data/attributes/email");
    let merged = world
        .create(
            json!({"email": "A@Example.com", "merge": true, "last-name": "B", "tags": ["y"], "phone": null}),
        )
        .await;
    assert_eq!(merged.status, 201);
    assert_eq!(merged.json()["data"]["id"], id.as_str());
    let attributes = merged.json()["data"]["attributes"].clone();
    assert_eq!((&attributes["first-name"], &attributes["last-name"]), (&json!("A"), &json!("B")));
    assert_eq!((&attributes["tags"], &attributes["phone"]), (&json!(["y"]), &Value::Null));
    world.sandbox.teamtailor().switch(|s| {
        s.merge_status = 200;
        s.merge_tags = MergeTags::Union;
        s.merge_nulls_clear = false;
    });
    let merged = world
        .create(json!({"email": "a@example.com", "merge": true, "last-name": null, "tags": ["y", "z"]}))
        .await;
    assert_eq!(merged.status, 200);
    assert_eq!(merged.json()["data"]["attributes"]["last-name"], "B");
    assert_eq!(merged.json()["data"]["attributes"]["tags"], json!(["y", "z"]));
    let stored = world.sandbox.teamtailor().candidate_by_email("a@example.com").unwrap();
    assert_eq!((stored.id, stored.merges), (id, 2));
    assert_eq!(world.sandbox.teamtailor().candidate_count(), 1);
}

#[tokio::test]
async fn a_resume_arrives_once_and_shows_later() {
    let world = World::empty().await;
    let files = world.sandbox.files();
    let bytes = docx("CV");
    let url = files.put_file("cv.docx", "application/x", bytes.clone());
    let answer = world.create(json!({"email": "a@example.com", "resume": url})).await;
    assert_eq!(answer.status, 201);
    let attributes = &answer.json()["data"]["attributes"];
    assert_eq!((&attributes["resume"], &attributes["original-resume"]), (&Value::Null, &Value::Null));
    let stored = &world.sandbox.teamtailor().candidates()[0];
    assert_eq!(stored.files.len(), 1);
    assert_eq!(
        (stored.files[0].sha256.as_str(), stored.files[0].size),
        (sha256(&bytes).as_str(), bytes.len())
    );
    assert_eq!(stored.files[0].source, url);
    assert_eq!(world.sandbox.journal().count("files.get"), 1);

    // The résumé is read as a PDF, the original unchanged. Both links expire after 30 seconds.
    let read = world.tt_get(&format!("/v1/candidates/{}", stored.id)).await.json();
    let resume = read["data"]["attributes"]["resume"].as_str().unwrap();
    let original = read["data"]["attributes"]["original-resume"].as_str().unwrap();
    assert!(world.fetch(resume).await.text.starts_with("%PDF"));
    assert_eq!(world.client.get(original).send().await.unwrap().bytes().await.unwrap(), bytes);
    assert_eq!(world.fetch(&original.replace("expires=", "expires=9")).await.status, 403);
    world.sandbox.clock().advance(Duration::from_secs(31));
    assert_eq!(world.fetch(original).await.status, 403);

    world.sandbox.teamtailor().switch(|s| s.resume_delay = 60_000);
    let url = files.put_file("cv.pdf", "application/pdf", pdf("CV"));
    let id = world.created(json!({"email": "b@example.com", "resume": url})).await;
    let resume = async || {
        world.tt_get(&format!("/v1/candidates/{id}")).await.json()["data"]["attributes"]["resume"].clone()
    };
    assert_eq!(resume().await, Value::Null);
    assert_eq!(world.sandbox.teamtailor().candidate(&id).unwrap().files.len(), 1);
    world.sandbox.clock().advance(Duration::from_secs(61));
    assert!(resume().await.is_string());
    // An update without a résumé shows the existing one.
    let body = json!({"data": {"id": id, "type": "candidates", "attributes": {"phone": "1"}}});
    let changed = world.tt(Method::PATCH, &format!("/v1/candidates/{id}"), &body).await.json();
    assert!(changed["data"]["attributes"]["resume"].is_string());
}

#[tokio::test]
async fn files_that_cannot_be_fetched() {
    let world = World::empty().await;
    let files = world.sandbox.files();
    for status in [401, 403, 404] {
        files.treat(&format!("{status}"), Manner::Refuse(status));
    }
    files.treat("away", Manner::Redirect("http://127.0.0.1:1/x".to_owned()));
    files.treat("slow", Manner::Slow(2_000));
    world.sandbox.teamtailor().switch(|s| s.fetch_timeout = 200);
    let base = files.base();
    let hosts = [
        format!("{base}/files/401"),
        format!("{base}/files/403"),
        format!("{base}/files/404"),
        format!("{base}/nothing"),
        format!("{base}/files/away"),
        format!("{base}/files/slow"),
        "https://files.example.com/cv.pdf".to_owned(),
        "http://127.0.0.1:1/cv.pdf".to_owned(),
        "not a url".to_owned(),
        "transient:/made-up".to_owned(),
    ];
    for url in &hosts {
        for name in ["resume", "picture"] {
            let answer = world.create(json!({"email": "a@example.com", name: url})).await;
            let pointer = format!("/data/attributes/{name}");
            let message = "could not be downloaded";
            answer.assert_error(422, "100", message, &format!("{name} - {message}"), &pointer);
        }
    }
    assert_eq!(world.sandbox.teamtailor().candidate_count(), 0);
    let both = world.create(json!({"email": "a@example.com", "resume": hosts[0], "picture": hosts[1]})).await;
    assert_eq!(both.json()["errors"].as_array().unwrap().len(), 2);

    world.sandbox.teamtailor().switch(|s| s.unreachable_resume = Unreachable::Drop);
    let id = world.created(json!({"email": "a@example.com", "resume": hosts[0]})).await;
    assert!(world.sandbox.teamtailor().candidate(&id).unwrap().files.is_empty());

    // A redirect to an allowed host is followed.
    let url = files.put_file("cv.pdf", "application/pdf", pdf("CV"));
    files.treat("moved", Manner::Redirect(url));
    world.created(json!({"email": "b@example.com", "resume": format!("{base}/files/moved")})).await;
}

#[tokio::test]
async fn transient_files() {
    let world = World::empty().await;
    // Larger than the default limit of web servers.
    let content = pdf(&"CV ".repeat(1_000_000));
    let send = async |field: &'static str| {
        let part = reqwest::multipart::Part::bytes(content.clone())
            .file_name("cv.pdf")
            .mime_str("application/pdf")
            .unwrap();
        let request = world
            .client
            .post(world.tt_url("/v1/files"))
            .header("authorization", "Token token=sandbox-admin-read-write")
            .header("x-api-version", "20240904")
            .multipart(reqwest::multipart::Form::new().part(field, part));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (status, answer) = send("file").await;
    assert_eq!(status, 201);
    let uri = answer["uri"].as_str().unwrap();
    assert!(uri.starts_with("transient:/"));
    let id = world.created(json!({"email": "a@example.com", "resume": uri})).await;
    let stored = world.sandbox.teamtailor().candidate(&id).unwrap();
    assert_eq!(stored.files[0].sha256, sha256(&content));
    assert_eq!(send("document").await.0, 400);
    world.sandbox.teamtailor().switch(|s| s.files_answer = FilesAnswer::JsonApi);
    assert!(send("file").await.1["data"]["attributes"]["url"].is_string());
    assert_eq!(world.tt(Method::POST, "/v1/files", &json!({})).await.status, 415);
}

#[tokio::test]
async fn updates() {
    let world = World::empty().await;
    world.created(json!({"email": "taken@example.com"})).await;
    let id = world.created(json!({"email": "a@example.com", "first-name": "A", "tags": ["x", "y"]})).await;
    let path = format!("/v1/candidates/{id}");
    let patch = async |data: Value| world.tt(Method::PATCH, &path, &json!({"data": data})).await;
    let with = |attributes: Value| json!({"id": id, "type": "candidates", "attributes": attributes});
    let keyless = json!({"type": "candidates", "attributes": {}});
    patch(keyless).await.assert_error(
        400,
        "109",
        "A key is required",
        "The resource object does not contain a key.",
        "",
    );
    let other = json!({"id": "5", "type": "candidates"});
    patch(other).await.assert_error(
        400,
        "110",
        "Key is not included in URL",
        "The URL does not support the key 5",
        "",
    );
    assert_eq!(patch(json!({"id": id})).await.error().1, "106");
    assert_eq!(patch(with(json!({"sourced": true}))).await.error().3, "sourced is not allowed.");
    assert_eq!(patch(with(json!({"send-welcome-message": true}))).await.status, 400);
    assert_eq!(patch(with(json!({"email": "Taken@example.com"}))).await.error().2, "has already been taken");
    assert_eq!(patch(with(json!({"email": null}))).await.error().2, BLANK);

    let changed =
        patch(with(json!({"first-name": null, "tags": ["z"], "pitch": "p", "email": "new@example.com"})))
            .await;
    assert_eq!(changed.status, 200);
    let attributes = changed.json()["data"]["attributes"].clone();
    assert_eq!(attributes["first-name"], Value::Null);
    assert_eq!((&attributes["tags"], &attributes["pitch"]), (&json!(["z"]), &json!("p")));
    // The old email is free again.
    world.created(json!({"email": "a@example.com"})).await;

    let missing = world
        .tt(Method::PATCH, "/v1/candidates/77", &json!({"data": {"id": "77", "type": "candidates"}}))
        .await;
    missing.assert_error(
        404,
        "404",
        "Record not found",
        "The record identified by 77 could not be found.",
        "",
    );
}

#[tokio::test]
async fn removal() {
    let world = World::empty().await;
    let id = world.created(json!({"email": "a@example.com"})).await;
    let path = format!("/v1/candidates/{id}");
    let gone = world.tt(Method::DELETE, &path, &Value::Null).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(world.tt_get(&path).await.status, 404);
    assert_eq!(world.tt(Method::DELETE, &path, &Value::Null).await.status, 404);
    world.created(json!({"email": "a@example.com"})).await;
}

#[tokio::test]
async fn relations() {
    let world = World::empty().await;
    let id = world.created(json!({"email": "a@example.com"})).await;
    let relation = |name: &str| format!("/v1/candidates/{id}/relationships/{name}");
    let department = json!({"data": {"type": "departments", "id": "21"}});
    assert_eq!(world.tt(Method::PATCH, &relation("department"), &department).await.status, 204);
    let places = json!({"data": [{"type": "locations", "id": "41"}]});
    assert_eq!(world.tt(Method::POST, &relation("locations"), &places).await.status, 204);
    let replaced = world.tt(Method::PATCH, &relation("locations"), &places).await;
    assert_eq!((replaced.status, replaced.error().2.as_str()), (403, "Complete replacement forbidden"));
    let nowhere = json!({"data": [{"type": "locations", "id": "999"}]});
    assert_eq!(world.tt(Method::POST, &relation("locations"), &nowhere).await.status, 404);
    let role = json!({"data": {"type": "roles", "id": "31"}});
    assert_eq!(world.tt(Method::PATCH, &relation("role"), &role).await.error().3, "role is not allowed.");

    let read = world.tt_get(&format!("/v1/candidates/{id}?include=department,locations")).await.json();
    assert_eq!(
        read["data"]["relationships"]["department"]["data"],
        json!({"type": "departments", "id": "21"})
    );
    assert_eq!(
        read["data"]["relationships"]["locations"]["data"],
        json!([{"type": "locations", "id": "41"}])
    );
    assert_eq!(read["data"]["relationships"]["uploads"].get("data"), None);
    assert_eq!(read["included"].as_array().unwrap().len(), 2);

    world.sandbox.teamtailor().switch(|s| s.relationships_in_create = false);
    let body = json!({"data": {"type": "candidates", "attributes": {"email": "b@example.com"},
        "relationships": {"locations": places}}});
    assert_eq!(world.tt(Method::POST, "/v1/candidates", &body).await.error().3, "locations is not allowed.");
}

#[tokio::test]
async fn at_once_only_one_gets_an_email() {
    let world = World::empty().await;
    let url = world.sandbox.files().put_file("cv.pdf", "application/pdf", pdf("CV"));
    world.sandbox.files().treat("cv.pdf", Manner::Slow(50));
    let tries = (0..8).map(|_| world.create(json!({"email": "a@example.com", "resume": url})));
    let statuses: Vec<u16> =
        futures::future::join_all(tries).await.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(world.sandbox.teamtailor().candidate_count(), 1);
}
