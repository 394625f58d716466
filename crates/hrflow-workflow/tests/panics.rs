//! No text makes the loader panic.

mod support;

use proptest::prelude::*;
use support::prepare;

/// Pieces of workflow files, and what breaks them.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("connector: stub\n".to_owned()),
        Just("action: push_profile\n".to_owned()),
        Just("target_parameters:\n  version: 1\n".to_owned()),
        Just("target_parameters: ".to_owned()),
        Just("  tags:\n  - ${PORT}\n".to_owned()),
        Just("${".to_owned()),
        Just("${file:".to_owned()),
        Just("${PORT:-".to_owned()),
        Just("\\ud83d\\ude00".to_owned()),
        "[\\[\\]{}:,?&*!|>'\"%@`#~ \n\t\\\\$é-]{1,6}",
        "\\PC{0,8}",
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_loader_panic(pieces in proptest::collection::vec(piece(), 0..12)) {
        if let Err(error) = prepare(&pieces.concat(), &[]) {
            prop_assert!(!error.faults().is_empty());
        }
    }

    #[test]
    fn no_setting_makes_it_panic(setting in "\\PC{0,12}", field in "(options|target_parameters|connector)[.=a]{0,4}") {
        let text = "connector: stub\naction: push_profile\ntarget_parameters: {version: 1}\n";
        let _ = prepare(text, &[&setting]);
        let _ = prepare(text, &[&format!("{field}{setting}")]);
    }
}
