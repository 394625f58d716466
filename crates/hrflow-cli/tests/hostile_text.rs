//! Names and messages of others that would change what a terminal shows.

mod common;

use common::{Playground, Ran};
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};

/// ESC, CSI of eight bits, right-to-left override, zero-width space, line separator, tag.
const HOSTILE: &str = "k\u{1b}[2J\u{9b}31m\u{202e}fdp\u{200b}\u{2028}\u{e0041}\nok      all is well";

fn is_safe(text: &str) -> bool {
    !text.contains(|letter: char| letter != '\n' && hrflow_core::text::is_invisible(letter))
}

fn assert_safe(ran: &Ran, what: &str) {
    assert!(is_safe(&ran.stdout) && is_safe(&ran.stderr), "{what}: {ran:?}");
    assert!(!ran.stdout.lines().any(|line| line.starts_with("ok      all is well")), "{what}: {ran:?}");
}

#[test]
fn nothing_that_is_printed_moves_the_cursor_or_hides_text() {
    let play = Playground::new();
    let profile = |key: &str| {
        serde_json::json!({
            "key": key, "source": { "key": "source" },
            "info": { "first_name": "Ann", "last_name": "\u{202e}elpmaxE", "email": format!("{}@example.com", key.len()) },
        })
    };
    play.home.write("p.jsonl", &format!("{}\n{}\n", profile(HOSTILE), profile("k")));
    let fault = Fault::Status { code: 422, body: FaultBody::Json, executed: false };
    play.sandbox.faults().add(Rule::new(Vendor::Teamtailor, "candidates.create", fault).first(1));

    let file = "w\u{1b}]0;x\u{7}\u{202e}.yaml";
    play.home.write(file, "connector: none\n");
    let set = "--set options.\u{202e}x\u{1b}=1";
    for (arguments, code) in [
        ("map w.yaml --from p.jsonl".to_owned(), 0),
        ("run w.yaml --from p.jsonl --dry-run".to_owned(), 0),
        ("run w.yaml --from p.jsonl -vv".to_owned(), 3),
        ("runs".to_owned(), 0),
        ("dead-letters ls".to_owned(), 0),
        ("dead-letters show --kind Invalid".to_owned(), 0),
        (format!("check {file}"), 2),
        (format!("check w.yaml {set}"), 2),
        ("check --limit=\u{1b}[31m\u{202e}".to_owned(), 2),
        ("where \u{202e}\u{1b}".to_owned(), 1),
    ] {
        let ran = play.home.run(&arguments);
        assert_eq!(ran.code, Some(code), "{arguments}: {ran:?}");
        assert_safe(&ran, &arguments);
    }
    let ran = Ran::from(play.home.command("where --json").arg(HOSTILE).output().unwrap());
    assert_safe(&ran, "where --json");
    assert_eq!(ran.json()[0]["key"], format!("source/{HOSTILE}"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_certificate_file_without_an_end_is_rejected() {
    let play = Playground::new();
    let output = play.home.command("check w.yaml").env("SSL_CERT_FILE", "/dev/zero").output().unwrap();
    let ran = Ran::from(output);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let told = "cannot read the file of SSL_CERT_FILE, /dev/zero: it is a device, not a regular file";
    assert!(ran.stdout.contains(told), "{ran:?}");
}
