//! Runs cargo.

use std::{
    env,
    ffi::OsStr,
    io::{Write, stderr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

/// Runs cargo with `arguments`. Its output goes to the output of this program.
pub(crate) fn run(what: &str, arguments: &[&str]) -> anyhow::Result<()> {
    run_with(what, arguments, &[])
}

/// Runs cargo like [`run`], with environment variables.
pub(crate) fn run_with(what: &str, arguments: &[&str], variables: &[(&str, &OsStr)]) -> anyhow::Result<()> {
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

/// Runs a cargo command that builds the program `hrflow`, and returns its path.
pub(crate) fn program(what: &str, arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let [program] = programs(what, arguments, ["hrflow"])?;
    Ok(program)
}

/// Runs a cargo command that builds programs, and returns their paths.
pub(crate) fn programs<const N: usize>(
    what: &str,
    arguments: &[&str],
    names: [&str; N],
) -> anyhow::Result<[PathBuf; N]> {
    let output = cargo()
        .args(arguments)
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("{what} failed");
    }
    let messages = String::from_utf8(output.stdout)?;
    let messages: Vec<serde_json::Value> =
        messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut places = names.map(|_| PathBuf::new());
    for (place, name) in places.iter_mut().zip(names) {
        let mut executables = messages
            .iter()
            .filter(|message| message["target"]["name"] == name && message["profile"]["test"] == false)
            .filter_map(|message| message["executable"].as_str());
        let found = executables.next_back();
        *place = found.with_context(|| format!("{what}: cargo does not tell where {name} is"))?.into();
    }
    Ok(places)
}

/// Formats a workspace with its `rustfmt.toml`.
pub(crate) fn format(root: &Path) -> anyhow::Result<()> {
    let status =
        cargo().args(["fmt", "--all"]).current_dir(root).status().context("cargo cannot be started")?;
    if !status.success() {
        bail!("cargo fmt failed; is rustfmt installed? `rustup component add rustfmt`");
    }
    Ok(())
}

/// Returns the root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Whether a subcommand is installed.
pub(crate) fn has(subcommand: &str) -> bool {
    let mut command = cargo();
    command.args([subcommand, "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Returns a command of the cargo that runs this program.
fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
