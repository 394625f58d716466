use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::World;

fn ids(document: &Value) -> Vec<String> {
    document["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn people(world: &World, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| {
            world.sandbox.clock().advance(Duration::from_secs(1));
            let attributes =
                json!({"email": format!("p{n}@example.com"), "first-name": format!("P{:02}", n % 7)});
            world.sandbox.teamtailor().seed_candidate(attributes)
        })
        .collect()
}

/// Follows `links.next` to the last page.
async fn walk(world: &World, first: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(url) = next {
        let answer = world.tt_get(&url).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let document = answer.json();
        pages.push(ids(&document));
        next = document["links"].get("next").map(|link| link.as_str().unwrap().to_owned());
    }
    pages
}

#[tokio::test]
async fn what_a_list_refuses() {
    let world = World::empty().await;
    for (query, code, title, detail) in [
        ("filter[candidate-id]=1", "102", "Filter not allowed", "candidate_id is not allowed."),
        ("filter[first-name]=a", "102", "Filter not allowed", "first_name is not allowed."),
        ("page[size]=31", "118", "Invalid page value", "size exceeds maximum page size of 30."),
        ("page[size]=0", "118", "Invalid page value", "0 is not a valid value for size page parameter."),
        ("page[number]=2", "105", "Page parameter not allowed", "number is not an allowed page parameter."),
        ("page[offset]=2", "105", "Page parameter not allowed", "offset is not an allowed page parameter."),
        ("page[after]=zz", "118", "Invalid page value", "zz is not a valid value for after page parameter."),
        ("include=notes", "112", "Invalid field", "notes is not a valid relationship of candidates"),
        ("include=uploads.nope", "112", "Invalid field", "nope is not a valid relationship of uploads"),
        (
            "sort=shoe-size",
            "114",
            "Invalid sort criteria",
            "shoe-size is not a valid sort criteria for candidates",
        ),
        ("fields[candidates]=shoe", "104", "Invalid field", "shoe is not a valid field for candidates."),
        ("fields[shoes]=size", "101", "Invalid resource", "shoes is not a valid resource."),
        (
            "filter[created-at][from]=soon",
            "103",
            "Invalid filter value",
            "soon is not a valid value for created_at.",
        ),
        (
            "filter[created-at]=2024-01-01",
            "103",
            "Invalid filter value",
            "2024-01-01 is not a valid value for created_at.",
        ),
    ] {
        let answer = world.tt_get(&format!("/v1/candidates?{query}")).await;
        answer.assert_error(400, code, title, detail, "");
    }
    let several = world.tt_get("/v1/candidates?filter[a]=1&sort=b&page[size]=99").await;
    assert_eq!(several.json()["errors"].as_array().unwrap().len(), 3);
    for (list, query) in [
        ("uploads", "filter[candidate-id]=1"),
        ("uploads", "filter[updated-at][from]=2024-01-01"),
        ("custom-field-values", "filter[owner]=1"),
        ("custom-fields", "filter[name]=x"),
        ("users", "filter[email]=x"),
    ] {
        assert_eq!(world.tt_get(&format!("/v1/{list}?{query}")).await.error().1, "102", "{list} {query}");
    }
}

#[tokio::test]
async fn pages_by_cursor() {
    let world = World::empty().await;
    let all = people(&world, 25);
    let pages = walk(&world, "/v1/candidates").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(pages.concat(), all);
    let first = world
        .tt_get("/v1/candidates?page[size]=30&filter[created-at][from]=2001-01-01T00:00:00Z")
        .await
        .json();
    assert_eq!(ids(&first), all);
    assert_eq!(first["meta"]["record-count"], 25);
    assert!(first["links"].get("next").is_none() && first["meta"].get("page-count").is_none());

    // A link keeps the filter, the order, the size and the fields.
    let query = "/v1/candidates?page[size]=4&sort=-created-at&fields[candidates]=email&filter[updated-at][from]=2001-01-01T00:00:00Z";
    let pages = walk(&world, query).await;
    assert_eq!(pages.concat(), all.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(pages.len(), 7);
    let pages = walk(&world, "/v1/candidates?page[size]=3&sort=first-name").await;
    assert_eq!(pages.concat().into_iter().collect::<BTreeSet<_>>().len(), 25);
    let after = world.tt_get("/v1/candidates?page[size]=3").await.json()["meta"]["cursors"]["after"].clone();
    let second = world
        .tt_get(&format!("/v1/candidates?page[size]=3&page[after]={}", after.as_str().unwrap()))
        .await
        .json();
    assert_eq!(ids(&second), all[3..6]);
    let back = world.tt_get(second["links"]["prev"].as_str().unwrap()).await.json();
    assert_eq!(ids(&back), all[..3]);
}

#[tokio::test]
async fn pages_by_number_when_told_so() {
    let world = World::empty().await;
    let all = people(&world, 25);
    world.sandbox.teamtailor().switch(|s| s.cursor_lists.clear());
    assert_eq!(walk(&world, "/v1/candidates?page[size]=10").await.concat(), all);
    let second = world.tt_get("/v1/candidates?page[number]=2").await.json();
    assert_eq!(second["meta"]["record-count"], 25);
    assert_eq!(second["meta"]["page-count"], 3);
    for name in ["first", "prev", "next", "last"] {
        assert!(second["links"][name].as_str().unwrap().starts_with(&world.sandbox.urls().teamtailor));
    }
    assert_eq!(world.tt_get("/v1/candidates?page[after]=00").await.status, 400);
}

#[tokio::test]
async fn candidate_filters() {
    let world = World::empty().await;
    let plus =
        world.created(json!({"email": "a+b@example.com", "connected": true, "phone": "+46 70 000"})).await;
    world.sandbox.clock().advance(Duration::from_secs(100));
    let other = world.created(json!({"email": "c@example.com"})).await;
    let find = async |query: &str| ids(&world.tt_get(&format!("/v1/candidates?{query}")).await.json());
    assert_eq!(find("filter[email]=a%2Bb@example.com").await, std::slice::from_ref(&plus));
    // An unescaped plus is a space. Stored emails are in lower case and match exactly.
    assert!(find("filter[email]=a+b@example.com").await.is_empty());
    assert!(find("filter[email]=C@example.com").await.is_empty());
    assert!(find("filter[email]=example.com").await.is_empty());
    assert_eq!(find("filter[email]=a%2Bb@example.com,c@example.com").await, [plus.clone(), other.clone()]);
    assert_eq!(find("filter[connected]=true").await, std::slice::from_ref(&plus));
    assert_eq!(find("filter[phone]=%2B4670000").await, std::slice::from_ref(&plus));
    let created = world.sandbox.teamtailor().candidate(&plus).unwrap().created_at;
    let between = created.as_second() + 50;
    let between = jiff::Timestamp::from_second(between).unwrap();
    assert_eq!(find(&format!("filter[created-at][from]={between}")).await, std::slice::from_ref(&other));
    assert_eq!(find(&format!("filter[created-at][to]={between}")).await, std::slice::from_ref(&plus));
    assert_eq!(find(&format!("filter[updated_at][from]={between}")).await, [other]);
}

#[tokio::test]
async fn look_ups_may_lag() {
    let world = World::empty().await;
    world.sandbox.teamtailor().switch(|s| s.lookup_lag = 10_000);
    let id = world.created(json!({"email": "a@example.com"})).await;
    let find = async || ids(&world.tt_get("/v1/candidates?filter[email]=a@example.com").await.json()).len();
    assert_eq!(find().await, 0);
    assert!(ids(&world.tt_get("/v1/candidates").await.json()).is_empty());
    assert_eq!(world.tt_get(&format!("/v1/candidates/{id}")).await.status, 200);
    // The duplicate check finds the email anyway.
    assert_eq!(world.create(json!({"email": "a@example.com"})).await.status, 422);
    world.sandbox.clock().advance(Duration::from_secs(10));
    assert_eq!(find().await, 1);
}

#[tokio::test]
async fn sparse_fields_and_nested_includes() {
    let world = World::empty().await;
    let id = world.created(json!({"email": "a@example.com"})).await;
    let value = json!({"data": {"type": "custom-field-values", "attributes": {"value": "v"}, "relationships": {
        "custom-field": {"data": {"type": "custom-fields", "id": "71"}},
        "owner": {"data": {"type": "candidates", "id": id}}}}});
    assert_eq!(world.tt(Method::POST, "/v1/custom-field-values", &value).await.status, 201);
    let path = format!(
        "/v1/candidates/{id}?include=custom-field-values.custom-field&fields[custom-fields]=api-name"
    );
    let read = world.tt_get(&path).await.json();
    let included = read["included"].as_array().unwrap();
    assert_eq!(included.len(), 2);
    let field = included.iter().find(|item| item["type"] == "custom-fields").unwrap();
    assert_eq!(field["attributes"], json!({"api-name": "hrflow-key"}));
    let value = included.iter().find(|item| item["type"] == "custom-field-values").unwrap();
    assert_eq!(value["relationships"]["custom-field"]["data"]["id"], "71");
    assert!(value["relationships"]["owner"].get("data").is_none());
    let sparse = world.tt_get(&format!("/v1/candidates/{id}?fields[candidates]=email,uploads")).await.json();
    assert_eq!(sparse["data"]["attributes"], json!({"email": "a@example.com"}));
    assert_eq!(sparse["data"]["relationships"].as_object().unwrap().len(), 1);
    world.sandbox.teamtailor().switch(|s| s.stray_linkage = true);
    let stray = world.tt_get(&format!("/v1/candidates/{id}")).await.json();
    assert_eq!(stray["data"]["relationships"]["answers"]["data"], json!([]));
}

#[tokio::test]
async fn jobs_by_scope() {
    let world = World::empty().await;
    let jobs = async |token: &str, query: &str| {
        let token = format!("Token token={token}");
        let headers = [("x-api-version", "20240904"), ("authorization", token.as_str())];
        world.raw(Method::GET, &format!("/v1/jobs?{query}"), &headers, "").await.json()
    };
    let everything = "filter[status]=all&filter[feed]=public,internal";
    // Pinned first, then by date.
    assert_eq!(ids(&jobs("sandbox-admin-read", "").await), ["62", "61"]);
    assert_eq!(ids(&jobs("sandbox-admin-read", everything).await).len(), 6);
    assert_eq!(ids(&jobs("sandbox-internal-read", everything).await).len(), 5);
    assert_eq!(ids(&jobs("sandbox-public-read", everything).await), ["62", "61"]);
    assert_eq!(ids(&jobs("sandbox-admin-read", "filter[status]=archived").await), ["64"]);
    assert_eq!(ids(&jobs("sandbox-admin-read", "filter[feed]=internal").await), ["63"]);
    assert_eq!(ids(&jobs("sandbox-admin-read", "filter[tags]=rust").await), ["61"]);
    let public = jobs("sandbox-public-read", "").await;
    assert_eq!(public["data"][1]["attributes"]["tags"], Value::Null);
    assert_eq!(public["data"][1]["attributes"]["created-at"], Value::Null);
    let whole = jobs("sandbox-admin-read", "include=department,locations&page[size]=30").await;
    let job = &whole["data"][1];
    assert_eq!(job["attributes"]["tags"], json!(["rust", "remote"]));
    assert!(job["attributes"]["picture"].is_object());
    assert_eq!(job["relationships"]["locations"]["data"].as_array().unwrap().len(), 2);
    assert!(job["links"]["careersite-job-url"].is_string());
    let included = whole["included"].as_array().unwrap();
    assert!(included.iter().any(|item| item["attributes"]["long"] == "-9.1393"));
    assert!(included.iter().any(|item| item["type"] == "locations" && item["attributes"]["lat"].is_null()));
    assert_eq!(world.tt_get("/v1/jobs/63").await.json()["data"]["id"], "63");
    let hidden = [("x-api-version", "20240904"), ("authorization", "Token token=sandbox-public-read")];
    assert_eq!(world.raw(Method::GET, "/v1/jobs/63", &hidden, "").await.status, 404);
}

#[tokio::test]
async fn users_page_by_number() {
    let world = World::empty().await;
    let first = world.tt_get("/v1/users?page[size]=1").await.json();
    assert_eq!(ids(&first), ["11"]);
    assert_eq!(first["data"][0]["attributes"]["role"], "admin");
    assert_eq!(walk(&world, "/v1/users?page[size]=1").await.concat(), ["11", "12", "13"]);
}
