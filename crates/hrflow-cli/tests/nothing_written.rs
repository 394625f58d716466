//! Why a run wrote nothing: on standard output, with the fix.

mod common;

use common::{Playground, Ran, many};

fn why(ran: &Ran) -> &str {
    let start = ran.stdout.find("0 items were written").unwrap_or_else(|| panic!("{ran:?}"));
    &ran.stdout[start..]
}

fn playground() -> Playground {
    let play = Playground::new();
    play.home.write("p.jsonl", &many(2));
    play
}

#[test]
fn nothing_was_read() {
    let ran = playground().home.run_with_input("run w.yaml --from -", "[]");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let expected = "0 items were written: nothing was read. Check which profiles the workflow reads: \
                    origin_parameters, or --from.\n";
    assert_eq!(why(&ran), expected);
}

#[test]
fn a_logic_discarded_everything() {
    let play = playground();
    let workflow = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    play.home.write("w.yaml", &format!("{workflow}action_parameters:\n  logics:\n  - select(false)\n"));
    let ran = play.home.run("run w.yaml --from p.jsonl");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(why(&ran).starts_with("0 items were written:\n- 2 discarded by a logic; `"), "{}", ran.stdout);
    assert!(why(&ran).ends_with("hrflow map` shows by which\n"), "{}", ran.stdout);
}

#[test]
fn everything_is_unchanged_or_exists_already() {
    let play = playground();
    let first = play.home.run("run w.yaml --from p.jsonl");
    assert!(!first.stdout.contains("0 items were written"), "{}", first.stdout);
    assert!(first.words().contains("write_success 2 items created or updated created 2"), "{}", first.stdout);
    let again = play.home.run("run w.yaml --from p.jsonl");
    let expected = "0 items were written:\n- 2 unchanged since an earlier run; `--resend` sends them again\n";
    assert_eq!((again.code, why(&again)), (Some(0), expected));
    assert!(again.words().contains("that were there already unchanged 2"), "{}", again.stdout);
    let existing = play.home.run("run w.yaml --from p.jsonl --no-state");
    let expected = "0 items were written:\n- 2 already existing; `options.on_existing: report` leaves them \
                    unchanged, `update` changes them\n";
    assert_eq!((existing.code, why(&existing)), (Some(0), expected));
}
