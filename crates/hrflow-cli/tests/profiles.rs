//! What counts as a profile, and `hrflow read`.

mod common;

use common::{Playground, many};
use serde_json::{Value, json};

fn lines(profiles: &[Value]) -> String {
    profiles.iter().map(|profile| format!("{profile}\n")).collect()
}

#[test]
fn a_saved_response_is_pushed_profile_by_profile() {
    let play = Playground::new();
    let profiles: Vec<Value> = many(3).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let response = json!({ "code": 200, "message": "Profiles", "meta": { "page": 1, "maxPage": 1, "count": 3 }, "data": profiles });
    play.home.write("response.json", &response.to_string());
    let ran = play.home.run("run w.yaml --json --from response.json");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 3), "{ran:?}");
    assert_eq!(play.home.run("where many-2").code, Some(0));
    let mapped = play.home.run("map w.yaml --from response.json --json");
    assert_eq!(mapped.json()[2]["key"], "source/many-2");
}

#[test]
fn an_empty_profile_is_never_written() {
    let play = Playground::new();
    let info = json!({ "info": { "email": "", "urls": [], "full_name": null } });
    let unknown =
        json!({ "key": "u", "source": { "key": "s" }, "id": 3, "updated_at": "2025-03-01T10:00:00+0000" });
    let nameless = json!({ "key": "n", "source": { "key": "s" }, "skills": [{ "name": "rust" }] });
    play.home.write("p.jsonl", &lines(&[info, unknown, nameless]));
    let ran = play.home.run("run w.yaml --json --from p.jsonl");
    assert_eq!(
        (ran.code, ran.event("format_failure"), ran.event("write_success")),
        (Some(1), 3, 0),
        "{ran:?}"
    );
    assert_eq!(ran.json()["reason"], "format_failure");
    let messages = ran.json()["failures"].to_string();
    assert!(messages.contains("the profile is empty: it has no name, contact"), "{messages}");
    assert!(messages.contains("the formatted item has neither a name, nor an email"), "{messages}");
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 0);
    assert!(play.home.run("dead-letters show s/u").stdout.contains("the profile is empty"));
    let dry = play.home.run("run w.yaml --json --dry-run --from p.jsonl");
    assert_eq!((dry.event("format_failure"), &dry.json()["would_send"]), (3, &json!([])));
    let mapped = play.home.run("map w.yaml --from p.jsonl");
    assert_eq!(mapped.code, Some(3));
    assert!(mapped.stdout.ends_with("\n3 items: 0 mapped, 0 discarded, 3 failed\n"), "{}", mapped.stdout);
}

#[test]
fn other_formats_are_named_once_and_write_nothing() {
    let play = Playground::new();
    for (text, words) in [
        ("email,first_name\nada@example.com,Ada\n", "the file is CSV"),
        (
            "{\"email\":\"ada@example.com\"}\n{\"email\":\"bob@example.com\"}\n",
            "a flat row (email at the top level)",
        ),
        ("{\"basics\": {\"name\": \"Ada\"}, \"work\": []}", "a JSON Resume"),
    ] {
        let ran = play.home.run_with_input("run w.yaml --json --from -", text);
        let failures = ran.json()["failures"].clone();
        assert_eq!(
            (ran.code, ran.event("read_failure"), failures.as_array().unwrap().len()),
            (Some(1), 1, 1)
        );
        let message = failures[0]["message"].as_str().unwrap();
        assert!(message.contains(words) && !message.contains("example.com"), "{message}");
        let mapped = play.home.run_with_input("map w.yaml --from -", text);
        assert!(mapped.code == Some(3) && mapped.stdout.contains(words), "{mapped:?}");
    }
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 0);
}

#[test]
fn read_writes_the_profiles_of_a_workflow() {
    let play = Playground::new();
    let ran = play.home.run("read w.yaml");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let profile: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(profile["key"], play.profiles()[0]["key"]);
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 0);

    // Of the target nothing is needed.
    let text = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let (origin, _) = text.split_once("target_parameters:").unwrap();
    let list: String = origin.replace("push_profile", "push_profile_list");
    let list: Vec<&str> = list.lines().filter(|line| !line.contains("profile_key")).collect();
    let list = format!("{}\ntarget_parameters:\n  Authorization: ${{NOT_SET}}\n", list.join("\n"));
    play.home.write("list.yaml", &list);
    let ran = play.home.run("read list.yaml --limit 3 --output p.jsonl --set origin_parameters.limit=2");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""), "{ran:?}");
    let path = play.home.0.path().join("p.jsonl");
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written.lines().count(), 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let pushed = play.home.run("run w.yaml --json --from p.jsonl");
    assert_eq!((pushed.event("read_success"), pushed.event("read_failure")), (3, 0), "{pushed:?}");

    let source = &play.sandbox.credentials().hrflow.source_key;
    let event = json!({
        "type": "profile.storing.success", "origin": "api", "message": "",
        "profile": { "key": play.profiles()[1]["key"], "source": { "key": source } },
    });
    play.home.write("event.json", &event.to_string());
    let ran = play.home.run("read w.yaml --event event.json");
    assert_eq!(
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["key"],
        play.profiles()[1]["key"],
        "{ran:?}"
    );
}

#[test]
fn read_says_why_it_cannot() {
    let play = Playground::new();
    let ran = play.home.run("read w.yaml --set origin_parameters.profile_key=none --output p.jsonl");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.stderr.contains("no such profile"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(play.home.0.path().join("p.jsonl")).unwrap(), "");
    let ran = play.home.run("read w.yaml --set origin_parameters.source_key=");
    assert!(ran.code == Some(2) && ran.stderr.contains("origin_parameters.source_key"), "{ran:?}");
    let ran = play.home.run("read w.yaml --output none/p.jsonl");
    assert!(ran.code == Some(2) && ran.stderr.starts_with("cannot write none/p.jsonl:"), "{ran:?}");
    assert_eq!(play.home.run("read w.yaml --output .").code, Some(2));
}

#[test]
fn an_item_without_a_source_is_known_by_the_source_of_the_workflow() {
    let play = Playground::new();
    let source = play.sandbox.credentials().hrflow.source_key.clone();
    let person = |key: &str, phone: &str| json!({ "key": key, "source": {}, "info": { "last_name": key, "phone": phone } });
    let reference = json!({ "reference": "R-7", "info": { "last_name": "Reference" } });
    let named = json!({ "key": "own", "source": "s", "info": { "last_name": "Own" } });
    play.home.write("p.jsonl", &lines(&[person("s-1", "+33600000001"), reference, named]));
    let ran = play.home.run("run w.yaml --json --from p.jsonl");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 3), "{ran:?}");
    for (asked, key) in [("s-1", "s-1"), ("R-7", "R-7"), ("s/own", "")] {
        let expected = if key.is_empty() { asked.to_owned() } else { format!("{source}/{key}") };
        assert_eq!(play.home.run(&format!("where {asked} --json")).json()[0]["key"], expected.as_str());
    }
    let mapped = play.home.run("map w.yaml --from p.jsonl --json").json();
    assert_eq!(mapped[0]["key"], format!("{source}/s-1"));

    // A changed phone is a change of the same item.
    play.home.write("p.jsonl", &lines(&[person("s-1", "+33600000002")]));
    let ran = play.home.run("run w.yaml --json --from p.jsonl --set options.on_existing=update");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 1), "{ran:?}");
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 3);
}

#[test]
fn an_item_without_any_source_is_known_by_its_bare_key() {
    let play = Playground::new();
    let text = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let unset: Vec<String> = text
        .lines()
        .map(|line| {
            if line.contains("source_key") { "  source_key: ${NOT_SET}".to_owned() } else { line.to_owned() }
        })
        .collect();
    play.home.write("unset.yaml", &unset.join("\n"));
    play.home.write("p.jsonl", &lines(&[json!({ "key": "s-1", "info": { "last_name": "Bare" } })]));
    for workflow in ["unset.yaml", "none.yaml"] {
        let (before, rest) = text.split_once("origin_parameters:").unwrap();
        let (_, after) = rest.split_once("target_parameters:").unwrap();
        play.home.write("none.yaml", &format!("{before}target_parameters:{after}"));
        let ran = play.home.run(&format!("run {workflow} --json --from p.jsonl"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mapped = play.home.run(&format!("map {workflow} --from p.jsonl --json")).json();
        assert_eq!(mapped[0]["key"], "s-1");
    }
    assert_eq!(play.home.run("where s-1 --json").json()[0]["key"], "s-1");
    assert_eq!(play.sandbox.teamtailor().candidate_count(), 1);
}

#[test]
fn a_damaged_profile_is_pushed_with_a_warning_or_fails_alone() {
    let play = Playground::new();
    let person = |key: &str, email: &str, summary: &str| {
        format!(
            r#"{{"key": "{key}", "source": {{"key": "s"}}, "info": {{"last_name": "Example", "email": "{email}", "summary": "{summary}"}}}}"#
        )
    };
    let text = [
        person("1", "one@example.com", "fine"),
        person("2", "two@example.com", "cut \\ud83d"),
        person("3", "three\\ud83d@example.com", "fine"),
        person("\\ud83d", "four@example.com", "fine"),
        person("5", "five@example.com", "fine"),
    ];
    play.home.write("p.jsonl", &text.join("\n"));
    let ran = play.home.run("run w.yaml --json --from p.jsonl");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let counts = ["read_success", "read_failure", "write_success", "warnings"].map(|name| ran.event(name));
    assert_eq!(counts, [3, 2, 3, 1], "{ran:?}");
    assert_eq!(ran.json()["warnings"][0]["key"], "s/2");
    let repaired = play.home.run("where s/2");
    assert!(
        repaired.stdout.contains("warning: info.summary: Replaced half of a surrogate pair"),
        "{}",
        repaired.stdout
    );
    for (key, field) in [("s/3", "info.email"), ("line 4", "key")] {
        let mut letter = play.home.command("dead-letters show --json");
        let letter = common::Ran::from(letter.arg(key).output().unwrap()).json();
        assert_eq!((&letter[0]["step"], &letter[0]["kind"]), (&json!("read"), &json!("Invalid")), "{key}");
        let message = letter[0]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{field} has half of a surrogate pair")), "{message}");
    }
    // It is not sent by a retry either; corrected at its source, it is.
    let retried = play.home.run("dead-letters retry w.yaml --json");
    assert_eq!((retried.event("read_failure"), retried.event("write_success")), (2, 0), "{retried:?}");
    play.home.write("p.jsonl", &person("3", "three@example.com", "fine"));
    let ran = play.home.run("run w.yaml --json --from p.jsonl");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 1), "{ran:?}");
    let left = play.home.run("dead-letters ls --json").json();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["key"]), (1, &json!("line 4")));
}

#[test]
fn map_shows_what_was_repaired_and_what_cannot_be_read() {
    let play = Playground::new();
    let text = r#"{"key": "1", "info": {"last_name": "Example", "summary": "\ud83d"}}
{"key": "2", "info": {"last_name": "Example", "email": "\ud83d"}}
"#;
    let mapped = play.home.run_with_input("map w.yaml --from - --json", text);
    let items = mapped.json();
    assert_eq!((mapped.code, &items[0]["warnings"][0]["field"]), (Some(3), &json!("info.summary")));
    assert!(items[1]["failure"].as_str().unwrap().starts_with("info.email has half"), "{items}");
}
