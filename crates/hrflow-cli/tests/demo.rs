//! `hrflow demo`. AD-MEN's part takes MariaDB on this machine, which `cargo xtask test` installs.

mod common;

use common::Home;

#[test]
fn every_connector_shows_what_becomes_of_profiles() {
    let home = Home::new();
    let ran = home.run("demo");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let words = ran.words();
    for told in [
        "admen push_profile: 7 profiles read from HrFlow.ai, 5 created, in ",
        "Dana R. Doppel is there already: AD-MEN has this e-mail address as 5,",
        "Rune Čapek is refused: PERSONNES.NOM cannot hold the character U+010C: its character set is latin1. In this database ",
        "ceipal push_profile: 7 profiles read from HrFlow.ai, 4 created, in ",
        "Nemo Sansadresse is refused: the profile has no valid e-mail address, which Ceipal tells applicants apart by.",
        "jobadder push_profile: 7 profiles read from HrFlow.ai, 5 created, in ",
        "Dana R. Doppel is there already: JobAdder has this e-mail address as ",
        "ukgpro push_profile: 7 profiles read from HrFlow.ai, 4 created, in ",
        "teamtailor push_profile: 7 profiles read from HrFlow.ai, 5 created, in ",
        "Maren Oduya-Lindqvist created 1001 578 bytes",
        "Dana Doppel created 1005 -",
        "Dana R. Doppel there already 1005 -",
        "Rune Typo refused - -",
        "Dana R. Doppel is there already: Teamtailor has this e-mail address as 1005,",
        "Rune Typo is refused: the format failed: info.email is no usable email address: what follows the @ is no domain.",
        " sandbox --profiles profiles.jsonl --workflow sandbox.yaml",
        " describe ceipal push_profile",
        " init ceipal push_profile > workflow.yaml",
    ] {
        assert!(words.contains(told), "{told}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\u{1b}'));
    // Rows and commands are as long as what is in them.
    let too_long = |line: &&str| line.chars().count() > 80 && !line.contains("  ");
    assert_eq!(ran.stdout.lines().find(too_long), None);
    assert_eq!(std::fs::read_dir(home.0.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn for_programs_it_is_a_list() {
    let home = Home::new();
    let ran = home.run("demo --json");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let list = ran.json();
    let shown: Vec<&str> =
        list.as_array().unwrap().iter().map(|entry| entry["connector"].as_str().unwrap()).collect();
    let catalogue = home.run("connectors --json").json();
    let known: Vec<&str> =
        catalogue.as_array().unwrap().iter().map(|entry| entry["connector"].as_str().unwrap()).collect();
    assert_eq!(shown, known);
    for entry in list.as_array().unwrap() {
        let members: Vec<&String> = entry.as_object().unwrap().keys().collect();
        assert_eq!(members.len(), 5, "{members:?}");
        assert_eq!(entry["action"], "push_profile");
        assert_eq!(entry["status"], "success_with_failures");
        assert!(entry["milliseconds"].is_u64());
        let event = |name: &str| entry["events"][name].as_u64().unwrap();
        // Two of the vendors take nobody without an e-mail address.
        let takes_addressless =
            ["admen", "jobadder", "teamtailor"].contains(&entry["connector"].as_str().unwrap());
        let created = if takes_addressless { 5 } else { 4 };
        assert_eq!((event("read_success"), event("write_success")), (7, created), "{entry}");
        let refused = event("format_failure") + event("write_failure");
        assert_eq!((event("write_duplicate"), refused), (1, 6 - created), "{entry}");
        assert_eq!(entry["events"].as_object().unwrap().len(), 13);
    }
}

#[test]
fn it_needs_no_proxy() {
    let home = Home::new();
    let mut command = home.command("demo --json");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        command.env(name, "http://127.0.0.1:9");
    }
    let ran = common::Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}
