//! `cargo xtask hostile`: hostile profiles through the program.

use std::ffi::OsStr;

use crate::cargo;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Passed to the run, such as `--profiles 1000`, `--seed 7`, `--only teamtailor`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    hostile: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = cargo::program("the program", &["build", "--package", "hrflow-cli"])?;
    let mut hostile = vec!["run", "--quiet", "--package", "hrflow-e2e", "--bin", "hostile", "--"];
    hostile.extend(arguments.hostile.iter().map(String::as_str));
    let variables = [("HRFLOW_PROGRAM", program.as_os_str() as &OsStr)];
    cargo::run_with("hostile profiles", &hostile, &variables)
}
