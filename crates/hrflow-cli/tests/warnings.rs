//! Warnings: counted and listed by the run, kept with the item.

mod common;

use common::{Playground, Ran, many};
use serde_json::json;

const WARNING: &str = r#"{"field": "info.phone", "reason": "Not a number"}"#;

/// A sandbox, seven profiles in `p.jsonl`, and a workflow whose format is the default one followed by `program`.
fn playground(program: &str) -> Playground {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(7));
    let workflow = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let format = format!("action_parameters:\n  format: 'default_format | {program}'\n");
    play.home.write("w.yaml", &format!("{workflow}{format}"));
    play
}

fn warned() -> Playground {
    playground(&format!(".warnings += [{WARNING}]"))
}

fn run_id(ran: &Ran) -> String {
    ran.stdout.split_once("\nRun ").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_run_counts_its_warnings_and_lists_the_first() {
    let play = warned();
    let ran = play.home.run("run w.yaml --from p.jsonl");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.starts_with("teamtailor push_profile: success in "), "{}", ran.stdout);
    assert!(ran.words().contains("warnings 7 values dropped, cut, replaced or repaired"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("info.phone").count(), 5, "{}", ran.stdout);
    let run = run_id(&ran);
    assert!(ran.stdout.contains("\nThe first 5 of 7 warnings. "), "{}", ran.stdout);
    assert!(ran.stdout.contains(&format!("hrflow runs {run}` lists 100")), "{}", ran.stdout);
    let logged: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("WARN")).collect();
    assert!(logged.len() == 1 && logged[0].contains("warnings=7"), "{}", ran.stderr);

    let shown = play.home.run(&format!("runs {run}"));
    assert_eq!(shown.stdout.matches("info.phone").count(), 7, "{}", shown.stdout);
    let again = play.home.run("run w.yaml --from p.jsonl --json");
    assert_eq!((again.event("write_duplicate"), again.event("warnings")), (7, 0));
}

#[test]
fn a_run_without_state_lists_all_its_warnings_and_names_no_history() {
    let play = warned();
    let ran = play.home.run("run w.yaml --from p.jsonl --no-state");
    assert_eq!((ran.code, ran.stdout.matches("info.phone").count()), (Some(0), 7), "{ran:?}");
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains("hrflow runs") && !text.contains("where KEY"), "{text}");
    }
}

#[test]
fn where_shows_the_warnings_of_a_receipt() {
    let play = warned();
    let ran = play.home.run("run w.yaml --from p.jsonl --json");
    assert_eq!((ran.code, ran.event("warnings")), (Some(0), 7), "{ran:?}");
    let of = |number: usize| json!({ "key": format!("source/many-{number}"), "field": "info.phone", "reason": "Not a number" });
    assert!(ran.json()["warnings"].as_array().unwrap().contains(&of(6)), "{}", ran.stdout);
    let item = play.home.run("where many-6");
    assert!(item.stdout.contains("\n  warning: info.phone: Not a number\n"), "{}", item.stdout);
    let item = play.home.run("where many-6 --json").json();
    assert_eq!(item[0]["receipt"]["warnings"], json!([{ "field": "info.phone", "reason": "Not a number" }]));
}

#[test]
fn a_dry_run_shows_warnings() {
    let play = warned();
    let ran = play.home.run("run w.yaml --from p.jsonl --dry-run");
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.matches("info.phone  Not a number").count() == 7, "{}", ran.stderr);
    let ran = play.home.run("run w.yaml --from p.jsonl --dry-run --json");
    assert_eq!(ran.json()["warnings"].as_array().unwrap().len(), 7);
    assert!(ran.json()["would_send"][0].get("warnings").is_none(), "{}", ran.stdout);
}

#[test]
fn map_shows_the_warnings_of_each_profile() {
    let play = warned();
    let ran = play.home.run("map w.yaml --from p.jsonl");
    assert_eq!(ran.stdout.matches("\nWarnings\n  info.phone: Not a number\n").count(), 7, "{}", ran.stdout);
    let mapped = play.home.run("map w.yaml --from p.jsonl --json").json();
    assert_eq!(mapped[0]["warnings"], json!([{ "field": "info.phone", "reason": "Not a number" }]));
    assert_eq!((&mapped[0]["difference"], mapped[0]["mapped"].get("warnings")), (&json!([]), None));
}

#[test]
fn a_format_may_drop_warnings_and_cannot_garble_them() {
    let play = playground(&format!(".warnings += [{WARNING}] | del(.warnings)"));
    let ran = play.home.run("run w.yaml --from p.jsonl --json");
    assert_eq!((ran.code, ran.event("write_success"), ran.event("warnings")), (Some(0), 7, 0), "{ran:?}");
    let play = playground(".warnings = \"none\"");
    let ran = play.home.run("run w.yaml --from p.jsonl --json");
    assert_eq!((ran.code, ran.event("format_failure")), (Some(1), 7), "{ran:?}");
    let message = ran.json()["failures"][0]["message"].to_string();
    assert!(message.contains("warnings"), "{message}");
}
