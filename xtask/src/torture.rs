//! `cargo xtask torture`: the crash suite, which kills the program at hundreds of random instants.

use std::ffi::OsStr;

use crate::cargo;

/// The arguments of the crash suite.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Arguments of the crash suite, such as `--kills 1000`, `--seed 7`, `--only teamtailor`, `--processes 3`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    torture: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = cargo::program("the program", &["build", "--package", "hrflow-cli"])?;
    let mut torture = vec!["run", "--quiet", "--package", "hrflow-e2e", "--bin", "torture", "--"];
    torture.extend(arguments.torture.iter().map(String::as_str));
    let variables = [("HRFLOW_PROGRAM", program.as_os_str() as &OsStr)];
    cargo::run_with("crash suite", &torture, &variables)
}
