//! Running cargo.

use std::{
    env,
    io::{Write, stderr},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

/// Runs cargo with `arguments`; its output goes where ours goes.
pub(crate) fn run(what: &str, arguments: &[&str]) -> anyhow::Result<()> {
    run_with(what, arguments, &[])
}

/// As [`run`], with environment variables.
pub(crate) fn run_with(what: &str, arguments: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<()> {
    writeln!(stderr(), "\n── {what}: cargo {}", arguments.join(" "))?;
    let status = cargo()
        .args(arguments)
        .envs(variables.iter().copied())
        .status()
        .context("cargo cannot be started")?;
    if !status.success() {
        bail!("{what} failed");
    }
    Ok(())
}

/// Whether a subcommand is installed.
pub(crate) fn has(subcommand: &str) -> bool {
    let mut command = cargo();
    command.args([subcommand, "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
