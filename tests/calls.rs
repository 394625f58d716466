//! How many requests a profile takes at a vendor, counted by the sandbox.

use hrflow_core::Status;
use hrflow_e2e::{
    people::{profile, with_resume},
    run::{Setup, run, written},
    subjects,
};
use hrflow_sandbox::Vendor;
use serde_json::{Value, json};

/// Profiles with a résumé and a cover letter.
fn applicants(url: &str, count: usize) -> Vec<Value> {
    let applicant = |index: usize| {
        let mut profile =
            with_resume(profile(&format!("p{index}"), "Ada", &format!("Example-{index}")), url, 7);
        let mut cover = profile["attachments"][0].clone();
        (cover["type"], cover["original_file_name"]) = (json!("cover"), json!("cover letter"));
        profile["attachments"].as_array_mut().expect("a list").push(cover);
        profile
    };
    (0..count).map(applicant).collect()
}

/// An account that accepts listed sources only, and does not list the default one: every candidate is created, and each says
/// that its source was left out.
#[tokio::test]
async fn a_candidate_with_two_documents_takes_three_requests_at_jobadder() {
    let subject = subjects::all().into_iter().find(|it| it.name() == "jobadder").expect("it is there");
    let world = subject.world().await;
    let sandbox = world.outside().expect("it is in the sandbox").sandbox;
    sandbox.jobadder().switch(|switches| switches.listed_values_only = true);
    let listed = sandbox.jobadder().sources();
    assert!(listed.iter().all(|it| it["name"] != "HrFlow.ai"), "{listed:?}");

    let result = run(world.as_ref(), applicants(&world.resume_url(), 20), Setup::default()).await;
    assert_eq!((written(&result), result.status), ((20, 0, 0), Status::Success), "{result:#?}");
    assert_eq!((result.events.attachment_failure, result.events.warnings), (0, 20), "{result:#?}");
    assert!(result.warnings.iter().all(|it| it.warning.field == "source"), "{result:#?}");
    let mut counts = sandbox.journal().counts_of(Vendor::JobAdder);
    counts.retain(|operation, _| !operation.starts_with("connect"));
    let expected = [
        ("attachments.create", 40),
        // The first request of a run, which counts them.
        ("candidates.list", 1),
        ("candidates.create", 20),
        ("lists.source", 1),
    ];
    assert_eq!(counts, expected.map(|(operation, count)| (operation.to_owned(), count)).into());

    // A candidate that existed: its documents are listed before they are sent, as it may have them.
    sandbox.journal().clear();
    sandbox.jobadder().seed_candidate(json!({ "firstName": "Ada", "email": "known@example.com" }));
    let mut known = applicants(&world.resume_url(), 1);
    known[0]["info"]["email"] = json!("known@example.com");
    let setup = Setup::default().option("attachments", "always");
    let result = run(world.as_ref(), known, setup).await;
    assert_eq!((written(&result), result.status), ((0, 1, 0), Status::Success), "{result:#?}");
    assert_eq!(sandbox.journal().count_of(Vendor::JobAdder, "attachments.list"), 2);
}
