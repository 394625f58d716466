//! Two processes on one state: different items of one identity are one record at the vendor.

mod common;

use std::time::{Duration, Instant};

use common::{Playground, Ran, many};
use hrflow_sandbox::{Fault, Rule, Vendor};

fn creates(play: &Playground) -> u64 {
    play.sandbox.journal().count("candidates.create")
}

/// The profiles of [`many`] under other keys, in reverse order.
fn others(count: usize) -> String {
    many(count).lines().rev().map(|line| format!("{}\n", line.replace("many-", "other-"))).collect()
}

#[test]
fn two_processes_never_create_one_person_at_the_same_time() {
    let play = Playground::new();
    let latency = Fault::Latency { milliseconds: 400 };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", latency));
    play.home.write("one.jsonl", &many(12));
    play.home.write("two.jsonl", &others(12));
    let run = |file: &str| {
        play.home.command(&format!("run w.yaml --json --from {file} --state-dir state")).spawn().unwrap()
    };
    let ran = [run("one.jsonl"), run("two.jsonl")].map(|child| Ran::from(child.wait_with_output().unwrap()));
    assert_eq!(creates(&play), 12, "each person is sent once: {ran:#?}");
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 12);
    let sum = |event| ran.iter().map(|ran| ran.event(event)).sum::<u64>();
    assert_eq!((sum("write_success"), sum("write_duplicate"), sum("write_failure")), (12, 12, 0), "{ran:#?}");
}

#[test]
fn a_process_takes_over_the_identity_of_one_that_was_killed() {
    let play = Playground::new();
    // The vendor creates the candidate, and its response never arrives.
    let hang = Fault::Hang { executed: true };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", hang).first(1));
    play.home.write("one.jsonl", &many(1));
    play.home.write("two.jsonl", &others(1));
    let mut first = play.home.command("run w.yaml --json --from one.jsonl").spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while play.sandbox.teamtailor().candidate_count() == 0 {
        assert!(Instant::now() < deadline, "the first process creates the candidate");
        std::thread::park_timeout(Duration::from_millis(10));
    }
    let second = play.home.command("run w.yaml --json --from two.jsonl").spawn().unwrap();
    std::thread::park_timeout(Duration::from_secs(1));
    assert_eq!(creates(&play), 1, "the second process waits");
    first.kill().unwrap();
    first.wait().unwrap();
    let ran = Ran::from(second.wait_with_output().unwrap());
    assert_eq!(ran.event("write_duplicate"), 1, "{ran:?}");
    assert_eq!((creates(&play), play.sandbox.teamtailor().candidate_count()), (1, 1));
}
