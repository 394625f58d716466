//! Creating, finding, updating and merging candidates.

use hrflow_core::{
    ErrorKind, Status,
    result::Reason,
    testing::{Reaction, ScriptedServer},
};
use serde_json::{Value, json};

use crate::vendor::*;

fn with(member: &str, value: Value) -> Value {
    let mut profile = ada();
    profile[member] = value;
    profile
}

fn with_info(member: &str, value: &str) -> Value {
    let mut profile = ada();
    profile["info"][member] = json!(value);
    profile
}

#[tokio::test]
async fn a_candidate_is_created_with_everything_in_one_request() {
    let vendor = Vendor::new([created("4711")]).await;
    let mut profile = with_info("picture", "https://files.example.com/p.png");
    profile["attachments"] = json!([{ "type": "resume", "file_name": "cv", "extension": ".pdf", "file_size": 9,
        "public_url": "https://files.example.com/cv.pdf?sig=1" }]);
    profile["skills"] = json!([{ "name": "Rust" }, { "name": "SQL" }, { "name": "C" }]);
    let parameters = json!({ "tags": ["hrflow", "open: true", " "], "skills_as_tags": 2 });
    let result = vendor.push(parameters, json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
    assert_eq!(
        vendor.body(0),
        json!({ "data": { "type": "candidates", "attributes": {
            "first-name": "Ada", "last-name": "Byron", "email": "ada.byron+cv@example.com", "phone": "+33 199 00 01 42",
            "pitch": "Writes programs.", "linkedin-url": "https://linkedin.com/in/ada",
            "picture": "https://files.example.com/p.png", "resume": "https://files.example.com/cv.pdf?sig=1",
            "sourced": true, "tags": ["open: true", "Rust", "SQL", "hrflow"],
        }}})
    );
}

#[tokio::test]
async fn parameters_say_how_a_candidate_is_created() {
    let vendor = Vendor::new([created("1")]).await;
    let api_url = format!("{}/v1/", vendor.server.base_url());
    let parameters = json!({ "api_url": api_url, "sourced": false, "set_consent_expiration": true });
    vendor.push(parameters, json!({ "attachments": false }), &[ada()]).await;
    assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
    let attributes = &vendor.body(0)["data"]["attributes"];
    assert_eq!(attributes["sourced"], json!(false));
    assert_eq!(attributes["set-consent-expiration"], json!(true));
    assert_eq!(attributes.get("merge"), None);
}

/// Teamtailor fetches pictures and résumés itself: it is given no URL that would not be fetched here.
#[tokio::test]
async fn urls_that_would_not_be_fetched_here_are_not_given_to_teamtailor() {
    for (url, allowed_where_local) in [
        ("http://files.example.com/p.png", false),
        ("https://10.0.0.1/p.png", true),
        ("https://localhost/p.png", true),
        ("http://127.0.0.1/p.png", true),
        ("https://metadata.google.internal/p.png", true),
        ("https://169.254.169.254/latest/meta-data", false),
        ("https://[::ffff:10.0.0.1]/p.png", false),
    ] {
        for allow_local_urls in [false, true] {
            let vendor = Vendor::new([created("1")]).await;
            let mut profile = with_info("picture", url);
            profile["attachments"] = json!([{ "type": "resume", "file_name": "cv.pdf", "public_url": url }]);
            let receipt =
                vendor.write(json!({ "allow_local_urls": allow_local_urls }), &profile).await.unwrap();
            let attributes = &vendor.body(0)["data"]["attributes"];
            let warned: Vec<&str> = receipt.warnings.iter().map(|it| it.field.as_str()).collect();
            if allow_local_urls && allowed_where_local {
                assert_eq!((&attributes["picture"], &attributes["resume"]), (&json!(url), &json!(url)));
                assert_eq!(warned, [""; 0], "{url}");
            } else {
                assert_eq!((attributes.get("picture"), attributes.get("resume")), (None, None), "{url}");
                assert_eq!(warned, ["data.attributes.picture", "data.attributes.resume"], "{url}");
                let reason = &receipt.warnings[0].reason;
                assert!(
                    reason.starts_with("Not given to Teamtailor: the attachment's address is not"),
                    "{reason}"
                );
            }
        }
    }
}

/// A login page, a program or nothing in the place of a résumé is not stored at Teamtailor.
#[tokio::test]
async fn what_is_no_document_is_not_stored() {
    for (body, part) in [
        (&b"<!DOCTYPE html><title>Sign in</title>"[..], "an HTML page"),
        (b"MZ\x90\0\x03\0\0\0", "a Windows program"),
        (b"<svg xmlns='x' onload='alert(1)'/>", "an SVG image"),
        (b"", "empty (0 bytes)"),
        (b"Not found", "plain text, which is not what its name says (.pdf)"),
    ] {
        let vendor = Vendor::new([]).await;
        let cv = format!("{}/cv.pdf", vendor.server.base_url());
        vendor.then([
            invalid("resume", "no"),
            created("9"),
            invalid("resume", "no"),
            Reaction::answer(200, body),
        ]);
        let attachments = json!([{ "type": "resume", "original_file_name": "cv.pdf", "public_url": cv }]);
        let options = json!({ "allow_local_urls": true });
        let result = vendor.push(json!({}), options, &[with("attachments", attachments)]).await;
        assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
        let failure = &result.failures[0];
        assert_eq!((failure.step.as_str(), failure.kind), ("resume", ErrorKind::Invalid));
        assert!(failure.message.contains(part), "{}", failure.message);
        assert_eq!(vendor.calls().last().map(String::as_str), Some("GET /cv.pdf"));
    }
}

#[tokio::test]
async fn a_taken_address_is_found_and_reported() {
    let found = candidate("9", json!({ "email": "Ada.Byron+cv@example.com", "tags": null }));
    let vendor = Vendor::new([taken(), list(json!([found]))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates", "GET /v1/candidates"]);
    let query = vendor.request(1).query;
    assert_eq!(query, "filter%5Bemail%5D=ada.byron%2Bcv%40example.com&page%5Bsize%5D=30");
}

#[tokio::test]
async fn an_address_that_somebody_else_has_is_nobodys() {
    let somebody = || list(json!([candidate("9", json!({ "email": "x@example.com" }))]));
    let vendor = Vendor::new([taken(), somebody(), somebody()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_failure, 1);
    assert_eq!(vendor.calls().len(), 3, "it is looked for again once the look-up cannot lag any more");
    let message = &result.failures[0].message;
    assert!(
        message.contains("email - has already been taken") && message.contains("finds nobody"),
        "{message}"
    );
}

#[tokio::test]
async fn what_exists_is_updated_where_asked() {
    let found =
        candidate("9", json!({ "email": "ada.byron+cv@example.com", "tags": ["mine", "open: true"] }));
    let vendor = Vendor::new([taken(), list(json!([found])), one(200, "candidates", "9")]).await;
    let profile =
        with("attachments", json!([{ "type": "resume", "public_url": "https://files.example.com/cv.pdf" }]));
    let result =
        vendor.push(json!({ "tags": ["new"] }), json!({ "on_existing": "update" }), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates", "GET /v1/candidates", "PATCH /v1/candidates/9"]);
    assert_eq!(
        vendor.body(2),
        json!({ "data": { "type": "candidates", "id": "9", "attributes": {
            "first-name": "Ada", "last-name": "Byron", "email": "ada.byron+cv@example.com", "phone": "+33 199 00 01 42",
            "pitch": "Writes programs.", "linkedin-url": "https://linkedin.com/in/ada",
            "tags": ["mine", "open: true", "new"],
        }}})
    );
}

#[tokio::test]
async fn a_known_candidate_is_updated_and_a_deleted_one_created_anew() {
    let vendor = Vendor::new([created("9")]).await;
    let update = json!({ "on_existing": "update" });
    vendor.push(json!({}), update.clone(), &[ada()]).await;

    let current = json!({ "data": candidate("9", json!({ "tags": ["mine"] })) });
    vendor.then([company(), answer(200, current), one(200, "candidates", "9")]);
    let result = vendor.push(json!({}), update.clone(), &[with_info("phone", "+33 199 00 01 02")]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    assert_eq!(vendor.body(3)["data"]["attributes"]["tags"], json!(["mine", "open: true"]));

    let gone = json!([{ "title": "Record not found", "detail": "The record identified by 9 could not be found.",
        "code": "404", "status": "404" }]);
    vendor.then([company(), refusal(404, gone), created("10")]);
    let result = vendor.push(json!({}), update.clone(), &[with_info("phone", "+33 199 00 01 03")]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");

    // Unchanged is not sent again.
    vendor.then([company()]);
    let result = vendor.push(json!({}), update, &[with_info("phone", "+33 199 00 01 03")]).await;
    assert_eq!(result.events.write_duplicate, 1, "{result:?}");
    let company = "GET /v1/company";
    assert_eq!(
        vendor.calls(),
        [
            "POST /v1/candidates",
            company,
            "GET /v1/candidates/9",
            "PATCH /v1/candidates/9",
            company,
            "GET /v1/candidates/9",
            "POST /v1/candidates",
            company
        ]
    );
}

#[tokio::test]
async fn merging_looks_first_and_says_so_when_it_creates() {
    let merge = json!({ "merge": true });
    let vendor = Vendor::new([list(json!([])), created("9")]).await;
    let result = vendor.push(merge.clone(), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_success, 1);
    assert_eq!(vendor.calls(), ["GET /v1/candidates", "POST /v1/candidates"]);
    assert_eq!(vendor.body(1)["data"]["attributes"]["merge"], json!(true));

    let found = candidate("9", json!({ "email": "ada.byron+cv@example.com", "tags": ["mine"] }));
    let vendor = Vendor::new([list(json!([found])), one(200, "candidates", "9")]).await;
    let result = vendor.push(merge.clone(), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_success, 1);
    assert_eq!(vendor.calls(), ["GET /v1/candidates", "PATCH /v1/candidates/9"]);
    let attributes = &vendor.body(1)["data"]["attributes"];
    assert_eq!((&attributes["tags"], attributes.get("merge")), (&json!(["mine", "open: true"]), None));

    // Without an address there is nobody to merge into.
    let vendor = Vendor::new([created("9")]).await;
    vendor.push(merge, json!({}), &[bea("p2")]).await;
    assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
    assert_eq!(vendor.body(0)["data"]["attributes"].get("merge"), None);
}

#[tokio::test]
async fn a_picture_that_cannot_be_fetched_does_not_cost_the_candidate() {
    let without_pointer =
        refusal(422, json!([{ "title": "is broken", "detail": "picture - is broken", "code": "100" }]));
    for refusal in [invalid("picture", "could not be fetched"), without_pointer] {
        let vendor = Vendor::new([refusal, created("9")]).await;
        let result =
            vendor.push(json!({}), json!({}), &[with_info("picture", "https://f.example.com/p.png")]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), ["POST /v1/candidates", "POST /v1/candidates"]);
        let (mut first, second) = (vendor.body(0), vendor.body(1));
        assert_eq!(second["data"]["attributes"].get("picture"), None);
        first["data"]["attributes"].as_object_mut().unwrap().remove("picture");
        assert_eq!(first, second);
    }
}

#[tokio::test]
async fn a_resume_that_cannot_be_fetched_is_fetched_here_and_stored_there() {
    let vendor = Vendor::new([]).await;
    let cv = format!("{}/cv.pdf", vendor.server.base_url());
    vendor.then([
        invalid("resume", "could not be fetched"),
        created("9"),
        invalid("resume", "could not be fetched"),
        Reaction::answer(200, "%PDF-1.7 cv").header("content-type", "application/pdf"),
        answer(201, json!({ "uri": "transient:/abc" })),
        one(200, "candidates", "9"),
    ]);
    let attachments = json!([{ "type": "resume", "original_file_name": "Ada \"CV\".pdf", "public_url": cv }]);
    let options = json!({ "allow_local_urls": true });
    let result = vendor.push(json!({}), options, &[with("attachments", attachments)]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(
        vendor.calls(),
        [
            "POST /v1/candidates",
            "POST /v1/candidates",
            "PATCH /v1/candidates/9",
            "GET /cv.pdf",
            "POST /v1/files",
            "PATCH /v1/candidates/9"
        ]
    );
    assert_eq!(vendor.body(0)["data"]["attributes"]["resume"], json!(cv));
    assert_eq!(vendor.body(1)["data"]["attributes"].get("resume"), None);
    let stored = vendor.request(4).text();
    assert!(stored.contains(r#"name="file"; filename="Ada _CV_.pdf""#), "{stored}");
    assert!(
        stored.to_lowercase().contains("content-type: application/pdf") && stored.contains("%PDF-1.7 cv"),
        "{stored}"
    );
    let expected =
        json!({ "data": { "type": "candidates", "id": "9", "attributes": { "resume": "transient:/abc" } } });
    assert_eq!(vendor.body(5), expected);
}

#[tokio::test]
async fn a_resume_that_cannot_be_had_is_a_failure_of_its_own() {
    let vendor = Vendor::new([]).await;
    let cv = format!("{}/cv.pdf", vendor.server.base_url());
    vendor.then([invalid("resume", "no"), created("9"), invalid("resume", "no"), Reaction::answer(403, "")]);
    let attachments = json!([{ "type": "resume", "public_url": cv }]);
    let options = json!({ "allow_local_urls": true });
    let result = vendor.push(json!({}), options, &[with("attachments", attachments)]).await;
    assert_eq!((result.events.write_success, result.events.attachment_failure), (1, 1), "{result:?}");
    assert_eq!(result.failures[0].step, "resume");
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_sent() {
    let vendor = Vendor::new([]).await;
    let shown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = shown.clone();
    let mut profile = with_info("picture", "http://files.example.com/p.png");
    profile["attachments"] = json!([{ "type": "resume", "public_url": "https://files.example.com/cv.pdf" }]);
    let profile = serde_json::from_value(profile).unwrap();
    let result = connector_teamtailor::push_profile()
        .run_items(
            Box::pin(futures::stream::iter([Ok(profile)])),
            vendor.parameters(json!({ "tags": ["x"] })),
        )
        .environment(hrflow_core::Environment {
            dry_run: Some(std::sync::Arc::new(move |body| sink.lock().unwrap().push(body))),
            ..Default::default()
        })
        .await;
    assert_eq!(result.events.read_success, 1);
    assert!(vendor.server.requests().is_empty());
    let attributes = &shown.lock().unwrap()[0]["data"]["attributes"];
    assert_eq!(attributes["tags"], json!(["open: true", "x"]));
    assert_eq!(attributes["resume"], json!("https://files.example.com/cv.pdf"));
    assert_eq!(attributes.get("picture"), None);
}

#[tokio::test]
async fn a_profile_is_read_at_hrflow_and_written_at_teamtailor() {
    let profile = json!({ "code": 200, "message": "Profile details", "data": ada() });
    let missing = json!({ "code": 400, "message": "Invalid parameters. Unable to find object: profile" });
    for (status, body) in [(200, profile), (400, missing)] {
        let hrflow = ScriptedServer::start([Reaction::json(status, &body)]).await.unwrap();
        let origin = json!({ "api_secret": "ask_secret", "api_user": "me@example.com", "source_key": "s",
            "profile_key": "p1", "api_url": hrflow.base_url() });
        let origin = hrflow_core::parameters::read("origin_parameters", &origin).unwrap();
        let vendor = Vendor::new([]).await;
        if status == 200 {
            vendor.then([created("9")]);
        }
        let run = connector_teamtailor::push_profile().run(origin, vendor.parameters(json!({})));
        let result = run.connector("teamtailor").await;
        assert_eq!((result.connector.as_str(), result.action.as_str()), ("teamtailor", "push_profile"));
        if status == 200 {
            assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        } else {
            assert_eq!((result.status, result.reason), (Status::Fatal, Reason::ReadFailure), "{result:?}");
            assert!(result.failures[0].message.contains("HrFlow.ai has no such profile"), "{result:?}");
        }
        vendor.calls();
        assert_eq!(hrflow.requests()[0].query, "source_key=s&key=p1");
    }
}
