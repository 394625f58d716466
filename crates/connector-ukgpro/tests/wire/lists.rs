//! Lists: how their pages are followed. A record without a user account is found by one.

use hrflow_core::{ErrorKind, RunResult, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

/// Loses the answer to a creation and has the new record looked for in a list of such pages.
async fn listed(vendor: &Vendor, pages: impl IntoIterator<Item = Reaction>) -> RunResult {
    vendor.then([no_match(), Reaction::answer(500, ""), unclear()]);
    vendor.then(pages);
    vendor.push(json!({}), json!({}), &[ada()]).await
}

/// The paths and queries of the pages.
fn pages(vendor: &Vendor) -> Vec<String> {
    vendor.all_calls();
    let pages = vendor
        .server
        .requests()
        .into_iter()
        .filter(|it| it.method == "GET" && it.path.ends_with("/candidates"));
    pages.map(|it| format!("{}?{}", it.path, it.query)).collect()
}

fn page(ids: &[&str]) -> Reaction {
    let other = |id: &&str| candidate(id, json!({ "contact_info": { "email": "x@example.com" } }));
    json(200, ids.iter().map(other).collect::<Value>())
}

fn with_ours() -> Reaction {
    json(200, json!([candidate("c-9", json!({}))]))
}

#[tokio::test]
async fn pages_are_followed_as_they_are_linked_and_as_we_reach_them() {
    // Plain http, another port, and without the path of the gateway.
    for next in [
        "http://127.0.0.1/ACME1/api/candidates",
        "/acme1/API/candidates",
        "http://127.0.0.1:1/other/prefix/ACME1/api/candidates",
    ] {
        let vendor = Vendor::new([]).await;
        let link = format!(
            r#"<http://127.0.0.1/first,page>; rel="first", <{next}?after=c%2B1&updated_after=x>; title="a, b"; rel="next""#
        );
        let result = listed(
            &vendor,
            [page(&["c-1"]).header("link", &link), with_ours().header("link", "<x>; rel=\"prev\"")],
        )
        .await;
        assert_eq!(result.events.write_success, 1, "{next}: {result:?}");
        let pages = pages(&vendor);
        assert_eq!(
            (pages.len(), pages[1].as_str()),
            (2, "/ACME1/api/candidates?after=c%2B1&updated_after=x")
        );
    }
}

#[tokio::test]
async fn the_path_of_the_gateway_is_put_back() {
    let vendor = Vendor::bare([token(), levels(), no_match(), Reaction::answer(500, ""), unclear()]).await;
    let link = r#"<http://127.0.0.1/ACME1/api/candidates?after=c1>;rel=next"#;
    vendor.then([page(&["c-1"]).header("link", link), with_ours()]);
    vendor.then([json(200, json!([]))]);
    let gateway = format!("{}/talent/recruiting/v2", vendor.server.base_url());
    let result = vendor.push(json!({ "domain": { "environment": gateway } }), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    let paths: Vec<String> = vendor.server.requests().into_iter().skip(1).map(|it| it.path).collect();
    assert!(paths.iter().all(|it| it.starts_with("/talent/recruiting/v2/ACME1/api/")), "{paths:?}");
    assert_eq!(vendor.server.requests()[6].query, "after=c1");
}

#[tokio::test]
async fn a_page_elsewhere_is_not_followed() {
    for next in [
        "https://evil.example/ACME1/api/candidates",
        "http://127.0.0.1/OTHER/api/candidates",
        "http://127.0.0.1/ACME1/api/../../x",
        "http://[bad",
    ] {
        let vendor = Vendor::new([]).await;
        let link = format!(r#"<{next}>; rel="next""#);
        let result = listed(&vendor, [page(&["c-1"]).header("link", &link)]).await;
        assert_eq!(result.failures[0].kind, ErrorKind::OutcomeUnknown, "{next}: {result:?}");
        assert_eq!(pages(&vendor).len(), 1, "{next}");
    }
}

#[tokio::test]
async fn without_links_pages_are_counted_up_to_an_empty_one() {
    let vendor = Vendor::new([]).await;
    let result = listed(&vendor, [page(&["c-1", "c-2"]), page(&["c-3"]), with_ours(), page(&[])]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    let queries: Vec<String> =
        pages(&vendor).iter().map(|it| it.rsplit_once('&').unwrap().1.to_owned()).collect();
    assert_eq!(queries, ["page=1", "page=2", "page=3", "page=4"]);
}

#[tokio::test]
async fn a_page_that_repeats_itself_is_the_last() {
    let vendor = Vendor::new([]).await;
    let result = listed(&vendor, [page(&["c-1"]), with_ours(), with_ours()]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
    assert_eq!(pages(&vendor).len(), 3);
}

#[tokio::test]
async fn a_list_may_stand_in_an_object() {
    let vendor = Vendor::new([]).await;
    let data = json!({ "data": [candidate("c-9", json!({}))] });
    let result = listed(&vendor, [json(200, data), json(200, json!({ "data": [] }))]).await;
    assert_eq!(result.events.write_success, 1, "{result:?}");
}
