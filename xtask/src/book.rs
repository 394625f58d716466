//! `cargo xtask book`: the documentation as one book, built with mdBook.

mod check;
mod sources;

use std::{
    env, fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use crate::cargo;

/// The required version of mdBook.
const MDBOOK: &str = "0.5.4";

const CONFIGURATION: &str = r#"[book]
title = "HrFlow connectors"
description = "Candidates and jobs, moved between HrFlow.ai and the ATS, HCM and CRM systems of this world"
language = "en"

[build]
build-dir = "html"
create-missing = false

[output.html]
smart-punctuation = false

[output.html.playground]
runnable = false
"#;

/// The arguments of the book.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Output directory; emptied first.
    #[arg(long, value_name = "DIRECTORY", default_value = "target/book")]
    directory: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let root = cargo::workspace();
    let directory = root.join(&arguments.directory);
    let mdbook = mdbook(&root)?;
    for part in ["src", "html"] {
        let part = directory.join(part);
        if part.exists() {
            fs::remove_dir_all(&part).with_context(|| format!("cannot empty {}", part.display()))?;
        }
    }
    sources::write(&root, &directory.join("src"))?;
    fs::write(directory.join("book.toml"), CONFIGURATION)?;
    let status = Command::new(&mdbook)
        .arg("build")
        .arg(&directory)
        .status()
        .with_context(|| format!("cannot start {}", mdbook.display()))?;
    if !status.success() {
        bail!("mdbook failed");
    }
    let pages = check::links(&directory.join("html"))?;
    writeln!(stdout(), "{pages} pages, from {}", directory.join("html/index.html").display())?;
    Ok(())
}

/// Returns the path of mdBook: the installed one if its version matches, else one built once in `target/tools`.
fn mdbook(root: &Path) -> anyhow::Result<PathBuf> {
    let tools = root.join("target/tools");
    let own = tools.join("bin").join(format!("mdbook{}", env::consts::EXE_SUFFIX));
    for known in [PathBuf::from("mdbook"), own.clone()] {
        if version(&known).is_some_and(|version| version == MDBOOK) {
            return Ok(known);
        }
    }
    let tools = tools.display().to_string();
    let install = ["install", "--locked", "mdbook", "--version", MDBOOK, "--root", &tools];
    let lean = ["--no-default-features", "--features", "search"];
    cargo::run("install mdbook", &[&install[..], &lean].concat())?;
    Ok(own)
}

fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    Some(told.trim().trim_start_matches("mdbook v").to_owned())
}
