//! What this program is called where it is used, for commands that can be pasted.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use crate::text::WIDTH;

/// The file of this program, to start it again.
pub(crate) fn executable() -> PathBuf {
    // On Linux there is a name for it that lasts when the file is replaced meanwhile.
    found(Path::new("/proc/self/exe"), env::current_exe().ok(), env::args_os().next(), env::var_os("PATH"))
}

/// The first name that can be used. Without `/proc` only what the shell was given remains: a path, or a name to find by `PATH`.
fn found(
    lasting: &Path,
    current: Option<PathBuf>,
    called: Option<OsString>,
    paths: Option<OsString>,
) -> PathBuf {
    if lasting.exists() {
        return lasting.to_owned();
    }
    let called = PathBuf::from(called.unwrap_or_else(|| "hrflow".into()));
    let is_name = called.components().count() == 1 && called.file_name() == Some(called.as_os_str());
    let by_path = || is_name.then(|| in_path(called.as_os_str(), paths)).flatten();
    current.or_else(by_path).unwrap_or(called)
}

/// The program of a name, as a shell finds it.
fn in_path(name: &OsStr, paths: Option<OsString>) -> Option<PathBuf> {
    let mut paths = env::split_paths(paths.as_deref().unwrap_or_default());
    paths.find_map(|directory| directory.join(name).canonicalize().ok())
}

/// The way to call it again: `hrflow` where the shell finds it, else as it was called.
pub(crate) fn name() -> String {
    let called = env::args().next().unwrap_or_default();
    let executable = env::current_exe().ok().and_then(|path| path.canonicalize().ok());
    if env::var_os("CARGO_MANIFEST_DIR").is_some() && env::var_os("CARGO").is_some() {
        return "cargo run --".to_owned();
    }
    let found = in_path(OsStr::new("hrflow"), env::var_os("PATH"));
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
    fn without_proc_it_is_started_as_it_was_called() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("named"), "").unwrap();
        let paths = env::join_paths([Path::new("/nowhere"), directory.path()]).unwrap();
        let found = |lasting: &str, current: Option<&str>, called: Option<&str>| {
            found(Path::new(lasting), current.map(Into::into), called.map(Into::into), Some(paths.clone()))
        };
        let named = directory.path().join("named").canonicalize().unwrap();
        assert_eq!(found("/nowhere/exe", None, Some("named")), named);
        assert_eq!(found("/", Some("/bin/hrflow"), Some("hrflow")), Path::new("/"));
        assert_eq!(found("/nowhere/exe", Some("/bin/hrflow"), Some("hrflow")), Path::new("/bin/hrflow"));
        assert_eq!(found("/nowhere/exe", None, Some("./hrflow")), Path::new("./hrflow"));
        assert_eq!(found("/nowhere/exe", None, None), Path::new("hrflow"));
    }

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
