//! Ctrl-C and SIGTERM.
#![cfg(unix)]

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command},
    time::{Duration, Instant},
};

use common::{Home, Playground, Ran, many};
use hrflow_sandbox::{Fault, Rule, Vendor};
use serde_json::Value;

fn send(signal: &str, child: &Child) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn wait_until(what: &str, happened: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < deadline, "it never happened: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn creates(play: &Playground) -> u64 {
    play.sandbox.journal().count("candidates.create")
}

#[test]
fn the_first_signal_settles_what_is_in_flight() {
    for signal in ["-INT", "-TERM"] {
        let play = Playground::new();
        let latency = Fault::Latency { milliseconds: 300 };
        play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", latency));
        play.home.write("many.jsonl", &many(500));
        let run = "run w.yaml --json --from many.jsonl --set options.concurrency=4";
        let child = play.home.command(run).spawn().unwrap();
        wait_until("the first candidate is created", || creates(&play) > 0);
        send(signal, &child);
        let ran = Ran::from(child.wait_with_output().unwrap());

        assert_eq!(ran.code, Some(130), "{ran:?}");
        assert_eq!((&ran.json()["status"], &ran.json()["reason"]), (&"cancelled".into(), &"".into()));
        assert_eq!(ran.json()["failures"][0]["kind"], "Cancelled");
        assert!(ran.stderr.contains("Stopping: what is in flight is settled first."), "{}", ran.stderr);
        let delivered = ran.event("write_success");
        assert!((1..500).contains(&delivered));
        assert_eq!(play.sandbox.teamtailor().candidate_count() as u64, delivered);
    }
}

#[test]
fn the_second_signal_stops_at_once() {
    let play = Playground::new();
    let hang = Fault::Hang { executed: false };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", hang));
    let mut child = play.home.command("run w.yaml --json").spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_until("a candidate is asked for", || creates(&play) > 0);
    send("-INT", &child);
    let asked =
        stderr.by_ref().lines().map_while(Result::ok).any(|it| it.contains("Once more to stop at once."));
    assert!(asked, "it does not say how to insist");
    let asked = Instant::now();
    send("-INT", &child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(asked.elapsed() < Duration::from_secs(5));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(130), ""));
}

#[test]
fn a_run_that_waits_for_standard_input_can_be_stopped() {
    let play = Playground::new();
    let mut command = play.home.command("run w.yaml --from -");
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    wait_until("it has logged in", || !play.sandbox.journal().entries().is_empty());
    send("-INT", &child);
    // Kept open: nothing more comes, and nobody says so.
    let stdin = child.stdin.take();
    let ran = Ran::from(child.wait_with_output().unwrap());
    drop(stdin);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stdout.starts_with("teamtailor push_profile: cancelled in "), "{}", ran.stdout);
    let why = "\n0 items were written: the run was stopped. Run it again to go on.\n";
    assert!(ran.stdout.ends_with(why), "{}", ran.stdout);
}

#[test]
fn the_sandbox_serves_until_it_is_told_to_stop() {
    let home = Home::new();
    for signal in ["-INT", "-TERM"] {
        let mut child = home.command("sandbox --json --profiles profiles.jsonl").spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let urls: Value = serde_json::from_str(&line).unwrap();
        for name in ["hrflow", "teamtailor", "files", "control"] {
            assert!(urls[name].as_str().unwrap().starts_with("http://127.0.0.1:"), "{name}");
        }
        assert!(urls["credentials"]["hrflow"]["api_secret"].is_string());
        send(signal, &child);
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    }
    let path = home.0.path().join("profiles.jsonl");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let profiles = std::fs::read_to_string(path).unwrap();
    assert!(profiles.lines().count() > 1);
    assert!(
        profiles
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok_and(|it| it["key"].is_string()))
    );
}

#[test]
fn what_the_sandbox_prints_can_be_pasted() {
    let home = Home::new();
    let mut child = home.command("sandbox --profiles profiles.jsonl").spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut summary = String::new();
    while !summary.contains("see what arrived") {
        assert_ne!(stdout.read_line(&mut summary).unwrap(), 0, "{summary}");
    }
    let (_, rest) = summary.split_once("cat > sandbox.yaml <<'EOF'\n").unwrap();
    let (workflow, _) = rest.split_once("EOF\n").unwrap();
    home.write("sandbox.yaml", workflow);
    assert_eq!(home.run("check sandbox.yaml").code, Some(0));
    let ran = home.run("run sandbox.yaml --json");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 1), "{ran:?}");
    let ran = home.run("run sandbox.yaml --json --from profiles.jsonl");
    assert!(ran.event("read_success") > 1 && ran.event("write_failure") == 0, "{ran:?}");
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_told() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ran = home.run(&format!("sandbox --control-port {port}"));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.starts_with("cannot start the sandbox: Address already in use"), "{}", ran.stderr);
}
