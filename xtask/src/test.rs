//! `cargo xtask test`: everything that has to hold before a change is good.

use crate::cargo;

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run the tests only: no format, no clippy, no documents.
    #[arg(long)]
    only: bool,
    /// Handed on to the test runner, such as a filter.
    #[arg(last = true)]
    runner: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if !arguments.only {
        cargo::run("format", &["fmt", "--all", "--check"])?;
        cargo::run(
            "clippy",
            &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"],
        )?;
        let deny = [("RUSTDOCFLAGS", "-D warnings")];
        cargo::run_with("documents", &["doc", "--workspace", "--no-deps", "--all-features"], &deny)?;
    }
    let handed_on: Vec<&str> = arguments.runner.iter().map(String::as_str).collect();
    let mut tests = match cargo::has("nextest") {
        true => vec!["nextest", "run", "--workspace", "--all-features"],
        false => vec!["test", "--workspace", "--all-features", "--lib", "--bins", "--tests"],
    };
    tests.extend(&handed_on);
    cargo::run("tests", &tests)?;
    if handed_on.is_empty() {
        cargo::run("examples in documents", &["test", "--workspace", "--all-features", "--doc"])?;
    }
    Ok(())
}
