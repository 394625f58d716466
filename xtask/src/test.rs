//! `cargo xtask test`: all checks of a change.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write, stderr},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::{cargo, docs, manifest};

/// The environment variable of a SQL Server for AD-MEN's tests.
const SQL_SERVER: &str = "HRFLOW_TEST_MSSQL_URL";

const WORKSPACE: [&str; 2] = ["--workspace", "--all-features"];
const TARGETS: [&str; 3] = ["--lib", "--bins", "--tests"];

/// The arguments of the tests.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only the tests: no format, clippy or documentation.
    #[arg(long)]
    only: bool,
    /// Arguments of the test runner, such as a filter.
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
    // The program is built with the tests, so that the pages need no separate build.
    let build = [&["test", "--no-run"], &WORKSPACE[..], &TARGETS].concat();
    let [program, mariadb] = cargo::programs("build the tests", &build, ["hrflow", "mariadb-testing"])?;
    if !arguments.only {
        docs::check(&program)?;
        manifest::check(&program)?;
    }

    let handed_on: Vec<&str> = arguments.runner.iter().map(String::as_str).collect();
    let run = match cargo::has("nextest") {
        true => [&["nextest", "run"], &WORKSPACE[..], &handed_on].concat(),
        false => [&["test"], &WORKSPACE[..], &TARGETS, &handed_on].concat(),
    };
    // One server for all tests. Tests that kill their server, or need other settings, start their own.
    let database = Database::start(&mariadb)?;
    let variables =
        [("HRFLOW_PROGRAM", program.as_os_str()), ("HRFLOW_TEST_MARIADB", OsStr::new(&database.address))];
    cargo::run_with("tests", &run, &variables)?;
    drop(database);
    if env::var_os(SQL_SERVER).is_none_or(|url| url.is_empty()) {
        writeln!(stderr(), "\n── AD-MEN with SQL Server: not run: no SQL Server given ({SQL_SERVER})")?;
    }
    if handed_on.is_empty() {
        cargo::run("examples in documents", &[&["test", "--doc"], &WORKSPACE[..]].concat())?;
    }
    Ok(())
}

/// A private MariaDB, which ends with this program.
struct Database {
    process: Child,
    /// The server's address, in the form that tests read.
    address: String,
}

impl Database {
    fn start(program: &Path) -> anyhow::Result<Self> {
        writeln!(stderr(), "\n── database: a private MariaDB")?;
        let mut process = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().context("it says nothing")?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        ensure!(!address.trim().is_empty(), "no MariaDB could be started: what it takes is said above");
        Ok(Self { process, address: address.trim().to_owned() })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server ends when its standard input is closed.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
