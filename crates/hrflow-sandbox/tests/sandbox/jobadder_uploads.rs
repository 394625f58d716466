use hrflow_sandbox::documents::{docx, pdf, png, sha256};
use reqwest::Method;
use reqwest::multipart::Part;
use serde_json::{Value, json};

use crate::jobadder_support::{Account, named};
use crate::support::Answer;

const PDF: &str = "application/pdf";

fn file(name: &'static str, content_type: &str, bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name(name).mime_str(content_type).unwrap()
}

fn cv() -> Part {
    file("cv.pdf", PDF, pdf("CV"))
}

/// Attaches a file to a candidate.
async fn attach(account: &Account, id: i64, kind: &str, part: Part) -> Answer {
    account.upload(Method::POST, &format!("candidates/{id}/attachments/{kind}"), "fileData", part).await
}

#[tokio::test]
async fn an_attachment_arrives_as_it_was_sent() {
    let account = Account::start().await;
    let id = account.created(named(json!({}))).await;
    let bytes = [pdf("CV"), vec![0, 159, 146, 150]].concat();
    let answer = attach(&account, id, "Resume", file("Lebenslauf é (1).pdf", PDF, bytes.clone())).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let shown = answer.json();
    let attachment_id = shown["attachmentId"].as_i64().unwrap();
    assert!(attachment_id > i64::from(i32::MAX));
    assert_eq!(
        (&shown["type"], &shown["fileName"], &shown["fileType"], &shown["candidateId"]),
        (&json!("Resume"), &json!("Lebenslauf é (1).pdf"), &json!("pdf"), &json!(id))
    );
    assert_eq!(shown["createdBy"]["firstName"], "Asta");
    let own = shown["links"]["self"].as_str().unwrap();
    assert_eq!(own, account.url(&format!("candidates/{id}/attachments/{attachment_id}")));

    let request = account.world.client.get(own).bearer_auth(&account.token).header("accept", "text/html");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert_eq!(response.bytes().await.unwrap(), bytes);
    assert_eq!(account.get(&format!("candidates/{id}/attachments/7")).await.status, 404);
    assert_eq!(account.get(&format!("candidates/7/attachments/{attachment_id}")).await.status, 404);

    let stored = account.jobadder().candidate(id).unwrap().attachments;
    assert_eq!(
        (stored.len(), stored[0].attachment_id, stored[0].kind.as_str()),
        (1, attachment_id, "Resume")
    );
    let kept = &stored[0].file;
    assert_eq!(
        (kept.sha256.as_str(), kept.size, kept.content_type.as_str()),
        (sha256(&bytes).as_str(), bytes.len(), PDF)
    );

    let entry = account.world.sandbox.journal().of("attachments.create")[0].clone();
    assert_eq!(entry.headers["authorization"], "Bearer ***");
    let shown: Value = serde_json::from_str(&entry.body).unwrap();
    let expected = format!(
        "<file \"Lebenslauf é (1).pdf\", application/pdf, {} bytes, sha256 {}>",
        bytes.len(),
        kept.sha256
    );
    assert_eq!(shown, json!({"fileData": expected}));
}

#[tokio::test]
async fn every_upload_adds_a_row() {
    let account = Account::start().await;
    let id = account.created(named(json!({}))).await;
    attach(&account, id, "Resume", cv()).await;
    attach(&account, id, "Resume", cv()).await;
    attach(&account, id, "CoverLetter", file("letter.docx", "application/msword", docx("Dear"))).await;
    attach(&account, id, "Other", file("me.png", "image/png", png(1, 2, 3))).await;
    let list = async |query: &str| {
        let answer = account.get(&format!("candidates/{id}/attachments{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        let names: Vec<String> = body["items"]
            .as_array()
            .unwrap_or(&Vec::new())
            .iter()
            .map(|row| format!("{}:{}", row["type"].as_str().unwrap(), row["fileName"].as_str().unwrap()))
            .collect();
        (names.join(" "), body["totalCount"].as_u64().unwrap())
    };
    assert_eq!(
        list("").await,
        ("Resume:cv.pdf Resume:cv.pdf CoverLetter:letter.docx Other:me.png".to_owned(), 4)
    );
    assert_eq!(list("?Type=Resume").await.1, 2);
    assert_eq!(list("?type=CoverLetter&type=Other").await.1, 2);
    assert_eq!(list("?Type=Resume&Latest=true").await.1, 1);
    assert_eq!(list("?Latest=true").await.1, 3);
    assert_eq!(list("?Category=Work").await.1, 0);
    assert_eq!(list("?Offset=3&Limit=1").await, ("Other:me.png".to_owned(), 4));
    assert_eq!(list("?Limit=0").await, (String::new(), 4));
    let path = format!("candidates/{id}/attachments?Type=CV");
    account.get(&path).await.assert_model(422, "Invalid", "Type");
    account.get("candidates/7/attachments").await.errors();
    assert_eq!(account.get("candidates/7/attachments").await.status, 404);
    let row = account.get(&format!("candidates/{id}/attachments")).await.json()["items"][0].clone();
    assert!(row["attachmentId"].is_i64() && row.get("links").is_none());

    // A PUT that replaces all fields keeps attachments and photos.
    account.update(id, named(json!({}))).await;
    assert_eq!(account.jobadder().candidate(id).unwrap().attachments.len(), 4);
}

#[tokio::test]
async fn uploads_that_are_refused() {
    let account = Account::start().await;
    let id = account.created(named(json!({}))).await;
    let resume = format!("candidates/{id}/attachments/Resume");
    for kind in ["resume", "CV", "7"] {
        attach(&account, id, kind, cv()).await.assert_model(422, "Invalid", "attachmentType");
    }
    let missing = attach(&account, 7, "Resume", cv()).await;
    assert_eq!((missing.status, missing.json()["message"].as_str()), (404, Some("Candidate 7 not found")));
    account.upload(Method::POST, &resume, "file", cv()).await.assert_model(422, "MissingField", "fileData");
    let bearer = format!("Bearer {}", account.token);
    for content_type in ["application/json", PDF, "application/octet-stream"] {
        let headers = [("authorization", bearer.as_str()), ("content-type", content_type)];
        assert_eq!(
            account.raw(Method::POST, &resume, &headers, pdf("CV")).await.status,
            415,
            "{content_type}"
        );
    }
    let nameless = Part::bytes(pdf("CV")).mime_str(PDF).unwrap();
    for part in [
        nameless,
        file("cv.pdf", PDF, Vec::new()),
        file("resume", PDF, pdf("CV")),
        file("cv.exe", PDF, pdf("CV")),
        file("cv.pdf", "application/octet-stream", pdf("CV")),
        Part::bytes(pdf("CV")).file_name("cv.pdf"),
        file("cv.pdf", PDF, vec![b'x'; 5 * 1024 * 1024 + 1]),
    ] {
        attach(&account, id, "Resume", part).await.assert_model(422, "Invalid", "fileData");
    }
    assert!(account.jobadder().candidate(id).unwrap().attachments.is_empty());
    assert_eq!(
        attach(&account, id, "Resume", file("cv.PDF", PDF, vec![b'x'; 5 * 1024 * 1024])).await.status,
        201
    );

    account.jobadder().switch(|s| {
        s.file_types = None;
        s.octet_stream_parts = true;
        s.largest_upload = 10_000;
        s.raw_uploads = true;
    });
    assert_eq!(
        attach(&account, id, "Resume", file("resume", "application/octet-stream", pdf("CV"))).await.status,
        201
    );
    assert_eq!(attach(&account, id, "Resume", file("cv.pdf", PDF, vec![b'x'; 10_001])).await.status, 422);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment; filename=\"raw.pdf\""),
    ];
    let raw = account.raw(Method::POST, &resume, &headers, pdf("raw")).await;
    assert_eq!((raw.status, &raw.json()["fileName"]), (201, &json!("raw.pdf")));
    let stored = account.jobadder().candidate(id).unwrap().attachments;
    assert_eq!(stored.last().unwrap().file.sha256, sha256(&pdf("raw")));
}

#[tokio::test]
async fn photos() {
    let account = Account::start().await;
    let id = account.created(named(json!({}))).await;
    let path = format!("candidates/{id}/photo");
    assert_eq!(account.get(&path).await.status, 404);
    for _ in 0..2 {
        let put =
            account.upload(Method::PUT, &path, "fileData", file("me.png", "image/png", png(1, 2, 3))).await;
        assert_eq!((put.status, put.text.as_str()), (204, ""));
    }
    let url =
        account.get(&format!("candidates/{id}")).await.json()["links"]["photo"].as_str().unwrap().to_owned();
    let bytes = account.world.client.get(url).bearer_auth(&account.token).send().await.unwrap();
    assert_eq!(bytes.bytes().await.unwrap(), png(1, 2, 3));
    let stored = account.jobadder().candidate(id).unwrap();
    assert_eq!((stored.photos_put, stored.photo.unwrap().sha256), (2, sha256(&png(1, 2, 3))));
    assert_eq!(account.send(Method::DELETE, &path, &Value::Null).await.status, 204);
    assert_eq!(account.get(&path).await.status, 404);
    let nobody = account.upload(Method::PUT, "candidates/7/photo", "fileData", cv()).await;
    assert_eq!(nobody.status, 404);
    account.upload(Method::PUT, &path, "photo", cv()).await.assert_model(422, "MissingField", "fileData");
}
