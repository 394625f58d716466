//! The program `hrflow`, as built.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context, anyhow, ensure};

/// Returns the root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."))
}

/// Returns the path of the program. `cargo xtask test` builds it and sets `HRFLOW_PROGRAM`. Without that variable, this
/// function builds it once.
///
/// # Errors
///
/// If the program cannot be built.
pub fn path() -> anyhow::Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| match env::var_os("HRFLOW_PROGRAM") {
        Some(program) => Ok(PathBuf::from(program)),
        None => build().map_err(|error| format!("{error:#}")),
    });
    built.clone().map_err(|error| anyhow!(error))
}

fn build() -> anyhow::Result<PathBuf> {
    let output = cargo()
        .args(["build", "--quiet", "--package", "hrflow-cli", "--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the program hrflow cannot be built");
    let messages = String::from_utf8(output.stdout)?;
    let mut executables = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "hrflow")
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    executables.next_back().context("cargo does not tell where the program hrflow is")
}

/// Returns a cargo command at the root.
pub fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root());
    command
}
