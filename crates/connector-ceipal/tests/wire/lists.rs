//! Lists as accounts send them: envelopes with and without what they should tell, and filters that are ignored.

use hrflow_core::{ErrorKind, RunResult, Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

fn others(from: u32, count: u32) -> Vec<Value> {
    (from..from + count).map(|it| applicant(&it.to_string(), &format!("other{it}@example.com"))).collect()
}

fn page(envelope: Value, rows: Vec<Value>) -> Reaction {
    let mut body = json!({ "results": rows });
    merge(&mut body, envelope);
    answer(200, body)
}

async fn push(script: Vec<Reaction>) -> (Vendor, RunResult) {
    let vendor = Vendor::new(script).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    (vendor, result)
}

/// Nobody is there for certain: she is created.
async fn is_absent(mut script: Vec<Reaction>, pages: usize) {
    let what = format!("{script:?}");
    script.extend([created(), ada_found()]);
    let (vendor, result) = push(script).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
    let mut calls = vec![FIND; pages];
    calls.extend([CREATE, FIND]);
    assert_eq!(vendor.calls(), calls, "{what}");
}

#[tokio::test]
async fn an_empty_list_has_many_shapes() {
    for reaction in [
        no_match(),
        page(json!({}), vec![]),
        page(json!({ "count": 0, "next": null }), vec![]),
        page(json!({ "count": "0", "num_pages": "0" }), vec![]),
        answer(200, json!([])),
        answer(200, json!({ "data": [] })),
        answer(200, json!({ "success": 0, "message": "No records found" })),
        answer(404, json!({ "message": "Applicant not found" })),
        answer(400, json!({ "message": "No applicants found." })),
    ] {
        is_absent(vec![reaction], 1).await;
    }
}

/// Whatever the filter lets through: a row counts only with the address, and nobody is absent before all rows were seen.
#[tokio::test]
async fn rows_of_others_do_not_count() {
    is_absent(vec![page(json!({ "count": 2, "num_pages": 1 }), others(1, 2))], 1).await;
    let first = page(
        json!({ "count": 70, "num_pages": 2, "page_number": 1, "next": "https://elsewhere.example.com/?page=2" }),
        others(1, 50),
    );
    let second = page(json!({ "count": 70, "num_pages": 2, "page_number": 2, "next": null }), others(51, 20));
    is_absent(vec![first, second], 2).await;
    // Without anything told, until a page is empty.
    is_absent(
        vec![page(json!({}), others(1, 20)), page(json!({}), others(21, 1)), page(json!({}), vec![])],
        3,
    )
    .await;
    // `next` may be a number.
    is_absent(
        vec![
            page(json!({ "next": 2 }), others(1, 20)),
            page(json!({ "next": 0, "count": 21 }), others(21, 1)),
        ],
        2,
    )
    .await;
}

#[tokio::test]
async fn she_may_stand_on_a_later_page() {
    let mut rows = others(51, 3);
    rows.push(applicant("9", "ada.byron+cv@example.com"));
    let first = page(json!({ "count": 54, "num_pages": 2 }), others(1, 50));
    let (vendor, result) =
        push(vec![first, page(json!({ "count": 54, "num_pages": 2, "page_number": 2 }), rows)]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, FIND]);
    assert_eq!(vendor.query(0).get("page"), None);
    assert_eq!(vendor.query(1)["page"], json!("2"));

    // Among many that the filter did not keep out, she is there all the same.
    let mut rows = others(1, 49);
    rows.push(applicant("9", "ada.byron+cv@example.com"));
    let (_, result) = push(vec![page(json!({ "count": 9_000 }), rows)]).await;
    assert_eq!(result.events.write_duplicate, 1, "{result:?}");
}

/// Nothing is written where it cannot be told whether she is there.
#[tokio::test]
async fn a_list_that_hides_rows_decides_nothing() {
    let ignored = "whether the applicant is there cannot be told";
    let again = "same page";
    for (script, part) in [
        (vec![page(json!({ "count": 9_000, "num_pages": 180 }), others(1, 50))], ignored),
        (vec![page(json!({ "count": 5, "next": "" }), vec![])], ignored),
        (vec![page(json!({ "count": 5, "num_pages": 1 }), others(1, 2))], ignored),
        (vec![page(json!({}), others(1, 2)), page(json!({}), others(1, 2))], again),
        (
            vec![
                page(json!({ "num_pages": 3, "page_number": 1 }), others(1, 2)),
                page(json!({ "num_pages": 3, "page_number": 1 }), others(3, 2)),
            ],
            again,
        ),
        ((0..5).map(|it| page(json!({}), others(it * 50 + 1, 50))).collect(), ignored),
    ] {
        let what = format!("{script:?}");
        let pages = script.len();
        let (vendor, result) = push(script).await;
        assert_eq!(result.events.write_failure, 1, "{what}: {result:?}");
        assert_eq!(result.failures[0].kind, ErrorKind::Protocol, "{what}");
        assert!(result.failures[0].message.contains(part), "{what}: {}", result.failures[0].message);
        assert_eq!(vendor.calls(), vec![FIND; pages], "{what}");
    }
}

#[tokio::test]
async fn what_is_no_list_is_told() {
    for (reaction, kind, part) in [
        (answer(200, json!({ "message": "come back later" })), ErrorKind::Protocol, "come back later"),
        (
            Reaction::answer(301, "").header("location", "https://api.example.com/x/"),
            ErrorKind::Protocol,
            "slash",
        ),
        (answer(200, json!({ "status": 400, "message": "bad filter" })), ErrorKind::Invalid, "bad filter"),
        (
            answer(200, json!({ "count": 1, "results": [{ "email": "ada.byron+cv@example.com" }] })),
            ErrorKind::Protocol,
            "without an id",
        ),
    ] {
        let what = format!("{reaction:?}");
        let (vendor, result) = push(vec![reaction]).await;
        assert_eq!((result.events.write_failure, result.failures[0].kind), (1, kind), "{what}: {result:?}");
        assert!(result.failures[0].message.contains(part), "{what}: {}", result.failures[0].message);
        assert_eq!(vendor.calls(), [FIND], "{what}");
    }
}

#[tokio::test]
async fn a_list_that_is_not_answered_is_asked_for_again() {
    for reaction in [
        Reaction::answer(500, ""),
        Reaction::answer(502, "<html>Bad gateway</html>"),
        Reaction::answer(200, "<html>maintenance</html>"),
        Reaction::reset_after_reading(),
        Reaction::truncated(10, 200, r#"{"count": 0, "results": []}"#),
    ] {
        let (vendor, result) = push(vec![reaction, ada_found()]).await;
        assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, FIND]);
    }
}

/// A path that is none must not look like nobody being there: everybody would be created once more.
#[tokio::test]
async fn a_path_without_a_list_stops_the_run() {
    let no_route = || answer(404, json!({ "message": "The route getApplicantsList was not found" }));
    for reaction in [
        Reaction::answer(404, "Not Found"),
        Reaction::answer(404, ""),
        no_route(),
        answer(404, json!({ "message": "/v1/getApplicantsList/ not found" })),
        answer(200, json!({ "status": 404, "message": "No endpoint for applicants" })),
    ] {
        let what = format!("{reaction:?}");
        let (vendor, result) = push(vec![reaction]).await;
        let failure = &result.failures[0];
        assert_eq!((result.status, failure.kind), (Status::Fatal, ErrorKind::Config), "{what}: {result:?}");
        assert!(failure.message.contains("Check api_url, api_version and endpoints.applicants"), "{what}");
        assert_eq!(vendor.calls(), [FIND], "{what}");
    }

    // Version 2 says 404 of an empty list too: without a filter, it shows whether there is one.
    let vendor = Vendor::new([no_route(), Reaction::answer(404, "")]).await;
    let api_url = format!("{}/v2", vendor.server.base_url());
    let result = vendor.push(json!({ "api_url": api_url }), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.failures[0].kind), (Status::Fatal, ErrorKind::Config), "{result:?}");
    let find = "GET /v2/getApplicantsList/";
    assert_eq!(vendor.all_calls(), ["POST /v2/createAuthtoken/", find, find]);
    assert_eq!(vendor.query(1), json!({ "limit": "50" }));
}

/// Once a list was seen, a 404 of version 2 says that nobody is found.
#[tokio::test]
async fn a_list_is_proved_once() {
    let none = || answer(404, json!({ "message": "whatever" }));
    let bea_found = list(json!([applicant("2", "p2@example.com")]));
    let vendor =
        Vendor::new([none(), no_match(), created(), ada_found(), none(), created(), bea_found]).await;
    let api_url = format!("{}/v2", vendor.server.base_url());
    let result = vendor.push(json!({ "api_url": api_url }), json!({}), &[ada(), bea("p2")]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 2), "{result:?}");
    let find = "GET /v2/getApplicantsList/";
    let calls = ["POST /v2/createAuthtoken/", find, find, CREATE, find, find, CREATE, find];
    assert_eq!(vendor.all_calls(), calls);
}

/// The filter may mind case: an address is looked up as it is written, and in lower case.
#[tokio::test]
async fn an_address_with_capitals_is_found_under_another_spelling() {
    let capitals = || list(json!([applicant("2", "P2@Example.com")]));
    let script = [no_match(), no_match(), created(), capitals()];
    let vendor = Vendor::new(script).await;
    let mut first = bea("p2");
    first["info"]["email"] = json!("P2@Example.com");
    let mut second = bea("p3");
    second["info"]["email"] = json!("p2@example.com");
    let result = vendor.push(json!({}), json!({}), &[first, second]).await;
    assert_eq!((result.events.write_success, result.events.write_duplicate), (1, 1), "{result:?}");
    // The state knows whose address the second one is.
    assert_eq!(vendor.calls(), [FIND, FIND, CREATE, FIND]);
    let asked: Vec<Value> = [0, 1, 3].map(|it| vendor.query(it)["email"].clone()).to_vec();
    assert_eq!(asked, ["P2@Example.com", "p2@example.com", "P2@Example.com"]);
}
