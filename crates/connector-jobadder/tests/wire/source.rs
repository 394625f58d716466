//! The source of created candidates, and the account's list of them.

use connector_jobadder::{Candidate, Candidates};
use hrflow_core::{
    Finding, OpenContext, Options, Outcome, Receipt, Status, Target, Warning, Write, Writer,
    options::OnExisting, state::State, testing::Reaction,
};
use serde_json::{Value, json};

use crate::vendor::*;

const SOURCES: &str = "GET /candidates/lists/source";

#[tokio::test]
async fn a_source_is_looked_up_once_and_sent_in_the_accounts_spelling() {
    // The default, too.
    for (parameter, listed, sent) in [
        (json!(null), sources(&["Seek", " hrflow.AI"]), Some("hrflow.AI")),
        (json!("Careers"), sources(&["Careers"]), Some("Careers")),
        (json!("Careers"), sources(&["Careers page", "HrFlow.ai"]), None),
        (json!(null), sources(&[]), None),
    ] {
        let vendor = Vendor::new([listed, created(9), created(10)]).await;
        let result = vendor.push(json!({ "source": parameter }), json!({}), &[ada(), bea("p2")]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 2), "{result:?}");
        assert_eq!(vendor.calls(), [SOURCES, CREATE, CREATE]);
        for index in [1, 2] {
            assert_eq!(vendor.body(index).get("source").and_then(Value::as_str), sent, "{parameter}");
        }
    }
}

#[tokio::test]
async fn without_the_list_a_source_is_sent_as_configured() {
    for unread in [
        vec![Reaction::answer(403, "")],
        vec![Reaction::answer(404, "")],
        vec![Reaction::answer(503, ""), Reaction::answer(503, "")],
        vec![Reaction::json(200, &json!({ "items": null }))],
        vec![Reaction::json(200, &json!({ "items": ["Careers"] }))],
    ] {
        let (tries, vendor) = (unread.len(), Vendor::new(unread).await);
        vendor.then([created(9)]);
        let result = vendor.push(json!({ "source": "Careers" }), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls()[tries..], [CREATE]);
        assert_eq!(vendor.body(tries)["source"], json!("Careers"));
    }
}

#[tokio::test]
async fn a_source_that_is_left_out_is_a_warning_of_each_created_candidate() {
    let vendor = Vendor::new([sources(&["Seek"]), created(9)]).await;
    let receipt = write(&vendor, json!({ "lastName": "Byron" })).await;
    assert_eq!(receipt.outcome, Outcome::Created);
    let reason = "Left out, because the account's list of candidate sources lacks it";
    assert_eq!(receipt.warnings, [Warning::new("source", reason).with_value("HrFlow.ai")]);

    // Nothing is left out if the item names a source of its own, or the list has the parameter's.
    let vendor = Vendor::new([sources(&["Seek"]), created(9)]).await;
    let receipt = write(&vendor, json!({ "lastName": "Byron", "source": "Referral" })).await;
    assert_eq!((receipt.warnings, vendor.body(1)["source"].as_str()), (vec![], Some("Referral")));
    let vendor = Vendor::new([sources(&["HrFlow.ai"]), created(9)]).await;
    assert_eq!(write(&vendor, json!({ "lastName": "Byron" })).await.warnings, []);
}

/// Only created candidates get a source: for others none is left out.
#[tokio::test]
async fn candidates_that_exist_have_no_such_warning() {
    let vendor = Vendor::new([sources(&[]), taken("c1"), list(json!([row(9, json!({}))]))]).await;
    let receipt = write(&vendor, json!({ "email": EMAIL })).await;
    assert_eq!((receipt.outcome, receipt.warnings), (Outcome::AlreadyThere, vec![]));
}

#[tokio::test]
async fn a_check_reports_a_source_that_is_not_listed() {
    let found = async |source: &str, listed: Reaction| {
        let vendor = Vendor::new([listed]).await;
        open(&vendor, source).await.check().await.unwrap()
    };
    let unlisted = found("Careers", sources(&["Seek"])).await;
    let warnings: Vec<&Finding> = unlisted.iter().filter(|it| it.is_warning()).collect();
    assert!(warnings.len() == 1 && warnings[0].to_string().contains(r#"lacks "Careers""#), "{unlisted:?}");

    let unread = found("Careers", Reaction::answer(403, "")).await;
    assert!(!unread.iter().any(Finding::is_warning), "{unread:?}");
    assert!(unread.iter().any(|it| it.to_string().contains("is sent as configured")), "{unread:?}");

    // The user did not choose the default: it is reported, and is no error.
    let default = found("HrFlow.ai", sources(&["Seek"])).await;
    assert!(!default.iter().any(Finding::is_warning), "{default:?}");
    assert!(default.iter().any(|it| it.to_string().contains(r#"lacks "HrFlow.ai""#)), "{default:?}");

    assert_eq!(found("Careers", sources(&["careers"])).await.len(), unlisted.len() - 1);
}

async fn open(vendor: &Vendor, source: &str) -> std::sync::Arc<dyn Writer<Candidate>> {
    let context =
        OpenContext { options: Options::default(), rate_limit: None, grants: vendor.state.grants() };
    Candidates.open(vendor.parameters(json!({ "source": source })), context).await.unwrap()
}

async fn write(vendor: &Vendor, item: Value) -> Receipt {
    let item: Candidate = serde_json::from_value(item).unwrap();
    let write = Write { item: &item, known: None, on_existing: OnExisting::Report, attachments: true };
    open(vendor, "HrFlow.ai").await.write(&[write]).await.remove(0).unwrap()
}
