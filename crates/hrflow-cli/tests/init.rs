//! `hrflow init`: what it prints can be filled in, checked and run.

mod common;

use common::{Home, Playground, Ran};

/// Everything that is commented out, with the comments of the fields left as they are.
fn uncommented(file: &str) -> String {
    let is_field = |line: &str| {
        let name = line.trim_start().strip_prefix("# ").and_then(|line| line.split_once(':'));
        let is_name = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        name.is_some_and(|(name, _)| line.starts_with("  #") && is_name(name))
    };
    let line = |line: &str| if is_field(line) { line.replacen("# ", "", 1) } else { line.to_owned() };
    file.lines().map(|it| line(it) + "\n").collect()
}

/// A command with every variable set that `init` names, against the stand-ins.
fn filled(play: &Playground, arguments: &str) -> Ran {
    let (urls, credentials) = (play.sandbox.urls(), play.sandbox.credentials());
    let key = play.profiles()[0]["key"].as_str().unwrap().to_owned();
    let mut command = play.home.command(arguments);
    command
        .arg(format!("--set=origin_parameters.api_url={}", urls.hrflow))
        .arg(format!("--set=target_parameters.api_url={}", urls.teamtailor))
        .arg("--set=options.allow_local_urls=true")
        .env("HRFLOW_API_SECRET", &credentials.hrflow.api_secret)
        .env("HRFLOW_API_USER", &credentials.hrflow.api_user)
        .env("HRFLOW_SOURCE_KEY", &credentials.hrflow.source_key)
        .env("HRFLOW_PROFILE_KEY", &key)
        .env("HRFLOW_EVENT_SECRET", "hush")
        .env("TEAMTAILOR_AUTHORIZATION", &credentials.teamtailor.key)
        .env("TEAMTAILOR_X_API_VERSION", &credentials.teamtailor.api_version);
    Ran::from(command.output().unwrap())
}

#[test]
fn required_fields_come_first_and_the_others_are_comments() {
    let home = Home::new();
    let ran = home.run("init teamtailor push_profile");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let values: Vec<&str> =
        ran.stdout.lines().filter(|line| !line.is_empty() && !line.trim_start().starts_with('#')).collect();
    assert_eq!(
        values,
        [
            "workflow_id: teamtailor-push-profile",
            "connector: teamtailor",
            "action: push_profile",
            "origin_parameters:",
            "  api_secret: ${HRFLOW_API_SECRET}",
            "  api_user: ${HRFLOW_API_USER}",
            "  source_key: ${HRFLOW_SOURCE_KEY}",
            "  profile_key: ${HRFLOW_PROFILE_KEY}",
            "target_parameters:",
            "  Authorization: ${TEAMTAILOR_AUTHORIZATION}",
            "  X_Api_Version: ${TEAMTAILOR_X_API_VERSION}",
            "action_parameters:",
            "options:",
        ]
    );
    for comment in ["  # api_url: https://api.hrflow.ai/v1/\n", "  # tags: []\n", "  # concurrency:\n"] {
        assert!(ran.stdout.contains(comment), "{comment}");
    }
    assert_eq!(ran.stdout.lines().find(|line| line.chars().count() > 80), None);
}

#[test]
fn it_is_checked_and_run_once_its_variables_are_set() {
    let play = Playground::new();
    let file = play.home.run("init teamtailor push_profile").stdout;
    let run = |arguments: &str| filled(&play, arguments);
    play.home.write("w.yaml", &file);
    let checked = run("check w.yaml");
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let ran = run("run w.yaml --json");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 1), "{ran:?}");

    // Every default that is shown is one that can be written.
    let all = uncommented(&file);
    assert!(all.lines().filter(|line| line.trim_start().starts_with('#')).count() > 20);
    assert!(all.contains("\n  lookup_lag: 2s\n") && all.contains("\n  attempts: 5\n"));
    play.home.write("w.yaml", &all);
    let checked = run("check w.yaml");
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let unset = play.home.run("check w.yaml");
    assert_eq!(unset.stderr.matches(" is not set\n").count(), 7, "{}", unset.stderr);
}

#[test]
fn one_for_a_whole_source_shows_how_to_read_on_and_runs() {
    let play = Playground::new();
    let file = play.home.run("init teamtailor push_profile_list").stdout;
    let required = "  api_secret: ${HRFLOW_API_SECRET}\n\n  # E-mail address of the HrFlow.ai account that the key \
                    belongs to.\n  api_user: ${HRFLOW_API_USER}\n\n  # Key of the source that holds the profiles.\n  \
                    source_key: ${HRFLOW_SOURCE_KEY}\n";
    assert!(file.contains(required) && !file.contains("profile_key"), "{file}");
    for comment in
        ["  # limit: 30\n", "  # created_at_min:\n", "  # include_archived: false\n", "  # read_mode: sync\n"]
    {
        assert!(file.contains(comment), "{comment}");
    }
    assert!(file.contains("`incremental` reads on from\n"), "{file}");
    let run = |arguments: &str| filled(&play, arguments);
    let count = play.sandbox.hrflow().count() as u64;
    // Every default that is shown is one that can be written.
    for file in [uncommented(&file), file] {
        play.home.write("w.yaml", &file);
        let checked = run("check w.yaml");
        assert_eq!(checked.code, Some(0), "{checked:?}");
        assert!(checked.stdout.contains(&format!("there are {count} profiles")), "{checked:?}");
        let ran = run("run w.yaml --json");
        assert_eq!((ran.code, ran.event("read_success")), (Some(0), count), "{ran:?}");
    }
}

#[test]
fn its_help_tells_how_variables_are_named() {
    let help = Home::new().run("init --help").stdout;
    assert!(help.contains("HRFLOW_API_SECRET") && help.contains("TEAMTAILOR_AUTHORIZATION"), "{help}");
}
