//! Several programs of one user with one key.

mod common;

use std::time::{Duration, Instant};

use common::{Playground, Ran};
use hrflow_sandbox::{Config, Fault, Rule, Vendor, When};
use serde_json::json;

/// Teamtailor with a limit of so many requests in any second. It rejects what exceeds the limit.
fn strict(requests: u32) -> Playground {
    let mut config = Config::default();
    config.teamtailor.rate_limit = Some(requests);
    config.teamtailor.rate_window = 1;
    Playground::with(config)
}

/// `count` profiles that no other process has.
fn profiles(process: usize, count: usize) -> String {
    let line = |number: usize| {
        let key = format!("profile-{process}-{number}");
        json!({
            "key": key,
            "source": { "key": "source" },
            "info": { "full_name": "Ann Example", "first_name": "Ann", "last_name": "Example",
                      "email": format!("{key}@example.com") },
        })
    };
    (0..count).map(|number| format!("{}\n", line(number))).collect()
}

fn too_many(play: &Playground) -> usize {
    play.sandbox.journal().entries().iter().filter(|entry| entry.status == Some(429)).count()
}

#[test]
fn four_programs_with_one_key_share_its_limit() {
    const PROFILES: usize = 30;
    let play = strict(20);
    // Some with state and some without, from several directories.
    let programs: Vec<_> = (0..4)
        .map(|process| {
            let name = format!("{process}.jsonl");
            play.home.write(&name, &profiles(process, PROFILES));
            let state =
                if process % 2 == 0 { "--no-state".to_owned() } else { format!("--state-dir {process}") };
            let run = format!("run w.yaml --json --from {name} {state} --set options.rate_limit=20/1s");
            play.home.command(&run).spawn().unwrap()
        })
        .collect();
    for program in programs {
        let ran = Ran::from(program.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.event("write_success")), (Some(0), PROFILES as u64), "{ran:?}");
    }
    assert_eq!(too_many(&play), 0);

    let entries = play.sandbox.journal().of_vendor(Vendor::Teamtailor, "candidates.create");
    let times = entries.iter().map(|entry| entry.at);
    let (first, last) = (times.clone().min().unwrap(), times.max().unwrap());
    let took = Duration::try_from(last.duration_since(first)).unwrap();
    // 20 immediately, and 20 more per second: 120 creates need 5 s. Twice that is for a machine that is busy.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_program_that_is_started_after_a_kill_keeps_the_limit() {
    let play = strict(20);
    play.home.write("p.jsonl", &profiles(0, 60));
    let run = "run w.yaml --json --from p.jsonl --set options.rate_limit=20/1s";
    let mut killed = play.home.command(run).spawn().unwrap();
    let creates = || play.sandbox.journal().count("candidates.create");
    let until = Instant::now() + Duration::from_secs(20);
    while creates() < 10 {
        assert!(Instant::now() < until, "nothing is created");
        std::thread::park_timeout(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let ran = play.home.run(run);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 60);
    assert_eq!(too_many(&play), 0);
}

#[test]
fn a_program_that_is_started_later_keeps_the_pause_that_the_vendor_asked_for() {
    let play = Playground::new();
    let rejected = Fault::TooManyRequests { retry_after: Some(3_600) };
    let first = Rule { when: When::First(1), ..Rule::new(Vendor::Teamtailor, "*", rejected) };
    play.sandbox.faults().add(first);
    for no_state in ["", "--no-state"] {
        let started = Instant::now();
        let ran = play.home.run(&format!("run w.yaml --json {no_state}"));
        assert_eq!((ran.code, ran.json()["failures"][0]["kind"].as_str()), (Some(1), Some("RateLimited")));
        assert!(ran.stdout.contains("Try again after"), "{}", ran.stdout);
        assert!(started.elapsed() < Duration::from_secs(20), "it does not wait for longer than the deadline");
    }
    assert_eq!(
        play.sandbox.journal().entries().iter().filter(|it| it.vendor == Vendor::Teamtailor).count(),
        1
    );
    // Another key has no pause.
    let ran = play.home.run("check w.yaml --json --set target_parameters.Authorization=another-key");
    assert_eq!(ran.json()["failures"][0]["kind"], "Unauthorized");
}

#[test]
fn a_directory_that_cannot_be_used_is_a_warning() {
    let play = Playground::new();
    play.home.write("file", "");
    for directory in ["file", "file/below"] {
        let mut command = play.home.command("run w.yaml --json --no-state");
        let ran = Ran::from(command.env("HRFLOW_LIMITS_DIR", directory).output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.stderr.matches("rate limits are not shared").count(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("HRFLOW_LIMITS_DIR"), "{}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn limits_are_private_to_the_user_and_hold_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let play = Playground::new();
    let runtime = play.home.0.path().join("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let mut command = play.home.command("run w.yaml --json --no-state --set options.rate_limit=50/10s");
    command.env_remove("HRFLOW_LIMITS_DIR").env("XDG_RUNTIME_DIR", &runtime);
    assert_eq!(Ran::from(command.output().unwrap()).code, Some(0));
    let limits = runtime.join("hrflow/limits");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&runtime.join("hrflow")), mode(&limits)), (0o700, 0o700));
    let key = play.sandbox.credentials().teamtailor.key;
    let files: Vec<_> = std::fs::read_dir(&limits).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
        assert!(!String::from_utf8_lossy(&std::fs::read(&file).unwrap()).contains(&key), "{file:?}");
    }
}
