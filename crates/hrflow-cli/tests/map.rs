//! `hrflow map`: a mapping tried offline.

mod common;

use common::{Home, many};
use serde_json::json;

/// Nothing of it but the mapping is there: no account, no variable, no network.
const WORKFLOW: &str = "
workflow_id: test
connector: teamtailor
action: push_profile
action_parameters:
  format: |
    if .key == \"many-2\" then .info.email.host else . end
    | default_format
    | .data.attributes.tags += [\"hrflow\"]
    | if .key == \"many-3\" then .data.attributes.pitch = \"x\" * 200 else . end
  logics:
  - select(.key != \"many-1\")
origin_parameters:
  api_secret: ${HRFLOW_API_SECRET}
target_parameters:
  Authorization: ${TEAMTAILOR_API_KEY}
";

fn home() -> Home {
    let home = Home::new();
    home.write("w.yaml", WORKFLOW);
    home.write("p.jsonl", &many(4));
    home
}

#[test]
fn each_profile_is_shown_before_and_after() {
    let ran = home().run("map w.yaml --from p.jsonl");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(3), ""), "{ran:?}");
    let items: Vec<&str> = ran.stdout.split("Item ").skip(1).collect();
    assert_eq!(items.len(), 4);
    assert!(items[0].starts_with("1: source/many-0\n\nDefault format\n  {\n"), "{}", items[0]);
    assert!(items[0].contains("\nDifference\n  + data.attributes.tags: [\"hrflow\"]\n"), "{}", items[0]);
    assert!(items[1].contains("\nDiscarded\n  by logics[0]\n"), "{}", items[1]);
    assert!(
        items[2].contains("\nFailed\n  format: cannot index text of 17 characters with \"host\"\n"),
        "{}",
        items[2]
    );
    let violation =
        "\nWhat the target does not take\n  data.attributes.pitch: at most 140 characters, came 200\n";
    assert!(items[3].contains(violation), "{}", items[3]);
    assert!(ran.stdout.ends_with("\n4 items: 1 mapped, 1 discarded, 2 failed\n"), "{}", ran.stdout);
}

#[test]
fn the_same_for_programs() {
    let ran = home().run("map w.yaml --from p.jsonl --json");
    assert_eq!(ran.code, Some(3));
    let items = ran.json();
    assert_eq!(items[0]["key"], "source/many-0");
    assert_eq!(items[0]["difference"], json!([{ "path": "data.attributes.tags", "mapped": ["hrflow"] }]));
    assert_eq!(items[0]["mapped"]["data"]["attributes"]["tags"], json!(["hrflow"]));
    assert_eq!(items[0]["default"]["data"]["attributes"].get("tags"), None);
    assert_eq!(items[1]["discarded_by"], "logics[0]");
    assert_eq!((&items[2]["mapped"], &items[2]["violations"]), (&json!(null), &json!([])));
    assert_eq!(items[3]["violations"], json!(["data.attributes.pitch: at most 140 characters, came 200"]));

    let home = home();
    let ran = home.run_with_input("map w.yaml --from - --json --limit 1", &many(4));
    assert_eq!((ran.code, ran.json().as_array().unwrap().len()), (Some(0), 1));
    assert_eq!(home.run_with_input("map w.yaml --from - --json", "[]").json(), json!([]));
    let unread = home.run_with_input("map w.yaml --from -", "{\n{}");
    assert_eq!(unread.code, Some(3));
    assert!(unread.stdout.contains("Failed\n  line 1 is not valid JSON"), "{}", unread.stdout);
}

#[test]
fn a_mapping_can_be_tried_from_the_command_line() {
    let home = home();
    home.write("tags.jq", "default_format | .data.attributes.tags = [$workflow_id]\n");
    home.write("plain.yaml", "workflow_id: plain\nconnector: teamtailor\naction: push_profile\n");
    let same = home.run("map plain.yaml --from p.jsonl --limit 1");
    assert!(same.code == Some(0) && same.stdout.contains("\nDifference\n  none\n"), "{same:?}");
    let ran = home.run("map plain.yaml --from p.jsonl --limit 1 --set action_parameters.format.file=tags.jq");
    assert!(ran.stdout.contains("+ data.attributes.tags: [\"plain\"]"), "{ran:?}");

    home.write("tags.jq", "default_format\n| .tags = $tag\n");
    let ran = home.run("map plain.yaml --from p.jsonl --set action_parameters.format.file=tags.jq");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(
        ran.stderr.starts_with("tags.jq:2:11: action_parameters.format: there is no variable $tag"),
        "{}",
        ran.stderr
    );
    let ran = home.run("map none.yaml --from p.jsonl");
    assert_eq!(ran.code, Some(2));
    assert_eq!(home.run("map plain.yaml").code, Some(2));
    assert!(
        home.run("map plain.yaml --from none.json").stderr.starts_with("cannot read the items in none.json")
    );
}

#[test]
fn a_program_sees_the_profile_that_a_run_hands_it() {
    let home = home();
    // What HrFlow.ai sends for nothing: a list for an object, and null for a list.
    home.write(
        "p.jsonl",
        "{\"key\": \"k\", \"source\": {\"key\": \"s\"}, \"skills\": null, \"info\": {\"full_name\": \"Ann Example\", \
         \"email\": \"ann@example.com\", \"location\": {\"text\": \"Lille\", \"fields\": []}}}\n",
    );
    home.write(
        "city.jq",
        ". as $profile | default_format\n\
         | .data.attributes.pitch = ($profile | [.info.location.fields.city, .skills] | tojson)\n",
    );
    home.write(
        "plain.yaml",
        "workflow_id: plain\nconnector: teamtailor\naction: push_profile\naction_parameters: {format: {file: city.jq}}\n\
         target_parameters: {Authorization: k, X_Api_Version: 20240904}\n",
    );
    let mapped = home.run("map plain.yaml --from p.jsonl --json").json();
    let dry = home.run("run plain.yaml --dry-run --json --from p.jsonl").json();
    let pitches = [&mapped[0]["mapped"], &dry["would_send"][0]].map(|it| &it["data"]["attributes"]["pitch"]);
    assert_eq!(pitches, ["[null,[]]"; 2], "{mapped}");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let home = home();
    home.write("p.jsonl", &many(2_000));
    let mut child = home.command("map w.yaml --from p.jsonl").spawn().unwrap();
    drop(child.stdout.take());
    let ran = common::Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}
