//! Cargo manifests and commands in documents.

use std::fs;

use anyhow::{Context, bail, ensure};
use hrflow_e2e::program::{self, root};

use crate::playground::Playground;

/// Checks that cargo can read a manifest, or its dependencies, and that its crates exist.
pub(crate) fn reads(playground: &Playground, text: &str) -> anyhow::Result<()> {
    let package = "[package]\nname = \"documented\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n";
    let text = if text.contains("[package]") { text.to_owned() } else { format!("{package}{text}") };
    let manifest = playground.write(".manifest/Cargo.toml", &text)?;
    playground.write(".manifest/src/lib.rs", "")?;
    let output = program::cargo()
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for path in text.split("path = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let name = path.rsplit('/').next().unwrap_or(path);
        ensure!(root().join("crates").join(name).join("Cargo.toml").is_file(), "there is no crate {name}");
    }
    Ok(())
}

/// Checks that a cargo command which is not run here exists.
pub(crate) fn is_known(line: &str) -> anyhow::Result<()> {
    let line = line.split(" #").next().unwrap_or(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let read = |path: &str| fs::read_to_string(root().join(path)).with_context(|| path.to_owned());
    match words.as_slice() {
        ["cargo", "xtask", chore, ..] => {
            let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
            let variant: String = chore.split('-').map(capital).collect();
            let chores = read("xtask/src/main.rs")?;
            let is_one = chores.lines().map(str::trim).any(|line| {
                line.strip_prefix(&variant).is_some_and(|rest| rest.starts_with('(') || rest == ",")
            });
            ensure!(is_one, "there is no chore {chore}");
        }
        ["cargo", "install", "--path", path] => {
            ensure!(read(&format!("{path}/Cargo.toml"))?.contains("[[bin]]"), "{path} is no program");
        }
        // The scaffold's test runs these steps.
        ["cargo", "test", "--no-fail-fast", "-p", "connector-rolodex"] => {}
        ["cargo", "test", "-p", "hrflow-e2e", "--test", test, ..] => {
            ensure!(
                read("tests/Cargo.toml")?.contains(&format!("name = \"{test}\"")),
                "there is no test {test}"
            );
        }
        _ => bail!("no rule covers it"),
    }
    Ok(())
}
