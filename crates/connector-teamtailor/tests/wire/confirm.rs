//! Résumés that Teamtailor downloads by itself are checked at the end of a run.

use std::time::Duration;

use hrflow_core::{CancellationToken, RunResult, Status, testing::Reaction};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::vendor::*;

const FIELD: &str = "data.attributes.resume";

fn with_resume(key: &str) -> Value {
    let mut profile = bea(key);
    profile["attachments"] = json!([{ "type": "resume", "file_name": "cv.pdf", "public_url": "https://files.example.com/cv.pdf" }]);
    profile
}

/// A candidate that was created so many seconds ago. A response to a create shows no résumé (API documentation, candidates).
fn shown(id: &str, seconds: i64, resume: Option<&str>) -> Value {
    let attributes = json!({ "created-at": ago(seconds), "resume": resume, "original-resume": null });
    candidate(id, attributes)
}

fn created_ago(id: &str, seconds: i64) -> Reaction {
    answer(201, json!({ "data": shown(id, seconds, None) }))
}

/// The company at the start of a run, at a time of the vendor.
fn company_in(seconds: i64) -> Reaction {
    let at = Timestamp::now() + SignedDuration::from_secs(seconds);
    company().header("date", &at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

fn page(candidates: Vec<Value>, next: Option<String>) -> Reaction {
    answer(200, json!({ "data": candidates, "links": { "next": next } }))
}

fn warned(result: &RunResult) -> Vec<(&str, &str)> {
    assert_eq!(result.events.warnings, result.warnings.len() as u64);
    assert_eq!(result.status, Status::Success, "{result:#?}");
    result.warnings.iter().map(|it| (it.key.as_str(), it.warning.field.as_str())).collect()
}

#[tokio::test]
async fn a_resume_that_arrived_is_confirmed_once_by_a_list_of_the_time_of_creation() {
    let found = shown("1", 2, Some("https://files.example.com/signed.pdf"));
    let vendor = Vendor::new([created_ago("1", 2), page(vec![found], None)]).await;
    let profiles = [with_resume("p1")];
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &profiles).await), []);
    assert_eq!(vendor.receipt("p1").await.unconfirmed_since, None);
    vendor.then([company()]);
    vendor.push(json!({}), json!({}), &profiles).await;
    assert_eq!(vendor.calls(), ["POST /v1/candidates", "GET /v1/candidates", "GET /v1/company"]);
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(vendor.request(1).query.as_bytes()).into_owned().collect();
    let names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).collect();
    let expected = ["filter[created-at][from]", "filter[created-at][to]", "sort", "page[size]"];
    assert_eq!(names, expected);
    let times: Vec<Timestamp> = query[..2].iter().map(|(_, time)| time.parse().unwrap()).collect();
    assert_eq!(times[1].duration_since(times[0]), SignedDuration::from_secs(2));
    assert_eq!((query[2].1.as_str(), query[3].1.as_str()), ("created-at", "30"));
}

/// Also for a candidate that was deleted since. The résumé is not sent again.
#[tokio::test]
async fn a_resume_that_is_missing_after_5_minutes_is_a_warning_of_its_profile() {
    for listed in [vec![shown("1", 301, None)], Vec::new()] {
        let vendor = Vendor::new([created_ago("1", 301), page(listed, None)]).await;
        let result = vendor.push(json!({}), json!({}), &[with_resume("p1")]).await;
        assert_eq!(warned(&result), [("s/p1", FIELD)]);
        let reason = "Not confirmed: Teamtailor shows no résumé 5 minutes after it created the candidate";
        assert_eq!(result.warnings[0].warning.reason, reason);
        let receipt = vendor.receipt("p1").await;
        assert_eq!((receipt.warnings[0].reason.as_str(), receipt.unconfirmed_since), (reason, None));
        vendor.then([company()]);
        assert_eq!(warned(&vendor.push(json!({}), json!({}), &[with_resume("p1")]).await), []);
        assert_eq!(vendor.calls(), ["POST /v1/candidates", "GET /v1/candidates", "GET /v1/company"]);
    }
}

#[tokio::test]
async fn a_resume_that_may_still_arrive_is_checked_by_the_next_run() {
    let missing = || page(vec![shown("1", 240, None)], None);
    let vendor = Vendor::new([created_ago("1", 240), missing()]).await;
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &[with_resume("p1")]).await), []);
    assert!(vendor.receipt("p1").await.unconfirmed_since.is_some());
    vendor.then([company_in(120), missing()]);
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &[]).await), [("s/p1", FIELD)]);
    let again = ["GET /v1/company", "GET /v1/candidates"];
    assert_eq!(vendor.calls()[2..], again);
}

#[tokio::test]
async fn there_is_one_list_request_for_30_candidates() {
    for (count, requests) in [(30, 1), (31, 2), (61, 3)] {
        let vendor = Vendor::new([]).await;
        let ids: Vec<String> = (0..count).map(|index| index.to_string()).collect();
        vendor.then(ids.iter().map(|id| created_ago(id, 301)));
        let next = format!("{}/v1/candidates?page%5Bafter%5D=x", vendor.server.base_url());
        vendor.then(ids.chunks(30).map(|ids| {
            let resume = |id: &str| (id != "29").then_some("https://files.example.com/signed.pdf");
            page(ids.iter().map(|id| shown(id, 301, resume(id))).collect(), Some(next.clone()))
        }));
        let profiles: Vec<Value> = ids.iter().map(|id| with_resume(id)).collect();
        assert_eq!(warned(&vendor.push(json!({}), json!({}), &profiles).await), [("s/29", FIELD)]);
        assert_eq!(vendor.calls()[count..], vec!["GET /v1/candidates"; requests]);
    }
}

/// Candidates that others created at the same time take room in a list. What is behind them is left to the next run.
#[tokio::test]
async fn candidates_of_others_cost_one_page_at_most() {
    let vendor = Vendor::new([created_ago("1", 301)]).await;
    let next = format!("{}/v1/candidates?page%5Bafter%5D=x", vendor.server.base_url());
    let others =
        || page((100..130).map(|id| shown(&id.to_string(), 301, None)).collect(), Some(next.clone()));
    vendor.then([others(), others()]);
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &[with_resume("p1")]).await), []);
    vendor.then([company(), others(), page(vec![shown("1", 301, None)], None)]);
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &[]).await), [("s/p1", FIELD)]);
    vendor.calls();
}

/// What an earlier run left is not searched for among all candidates since then.
#[tokio::test]
async fn candidates_of_different_runs_have_lists_of_their_own() {
    let vendor = Vendor::new([created_ago("1", 7_200), created_ago("2", 301)]).await;
    vendor
        .then([page(vec![shown("1", 7_200, Some("x"))], None), page(vec![shown("2", 301, Some("x"))], None)]);
    let profiles = [with_resume("p1"), with_resume("p2")];
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &profiles).await), []);
    assert_eq!(vendor.calls()[2..], ["GET /v1/candidates"; 2]);
}

#[tokio::test]
async fn nothing_is_checked_without_a_resume_or_if_the_response_shows_it() {
    let vendor = Vendor::new([created_ago("1", 301), created("2")]).await;
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &[bea("p1"), with_resume("p2")]).await), []);
    assert_eq!(vendor.calls(), ["POST /v1/candidates"; 2]);
}

#[tokio::test]
async fn a_list_that_fails_is_left_to_the_next_run() {
    let vendor = Vendor::new([created_ago("1", 301), refusal(403, json!([]))]).await;
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &[with_resume("p1")]).await), []);
    vendor.then([company(), page(Vec::new(), None)]);
    assert_eq!(warned(&vendor.push(json!({}), json!({}), &[]).await), [("s/p1", FIELD)]);
    vendor.calls();
}

#[tokio::test]
async fn a_cancelled_run_checks_nothing() {
    let body = json!({ "data": shown("1", 301, None) }).to_string();
    let vendor = Vendor::new([Reaction::late(Duration::from_millis(300), 201, body)]).await;
    let cancel = CancellationToken::new();
    let stop = async {
        while vendor.server.requests().len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    };
    let profiles = [with_resume("p1"), with_resume("p2")];
    let run = vendor.push_until(cancel.clone(), json!({}), json!({}), &profiles);
    let (result, ()) = tokio::join!(run, stop);
    assert_eq!((result.status, result.events.write_success), (Status::Cancelled, 1), "{result:#?}");
    assert_eq!(vendor.calls(), ["POST /v1/candidates"]);
    assert!(vendor.receipt("p1").await.unconfirmed_since.is_some());
}
