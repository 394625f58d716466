use std::time::Duration;

use hrflow_sandbox::ukgpro::{ListShape, Prefix};
use serde_json::{Value, json};

use crate::support::Answer;
use crate::ukgpro_support::{TENANT, Ukg, candidate};

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

fn people(ukg: &Ukg, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| {
            ukg.world.sandbox.clock().advance(Duration::from_secs(1));
            ukg.stand_in().seed_candidate(candidate(&format!("p{n}@example.com")))
        })
        .collect()
}

/// Returns the URL of one relation of the `Link` header.
fn link(answer: &Answer, rel: &str) -> Option<String> {
    let rel = format!("rel=\"{rel}\"");
    answer.header("link").split(", ").find(|entry| entry.ends_with(&rel)).map(|entry| {
        let (url, _) = entry.strip_prefix('<').unwrap().split_once(">; ").unwrap();
        url.to_owned()
    })
}

#[tokio::test]
async fn pages_by_number() {
    let ukg = Ukg::start().await;
    let all = people(&ukg, 70);
    assert_eq!(ids(&ukg.get("candidates").await.json()), all[..30]);
    assert_eq!(ids(&ukg.get("candidates?page=3").await.json()), all[60..]);
    assert_eq!(ids(&ukg.get("candidates?page=2&per_page=20").await.json()), all[20..40]);
    assert_eq!(ukg.get("candidates?page=4").await.json(), json!([]));
    // A page size above the server's limit gives fewer rows, which does not mean the last page.
    assert_eq!(ids(&ukg.get("candidates?per_page=500").await.json()), all[..50]);
    assert_eq!(ids(&ukg.get("candidates?per_page=500&page=2").await.json()), all[50..]);
    ukg.stand_in().switch(|s| s.per_page_cap = 10);
    assert_eq!(ids(&ukg.get("candidates?per_page=500").await.json()), all[..10]);
    for query in ["page=0", "page=x", "per_page=0", "per_page=-1"] {
        let answer = ukg.get(&format!("candidates?{query}")).await;
        answer.assert_broken(400, query.split_once('=').unwrap().0, "Invalid");
    }
    ukg.stand_in().switch(|s| {
        s.repeat_last_page = true;
        s.link_header = false;
    });
    assert_eq!(ids(&ukg.get("candidates?page=99").await.json()), all[60..]);
    ukg.stand_in().switch(|s| s.list_shape = ListShape::Data);
    let answer = ukg.get("candidates?page=1").await;
    assert_eq!((ids(&answer.json()["data"]), answer.header("link")), (all[..10].to_vec(), ""));
}

#[tokio::test]
async fn pages_by_cursor() {
    let ukg = Ukg::start().await;
    let all = people(&ukg, 25);
    let mut seen = Vec::new();
    let mut url = ukg.url("candidates?per_page=10&updated_after=2001-01-01&role=any");
    let mut pages = 0;
    loop {
        let answer = ukg.get(&url).await;
        seen.extend(ids(&answer.json()));
        pages += 1;
        let Some(next) = link(&answer, "next") else { break };
        assert!(
            next.starts_with(&ukg.url("candidates?updated_after=2001-01-01&role=any&per_page=10&after="))
        );
        url = next;
    }
    assert_eq!((seen, pages), (all.clone(), 3));
    let last = ukg.get(&url).await;
    assert_eq!(
        link(&last, "first").unwrap(),
        ukg.url("candidates?updated_after=2001-01-01&role=any&per_page=10")
    );
    let prev = link(&last, "prev").unwrap();
    assert!(prev.ends_with(&format!("before={}", all[20])));
    assert_eq!(ids(&ukg.get(&prev).await.json()), all[10..20]);
    let first = ukg.get("candidates").await;
    assert_eq!((link(&first, "prev"), link(&first, "next")), (None, None));
    ukg.get("candidates?after=nothing").await.assert_broken(400, "after", "Invalid");
    ukg.get("candidates?before=nothing").await.assert_broken(400, "before", "Invalid");
    // The header keeps the prefix, which links in bodies do not have.
    ukg.stand_in().switch(|s| s.prefix = Prefix::Gateway);
    let base = ukg.world.sandbox.urls().ukgpro;
    let gateway = format!("{base}/talent/recruiting/v2/{TENANT}/api/candidates");
    let page = ukg.get(&format!("{gateway}?per_page=10")).await;
    assert!(link(&page, "next").unwrap().starts_with(&gateway));
    let href = page.json()[0]["links"][0]["href"].as_str().unwrap().to_owned();
    assert_eq!(href, ukg.url(&format!("candidates/{}", all[0])));
    assert_eq!(ukg.get(&href).await.status, 404);
}

#[tokio::test]
async fn filters_by_time() {
    let ukg = Ukg::start().await;
    let all = people(&ukg, 4);
    let read = ukg.get(&format!("candidates/{}", all[1])).await.json();
    let updated = read["updated_at"].as_str().unwrap();
    assert!(updated.ends_with('Z') && updated.len() == "2016-12-20T11:24:06.726Z".len(), "{updated}");
    // Responses show milliseconds, so the stored time may be a fraction later.
    let after = ids(&ukg.get(&format!("candidates?updated_after={updated}")).await.json());
    assert!(after == all[1..] || after == all[2..], "{after:?}");
    let before = ids(&ukg.get(&format!("candidates?updated_before={updated}")).await.json());
    assert_eq!(before, all[..1]);
    assert_eq!(ukg.get("candidates?updated_after=2999-01-01").await.json(), json!([]));
    assert_eq!(ids(&ukg.get("candidates?updated_after=2001-01-01T00:00:00.000Z").await.json()), all);
    for wrong in ["soon", "01/02/2024", "2024-13-01"] {
        let answer = ukg.get(&format!("candidates?updated_after={wrong}")).await;
        answer.assert_broken(400, "updated_after", "Invalid");
    }
}

#[tokio::test]
async fn opportunities() {
    let ukg = Ukg::start().await;
    let all = ukg.get("opportunities").await.json();
    assert_eq!(ids(&all).len(), 7);
    assert_eq!(all.as_array().unwrap(), &ukg.stand_in().opportunities());
    let cases = |test: fn(&Value) -> bool| all.as_array().unwrap().iter().filter(|one| test(one)).count();
    assert_eq!(cases(|one| one["title"].as_object().unwrap().len() == 3), 1);
    assert_eq!(cases(|one| one["locations"] == json!([])), 1);
    assert_eq!(cases(|one| one["locations"].as_array().is_some_and(|l| l.len() == 2)), 1);
    assert_eq!(cases(|one| one["compensation"]["shown"] == "Internal"), 1);
    assert_eq!(cases(|one| one["skill_criteria"][0]["proficiency_level"]["ordinal_value"] == 4), 1);
    assert_eq!(cases(|one| one["status"] == "Closed"), 1);
    assert_eq!(cases(|one| one.get("description").is_none() && one.get("updated_at").is_none()), 1);
    let one = ukg.get(&format!("opportunities/{}", ids(&all)[0])).await.json();
    assert_eq!(one, all[0]);
    ukg.get("opportunities/nothing").await.assert_message(404, "The opportunity was not found.");
    let later = ids(&ukg.get("opportunities?updated_after=2026-03-01").await.json());
    assert_eq!(later, ids(&all)[2..]);
    let seeded = ukg.stand_in().seed_opportunity(json!({"title": {"en_us": "Diver"}}));
    assert_eq!(ukg.get(&format!("opportunities/{seeded}")).await.json()["title"]["en_us"], "Diver");
    ukg.stand_in().clear();
    assert_eq!(ukg.get(&format!("opportunities/{seeded}")).await.status, 404);
}

#[tokio::test]
async fn lists_of_ids() {
    let ukg = Ukg::start().await;
    let levels = ukg.get("proficiency-levels").await.json();
    let named: Vec<(&str, u64)> = levels
        .as_array()
        .unwrap()
        .iter()
        .map(|level| (level["name"].as_str().unwrap(), level["ordinal_value"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        named,
        [("Novice", 1), ("Some Knowledge", 2), ("Intermediate", 3), ("Advanced", 4), ("Expert", 5)]
    );
    for list in ["applicant-sources", "fields-of-study", "prefixes", "suffixes", "job-boards"] {
        let records = ukg.get(list).await.json();
        assert_eq!(records.as_array().unwrap().len(), 2, "{list}");
        assert!(records[0]["id"].is_string() && records[0]["name"].is_string());
    }
}
