//! `cargo xtask bench`: the cost of the connectors above the floor.

use crate::cargo;

/// The arguments of the benchmark.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Arguments of the benchmark, such as `--long`, `--quick`, `--only memory`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    bench: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // A separate build, so that the program has only its own features.
    cargo::run("the program", &["build", "--release", "--package", "hrflow-cli"])?;
    let mut bench = vec!["run", "--release", "--package", "hrflow-e2e", "--bin", "bench", "--"];
    bench.extend(arguments.bench.iter().map(String::as_str));
    cargo::run("benchmark", &bench)
}
