use std::time::{Duration, Instant};

use hrflow_sandbox::hrflow::{Consent, EmptyArrays, EmptyFields, OverCap, PermissionMember, UrlsShape};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::World;

fn list(source: &str, rest: &str) -> String {
    // As the official SDK sends it: one parameter with a JSON array, percent-encoded.
    format!("storing/profiles?source_keys=%5B%22{source}%22%5D{rest}")
}

#[tokio::test]
async fn authentication() {
    let world = World::empty().await;
    let credentials = world.sandbox.credentials().hrflow;
    let user = Some(credentials.api_user.as_str());
    let auth = |key: String, user: Option<&'static str>| {
        let world = &world;
        async move { world.hr_as(&key, user, Method::GET, "auth", &Value::Null).await }
    };
    let good = auth(credentials.api_secret.clone(), Some("integration@example.com")).await;
    assert_eq!((good.status, &good.json()["message"]), (200, &json!("API Access Success")));
    assert_eq!(good.json()["data"]["api_key_permission"], "all");

    // A key without permission, an unknown key, no email, the email of another user.
    for (key, user) in [
        (credentials.write_secret.clone(), Some("integration@example.com")),
        ("ask_ffffffffffffffffffffffffffffffff".to_owned(), Some("integration@example.com")),
        (credentials.api_secret.clone(), None),
        (credentials.api_secret.clone(), Some("other@example.com")),
    ] {
        let answer = auth(key.clone(), user).await;
        assert_eq!(answer.status, 401);
        let expected = format!("Unauthorized. Invalid secret key: {key} for permission: read");
        assert_eq!(answer.json()["message"], expected);
    }
    let body = json!({"source_key": world.source(), "info": {"email": "a@example.com"}});
    let refused = world.hr_as(&credentials.read_secret, user, Method::POST, "profile/indexing", &body).await;
    assert_eq!(refused.status, 401);
    assert!(refused.json()["message"].as_str().unwrap().ends_with("for permission: write"));
    let taken = world.hr_as(&credentials.write_secret, user, Method::POST, "profile/indexing", &body).await;
    assert_eq!(taken.status, 201);

    world.sandbox.hrflow().switch(|s| s.permission_member = PermissionMember::ApiSecretPermission);
    let other = auth(credentials.read_secret, Some("integration@example.com")).await;
    assert_eq!(other.json()["data"]["api_secret_permission"], "read");
}

#[tokio::test]
async fn routes_that_are_not_there() {
    let world = World::empty().await;
    assert_eq!(world.hr(Method::PATCH, "profile/indexing", &json!({})).await.status, 405);
    assert_eq!(world.hr_get("profiles/unheard-of").await.status, 404);
}

#[tokio::test]
async fn sources() {
    let world = World::empty().await;
    let credentials = world.sandbox.credentials().hrflow;
    let own = world.hr_get(&format!("source?key={}", world.source())).await;
    assert_eq!((own.status, &own.json()["message"]), (200, &json!("Source info")));
    assert_eq!(own.json()["data"]["sync_parsing"], true);
    let unknown = world.hr_get("source?key=nope").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(unknown.json()["message"], "Invalid parameters. Unable to find object: source");
    let foreign = world.hr_get(&format!("source?key={}", credentials.foreign_source_key)).await;
    assert_eq!(foreign.status, 401);
    let expected = format!("Unauthorized Access to source key: {}", credentials.foreign_source_key);
    assert_eq!(foreign.json()["message"], expected);
    let all = world.hr_get("sources?order_by=asc").await.json();
    assert_eq!(all["meta"], json!({"page": 1, "maxPage": 1, "count": 2, "total": 2}));
    assert_eq!(all["data"][0]["stats"]["size"], "0");
}

#[tokio::test]
async fn the_seeded_profiles_are_there() {
    let world = World::with(Default::default()).await;
    let all = world.hr_get(&list(&world.source(), "&return_profile=True")).await.json();
    assert_eq!(all["meta"]["total"], 9);
    let url = all["data"].as_array().unwrap().iter().find_map(|profile| {
        let url = profile["attachments"][0]["public_url"].as_str()?;
        url.ends_with("oduya-original.docx").then(|| url.to_owned())
    });
    assert_eq!(world.fetch(&url.unwrap()).await.status, 200);
}

#[tokio::test]
async fn create_read_edit_archive() {
    let world = World::empty().await;
    let source = world.source();
    let flat = json!({"source_key": source, "reference": "R/1 é&x", "nonsense": 1,
        "info": {"first_name": "A", "email": "a@example.com", "location": {"text": "Lyon", "lat": 1.5, "lng": 2}},
        "skills": [], "text": "hello"});
    let made = world.hr(Method::POST, "profile/indexing", &flat).await;
    assert_eq!((made.status, &made.json()["message"]), (201, &json!("Profile created")));
    let profile = made.json()["data"].clone();
    let key = profile["key"].as_str().unwrap();
    assert_eq!(key.len(), 40);
    assert!(profile["id"].is_u64());
    // The response: absent fields are null, [] stays [], attachments are [], consents are all false.
    assert_eq!(profile["labels"], Value::Null);
    assert_eq!(profile["skills"], json!([]));
    assert_eq!(profile["attachments"], json!([]));
    assert_eq!(profile["consent_algorithmic"]["owner"]["scoring"], false);
    assert_eq!(profile["info"]["location"]["fields"], Value::Null);
    assert_eq!(profile["info"]["last_name"], Value::Null);
    assert_eq!(profile["source"]["key"], source);
    assert!(profile.get("nonsense").is_none());
    let created_at = profile["created_at"].as_str().unwrap();
    assert!(created_at.ends_with("+0000") && created_at.len() == 24, "{created_at}");

    let taken = world.hr(Method::POST, "profile/indexing", &flat).await;
    assert_eq!(taken.status, 400);
    let expected = "Cannot create profile with this reference: R/1 é&x. Already used!";
    assert_eq!(taken.json()["message"], expected);

    let by_reference = format!("profile/indexing?source_key={source}&key=ignored&reference=R%2F1+%C3%A9%26x");
    let found = world.hr_get(&by_reference).await;
    assert_eq!((found.status, &found.json()["message"]), (200, &json!("Profile details")));
    assert_eq!(found.json()["data"]["key"], key);
    for query in ["&key=nope", ""] {
        let missing = world.hr_get(&format!("profile/indexing?source_key={source}{query}")).await;
        assert_eq!(missing.status, 400);
        assert_eq!(missing.json()["message"], "Invalid parameters. Unable to find object: profile");
    }

    // PUT replaces; nested form.
    world.sandbox.clock().advance(Duration::from_secs(60));
    let nested = json!({"source_key": source, "profile": {"key": key, "info": {"last_name": "B"}}});
    let edited = world.hr(Method::PUT, "profile/indexing", &nested).await;
    assert_eq!((edited.status, &edited.json()["message"]), (200, &json!("Profile edited")));
    let edited = edited.json()["data"].clone();
    assert_eq!(edited["info"]["first_name"], Value::Null);
    assert_eq!(edited["text"], Value::Null);
    assert_eq!(edited["created_at"], created_at);
    assert!(edited["updated_at"].as_str().unwrap() > created_at);
    let bare = world.hr(Method::PUT, "profile/indexing", &json!({"source_key": source, "key": key})).await;
    assert_eq!(bare.status, 400);

    // An absent is_archive is read as 1. Archived profiles stay readable.
    let archive = json!({"source_key": source, "key": key});
    let archived = world.hr(Method::PATCH, "profile/indexing/archive", &archive).await;
    assert_eq!((archived.status, &archived.json()["message"]), (200, &json!("Profile archived")));
    assert_eq!(archived.json()["data"], json!({"key": key}));
    let read = format!("profile/indexing?source_key={source}&key={key}");
    assert!(world.hr_get(&read).await.json()["data"]["archived_at"].is_string());
    let back = json!({"source_key": source, "key": key, "is_archive": 0});
    assert_eq!(world.hr(Method::PATCH, "profile/indexing/archive", &back).await.status, 200);
    assert_eq!(world.hr_get(&read).await.json()["data"]["archived_at"], Value::Null);
}

#[tokio::test]
async fn what_a_create_must_hold() {
    let world = World::empty().await;
    let source = world.source();
    for body in [
        json!({"info": {"email": "a@example.com"}}),
        json!({"source_key": source}),
        json!({"source_key": source, "info": {"email": null}}),
        json!([]),
    ] {
        assert_eq!(world.hr(Method::POST, "profile/indexing", &body).await.status, 400, "{body}");
    }
    world.sandbox.hrflow().switch(|s| s.email_required = false);
    let key = "00112233445566778899aabbccddeeff00112233";
    let backdated =
        json!({"source_key": source, "key": key, "created_at": "2020-05-18T21:59:00+0000", "info": {}});
    let made = world.hr(Method::POST, "profile/indexing", &backdated).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["data"]["key"], key);
    assert_eq!(made.json()["data"]["created_at"], "2020-05-18T21:59:00+0000");
}

#[tokio::test]
async fn attachments() {
    let world = World::empty().await;
    let key = world.sandbox.hrflow().put_profile(json!({"info": {}, "attachments": [{"type": "resume",
        "public_url": "{files}/x.pdf"}]}));
    let path = format!("profile/indexing/attachments?source_key={}&key={key}", world.source());
    let answer = world.hr_get(&path).await;
    assert_eq!(answer.json()["message"], "Profile attachment list");
    assert_eq!(answer.json()["data"][0]["public_url"], format!("{}/x.pdf", world.sandbox.urls().files));
}

#[tokio::test]
async fn lists_page_by_page() {
    let world = World::empty().await;
    let source = world.source();
    let hrflow = world.sandbox.hrflow();
    let empty = world.hr_get(&list(&source, "")).await.json();
    assert_eq!(empty["data"], json!([]));
    assert_eq!(empty["meta"], json!({"page": 1, "maxPage": 1, "count": 0, "total": 0}));
    hrflow.switch(|s| s.empty_max_page = 0);
    assert_eq!(world.hr_get(&list(&source, "")).await.json()["meta"]["maxPage"], 0);

    // Three with the same second: the key decides the order.
    for (key, at) in [
        ("c", "2025-06-02"),
        ("a", "2025-06-02"),
        ("b", "2025-06-02"),
        ("d", "2025-06-01"),
        ("e", "2025-06-03"),
    ] {
        hrflow.put_profile(
            json!({"key": key, "reference": format!("r-{key}"), "created_at": format!("{at}T08:00:00+0000"),
            "updated_at": format!("{at}T08:00:00+0000"), "info": {"full_name": format!("Name {key}")}}),
        );
    }
    let keys = |answer: &Value| -> String {
        answer["data"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap()).collect()
    };
    let first = world.hr_get(&list(&source, "&limit=2&page=1&order_by=asc")).await.json();
    assert_eq!(keys(&first), "da");
    assert_eq!(first["meta"], json!({"page": 1, "maxPage": 3, "count": 2, "total": 5}));
    let item = first["data"][0].as_object().unwrap();
    assert_eq!(item.len(), 6, "short items");
    let descending = world.hr_get(&list(&source, "&sort_by=updated_at")).await.json();
    assert_eq!(keys(&descending), "ecbad");
    let past = world.hr_get(&list(&source, "&limit=2&page=4")).await;
    assert_eq!((past.status, &past.json()["data"]), (200, &json!([])));
    let whole = world.hr_get(&list(&source, "&return_profile=True&limit=1")).await.json();
    assert_eq!(whole["data"][0]["info"]["full_name"], "Name e");

    for (filter, expected) in [
        ("&created_at_min=2025-06-02&created_at_max=2025-06-02", "cba"),
        ("&created_at_min=2025-06-02T08:00:00%2B0000", "ecba"),
        ("&created_at_max=2025-06-01T08:00:00", "d"),
        ("&reference=r-b", "b"),
        ("&key=c", "c"),
        ("&name=NAME%20d", "d"),
        // Not documented, so without effect.
        ("&updated_at_min=2030-01-01", "ecbad"),
    ] {
        assert_eq!(keys(&world.hr_get(&list(&source, filter)).await.json()), expected, "{filter}");
    }
    for wrong in [
        "&limit=0",
        "&page=x",
        "&sort_by=scoring",
        "&order_by=up",
        "&return_profile=maybe",
        "&created_at_min=soon",
    ] {
        assert_eq!(world.hr_get(&list(&source, wrong)).await.status, 400, "{wrong}");
    }
    for wrong in ["", "?source_keys=", "?source_keys=%22k%22", "?source_keys=%5B"] {
        assert_eq!(world.hr_get(&format!("storing/profiles{wrong}")).await.status, 400, "{wrong}");
    }
    let unknown = world.hr_get(&list("nope", "")).await;
    assert_eq!(unknown.json()["message"], "Invalid parameters. Unable to find object: source");

    hrflow.switch(|s| s.limit_cap = 2);
    assert_eq!(world.hr_get(&list(&source, "&limit=1000")).await.json()["meta"]["count"], 2);
    hrflow.switch(|s| s.over_cap = OverCap::Refuse);
    assert_eq!(world.hr_get(&list(&source, "&limit=1000")).await.status, 400);
}

#[tokio::test]
async fn a_list_by_change_moves_when_something_changes_or_goes() {
    let world = World::empty().await;
    let hrflow = world.sandbox.hrflow();
    for (key, minute) in [("a", 1), ("b", 2), ("c", 3)] {
        let at = format!("2025-06-02T08:0{minute}:00+0000");
        hrflow.put_profile(
            json!({"key": key, "reference": format!("r-{key}"), "created_at": at, "updated_at": at,
            "info": {"first_name": "Ada", "last_name": "Example"}, "tags": [{"name": "t", "value": null}]}),
        );
    }
    let keys = async || -> String {
        let answer =
            world.hr_get(&list(&world.source(), "&sort_by=updated_at&return_profile=True")).await.json();
        let data = answer["data"].as_array().unwrap();
        assert_eq!(answer["meta"]["total"], data.len());
        data.iter().map(|item| item["key"].as_str().unwrap()).collect()
    };
    assert_eq!(keys().await, "cba");

    world.sandbox.clock().set("2025-06-02T09:00:00Z".parse().unwrap());
    let changes = json!({"info": {"first_name": "Eva"}, "tags": null, "text": "at {files}", "key": "z"});
    assert!(hrflow.change_profile("a", changes));
    assert_eq!(keys().await, "acb");
    let changed = hrflow.profile("a").unwrap();
    assert!(changed["updated_at"].as_str().unwrap().starts_with("2025-06-02T09:00:0"), "{changed}");
    assert_eq!(changed["created_at"], "2025-06-02T08:01:00+0000");
    assert_eq!(changed["info"], json!({"first_name": "Eva", "last_name": "Example"}));
    assert_eq!(changed["text"], format!("at {}", world.sandbox.urls().files));
    assert_eq!(changed["tags"], Value::Null);
    // Its reference still finds it.
    let by_reference = format!("profile/indexing?source_key={}&reference=r-a", world.source());
    assert_eq!(world.hr_get(&by_reference).await.json()["data"]["text"], changed["text"]);

    assert!(hrflow.change_profile("b", json!({"updated_at": "2025-06-02T08:30:00+0000"})));
    assert_eq!(keys().await, "abc");
    assert!(!hrflow.change_profile("nobody", json!({})));
    assert!(hrflow.remove("b"));
    assert_eq!(keys().await, "ac");
}

#[tokio::test]
async fn archived_in_lists_and_lagging_look_ups() {
    let world = World::empty().await;
    let hrflow = world.sandbox.hrflow();
    hrflow.put_profile(json!({"key": "a", "archived_at": "2025-01-01T00:00:00+0000", "info": {}}));
    let total = async || world.hr_get(&list(&world.source(), "")).await.json()["meta"]["total"].clone();
    assert_eq!(total().await, 1);
    hrflow.switch(|s| s.list_archived = false);
    assert_eq!(total().await, 0);
    hrflow.switch(|s| s.lookup_lag = 5_000);
    hrflow.put_profile(json!({"key": "b", "info": {}, "created_at": "2020-01-01T00:00:00+0000"}));
    assert_eq!(total().await, 0);
    let by_key = format!("profile/indexing?source_key={}&key=b", world.source());
    assert_eq!(world.hr_get(&by_key).await.status, 200);
    world.sandbox.clock().advance(Duration::from_secs(5));
    assert_eq!(total().await, 1);
}

#[tokio::test]
async fn shapes_on_demand() {
    let world = World::empty().await;
    let hrflow = world.sandbox.hrflow();
    hrflow.put_profile(
        json!({"key": "a", "skills": [], "tags": null, "info": {"location": {"fields": {"city": null}},
        "urls": [{"type": "linkedin", "url": "https://social.example.com/x"}]},
        "experiences": [{"skills": null, "location": {"fields": null}}],
        "consent_algorithmic": {"owner": {"reasoning": true}, "controller": {}}}),
    );
    let path = format!("profile/indexing?source_key={}&key=a", world.source());
    let read = async || world.hr_get(&path).await.json()["data"].clone();
    hrflow.switch(|s| {
        s.empty_arrays = EmptyArrays::Null;
        s.location_fields = EmptyFields::Array;
        s.urls = UrlsShape::Object;
        s.sixth_consent = Consent::Upskilling;
    });
    let profile = read().await;
    assert_eq!(profile["skills"], Value::Null);
    assert_eq!(profile["info"]["location"]["fields"], json!([]));
    assert_eq!(profile["experiences"][0]["location"]["fields"], json!([]));
    assert_eq!(profile["info"]["urls"]["linkedin"], "https://social.example.com/x");
    assert_eq!(profile["consent_algorithmic"]["owner"], json!({"upskilling": true}));
    hrflow.switch(|s| {
        s.empty_arrays = EmptyArrays::Array;
        s.location_fields = EmptyFields::Object;
        s.urls = UrlsShape::Null;
    });
    let profile = read().await;
    assert_eq!((&profile["tags"], &profile["experiences"][0]["skills"]), (&json!([]), &json!([])));
    assert_eq!(profile["info"]["location"]["fields"], json!({}));
    assert_eq!(profile["info"]["urls"], Value::Null);
}

#[tokio::test]
async fn what_is_put_keeps_its_shape() {
    let world = World::empty().await;
    let key =
        world.sandbox.hrflow().put_profile(json!({"info": {"location": null, "email": "a@example.com"},
        "attachments": null, "new_member": 1}));
    let path = format!("profile/indexing?source_key={}&key={key}", world.source());
    let profile = world.hr_get(&path).await.json()["data"].clone();
    assert_eq!(profile["info"], json!({"location": null, "email": "a@example.com"}));
    assert_eq!((&profile["attachments"], &profile["new_member"]), (&Value::Null, &json!(1)));
    assert!(profile["id"].is_u64() && profile["created_at"].is_string());
}

#[tokio::test]
async fn many_profiles_page_fast() {
    let world = World::empty().await;
    world.sandbox.hrflow().switch(|s| s.limit_cap = 1000);
    let began = Instant::now();
    world.sandbox.fill(20_000, 1);
    println!("filled in {:?}", began.elapsed());
    let began = Instant::now();
    let mut seen = 0;
    for page in 1..=200 {
        let answer = world
            .hr_get(&list(&world.source(), &format!("&limit=100&page={page}&order_by=asc")))
            .await
            .json();
        seen += answer["data"].as_array().unwrap().len();
    }
    assert_eq!(seen, 20_000);
    println!("paged in {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
