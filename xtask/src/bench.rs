//! `cargo xtask bench`: what the connectors cost over the bare floor.

use crate::cargo;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Handed on to the benchmark, such as `--long`, `--quick`, `--only memory`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    bench: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Apart from the benchmark, so that it is the program as users build it: features of both would add up.
    cargo::run("the program", &["build", "--release", "--package", "hrflow-cli"])?;
    let mut bench = vec!["run", "--release", "--package", "hrflow-e2e", "--bin", "bench", "--"];
    bench.extend(arguments.bench.iter().map(String::as_str));
    cargo::run("benchmark", &bench)
}
