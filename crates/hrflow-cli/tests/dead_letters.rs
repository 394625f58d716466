//! `hrflow dead-letters`: what it says of keys that it does not have.

mod common;

use common::{Playground, many};
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};
use serde_json::json;

#[test]
fn an_unknown_key_is_a_usage_error() {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(2));
    let fault = Fault::Status { code: 422, body: FaultBody::Json, executed: false };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", fault).first(1));
    // One at a time, so that the first profile is the one that fails.
    let ran = play.home.run("run w.yaml --from p.jsonl --set options.concurrency=1");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    // The second one is unknown to the state, the third was delivered, the fourth failed for another kind of error.
    for pick in ["no-such-key", "--key no-such-key", "many-1", "many-0 --kind Timeout"] {
        for command in ["drop", "show", "drop --json"] {
            let ran = play.home.run(&format!("dead-letters {command} {pick}"));
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{command} {pick}: {ran:?}");
            let key = pick.trim_start_matches("--key ").split(' ').next().unwrap();
            assert!(ran.stderr.starts_with(&format!("There is no dead letter of {key} that")), "{ran:?}");
        }
    }
    let ran = play.home.run("dead-letters drop many-0");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "Dropped: 1\n"), "{ran:?}");
    let ran = play.home.run("dead-letters drop --all");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "Dropped: 0\n"), "{ran:?}");
}

#[test]
fn what_the_target_rejects_is_reported_once_then_known() {
    let play = Playground::new();
    let url = play.sandbox.files().put_file("cv.pdf", "application/pdf", "%PDF-1.7");
    let profile = json!({
        "key": "ada", "source": { "key": "source" },
        "info": { "first_name": "Ada", "last_name": "Example", "email": "ada@example.com" },
        "attachments": [{ "type": "cover", "file_name": "cv.pdf", "file_size": 8, "public_url": url }],
    });
    play.home.write("p.jsonl", &profile.to_string());
    let rejects = || {
        let fault = Fault::Status { code: 422, body: FaultBody::Json, executed: false };
        play.sandbox.faults().set(vec![Rule::new(Vendor::Teamtailor, "uploads.create", fault).first(1)]);
    };
    rejects();
    const SET: &str = "--set target_parameters.other_attachments=true --json";
    let run = || play.home.run(&format!("run w.yaml --from p.jsonl {SET}"));
    let ls = |options: &str| play.home.run(&format!("dead-letters ls {options}"));

    let first = run();
    assert_eq!((first.code, first.event("attachment_failure")), (Some(3), 1), "{first:?}");
    assert!(ls("").words().contains("source/ada test upload:"), "{:?}", ls(""));
    for _ in 0..2 {
        let again = run();
        assert_eq!((again.code, again.event("attachment_failure")), (Some(0), 0), "{again:?}");
        assert_eq!(again.json()["failures"], json!([]));
    }
    let text = ls("").stdout;
    let lines = "There are no new dead letters.\n\n1 known dead letter is not listed: the target rejects the \
                 document or note, and runs no longer send it. `";
    assert!(text.starts_with(lines) && text.ends_with("dead-letters ls --known` lists it.\n"), "{text}");
    assert_eq!(ls("--json").json(), json!([]));
    assert!(ls("--known").words().contains("source/ada test upload:"), "{:?}", ls("--known"));
    assert_eq!(ls("--known --json").json()[0]["key"], "source/ada");
    assert_eq!(ls("--known --kind Timeout --json").json(), json!([]));
    let item = play.home.run("where ada");
    assert!(item.stdout.contains("\n  upload:cv"), "{}", item.stdout);
    assert!(item.stdout.contains(" rejected: it is sent again if it changes"), "{}", item.stdout);

    // Other letters stay in the list, beside the line.
    play.home.write("many.jsonl", &many(1));
    let fault = Fault::Status { code: 422, body: FaultBody::Json, executed: false };
    play.sandbox.faults().set(vec![Rule::new(Vendor::Teamtailor, "candidates.create", fault)]);
    assert_eq!(play.home.run("run w.yaml --from many.jsonl").code, Some(1));
    let text = ls("");
    assert!(text.words().contains("source/many-0 test write Invalid"), "{}", text.stdout);
    assert!(text.stdout.contains("\n\n1 known dead letter is"), "{}", text.stdout);
    let known = ls("--known").stdout;
    assert!(!known.contains("many-0") && !known.contains("known dead letter"), "{known}");

    let retry = play.home.run(&format!("dead-letters retry w.yaml --key ada {SET}"));
    assert_eq!((retry.code, retry.event("attachment_failure")), (Some(0), 0), "{retry:?}");
    assert_eq!(
        ls("--known").stdout,
        "There are no dead letters of documents or notes that the target rejects.\n"
    );
    assert!(!ls("").stdout.contains("known"), "{:?}", ls(""));
}

#[test]
fn a_limit_of_nothing_is_a_usage_error() {
    let play = Playground::new();
    for command in ["run w.yaml", "map w.yaml --from p.jsonl", "runs", "dead-letters retry w.yaml"] {
        let ran = play.home.run(&format!("{command} --limit 0"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("--limit"), "{ran:?}");
    }
}

#[test]
fn a_target_without_documents_rejects_the_options_for_them() {
    let play = Playground::new();
    play.home.run("run w.yaml");
    let target = "db_host: db.example.com, db_port: 3306, db_name: n, db_user: u, db_password: p";
    let workflow = format!(
        "workflow_id: w\nconnector: admen\naction: push_profile\ntarget_parameters: {{ {target} }}\n"
    );
    play.home.write("a.yaml", &workflow);
    for option in ["--without-documents", "--resend-documents"] {
        let ran = play.home.run(&format!("dead-letters retry a.yaml {option} --json"));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(ran.json()["reason"], "bad_action_parameters", "{ran:?}");
        assert!(ran.stdout.contains("AD-MEN Profiles accepts no documents"), "{ran:?}");
    }
    let both = play.home.run("dead-letters retry a.yaml --without-documents --resend-documents");
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""), "{both:?}");
}
