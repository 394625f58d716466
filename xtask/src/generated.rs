//! Files that are generated from the program's output.

use std::{
    collections::BTreeMap,
    fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::cargo;

/// The expected files, by path relative to the root.
pub(crate) type Files = BTreeMap<PathBuf, String>;

/// The arguments for generated files.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail if a file is out of date.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Builds the program `hrflow` and returns its path.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    cargo::program("the program", &["build", "--quiet", "--package", "hrflow-cli"])
}

/// Returns the program's stdout.
pub(crate) fn ask(program: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot start {}", program.display()))?;
    if !output.status.success() {
        bail!("hrflow {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}

/// Fails with each file that is out of date and each file that must not exist. The error names `chore`, which writes
/// them.
pub(crate) fn check(root: &Path, expected: &Files, leftovers: &[PathBuf], chore: &str) -> anyhow::Result<()> {
    let mut stale: Vec<String> = expected
        .iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(*text))
        .map(|(path, _)| path.display().to_string())
        .collect();
    stale.extend(leftovers.iter().map(|path| format!("{} (left over)", path.display())));
    if stale.is_empty() {
        return Ok(());
    }
    bail!("stale:\n  {}\nrun `cargo xtask {chore}`", stale.join("\n  "))
}

/// Writes files that are out of date, and removes files that must not exist.
pub(crate) fn write(root: &Path, expected: &Files, leftovers: &[PathBuf]) -> anyhow::Result<()> {
    for (path, text) in expected {
        let file = root.join(path);
        if fs::read_to_string(&file).ok().as_ref() == Some(text) {
            continue;
        }
        let directory = file.parent().context("a file stands in a directory")?;
        fs::create_dir_all(directory)
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(stdout(), "wrote {}", path.display())?;
    }
    for path in leftovers {
        fs::remove_file(root.join(path)).with_context(|| format!("cannot remove {}", path.display()))?;
        writeln!(stdout(), "removed {}", path.display())?;
    }
    Ok(())
}
