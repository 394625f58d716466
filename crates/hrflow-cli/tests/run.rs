//! `hrflow check` and `hrflow run` against the sandbox.

mod common;

use common::{Playground, many};
use hrflow_sandbox::{Fault, Rule, Vendor};

#[test]
fn check_logs_in_and_writes_nothing() {
    let play = Playground::new();
    let ran = play.home.run("check w.yaml");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.lines().all(|line| line.starts_with("ok ")), "{}", ran.stdout);
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 0);

    let ran = play.home.run("check w.yaml --json --set target_parameters.Authorization=wrong-key");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.json()["failures"][0]["kind"], "Unauthorized");
    assert!(!ran.stdout.contains("wrong-key"));
}

#[test]
fn check_names_values_that_look_like_placeholders() {
    let play = Playground::new();
    for (value, kind) in [
        ("$TEAMTAILOR_KEY", "$NAME"),
        ("%TEAMTAILOR_KEY%", "%NAME%"),
        ("{{env.TEAMTAILOR_KEY}}", "{{name}}"),
        ("<teamtailor>", "<name>"),
        ("your-teamtailor-key", "a stock text such as changeme or YOUR_API_KEY"),
    ] {
        let workflow = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
        let mut fields: Vec<&str> = workflow.lines().collect();
        let index = fields.iter().position(|line| line.contains("Authorization:")).unwrap();
        let field = format!("  Authorization: '{value}'");
        fields[index] = &field;
        play.home.write("p.yaml", &fields.join("\n"));
        let ran = play.home.run("check p.yaml --json");
        let line = format!(
            "p.yaml:{}:18: target_parameters.Authorization: the value looks like a placeholder ({kind}). Set the value; \
             variables of the environment are written ${{NAME}}",
            index + 1
        );
        assert_eq!(ran.json()["warnings"], serde_json::json!([line]));
        assert!(!format!("{ran:?}").to_lowercase().contains("teamtailor_key"), "{ran:?}");
        assert!(!ran.stderr.contains(value) && !ran.stdout.contains(value), "{ran:?}");
    }
    let ran = play.home.run("check w.yaml --json");
    assert_eq!(ran.json()["warnings"], serde_json::json!([]));
}

#[test]
fn a_profile_arrives_once() {
    let play = Playground::new();
    let ran = play.home.run("run w.yaml --json");
    let told = "Created .hrflow (no earlier runs).\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), told), "{ran:?}");
    let result = ran.json();
    assert_eq!(result["status"], "success");
    assert_eq!(result["reason"], "");
    assert_eq!((&result["connector"], &result["action"]), (&"teamtailor".into(), &"push_profile".into()));
    assert_eq!((ran.event("read_success"), ran.event("write_success")), (1, 1));

    let again = play.home.run("run w.yaml --json");
    assert_eq!((again.code, again.event("write_duplicate")), (Some(0), 1));
    assert_eq!(again.stderr, "");
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 1);

    let people = play.home.run("run w.yaml");
    assert!(people.stdout.starts_with("teamtailor push_profile: success in "), "{}", people.stdout);
    assert!(people.words().contains("write_duplicate 1 items that were there already"), "{}", people.stdout);
}

#[test]
fn a_refused_key_is_fatal() {
    let play = Playground::new();
    let ran = play.home.run("run w.yaml --json --set origin_parameters.api_secret=ask_wrong_key");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.json()["reason"], "read_failure");
    assert!(!ran.stdout.contains("ask_wrong_key") && !ran.stderr.contains("ask_wrong_key"));
}

#[test]
fn a_setting_picks_another_profile() {
    let play = Playground::new();
    let other = play.profiles().pop().unwrap();
    let setting = format!("--set origin_parameters.profile_key={}", other["key"].as_str().unwrap());
    assert_eq!(play.home.run(&format!("run w.yaml --json {setting}")).code, Some(0));
    let email = other["info"]["email"].as_str().unwrap();
    assert!(play.sandbox.teamtailor().candidate_by_email(email).is_some());
}

#[test]
fn a_dry_run_shows_what_would_be_sent() {
    let play = Playground::new();
    let ran = play.home.run("run w.yaml --dry-run");
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.json()["data"]["type"], "candidates");
    assert!(ran.stderr.starts_with("Dry run: nothing was sent.\nteamtailor push_profile: success in "));

    play.home.write("lines.jsonl", &play.lines());
    let ran = play.home.run("run w.yaml --dry-run --json --from lines.jsonl --limit 2");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let result = ran.json();
    assert_eq!(result["would_send"].as_array().unwrap().len(), 2);
    assert_eq!((result["status"].as_str(), ran.event("read_success")), (Some("success"), 2));
    let none = play.home.run_with_input("run w.yaml --dry-run --json --from -", "[]").json();
    assert_eq!((&none["would_send"], &none["status"]), (&serde_json::json!([]), &"success".into()));
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 0);
}

#[test]
fn items_come_from_an_array_from_lines_and_from_standard_input() {
    let play = Playground::new();
    let count = play.profiles().len() as u64;
    play.home.write("array.json", &serde_json::to_string_pretty(&play.profiles()).unwrap());
    play.home.write("lines.jsonl", &play.lines());
    let text = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let (before, rest) = text.split_once("origin_parameters:").unwrap();
    let (_, after) = rest.split_once("target_parameters:").unwrap();
    play.home.write("no-origin.yaml", &format!("{before}target_parameters:{after}"));
    let ran = play.home.run("run no-origin.yaml --json --from array.json");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), count), "{ran:?}");
    for ran in [
        play.home.run("run w.yaml --json --from lines.jsonl"),
        play.home.run_with_input("run no-origin.yaml --json --from -", &play.lines()),
    ] {
        assert_eq!((ran.code, ran.event("write_duplicate")), (Some(0), count), "{ran:?}");
    }
    assert_eq!(play.sandbox.teamtailor().candidate_count() as u64, count);
}

#[test]
fn a_bad_line_costs_that_line() {
    let play = Playground::new();
    let text = format!("{}{{\"secret\": oops}}\n[]\n{}", many(2), many(3).lines().last().unwrap());
    let ran = play.home.run_with_input("run w.yaml --json --from -", &text);
    assert_eq!(ran.code, Some(3));
    assert_eq!((ran.event("write_success"), ran.event("read_failure")), (3, 2));
    let failures = ran.json()["failures"].clone();
    assert_eq!(failures[0]["message"], "line 3 is not valid JSON (column 12)");
    assert_eq!(failures[1]["message"], "line 4: expected an object, found a list");
}

#[test]
fn a_limit_ends_the_reading() {
    let play = Playground::new();
    let ran = play.home.run_with_input("run w.yaml --json --from - --limit 3", &many(50));
    assert_eq!((ran.code, ran.event("read_success"), ran.event("write_success")), (Some(0), 3, 3));
}

#[test]
fn an_item_that_fails_is_listed() {
    let play = Playground::new();
    let refusal = Fault::Status { code: 422, body: hrflow_sandbox::FaultBody::Json, executed: false };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", refusal).first(1));
    let ran = play.home.run_with_input("run w.yaml --from - --set options.concurrency=1", &many(2));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.starts_with("teamtailor push_profile: success with failures in "));
    assert!(ran.words().contains("write_failure 1 items that could not be delivered"), "{}", ran.stdout);
    assert!(ran.words().contains(" source/many-0 write Invalid Teamtailor refuses"), "{}", ran.stdout);
}
