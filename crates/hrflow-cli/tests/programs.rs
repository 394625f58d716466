//! jq programs in workflow files: what they make of items, and how little harm a wrong one can do.

mod common;

use common::{Playground, Ran, many};
use serde_json::{Value, json};

/// A playground whose workflow has these action parameters, and so many small profiles in `p.jsonl`.
fn playground(action_parameters: &str, profiles: usize) -> Playground {
    let play = Playground::new();
    let text = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    play.home.write("w.yaml", &format!("{text}action_parameters:\n{action_parameters}"));
    play.home.write("p.jsonl", &many(profiles));
    play
}

const RUN: &str = "run w.yaml --from p.jsonl --json";

/// What failed, by key: items are settled side by side, in any order.
fn messages(ran: &Ran) -> Vec<String> {
    let mut failures = ran.json()["failures"].as_array().unwrap().clone();
    // Keys end in numbers.
    failures.sort_by_key(|it| (it["key"].as_str().unwrap().len(), it["key"].to_string()));
    failures
        .iter()
        .map(|it| format!("{}: {}", it["key"].as_str().unwrap(), it["message"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_format_and_logics_shape_what_arrives() {
    let play = playground(
        "  format: |\n    default_format\n    | .data.attributes.tags += [\"from \\($workflow_id)\"]\n  logics:\n  - select(.data.attributes.email != \"many1@example.com\")\n  - .data.attributes.pitch = \"hello\"\n",
        3,
    );
    let ran = play.home.run(RUN);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!((ran.event("write_success"), ran.event("logics_discard")), (2, 1));
    let teamtailor = play.sandbox.teamtailor();
    let candidate = teamtailor.candidate_by_email("many2@example.com").unwrap();
    assert_eq!(candidate.attributes["tags"], json!(["from test"]));
    assert_eq!(candidate.attributes["pitch"], "hello");
    assert!(teamtailor.candidate_by_email("many1@example.com").is_none());
    let again = play.home.run(RUN);
    assert_eq!((again.code, again.event("write_duplicate")), (Some(0), 2), "{again:?}");
}

#[test]
fn a_hostile_program_costs_its_items_and_no_others() {
    let play = playground(
        "  format: |\n    def deeper: 1 + deeper;\n    (.key | ltrimstr(\"many-\")) as $number\n    | if $number == \"1\" then deeper\n      elif $number == \"3\" then last(repeat(1))\n      elif $number == \"5\" then default_format | .data.attributes.pitch = \"x\" * 9000000\n      elif $number == \"7\" then [range(1e10)]\n      elif $number == \"9\" then reduce range(500) as $i (null; [.])\n      elif $number == \"11\" then reduce range(3000000) as $i (null; [.]) | {}\n      elif $number == \"13\" then [limit(3; repeat(\"y\" * 600000000))] | length\n      else default_format end\n  program_timeout: 3s\n",
        15,
    );
    let ran = play.home.run(RUN);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!((ran.event("format_failure"), ran.event("write_success")), (7, 8), "{}", ran.stdout);
    let late = "it took longer than 3 s for this item (action_parameters.program_timeout)";
    let expected = [
        ("1", vec!["it recurses too deep"]),
        ("3", vec![late]),
        ("5", vec!["what it answers is larger than 8 MiB"]),
        ("7", vec!["it took too much memory", late]),
        ("9", vec!["what it answers is nested more than 100 levels deep"]),
        // Whichever comes first on this machine.
        ("11", vec!["it recurses too deep", "it took too much memory", late]),
        ("13", vec!["it took too much memory", late]),
    ];
    let told = messages(&ran);
    for (told, (number, words)) in told.iter().zip(&expected) {
        let begins = format!("source/many-{number}: the format failed: format: ");
        let is_one = told.strip_prefix(&begins).is_some_and(|rest| words.contains(&rest));
        assert!(is_one, "{told}");
    }
    assert_eq!(told.len(), expected.len());
}

#[test]
fn three_overruns_in_a_row_stop_the_run() {
    let play = playground("  format: last(repeat(1))\n  program_timeout: 300ms\n", 50);
    let ran = play.home.run(RUN);
    assert_eq!((ran.code, ran.json()["reason"].as_str()), (Some(1), Some("format_failure")), "{ran:?}");
    assert_eq!((ran.event("read_success"), ran.event("format_failure")), (3, 3));
    assert!(
        messages(&ran)[0].contains("That is the 3rd item in a row: the program is wrong, not the items.")
    );
    let dry = play.home.run("run w.yaml --from p.jsonl --json --dry-run");
    assert_eq!((dry.code, dry.event("format_failure")), (Some(1), 3), "{dry:?}");
}

#[test]
fn what_the_target_does_not_take_fails_with_the_members_name() {
    let play = playground(
        "  format: |\n    if .key == \"many-0\" then default_format | .data.attributes.tags = \"x\"\n    elif .key == \"many-1\" then default_format | .data.attributes.pitch = \"é\" * 141\n    elif .key == \"many-2\" then {}\n    elif .key == \"many-3\" then .info.email.host\n    else default_format end\n  logics:\n  - if .data.attributes.email == \"many4@example.com\" then .data.attributes.email != null else . end\n",
        6,
    );
    let ran = play.home.run(RUN);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let counts = ["format_failure", "logics_failure", "write_success"].map(|event| ran.event(event));
    assert_eq!(counts, [4, 1, 1]);
    let shape = "the format failed: it does not have the shape of an item of this warehouse: ";
    assert_eq!(
        messages(&ran),
        [
            format!("source/many-0: {shape}data.attributes.tags: expected a list, came text"),
            "source/many-1: the format failed: the target does not take it: data.attributes.pitch: at most 140 characters, \
             came 141"
                .to_owned(),
            format!("source/many-2: {shape}data: required, but missing"),
            "source/many-3: the format failed: format: cannot index text of 17 characters with \"host\"".to_owned(),
            "source/many-4: the logics failed: logics[0]: it answers true where the item is expected; write select(…) \
             around the condition"
                .to_owned(),
        ]
    );
}

#[test]
fn dead_letters_are_tried_again_with_the_mapping_set_right() {
    let play =
        playground("  format: 'if .key == \"many-1\" then error(\"not yet\") else default_format end'\n", 3);
    let ran = play.home.run(RUN);
    assert_eq!((ran.code, ran.event("format_failure"), ran.event("write_success")), (Some(3), 1, 2));
    let letters = play.home.run("dead-letters ls --json").json();
    assert_eq!((&letters[0]["step"], &letters[0]["key"]), (&"format".into(), &"source/many-1".into()));
    let still = play.home.run("dead-letters retry w.yaml --json");
    assert_eq!((still.code, still.event("format_failure")), (Some(1), 1), "{still:?}");
    let set = "--set action_parameters.format=default_format|.data.attributes.tags=[\"late\"]";
    let retried = play.home.run(&format!("dead-letters retry w.yaml --json {set}"));
    assert_eq!((retried.code, retried.event("write_success")), (Some(0), 1), "{retried:?}");
    let candidate = play.sandbox.teamtailor().candidate_by_email("many1@example.com").unwrap();
    assert_eq!(candidate.attributes["tags"], json!(["late"]));
    assert_eq!(play.home.run("dead-letters ls --json").json(), json!([]));
}

#[test]
fn a_wrong_program_is_told_before_anything_is_read() {
    let play = playground("  format: |\n    default_format\n    | .data.attributes.tags += [$tag]\n", 1);
    for command in ["check w.yaml", "run w.yaml", "run w.yaml --dry-run", "dead-letters retry w.yaml"] {
        let ran = play.home.run(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{command}");
        let told = ran.stderr.lines().next().unwrap();
        let expected = "action_parameters.format: there is no variable $tag; there are $workflow_id and $now";
        assert_eq!(told.split_once(": ").unwrap(), ("w.yaml:20:33", expected), "{command}");
    }
    assert_eq!(play.sandbox.journal().entries().len(), 0, "nothing was asked of anybody");
}

#[test]
fn nothing_of_this_machine_is_at_hand_in_a_program() {
    let play =
        playground("  logics: ['.data.attributes.pitch = env.SECRET', 'input', '$ENV.SECRET', 'halt']\n", 1);
    let mut command = play.home.command("run w.yaml");
    let ran = Ran::from(command.env("SECRET", "hunter2").output().unwrap());
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.stderr.matches("is not there: ").count(), 4, "{}", ran.stderr);
}

#[test]
fn a_program_that_is_nested_without_end_is_refused() {
    let play = playground("  format: {file: deep.jq}\n", 1);
    for deep in ["(", "-", "[", "try ", ".a|"] {
        let times = 250_000 / deep.len();
        play.home.write("deep.jq", &format!("{}.", deep.repeat(times)));
        let ran = play.home.run("check w.yaml");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{deep}: {}", ran.stderr);
        assert!(ran.stderr.contains("action_parameters.format: "), "{deep}: {}", ran.stderr);
    }
}

/// Processes that were started by a process.
#[cfg(target_os = "linux")]
fn children(process: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn who_runs_a_program_does_not_outlive_the_run() {
    use std::time::{Duration, Instant};

    let play = playground("  format: last(repeat(1))\n  program_timeout: 10m\n", 1);
    let mut running = play.home.command("run w.yaml --from p.jsonl").spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    let wait = |what: &str, is_so: &dyn Fn() -> bool| {
        while !is_so() {
            assert!(Instant::now() < until, "{what}");
            std::thread::yield_now();
        }
    };
    let work = |child: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(11)?.parse::<u64>().ok())
    };
    let parent = running.id();
    // It has worked for a while: it is in the loop.
    wait("nobody runs it", &|| children(parent).iter().any(|child| work(child) > Some(20)));
    let child = children(parent).remove(0);
    running.kill().unwrap();
    running.wait().unwrap();
    let is_gone = || {
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        status.is_empty() || status.contains("State:\tZ")
    };
    wait("it goes on", &is_gone);
}

fn event(play: &Playground) -> Value {
    let profile = &play.profiles()[1];
    json!({
        "type": "profile.storing.success", "origin": "api", "message": "",
        "profile": { "key": profile["key"], "source": { "key": play.sandbox.credentials().hrflow.source_key } },
    })
}

#[test]
fn an_event_says_which_profile_to_push() {
    let play = playground("  read_mode: sync\n", 0);
    let event = event(&play);
    play.home.write("event.json", &event.to_string());
    let ran = play.home.run("run w.yaml --event event.json --json");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 1), "{ran:?}");
    let email = play.profiles()[1]["info"]["email"].as_str().unwrap().to_owned();
    assert!(play.sandbox.teamtailor().candidate_by_email(&email).is_some());
    let again = play.home.run_with_input("run w.yaml --event - --json", &json!([event]).to_string());
    assert_eq!((again.code, again.event("write_duplicate")), (Some(0), 1), "{again:?}");

    let other =
        play.home.run_with_input("run w.yaml --event - --json", "{\"type\": \"job.storing.success\"}");
    assert_eq!((other.code, other.json()["reason"].as_str()), (Some(1), Some("event_parsing_failure")));
    assert_eq!(
        other.stderr,
        "w.yaml: the event cannot be understood: event_parser: it is an event of a job, not of a profile\n"
    );
    let none = "--set action_parameters.event_parser=empty";
    let ran = play.home.run(&format!("run w.yaml --event event.json --json {none}"));
    assert_eq!((ran.code, ran.event("read_success")), (Some(0), 0), "{ran:?}");
    let both = play.home.run("run w.yaml --event event.json --from p.jsonl");
    assert_eq!(both.code, Some(2));
}

#[test]
fn a_workflow_that_an_event_completes_can_be_checked() {
    let play = playground("  event_parser: default_event_parser\n", 0);
    let text = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let lines = text.lines().filter(|line| !line.contains("profile_key"));
    play.home.write("w.yaml", &lines.map(|line| format!("{line}\n")).collect::<String>());
    play.home.write("event.json", &event(&play).to_string());

    let ran = play.home.run("check w.yaml");
    let told = "HrFlow.ai Profiles: not asked. origin_parameters.profile_key is to come with the event; give one with \
                --event to check both ends.\n";
    assert!(ran.code == Some(0) && ran.stderr.starts_with(told), "{ran:?}");
    assert!(ran.stdout.starts_with("ok      Teamtailor Profiles: "), "{ran:?}");
    let ran = play.home.run("check w.yaml --json --event event.json");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.json()["found"][0].as_str().unwrap().starts_with("HrFlow.ai Profiles: "), "{ran:?}");
    let ran = play.home.run_with_input("check w.yaml --event -", "{}");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(
        ran.stderr.contains("the event cannot be understood: event_parser: it holds no profile"),
        "{ran:?}"
    );
    let ran = play.home.run("check w.yaml --event event.json --set action_parameters.event_parser=empty");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stderr.starts_with("HrFlow.ai Profiles: not asked. The event_parser answers nothing"),
        "{ran:?}"
    );

    // What is there and wrong stays wrong, and nobody makes parameters of events without a parser.
    for (setting, fault) in [
        ("origin_parameters.api_url=nowhere", "origin_parameters.api_url: "),
        ("target_parameters.Authorization=", "target_parameters.Authorization: "),
        ("action_parameters.event_parser=.a |", "action_parameters.event_parser: "),
    ] {
        let mut command = play.home.command("check w.yaml --set");
        let ran = Ran::from(command.arg(setting).output().unwrap());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains(fault), "{ran:?}");
        assert!(!ran.stderr.contains("profile_key"), "{ran:?}");
    }
    play.home.write("w.yaml", &text.replace("profile_key: ", "# ").replace("event_parser: ", "# "));
    let ran = play.home.run("check w.yaml");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("origin_parameters.profile_key: required, but missing"), "{ran:?}");
}

#[test]
fn a_signed_event_has_to_be_signed_right() {
    let play = playground("  event_secret: whsec_example_0123456789abcdef\n", 0);
    play.home.write(
        "event.json",
        "{\"type\":\"profile.storing.success\",\"origin\":\"api\",\"message\":\"Profile created\",\"profile\":{\"key\":\
         \"5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4\",\"reference\":\"REF-0001\",\"source\":{\"key\":\
         \"2b4bf676b1a9aee2b7c2b422242c7d7fdb6cc093\"}}}",
    );
    let signature = "437c54750dadd72cf6fe70229bc8a19b93d484acb792ed106c2df404926519ee";
    let right = play.home.run(&format!("run w.yaml --event event.json --json --signature {signature}"));
    // It is understood; that HrFlow.ai knows no such profile is another matter.
    assert_eq!(right.json()["reason"], "read_failure", "{right:?}");
    for arguments in ["", "--signature 00", &format!("--signature {}", signature.replace('4', "5"))] {
        let ran = play.home.run(&format!("run w.yaml --event event.json --json {arguments}"));
        assert_eq!(
            (ran.code, ran.json()["reason"].as_str()),
            (Some(1), Some("event_parsing_failure")),
            "{arguments}"
        );
        assert!(!ran.stderr.contains("whsec") && !ran.stdout.contains("whsec"));
    }
    assert_eq!(play.home.run("run w.yaml --signature x").code, Some(2));
}

#[test]
fn events_are_for_actions_that_they_set_off() {
    let play = playground("  event_secret: hush\n  event_parser: .\n", 0);
    let text = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    play.home.write("w.yaml", &text.replace("action: push_profile\n", "action: push_profile_list\n"));
    play.home.write("event.json", "{}");
    let ran = play.home.run("run w.yaml --event event.json");
    assert_eq!(ran.code, Some(2));
    let schedule = "push_profile_list is set off by a schedule: ";
    for words in [
        format!("action_parameters.event_parser: {schedule}there is no event to be read"),
        format!("action: {schedule}it cannot be run for an event"),
        "action_parameters.event_secret: is for actions that an event sets off, not a schedule".to_owned(),
    ] {
        assert!(ran.stderr.contains(&words), "{}", ran.stderr);
    }
}
