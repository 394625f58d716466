//! Ctrl-C and SIGTERM.
#![cfg(unix)]

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command},
    time::{Duration, Instant},
};

use common::{Home, Playground, Ran, many};
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};
use serde_json::Value;

/// Both signals, and the exit status of a program that one of them stopped.
const SIGNALS: [(&str, i32); 2] = [("-INT", 130), ("-TERM", 143)];

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
    for (signal, code) in SIGNALS {
        let play = Playground::new();
        let latency = Fault::Latency { milliseconds: 300 };
        play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", latency));
        play.home.write("many.jsonl", &many(500));
        let run = "run w.yaml --json --from many.jsonl --set options.concurrency=4";
        let child = play.home.command(run).spawn().unwrap();
        wait_until("the first candidate is created", || creates(&play) > 0);
        send(signal, &child);
        let ran = Ran::from(child.wait_with_output().unwrap());

        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert_eq!((&ran.json()["status"], &ran.json()["reason"]), (&"cancelled".into(), &"".into()));
        assert_eq!(ran.json()["failures"][0]["kind"], "Cancelled");
        assert!(ran.stderr.contains("Stopping: items in flight are settled first."), "{}", ran.stderr);
        let delivered = ran.event("write_success");
        assert!((1..500).contains(&delivered));
        assert_eq!(play.sandbox.teamtailor().candidate_count() as u64, delivered);
    }
}

/// A format that takes some hundredths of a second for each item, and one that never ends for any item but the first.
const SLOW: &str = "reduce range(30000) as $i (0; . + $i) as $sum | default_format";
const ENDLESS: &str = r#"if .key == "many-0" then default_format else last(repeat(1)) end"#;

/// What a program prints that still runs. Dropping it closes the pipe.
fn lines_of(child: &mut Child) -> std::io::Lines<BufReader<std::process::ChildStderr>> {
    BufReader::new(child.stderr.take().unwrap()).lines()
}

/// Reads on until what is printed holds `text`, whether the line has ended or not.
fn read_until(text: &str, stdout: &mut impl BufRead, printed: &mut String) {
    while !printed.contains(text) {
        let read = stdout.fill_buf().unwrap();
        assert!(!read.is_empty(), "{printed}");
        printed.push_str(std::str::from_utf8(read).unwrap());
        let length = read.len();
        stdout.consume(length);
    }
}

/// Waits for the program to end, and fails if that takes longer than `seconds`. What it prints is not read.
fn ends_within(seconds: u64, child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if begun.elapsed() > Duration::from_secs(seconds) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it goes on after {seconds} s");
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Playground with 500 profiles in `many.jsonl` and a workflow `f.yaml` with a format.
fn with_format(format: &str) -> Playground {
    let play = Playground::new();
    play.home.write("many.jsonl", &many(500));
    let workflow = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let action = format!("action_parameters:\n  program_timeout: 10m\n  format: '{format}'\n");
    play.home.write("f.yaml", &format!("{workflow}{action}"));
    play
}

/// No process of the program is left in its directory.
#[cfg(target_os = "linux")]
fn leaves_no_process(home: &Home) {
    let home = home.0.path().canonicalize().unwrap();
    wait_until("all its processes end", || {
        let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        processes.filter(|it| std::fs::read_link(it.path().join("cwd")).is_ok_and(|cwd| cwd == home)).count()
            == 0
    });
}

#[cfg(not(target_os = "linux"))]
fn leaves_no_process(_: &Home) {}

#[test]
fn the_second_signal_stops_immediately() {
    for (signal, code) in SIGNALS {
        let play = Playground::new();
        let hang = Fault::Hang { executed: false };
        play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", hang));
        let mut child = play.home.command("run w.yaml --json").spawn().unwrap();
        wait_until("a candidate is sent", || creates(&play) > 0);
        send(signal, &child);
        let told = lines_of(&mut child)
            .map_while(Result::ok)
            .any(|it| it.contains("A second signal stops immediately."));
        assert!(told, "it does not say how to stop immediately");
        send(signal, &child);
        assert_eq!(ends_within(2, &mut child), Some(code));
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn a_slow_format_delays_no_signal() {
    for (signal, code) in SIGNALS {
        let play = with_format(SLOW);
        let mut child = play.home.command("run f.yaml --json --from many.jsonl").spawn().unwrap();
        wait_until("a candidate is created", || creates(&play) > 0);
        send(signal, &child);
        let told = lines_of(&mut child).map_while(Result::ok).any(|it| it.contains("Stopping"));
        assert!(told);
        let sent = creates(&play);
        assert_eq!(ends_within(5, &mut child), Some(code));
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.json()["failures"][0]["kind"], "Cancelled");
        // What was in flight may still arrive, and nothing else does.
        assert!(creates(&play) <= sent + 8 && creates(&play) < 400, "{sent}, {}", creates(&play));
        assert_eq!(play.sandbox.teamtailor().candidate_count() as u64, ran.event("write_success"));
        leaves_no_process(&play.home);
    }
}

#[test]
fn a_second_signal_ends_a_run_with_a_slow_format_immediately() {
    for (signal, code) in SIGNALS {
        for format in [SLOW, ENDLESS] {
            let play = with_format(format);
            let hang = Fault::Hang { executed: false };
            play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", hang));
            let mut child = play.home.command("run f.yaml --json --from many.jsonl").spawn().unwrap();
            wait_until("a candidate is sent", || creates(&play) > 0);
            send(signal, &child);
            assert!(lines_of(&mut child).map_while(Result::ok).any(|it| it.contains("Stopping")));
            send(signal, &child);
            assert_eq!(ends_within(2, &mut child), Some(code), "{format}");
            leaves_no_process(&play.home);
        }
    }
}

#[test]
fn a_format_that_never_ends_delays_no_signal() {
    for (signal, code) in SIGNALS {
        for dry_run in ["", "--dry-run"] {
            let play = with_format(ENDLESS);
            let run = format!("run f.yaml --json --from many.jsonl {dry_run}");
            let mut child = play.home.command(&run).spawn().unwrap();
            let mut stdout = BufReader::new(child.stdout.take().unwrap());
            let mut printed = String::new();
            if dry_run.is_empty() {
                wait_until("the first candidate is created", || creates(&play) > 0);
            } else {
                read_until("many0@example.com", &mut stdout, &mut printed);
            }
            send(signal, &child);
            assert_eq!(ends_within(5, &mut child), Some(code), "{dry_run}");
            stdout.read_to_string(&mut printed).unwrap();
            let result: Value = serde_json::from_str(&printed).unwrap();
            assert_eq!(result["failures"][0]["kind"], "Cancelled", "{result}");
            leaves_no_process(&play.home);
        }
    }
}

#[test]
fn a_slow_format_delays_no_signal_in_a_dry_run() {
    for (signal, code) in SIGNALS {
        let play = with_format(SLOW);
        let mut child = play.home.command("run f.yaml --dry-run --from many.jsonl").spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        read_until("many0@example.com", &mut stdout, &mut printed);
        send(signal, &child);
        let reader = std::thread::spawn(move || stdout.read_to_string(&mut printed).map(|_| printed));
        assert_eq!(ends_within(5, &mut child), Some(code));
        let printed = reader.join().unwrap().unwrap();
        assert!(printed.matches("@example.com").count() < 400);
        assert_eq!(creates(&play), 0);
    }
}

#[test]
fn a_second_signal_ends_a_program_whose_output_nothing_reads() {
    for (signal, code) in SIGNALS {
        let play = with_format("default_format");
        let mut child = play.home.command("run f.yaml --dry-run --from many.jsonl").spawn().unwrap();
        // By then the pipe is full, and the program waits.
        std::thread::park_timeout(Duration::from_secs(2));
        assert!(child.try_wait().unwrap().is_none());
        send(signal, &child);
        assert!(lines_of(&mut child).map_while(Result::ok).any(|it| it.contains("Stopping")));
        send(signal, &child);
        assert_eq!(ends_within(2, &mut child), Some(code));
        leaves_no_process(&play.home);
    }
}

/// Nothing is in flight yet, so that the first signal ends the program, blocked or not.
#[test]
fn one_signal_ends_a_command_that_settles_nothing() {
    let play = with_format(ENDLESS);
    play.home.write(
        "auth.yaml",
        "connector: jobadder\naction: push_profile\ntarget_parameters:\n  \
         authorization_url: https://id.jobadder.com/connect/authorize\n  client_id: client\n  \
         client_secret: secret\n  authorization_code: \"\"\n  redirect_uri: https://example.com/redirect\n",
    );
    for (signal, code) in SIGNALS {
        for command in [
            "run f.yaml --event -",
            "check f.yaml --event -",
            "map f.yaml --from many.jsonl",
            "auth jobadder auth.yaml --no-browser",
        ] {
            let mut program = play.home.command(command);
            let mut child = program.stdin(std::process::Stdio::piped()).spawn().unwrap();
            // Kept open: nothing is written to it.
            let stdin = child.stdin.take();
            std::thread::park_timeout(Duration::from_millis(800));
            assert!(child.try_wait().unwrap().is_none(), "{command} has ended");
            send(signal, &child);
            assert_eq!(ends_within(3, &mut child), Some(code), "{command}");
            drop(stdin);
            leaves_no_process(&play.home);
        }
    }
}

#[test]
fn a_run_that_waits_for_standard_input_can_be_stopped() {
    for (signal, code) in SIGNALS {
        let play = Playground::new();
        let mut command = play.home.command("run w.yaml --from -");
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        wait_until("it has logged in", || !play.sandbox.journal().entries().is_empty());
        send(signal, &child);
        // Kept open: the program waits for more lines or the end of the input.
        let stdin = child.stdin.take();
        let ran = Ran::from(child.wait_with_output().unwrap());
        drop(stdin);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stdout.starts_with("teamtailor push_profile: cancelled in "), "{}", ran.stdout);
        let why = "\n0 items were written: the run was stopped. Run it again to go on.\n";
        assert!(ran.stdout.ends_with(why), "{}", ran.stdout);
        let run = play.home.run("runs --json").json();
        assert_eq!(run[0]["result"]["status"], "cancelled");
    }
}

#[test]
fn a_retry_that_is_stopped_is_cancelled_too() {
    for (signal, code) in SIGNALS {
        let play = Playground::new();
        play.home.write("p.jsonl", &many(20));
        let refusal = Fault::Status { code: 422, body: FaultBody::Json, executed: false };
        play.sandbox.faults().set(vec![Rule::new(Vendor::Teamtailor, "candidates.create", refusal)]);
        assert_eq!(play.home.run("run w.yaml --from p.jsonl").code, Some(1));
        let latency = Fault::Latency { milliseconds: 300 };
        play.sandbox.faults().set(vec![Rule::new(Vendor::Teamtailor, "candidates.create", latency)]);
        let before = creates(&play);
        let retry = "dead-letters retry w.yaml --json --set options.concurrency=1";
        let child = play.home.command(retry).spawn().unwrap();
        wait_until("a candidate is sent", || creates(&play) > before);
        send(signal, &child);
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, &ran.json()["status"]), (Some(code), &"cancelled".into()), "{ran:?}");
    }
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
