//! Résumés that Teamtailor downloads by itself, against the sandbox.

use std::time::Duration;

use hrflow_core::{
    RunResult, Status,
    state::{MemoryState, State},
};
use hrflow_e2e::{
    people::{profile, with_resume},
    run::{Setup, run, written},
    subject::World,
    subjects,
};
use hrflow_sandbox::{Sandbox, Vendor, teamtailor::Unreachable};
use jiff::{SignedDuration, Timestamp};

async fn teamtailor() -> Box<dyn World> {
    let subject = subjects::all().into_iter().find(|it| it.name() == "teamtailor").expect("it is there");
    subject.world().await
}

fn sandbox(world: &dyn World) -> &Sandbox {
    world.outside().expect("it is in the sandbox").sandbox
}

fn lists(sandbox: &Sandbox) -> u64 {
    sandbox.journal().count_of(Vendor::Teamtailor, "candidates.list")
}

fn warned(result: &RunResult) -> Vec<String> {
    assert_eq!(result.events.warnings, result.warnings.len() as u64);
    let mut warned: Vec<String> =
        result.warnings.iter().map(|it| format!("{} {}", it.key, it.warning.field)).collect();
    warned.sort();
    warned
}

/// Teamtailor creates the candidates and drops 3 of 40 résumés without an error.
#[tokio::test]
async fn resumes_that_teamtailor_drops_are_warnings_of_their_profiles() {
    let world = teamtailor().await;
    let sandbox = sandbox(world.as_ref());
    sandbox.teamtailor().switch(|switches| switches.unreachable_resume = Unreachable::Drop);
    sandbox.clock().set(Timestamp::now() - SignedDuration::from_mins(6));
    let url = world.resume_url();
    let dropped = [7, 20, 39];
    let profiles = (0..40).map(|index| {
        let url = if dropped.contains(&index) { format!("{url}.gone") } else { url.clone() };
        with_resume(profile(&format!("p{index:02}"), "Ada", &format!("Example-{index}")), &url, 7)
    });
    let profiles: Vec<_> = profiles.collect();
    let state = MemoryState::new();
    let result = run(world.as_ref(), profiles.clone(), Setup::sharing(&state)).await;
    assert_eq!((written(&result), result.status), ((40, 0, 0), Status::Success), "{result:#?}");
    let expected = dropped.map(|index| format!("source/p{index} data.attributes.resume"));
    let expected = expected.map(|it| it.replace("/p7 ", "/p07 "));
    assert_eq!(warned(&result), expected);
    assert_eq!(lists(sandbox), 2, "one for 30 candidates");
    let history = state.history().items("p20").await.expect("it can be read");
    let receipt = history[0].receipt.as_ref().expect("it was delivered");
    assert!(receipt.warnings[0].reason.starts_with("Not confirmed: "), "{receipt:?}");

    // Nothing is checked or sent a second time.
    let again = run(world.as_ref(), profiles, Setup::sharing(&state)).await;
    assert_eq!((written(&again), warned(&again)), ((0, 40, 0), Vec::new()), "{again:#?}");
    let held = world.held().await;
    assert_eq!((held.len(), held.iter().map(|it| it.resumes).sum::<usize>()), (40, 37));
    assert_eq!(lists(sandbox), 2);
}

/// Teamtailor shows a résumé some time after it has created the candidate.
#[tokio::test]
async fn a_resume_that_arrives_after_the_run_is_confirmed_by_the_next_one() {
    let world = teamtailor().await;
    let sandbox = sandbox(world.as_ref());
    sandbox.teamtailor().switch(|switches| switches.resume_delay = 60_000);
    let state = MemoryState::new();
    let ada = with_resume(profile("p1", "Ada", "Example"), &world.resume_url(), 7);
    let unconfirmed = async || {
        let history = state.history().items("p1").await.expect("it can be read");
        history[0].receipt.as_ref().is_some_and(|receipt| receipt.unconfirmed_since.is_some())
    };
    let result = run(world.as_ref(), vec![ada], Setup::sharing(&state)).await;
    assert_eq!((written(&result), warned(&result)), ((1, 0, 0), Vec::new()), "{result:#?}");
    assert!(unconfirmed().await);
    sandbox.clock().advance(Duration::from_secs(61));
    for lists_so_far in [2, 2] {
        let result = run(world.as_ref(), Vec::new(), Setup::sharing(&state)).await;
        assert_eq!((result.status, warned(&result)), (Status::Success, Vec::new()), "{result:#?}");
        assert_eq!(lists(sandbox), lists_so_far);
        assert!(!unconfirmed().await);
    }
}
