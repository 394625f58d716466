//! What the program says without a connection: help, the catalogue, and every way to use it wrongly.

mod common;

use common::Home;

const GOOD: &str = "
workflow_id: test
connector: teamtailor
action: push_profile
origin_parameters:
  api_secret: ${HRFLOW_API_SECRET}
  api_user: me@example.com
  source_key: s
  profile_key: p
target_parameters:
  Authorization: ${TEAMTAILOR_API_KEY}
  X_Api_Version: 20240904
";

/// What goes to stderr, with exit status 2 and nothing on stdout.
fn refused(home: &Home, arguments: &str) -> String {
    let ran = home.run(arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments}: {}", ran.stderr);
    ran.stderr
}

#[test]
fn help_and_version() {
    let home = Home::new();
    let help = home.run("--help");
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for word in [
        "demo",
        "connectors",
        "describe",
        "init",
        "check",
        "map",
        "run",
        "sandbox",
        "Exit status: 0 success, 1 fatal",
        "130 cancelled by Ctrl-C (SIGINT), 143 cancelled by SIGTERM",
    ] {
        assert!(help.stdout.contains(word), "{word}");
    }
    for command in [
        "demo",
        "connectors",
        "describe",
        "init",
        "check",
        "map",
        "run",
        "runs",
        "where",
        "receipts",
        "dead-letters",
        "auth",
        "sandbox",
    ] {
        assert_eq!(home.run(&format!("{command} --help")).code, Some(0));
    }
    assert_eq!(home.run("--version").stdout, format!("hrflow {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(home.run("").code, Some(2));
}

#[test]
fn what_is_not_there_is_named() {
    let home = Home::new();
    assert!(refused(&home, "chek f").contains("a similar subcommand exists: 'check'"));
    assert!(refused(&home, "run f --limit 0").contains("--limit"));
    assert!(refused(&home, "run f --frm x").contains("--from"));
}

#[test]
fn the_catalogue_as_json() {
    let home = Home::new();
    let connectors = home.run("connectors --json").json();
    let teamtailor =
        connectors.as_array().unwrap().iter().find(|it| it["connector"] == "teamtailor").unwrap();
    assert_eq!(
        teamtailor,
        &serde_json::json!({
            "connector": "teamtailor", "name": "Teamtailor", "type": "ATS", "url": "https://www.teamtailor.com",
            "actions": [
                { "name": "push_profile", "origin": "HrFlow.ai Profiles", "target": "Teamtailor Profiles" },
                { "name": "push_profile_list", "origin": "HrFlow.ai Profiles", "target": "Teamtailor Profiles" },
            ],
        })
    );

    let described = home.run("describe teamtailor push_profile --json").json();
    assert_eq!(described["connector"], "teamtailor");
    assert_eq!(described["action"], "push_profile");
    assert_eq!(described["origin"], "HrFlow.ai Profiles");
    assert_eq!(described["target"], "Teamtailor Profiles");
    assert_eq!(described["trigger_type"], "hook");
    assert_eq!(described["action_type"], "outbound");
    assert!(described["description"].is_string());
    for section in ["action_parameters", "origin_parameters", "target_parameters"] {
        for field in described[section].as_array().unwrap() {
            let members = ["name", "type", "required", "default", "description", "secret"];
            assert!(members.iter().all(|name| field.get(name).is_some()), "{field}");
        }
    }
    let secret = |section: &str, name: &str| {
        let fields = described[section].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).unwrap()["secret"].clone()
    };
    assert_eq!(secret("target_parameters", "Authorization"), true);
    assert_eq!(secret("target_parameters", "X_Api_Version"), false);

    let list = home.run("describe teamtailor push_profile_list --json").json();
    assert_eq!((&list["trigger_type"], &list["action_type"]), (&"schedule".into(), &"outbound".into()));
    assert_eq!(list["target_parameters"], described["target_parameters"]);
    let fields = list["origin_parameters"].as_array().unwrap();
    let limit = fields.iter().find(|field| field["name"] == "limit").unwrap();
    assert_eq!((&limit["type"], &limit["default"]), (&"integer".into(), &30.into()));

    let all = home.run("describe --all --json").json();
    assert!(all.as_array().unwrap().contains(&described) && all.as_array().unwrap().contains(&list));
}

#[test]
fn the_catalogue_for_people() {
    let home = Home::new();
    assert!(home.run("connectors").stdout.contains("HrFlow.ai Profiles"));
    let page = home.run("describe teamtailor push_profile").stdout;
    for words in ["X_Api_Version", "POST /v1/candidates", "Authorization: ${TEAMTAILOR_AUTHORIZATION}"] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(page.lines().find(|line| line.chars().count() > 80), None);
    assert!(home.run("describe --all").stdout.contains(&page));
    assert!(!page.contains('\u{1b}'));
}

#[test]
fn unknown_connectors_and_actions() {
    let home = Home::new();
    assert!(
        refused(&home, "describe teamtailer push_profile")
            .starts_with("there is no connector \"teamtailer\"; did you mean teamtailor? (there are: ")
    );
    assert!(
        refused(&home, "describe teamtailor push_profil")
            .starts_with("teamtailor has no action \"push_profil\"; did you mean push_profile? (there are: ")
    );
    for command in ["describe teamtailor", "init teamtailor"] {
        assert_eq!(
            refused(&home, command),
            "which action of teamtailor? There are: push_profile, push_profile_list\n"
        );
    }
    assert!(refused(&home, "describe").contains("<CONNECTOR>"));
    assert_eq!(
        refused(&home, "init teamtailer push_profile"),
        refused(&home, "describe teamtailer push_profile")
    );
    assert_eq!(refused(&home, "init teamtailor push"), refused(&home, "describe teamtailor push"));
    home.write("w.yaml", &GOOD.replace("connector: teamtailor", "connector: teamtailer"));
    assert!(refused(&home, "run w.yaml").starts_with(
        "w.yaml:3:12: connector: there is no connector \"teamtailer\"; did you mean teamtailor? (there are: "
    ));
}

#[test]
fn unusable_files() {
    let home = Home::new();
    for command in ["run", "check", "run --json"] {
        assert_eq!(
            refused(&home, &format!("{command} none.yaml")),
            "none.yaml: cannot read the file: No such file or directory (os error 2)\n"
        );
        assert_eq!(refused(&home, &format!("{command} .")), ".: cannot read the file: it is a directory\n");
        home.write("w.yaml", "connector: [teamtailor\n");
        assert!(refused(&home, &format!("{command} w.yaml")).starts_with("w.yaml:2:1: not valid YAML: "));
        home.write("w.yaml", &format!("conector: x\n{GOOD}"));
        assert_eq!(
            refused(&home, &format!("{command} w.yaml")).lines().next(),
            Some("w.yaml:1:11: conector: unknown; did you mean connector?")
        );
    }
    home.write("w.yaml", GOOD);
    assert!(refused(&home, "run w.yaml --set nonsense").starts_with("--set: expected path=value"));
    assert!(
        refused(&home, "run w.yaml --from none.json").starts_with("cannot read the items in none.json: ")
    );
    assert!(
        refused(&home, "run w.yaml --from .").starts_with("cannot read the items in .: it is a directory")
    );
}

#[test]
fn bad_parameters_are_told_together_and_are_a_result_too() {
    let home = Home::new();
    home.write("w.yaml", &GOOD.replace("  X_Api_Version: 20240904\n", "  merge: maybe\n  taggs: [a]\n"));
    let faults = "\
w.yaml:6:15: origin_parameters.api_secret: the environment variable HRFLOW_API_SECRET is not set
w.yaml:11:18: target_parameters.Authorization: the environment variable TEAMTAILOR_API_KEY is not set
w.yaml: target_parameters.X_Api_Version: required, but missing (Version of the API, a date such as `20240904`, which is \
                  the newest one known to work)
w.yaml:12:10: target_parameters.merge: expected true or false, came \"maybe\"
w.yaml:13:10: target_parameters.taggs: unknown; did you mean tags?
";
    assert_eq!(refused(&home, "run w.yaml"), faults);
    assert_eq!(refused(&home, "check w.yaml"), faults);

    let ran = home.run("run w.yaml --json");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), faults));
    let result = ran.json();
    assert_eq!(result["status"], "fatal");
    assert_eq!(result["reason"], "bad_origin_parameters");
    assert_eq!(result["workflow_id"], "test");
    assert_eq!(result["failures"].as_array().unwrap().len(), 5);
    assert_eq!(result["events"].as_object().unwrap().len(), 13);

    for (setting, reason) in [
        ("options.attempts=0", "bad_action_parameters"),
        ("action_parameters.format=.|", "bad_action_parameters"),
        ("target_parameters.X_Api_Version=2024", "bad_target_parameters"),
    ] {
        home.write(
            "w.yaml",
            &GOOD.replace("${HRFLOW_API_SECRET}", "s").replace("${TEAMTAILOR_API_KEY}", "k"),
        );
        let ran = home.run(&format!("run w.yaml --json --set {setting}"));
        assert_eq!((ran.code, ran.json()["reason"].as_str()), (Some(2), Some(reason)), "{setting}");
    }
}

#[test]
fn what_a_variable_holds_is_never_shown() {
    let home = Home::new();
    home.write("w.yaml", &GOOD.replace("20240904", "${TEAMTAILOR_API_KEY}"));
    let mut command = home.command("run w.yaml --json -vvv");
    command.env("HRFLOW_API_SECRET", "ask_hunter2").env("TEAMTAILOR_API_KEY", "tt_hunter2");
    let ran = common::Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{ran:?}");
    assert!(ran.stderr.contains("target_parameters.X_Api_Version: "));
}

#[test]
fn incremental_is_refused_where_it_cannot_be() {
    let home = Home::new();
    home.write("w.yaml", &GOOD.replace("${HRFLOW_API_SECRET}", "s").replace("${TEAMTAILOR_API_KEY}", "k"));
    let ran = home.run("run w.yaml --json --set action_parameters.read_mode=incremental");
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.json()["reason"], "origin_does_not_support_incremental");
    home.write(
        "w.yaml",
        &GOOD
            .replace("${HRFLOW_API_SECRET}", "s")
            .replace("${TEAMTAILOR_API_KEY}", "k")
            .replace("action: push_profile", "action: push_profile_list")
            .replace("  profile_key: p\n", ""),
    );
    let ran = home.run("run w.yaml --json --no-state --set action_parameters.read_mode=incremental");
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.json()["reason"], "backend_not_configured_in_incremental_mode");
}

#[test]
fn logs_say_what_memory_gives_up() {
    let home = Home::new();
    home.write("w.yaml", GOOD);
    home.write("none.jsonl", "");
    let run = "run w.yaml --from none.jsonl --no-state --set target_parameters.Authorization=k --set \
               target_parameters.api_url=http://127.0.0.1:9 --set options.attempts=1";
    let ran = home.run(&format!("{run} -v"));
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stderr.matches("state is kept in memory").count(), 1, "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'));
    assert!(!home.run(run).stderr.contains("state is kept in memory"));
    let ran = home.run(&format!("{run} -v --log-format json"));
    for line in ran.stderr.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
    let mut command = home.command(run);
    let ran = common::Ran::from(command.env("HRFLOW_LOG", "hrflow=info").output().unwrap());
    assert!(ran.stderr.contains("state is kept in memory"));
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let home = Home::new();
    home.write("w.yaml", &GOOD.replace("${TEAMTAILOR_API_KEY}", "k"));
    home.write("many.jsonl", &common::many(5_000));
    for arguments in
        ["describe --all --json", "connectors", "--help", "run w.yaml --dry-run --from many.jsonl"]
    {
        let mut child = home.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let ran = common::Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments}");
    }
}
