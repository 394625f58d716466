//! What this program is called where it is used, for commands that can be pasted.

use std::{env, path::Path};

use crate::text::WIDTH;

/// The way to call it again: `hrflow` where the shell finds it, else as it was called.
pub(crate) fn name() -> String {
    let called = env::args().next().unwrap_or_default();
    let executable = env::current_exe().ok().and_then(|path| path.canonicalize().ok());
    if env::var_os("CARGO_MANIFEST_DIR").is_some() && env::var_os("CARGO").is_some() {
        return "cargo run --".to_owned();
    }
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|directory| directory.join("hrflow"))
        .find_map(|path| path.canonicalize().ok());
    match Path::new(&called).components().count() {
        0 | 1 => "hrflow".to_owned(),
        _ if found.is_some() && found == executable => "hrflow".to_owned(),
        _ => word(&called),
    }
}

/// A path as a shell takes it.
pub(crate) fn path(path: &Path) -> String {
    word(&path.display().to_string())
}

/// One word of a command line.
fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+,:@%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Commands with a remark each: beside them, or above where a line would be too long.
pub(crate) fn commands<const N: usize>(commands: [(String, &str); N]) -> String {
    let longest = commands.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    let remark = commands.iter().map(|(_, remark)| remark.chars().count()).max().unwrap_or_default();
    let fits = 2 + longest + 4 + 2 + remark <= WIDTH;
    let line = |(command, remark): &(String, &str)| match (fits, *remark) {
        (_, "") => format!("  {command}\n"),
        (true, remark) => format!("  {command:longest$}    # {remark}\n"),
        (false, remark) => format!("  # {remark}\n  {command}\n"),
    };
    commands.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(word("a/b-c.yaml"), "a/b-c.yaml");
        assert_eq!(word("it's here.yaml"), "'it'\\''s here.yaml'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn remarks_stand_beside_commands_or_above() {
        assert_eq!(
            commands([("a".to_owned(), "one"), ("bcd".to_owned(), "two")]),
            "  a      # one\n  bcd    # two\n"
        );
        let long = "x".repeat(80);
        assert_eq!(commands([(long.clone(), "one")]), format!("  # one\n  {long}\n"));
    }
}
