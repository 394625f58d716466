//! What the program requires of the machine.
#![cfg(unix)]

mod common;

use std::process::{Command, Stdio};

use common::{Playground, Ran, many};

/// Runs the program where so many files can be open at the same time.
fn run_with_files(play: &Playground, files: u32, arguments: &str) -> Ran {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_hrflow")]);
    command.args(arguments.split_whitespace()).current_dir(play.home.0.path()).env_clear();
    command.stdin(Stdio::null()).output().unwrap().into()
}

#[test]
fn too_few_descriptors_are_named_before_anything_is_done() {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(3));
    for command in
        ["run w.yaml --from p.jsonl", "check w.yaml", "where many-1", "runs", "map w.yaml --from p.jsonl"]
    {
        for files in [5, 12, 40] {
            let ran = run_with_files(&play, files, command);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{command} with {files}: {ran:?}");
            assert!(ran.stderr.contains("no more files and connections") && ran.stderr.contains("ulimit -n"));
        }
    }
    assert!(!play.home.0.path().join(".hrflow").exists());
    assert_eq!(run_with_files(&play, 12, "connectors").code, Some(0));
    let ran = run_with_files(&play, 64, "run w.yaml --from p.jsonl --json");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 3), "{ran:?}");
}

#[test]
fn connections_beyond_the_limit_lose_and_double_nothing() {
    let play = Playground::new();
    let latency = hrflow_sandbox::Fault::Latency { milliseconds: 300 };
    play.sandbox.faults().add(hrflow_sandbox::Rule::new(
        hrflow_sandbox::Vendor::Teamtailor,
        "candidates.create",
        latency,
    ));
    play.home.write("many.jsonl", &many(200));
    let run = "run w.yaml --from many.jsonl --json --set options.concurrency=100 --set options.attempts=1";
    let ran = run_with_files(&play, 64, run);
    let written = ran.event("write_success");
    assert_eq!((ran.code, play.sandbox.teamtailor().candidate_count() as u64), (Some(3), written), "{ran:?}");
    assert!(ran.stdout.contains("no more files and connections"), "{ran:?}");
    assert!(ran.stdout.contains("Raise the limit") && !ran.stdout.contains("proxy"), "{ran:?}");
    let again = play.home.run("run w.yaml --from many.jsonl --json");
    assert_eq!((again.code, again.event("write_success")), (Some(0), 200 - written), "{again:?}");
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 200);
}
