//! What is remembered between runs, and how it is asked for.

mod common;

use common::{Home, Playground, Ran, many};
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};
use serde_json::Value;

fn refuse_creations(play: &Playground, times: u64) {
    let fault = Fault::Status { code: 422, body: FaultBody::Json, executed: false };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", fault).first(times));
}

fn creations(play: &Playground) -> u64 {
    play.sandbox.journal().count("candidates.create")
}

/// The playground with six profiles without e-mail addresses in `p.jsonl`: only the journal keeps them apart.
fn nameless() -> Playground {
    let play = Playground::new();
    let lines: Vec<String> = many(6)
        .lines()
        .map(|line| {
            let mut profile: Value = serde_json::from_str(line).unwrap();
            profile["info"]["email"] = Value::Null;
            profile.to_string()
        })
        .collect();
    play.home.write("p.jsonl", &lines.join("\n"));
    play
}

const RUN: &str = "run w.yaml --from p.jsonl --json";

#[test]
fn what_is_delivered_is_not_sent_again() {
    let play = nameless();
    let first = play.home.run(RUN);
    assert_eq!((first.code, first.event("write_success")), (Some(0), 6), "{first:?}");
    let again = play.home.run(RUN);
    assert_eq!((again.code, again.event("write_duplicate")), (Some(0), 6), "{again:?}");
    assert_eq!((creations(&play), play.sandbox.teamtailor().candidate_count()), (6, 6));
    // Nobody of them would be recognised: sent again, all would be there twice.
    let resent = play.home.run(&format!("{RUN} --resend"));
    assert_eq!((resent.code, creations(&play)), (Some(0), 6), "{resent:?}");
}

#[test]
fn state_is_where_it_is_asked_for() {
    let play = nameless();
    play.home.run(RUN);
    assert!(play.home.0.path().join(".hrflow/state.db").is_file());
    let elsewhere = play.home.run(&format!("{RUN} --state-dir other/place --limit 1"));
    assert!(elsewhere.stderr.contains("Created other/place"), "{}", elsewhere.stderr);
    assert_eq!(elsewhere.event("write_success"), 1, "nothing is known there");
    let mut command = play.home.command("runs --json");
    let runs = Ran::from(command.env("HRFLOW_STATE_DIR", "other/place").output().unwrap());
    assert_eq!(runs.json().as_array().unwrap().len(), 1);

    let none = nameless();
    none.home.run(&format!("{RUN} --no-state"));
    assert!(!none.home.0.path().join(".hrflow").exists());
    let missing = none.home.run("runs");
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("There is no state in .hrflow"), "{}", missing.stderr);
}

#[test]
fn two_accounts_each_get_everybody() {
    let (one, other) = (nameless(), Playground::new());
    one.home.run(RUN);
    let set = format!(
        "--set target_parameters.api_url={} --set target_parameters.Authorization={}",
        other.sandbox.urls().teamtailor,
        other.sandbox.credentials().teamtailor.key
    );
    let ran = one.home.run(&format!("{RUN} {set}"));
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 6), "{ran:?}");
    assert_eq!(other.sandbox.teamtailor().candidate_count(), 6);
    let found = one.home.run("where many-0 --json").json();
    assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
}

#[test]
fn two_commands_tell_what_became_of_somebody() {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(3));
    refuse_creations(&play, 1);
    let run = play.home.run("run w.yaml --from p.jsonl --set options.concurrency=1");
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stdout.contains("hrflow dead-letters ls"), "{}", run.stdout);

    let found = play.home.run("where many1@example.com");
    assert_eq!(found.code, Some(0), "{found:?}");
    assert!(found.words().starts_with("source/many-1 at teamtailor "), "{}", found.stdout);
    assert!(found.words().contains("It is there with id "), "{}", found.stdout);
    assert!(found.words().contains(" test write created"), "{}", found.stdout);

    let failed = play.home.run("where source/many-0 --json").json();
    assert_eq!(failed[0]["receipt"], Value::Null);
    assert_eq!(failed[0]["passages"][0]["passage"], "failed");
    assert_eq!(failed[0]["dead_letters"][0]["kind"], "Invalid");

    let stranger = play.home.run("where nobody@example.com");
    assert_eq!((stranger.code, stranger.stdout.as_str()), (Some(1), ""));
    assert!(stranger.stderr.contains("Nothing is known of nobody@example.com"), "{}", stranger.stderr);
}

#[test]
fn past_runs_are_listed_and_shown() {
    let play = nameless();
    let first = play.home.run(RUN).json();
    play.home.run(RUN);
    let runs = play.home.run("runs --json").json();
    let stages: Vec<&Value> = runs.as_array().unwrap().iter().map(|run| &run["stage"]).collect();
    assert_eq!(stages, ["finished", "finished"]);
    assert_eq!(runs[1]["result"], first, "the newest is first");
    let id = first["run_id"].as_str().unwrap();
    assert_eq!(play.home.run(&format!("runs {id} --json")).json()["run_id"], id);
    let shown = play.home.run(&format!("runs {id}"));
    assert!(shown.words().contains("write_success 6 items created or updated"), "{}", shown.stdout);
    assert!(play.home.run("runs").words().contains("teamtailor push_profile"));
    assert!(play.home.run("runs --workflow another --json").json().as_array().unwrap().is_empty());
    let nothing = play.home.run("runs nope");
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("There is no run nope"), "{}", nothing.stderr);
}

#[test]
fn a_past_run_separates_how_its_items_were_delivered() {
    let play = nameless();
    let first = play.home.run(RUN).json();
    play.home.run(RUN);
    let counts = |created: u64, unchanged: u64| serde_json::json!({ "created": created, "updated": 0, "recovered": 0, "unchanged": unchanged, "existing": 0 });
    let runs = play.home.run("runs --json").json();
    assert_eq!((&runs[1]["deliveries"], &runs[0]["deliveries"]), (&counts(6, 0), &counts(0, 6)));
    assert!(first.get("deliveries").is_none() && runs[1]["result"].get("deliveries").is_none(), "{runs}");
    let shown = |index: usize, json: &str| {
        play.home.run(&format!("runs {} {json}", runs[index]["run_id"].as_str().unwrap()))
    };
    assert_eq!(shown(1, "--json").json()["deliveries"], counts(6, 0));
    let words = shown(1, "").words();
    assert!(words.contains("write_success 6 items created or updated created 6"), "{words}");
    let words = shown(0, "").words();
    assert!(words.contains("that were there already unchanged 6 since an earlier run"), "{words}");
}

/// With -vv the log has a line for each warning of an item, which it names by a digest.
#[test]
fn the_digest_in_the_log_finds_its_item() {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(3));
    let workflow = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let warns = r#"default_format | if .data.attributes.email == "many1@example.com" then .warnings += [{field: "a", reason: "b"}] else . end"#;
    play.home.write("w.yaml", &format!("{workflow}action_parameters:\n  format: '{warns}'\n"));
    let ran = play.home.run("run w.yaml --from p.jsonl -vv");
    let line = ran.stderr.lines().find(|line| line.contains("item=")).unwrap();
    let (_, rest) = line.split_once("item=").unwrap();
    let digest: String = rest.chars().filter(|it| *it != '"').take(12).collect();
    let found = play.home.run(&format!("where {digest}"));
    assert_eq!(found.code, Some(0), "{found:?}");
    assert!(found.stdout.starts_with("source/many-1\n"), "{}", found.stdout);
    let other = play.home.run(&format!("where {}", "0".repeat(12)));
    assert_eq!((other.code, other.stdout.as_str()), (Some(1), ""));
}

#[test]
fn receipts_are_exported() {
    let play = nameless();
    play.home.run(RUN);
    let csv = play.home.run("receipts export");
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0]), (7, "key,target,id,outcome,created_by_us,at"));
    let held = play.sandbox.teamtailor().candidates();
    for line in play.home.run("receipts export --json").stdout.lines() {
        let receipt: Value = serde_json::from_str(line).unwrap();
        assert!(held.iter().any(|candidate| receipt["id"] == candidate.id), "{receipt}");
        assert!(receipt["key"].as_str().unwrap().starts_with("source/many-"));
    }
}

#[test]
fn dead_letters_are_listed_shown_dropped_and_tried_again() {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(4));
    refuse_creations(&play, 3);
    let run = play.home.run(&format!("{RUN} --set options.concurrency=1"));
    assert_eq!((run.code, run.event("write_failure")), (Some(3), 3), "{run:?}");

    let letters = play.home.run("dead-letters ls --json").json();
    let mut names: Vec<&str> = letters[0].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = "attempts first_at key kind last_at message retryable run_id step workflow_id";
    assert_eq!(names.join(" "), expected);
    assert_eq!((&letters[0]["key"], &letters[0]["step"]), (&"source/many-0".into(), &"write".into()));
    assert!(play.home.run("dead-letters ls").words().contains("source/many-0 test write Invalid"));
    let shown = play.home.run("dead-letters show many-1").json();
    assert_eq!(shown[0]["item"]["info"]["email"], "many1@example.com");

    let unclear = play.home.run("dead-letters drop");
    assert_eq!(unclear.code, Some(2));
    assert!(unclear.stderr.contains("--all"), "{}", unclear.stderr);
    assert_eq!(play.home.run("dead-letters drop many-0").stdout, "Dropped: 1\n");

    let one = play.home.run("dead-letters retry w.yaml --key source/many-1 --json");
    assert_eq!((one.code, one.event("write_success")), (Some(0), 1), "{one:?}");
    let rest = play.home.run("dead-letters retry w.yaml --kind invalid --json");
    assert_eq!((rest.code, rest.event("read_success"), rest.event("write_success")), (Some(0), 1, 1));
    assert_eq!(play.home.run("dead-letters ls --json").json(), serde_json::json!([]));
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 3);
    let wrong = play.home.run("dead-letters ls --kind Nonsense");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("OutcomeUnknown"), "{}", wrong.stderr);
}

#[test]
fn a_damaged_state_is_named_and_nothing_is_sent() {
    let play = nameless();
    play.home.run(&format!("{RUN} --limit 1"));
    let file = play.home.0.path().join(".hrflow/state.db");
    std::fs::write(&file, vec![7; 8192]).unwrap();
    let ran = play.home.run(RUN);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("the state file is damaged"), "{}", ran.stderr);
    assert_eq!(creations(&play), 1);
    let home = Home::new();
    home.write("w.yaml", "");
    home.write("file", "");
    let ran = home.run("runs --state-dir file");
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

/// A playground with an incremental workflow too, `list.yaml`.
fn incremental() -> Playground {
    let play = Playground::new();
    let workflow = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let workflow: String = workflow
        .replace(
            "action: push_profile\n",
            "action: push_profile_list\naction_parameters:\n  read_mode: incremental\n",
        )
        .replace("options:\n", "options:\n  on_existing: update\n")
        .lines()
        .filter(|line| !line.contains("profile_key"))
        .map(|line| format!("{line}\n"))
        .collect();
    play.home.write("list.yaml", &workflow);
    play
}

#[test]
fn a_dry_run_of_an_incremental_workflow_reads_from_the_start() {
    let play = incremental();
    let ran = play.home.run("run list.yaml --dry-run --json --limit 2");
    assert_eq!((ran.code, ran.json()["would_send"].as_array().unwrap().len()), (Some(0), 2), "{ran:?}");
    assert_eq!(ran.stderr, "A dry run knows of no earlier run: it reads from the start.\n");
    // What the run itself would be refused for is no secret.
    let ran = play.home.run("run list.yaml --dry-run --json --set workflow_id=");
    assert_eq!((ran.code, ran.json()["reason"].as_str()), (Some(2), Some("workflow_id_not_found")));
    assert_eq!(play.home.run("run w.yaml --dry-run --json").stderr, "");
}

#[test]
fn an_incremental_workflow_delivers_each_change_once() {
    let play = incremental();
    let run = || play.home.run("run list.yaml --json");
    let all = play.sandbox.hrflow().count() as u64;
    let first = run();
    assert_eq!((first.code, first.event("read_success")), (Some(0), all), "{first:?}");
    let writes = creations(&play) + play.sandbox.journal().count("candidates.update");

    play.sandbox.clock().advance(std::time::Duration::from_secs(60));
    let changed = play.profiles().pop().unwrap();
    let patch = serde_json::json!({ "info": { "phone": "+33 1 00 00 00 01" } });
    play.sandbox.hrflow().change_profile(changed["key"].as_str().unwrap(), patch);
    let second = run();
    assert_eq!(second.event("write_success"), 1, "{second:?}");
    let third = run();
    assert_eq!(third.event("write_success"), 0, "{third:?}");
    assert_eq!(third.json()["read_from"], second.json()["read_from"]);
    let after = creations(&play) + play.sandbox.journal().count("candidates.update");
    assert_eq!(after, writes + 1);
}

#[test]
fn a_state_file_that_was_emptied_or_deleted_is_not_new() {
    let play = nameless();
    play.home.run(RUN);
    let file = play.home.0.path().join(".hrflow/state.db");
    let spoil: [(&dyn Fn(), &str); 3] = [
        (&|| std::fs::write(&file, "").unwrap(), "damaged"),
        (&|| std::fs::write(&file, "x").unwrap(), "damaged"),
        (&|| std::fs::remove_file(&file).unwrap(), "holds no state.db"),
    ];
    for (spoil, expected) in spoil {
        spoil();
        for command in [RUN, "check w.yaml", "dead-letters retry w.yaml", "runs"] {
            let ran = play.home.run(command);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{command}");
            assert!(ran.stderr.contains(expected), "{command}: {}", ran.stderr);
        }
    }
    assert_eq!(creations(&play), 6);
    std::fs::remove_dir_all(play.home.0.path().join(".hrflow")).unwrap();
    assert_eq!(play.home.run(RUN).event("write_success"), 6);
}

#[test]
fn processes_that_start_at_the_same_time_share_one_new_state() {
    let play = nameless();
    let children: Vec<_> = (0..4).map(|_| play.home.command(RUN).spawn().unwrap()).collect();
    let ran: Vec<Ran> = children.into_iter().map(|child| child.wait_with_output().unwrap().into()).collect();
    assert_eq!(ran.iter().filter(|ran| ran.stderr.contains("Created .hrflow")).count(), 1, "{ran:?}");
    assert_eq!(ran.iter().map(|ran| ran.event("write_success")).sum::<u64>(), 6, "{ran:?}");
    assert_eq!(creations(&play), 6);
    assert_eq!(play.home.run("runs --json").json().as_array().unwrap().len(), 4);
}

/// Starts a run that takes long, and waits until it has created three candidates.
fn slow_run(play: &Playground) -> std::process::Child {
    let latency = Fault::Latency { milliseconds: 100 };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", latency));
    play.home.write("many.jsonl", &many(300));
    let run = "run w.yaml --json --from many.jsonl --set options.concurrency=2";
    let child = play.home.command(run).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while creations(play) < 3 {
        assert!(std::time::Instant::now() < deadline, "nothing was created");
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
    child
}

#[cfg(unix)]
#[test]
fn a_run_whose_state_is_taken_away_ends_with_an_error() {
    let play = Playground::new();
    let child = slow_run(&play);
    std::fs::rename(play.home.0.path().join(".hrflow"), play.home.0.path().join("elsewhere")).unwrap();
    let before = creations(&play);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("deleted, moved or replaced"), "{ran:?}");
    assert_eq!(ran.json()["status"], "fatal");
    assert!(creations(&play) <= before + 4, "nothing is sent without a stored trace");
}

#[cfg(unix)]
fn set_modes(directory: &std::path::Path, directories: u32, files: u32) {
    use std::os::unix::fs::PermissionsExt;
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(directory, 0o700);
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { set_modes(&path, directories, files) } else { set(&path, files) }
    }
    set(directory, directories);
}

/// The names in a directory, to notice what was created.
fn names(directory: &std::path::Path) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn a_read_only_state_can_be_read() {
    const READING: [&str; 6] = [
        "runs --json",
        "where many-1 --json",
        "dead-letters ls --json",
        "dead-letters show --json",
        "receipts export",
        "receipts export --json",
    ];
    let play = Playground::new();
    play.home.write("p.jsonl", &many(3));
    refuse_creations(&play, 1);
    play.home.run(&format!("{RUN} --set options.concurrency=1"));
    let state = play.home.0.path().join(".hrflow");
    let expected: Vec<Ran> = READING.iter().map(|command| play.home.run(command)).collect();
    set_modes(play.home.0.path(), 0o555, 0o444);
    let before = names(&state);
    for (command, expected) in READING.iter().zip(expected) {
        let ran = play.home.run_as_reader(command);
        assert_eq!(
            (ran.code, ran.stdout, ran.stderr),
            (Some(0), expected.stdout, String::new()),
            "{command}"
        );
    }
    for command in ["dead-letters drop --all", "dead-letters retry w.yaml"] {
        let ran = play.home.run_as_reader(command);
        assert_eq!(ran.code, Some(1), "{command}");
        assert!(ran.stderr.contains("is read-only"), "{command}: {}", ran.stderr);
    }
    let ran = play.home.run_as_reader(RUN);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(names(&state), before);
    set_modes(play.home.0.path(), 0o700, 0o600);
    assert_eq!(play.home.run("dead-letters drop --all").stdout, "Dropped: 1\n");
}

#[cfg(unix)]
#[test]
fn a_read_only_state_is_read_up_to_its_latest_change() {
    let play = Playground::new();
    let mut child = slow_run(&play);
    let state = play.home.0.path().join(".hrflow");
    set_modes(play.home.0.path(), 0o555, 0o444);
    let ran = play.home.run_as_reader("receipts export --json");
    assert!(ran.stdout.lines().count() >= 2, "{ran:?}");
    assert_eq!(play.home.run_as_reader("runs --json").json()[0]["stage"], "running");
    child.kill().unwrap();
    child.wait().unwrap();
    let killed = play.home.run_as_reader("receipts export --json");
    assert!(killed.stdout.lines().count() >= ran.stdout.lines().count(), "{killed:?}");
    assert_eq!(play.home.run_as_reader("runs --json").json()[0]["stage"], "broken_off");
    set_modes(play.home.0.path(), 0o700, 0o600);
    std::fs::remove_file(state.join("state.db-shm")).unwrap();
    set_modes(play.home.0.path(), 0o555, 0o444);
    let ran = play.home.run_as_reader("receipts export --json");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "it must not show what is out of date");
    assert!(ran.stderr.contains("latest changes") && ran.stderr.contains("state.db-wal"), "{}", ran.stderr);
    set_modes(play.home.0.path(), 0o700, 0o600);
}

#[test]
fn a_check_creates_no_state() {
    let play = Playground::new();
    let before = names(play.home.0.path());
    let ran = play.home.run("check w.yaml");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let ran = play.home.run("check w.yaml --state-dir other/place");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(names(play.home.0.path()), before);
}
