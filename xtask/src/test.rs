//! `cargo xtask test`: everything that has to hold before a change is good.

use std::ffi::OsStr;

use crate::{cargo, docs, manifest};

const WORKSPACE: [&str; 2] = ["--workspace", "--all-features"];
const TARGETS: [&str; 3] = ["--lib", "--bins", "--tests"];

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
        let deny = [("RUSTDOCFLAGS", OsStr::new("-D warnings"))];
        cargo::run_with("documents", &["doc", "--workspace", "--no-deps", "--all-features"], &deny)?;
    }
    // The program comes with the tests: nothing is built for the pages alone.
    let build = [&["test", "--no-run"], &WORKSPACE[..], &TARGETS].concat();
    let program = cargo::program("build the tests", &build)?;
    if !arguments.only {
        docs::check(&program)?;
        manifest::check(&program)?;
    }

    let handed_on: Vec<&str> = arguments.runner.iter().map(String::as_str).collect();
    let run = match cargo::has("nextest") {
        true => [&["nextest", "run"], &WORKSPACE[..], &handed_on].concat(),
        false => [&["test"], &WORKSPACE[..], &TARGETS, &handed_on].concat(),
    };
    cargo::run_with("tests", &run, &[("HRFLOW_PROGRAM", program.as_os_str())])?;
    if handed_on.is_empty() {
        cargo::run("examples in documents", &[&["test", "--doc"], &WORKSPACE[..]].concat())?;
    }
    Ok(())
}
