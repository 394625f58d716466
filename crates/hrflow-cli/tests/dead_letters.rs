//! `hrflow dead-letters`: what it says of keys that it does not have.

mod common;

use common::{Playground, many};
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};

#[test]
fn an_unknown_key_is_a_usage_error() {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(2));
    let fault = Fault::Status { code: 422, body: FaultBody::Json, executed: false };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", fault).first(1));
    // One at a time, so that the first profile is the one that fails.
    let ran = play.home.run("run w.yaml --from p.jsonl --set options.concurrency=1");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    // The second one is unknown to the state, the third was delivered, the fourth failed for another kind of error.
    for pick in ["no-such-key", "--key no-such-key", "many-1", "many-0 --kind Timeout"] {
        for command in ["drop", "show", "drop --json"] {
            let ran = play.home.run(&format!("dead-letters {command} {pick}"));
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{command} {pick}: {ran:?}");
            let key = pick.trim_start_matches("--key ").split(' ').next().unwrap();
            assert!(ran.stderr.starts_with(&format!("There is no dead letter of {key} that")), "{ran:?}");
        }
    }
    let ran = play.home.run("dead-letters drop many-0");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "Dropped: 1\n"), "{ran:?}");
    let ran = play.home.run("dead-letters drop --all");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "Dropped: 0\n"), "{ran:?}");
}

#[test]
fn a_limit_of_nothing_is_a_usage_error() {
    let play = Playground::new();
    for command in ["run w.yaml", "map w.yaml --from p.jsonl", "runs", "dead-letters retry w.yaml"] {
        let ran = play.home.run(&format!("{command} --limit 0"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("--limit"), "{ran:?}");
    }
}
