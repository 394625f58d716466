use hrflow_sandbox::documents::{pdf, sha256};
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::ukgpro_support::{Ukg, document, resume};

#[tokio::test]
async fn a_document_and_its_answer() {
    let ukg = Ukg::start().await;
    let id = ukg.created("ann@example.com").await;
    let path = format!("candidates/{id}/documents");
    let bytes = [pdf("Ann"), vec![0xFF, 0xFE]].concat();
    let metadata =
        json!({"file_name": "Ann's CV.PDF", "document_type": "Resume", "description": "é".repeat(50)});
    let answer = ukg.send_form(&path, document(&metadata, bytes.clone())).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let body = answer.json();
    for name in ["file_name", "document_type", "description"] {
        assert_eq!(body[name], metadata[name]);
    }
    let document_id = body["id"].as_str().unwrap();
    let download = ukg.url(&format!("{path}/{document_id}/download"));
    assert_eq!(body["links"], json!([{"rel": "Download", "href": download}]));

    let stored = &ukg.stand_in().candidate(&id).unwrap().documents[0];
    assert_eq!((stored.sha256.clone(), stored.size), (sha256(&bytes), bytes.len()));
    assert_eq!(
        (stored.part_file_name.as_str(), stored.content_type.as_str()),
        ("resume.pdf", "application/pdf")
    );
    assert_eq!(ukg.world.sandbox.files().held(&stored.sha256).unwrap().bytes, bytes);
    let got = ukg.world.client.get(&download).bearer_auth(&ukg.token).send().await.unwrap();
    assert_eq!(got.headers()["content-disposition"], "attachment; filename=\"Ann's CV.PDF\"");
    assert_eq!(got.bytes().await.unwrap(), bytes);

    // A document that is sent twice is stored twice.
    ukg.send_form(&path, document(&resume(), bytes)).await;
    assert_eq!(ukg.stand_in().candidate(&id).unwrap().documents.len(), 2);
    let unknown = ukg.send_form("candidates/nobody/documents", document(&resume(), vec![1])).await;
    unknown.assert_message(404, "The candidate was not found.");
    let unknown = ukg.get(&format!("{path}/nothing/download")).await;
    unknown.assert_message(404, "The document was not found.");
}

#[tokio::test]
async fn metadata_that_is_refused() {
    let ukg = Ukg::start().await;
    let path = format!("candidates/{}/documents", ukg.created("ann@example.com").await);
    let named = |name: &str| json!({"file_name": name, "document_type": "Resume"});
    let mut cases = vec![
        (json!({"document_type": "Resume"}), "metadata.file_name", "Required"),
        (named("  "), "metadata.file_name", "Required"),
        (named("resume"), "metadata.file_name", "Invalid"),
        (named("resume.txt"), "metadata.file_name", "Invalid"),
        (named("resume.pdf?Expires=1"), "metadata.file_name", "Invalid"),
        (json!({"file_name": "a.pdf"}), "metadata.document_type", "Required"),
        (json!({"file_name": "a.pdf", "document_type": "resume"}), "metadata.document_type", "Invalid"),
        (json!({"file_name": "a.pdf", "document_type": "CoverLetter"}), "metadata.document_type", "Invalid"),
        (
            json!({"file_name": "a.pdf", "document_type": "Other", "description": "x".repeat(51)}),
            "metadata.description",
            "MaxLength",
        ),
        (json!([]), "metadata", "Invalid"),
    ];
    cases.extend(
        "/\\?:*\"<>|".chars().map(|c| (named(&format!("a{c}b.pdf")), "metadata.file_name", "Invalid")),
    );
    for (metadata, field, kind) in cases {
        ukg.send_form(&path, document(&metadata, b"%PDF".to_vec())).await.assert_broken(400, field, kind);
    }
    for extension in ["jpg", "jpeg", "png", "pdf", "doc", "docx", "DOCX"] {
        ukg.stand_in().switch(|s| s.document_count = None);
        let answer = ukg.send_form(&path, document(&named(&format!("a.{extension}")), b"x".to_vec())).await;
        assert_eq!(answer.status, 201, "{extension}");
    }
}

#[tokio::test]
async fn forms_that_are_refused() {
    let ukg = Ukg::start().await;
    let path = format!("candidates/{}/documents", ukg.created("ann@example.com").await);
    let typed = |text: &str, mime: &str| Part::text(text.to_owned()).mime_str(mime).unwrap();
    let metadata = || typed(&resume().to_string(), "application/json");
    let file = || Part::bytes(b"%PDF".to_vec()).file_name("a.pdf").mime_str("application/pdf").unwrap();
    for (form, field, kind) in [
        (Form::new().part("file", file()), "metadata", "Required"),
        (Form::new().part("metadata", metadata()), "file", "Required"),
        (Form::new().part("metadata", metadata()).part("document", file()), "file", "Required"),
        (
            Form::new().part("metadata", metadata()).part("file", file()).part("file", file()),
            "file",
            "Required",
        ),
        (
            Form::new().part("metadata", metadata()).part("file", typed("%PDF", "application/pdf")),
            "file",
            "Required",
        ),
        (
            Form::new().part("metadata", metadata()).part("file", Part::bytes(vec![]).file_name("a.pdf")),
            "file",
            "Required",
        ),
        (
            Form::new().part("metadata", typed("{", "application/json")).part("file", file()),
            "metadata",
            "Invalid",
        ),
        (
            Form::new()
                .part("metadata", typed(&resume().to_string(), "application/pdf"))
                .part("file", file()),
            "metadata",
            "Invalid",
        ),
        (Form::new().text("metadata", resume().to_string()).part("file", file()), "metadata", "Invalid"),
    ] {
        ukg.send_form(&path, form).await.assert_broken(400, field, kind);
    }
    let json = ukg.post(&path, &resume()).await;
    json.assert_message(415, "The body must be multipart/form-data, with its boundary.");
    ukg.stand_in().switch(|s| s.metadata_type_checked = false);
    let form = Form::new().text("metadata", resume().to_string()).part("file", file());
    assert_eq!(ukg.send_form(&path, form).await.status, 201);
}

#[tokio::test]
async fn size_and_number() {
    let ukg = Ukg::start().await;
    let path = format!("candidates/{}/documents", ukg.created("ann@example.com").await);
    let send = async |size: usize| ukg.send_form(&path, document(&resume(), vec![b'x'; size])).await;
    send(6_000_001).await.assert_broken(413, "file", "MaxSize");
    ukg.stand_in().switch(|s| s.too_large_status = 400);
    send(6_000_001).await.assert_broken(400, "file", "MaxSize");
    assert_eq!(send(6_000_000).await.status, 201);
    for _ in 1..10 {
        assert_eq!(send(1).await.status, 201);
    }
    send(1).await.assert_broken(409, "file", "MaxCount");
    ukg.stand_in().switch(|s| s.too_many_status = 400);
    send(1).await.assert_broken(400, "file", "MaxCount");
    ukg.stand_in().switch(|s| s.document_count = None);
    assert_eq!(send(1).await.status, 201);
}
