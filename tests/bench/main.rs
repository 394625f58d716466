//! `cargo xtask bench`: the cost of the connectors above the floor, as one table.
//!
//! Every ratio is measured in one run against a minimal implementation. That is the same requests in a plain `reqwest`
//! loop, the same JSON through `serde_json`, or a process that does nothing. A missed aim is reported and is no
//! failure. A failed run or wrong counts are failures.

mod admen;
mod canned;
mod cold_start;
mod compare;
mod format;
mod journal;
mod machine;
mod mapping;
mod memory;
mod people;
mod plain;
mod program;
mod rate_limit;
mod table;
mod vendor;
mod whole_way;

use std::{
    env,
    io::{Write, stderr, stdout},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand, ValueEnum};

use crate::{program::Program, table::Table};

/// Measures and prints one table.
#[derive(Parser)]
struct Arguments {
    /// Measure these only
    #[arg(long, value_enum)]
    only: Vec<Measure>,
    /// Measure only cases of the whole way with this text in their name
    #[arg(long, value_name = "TEXT", default_value = "")]
    matching: String,
    /// Also run for over a minute at Teamtailor's own limit, 50 requests in 10 s
    #[arg(long)]
    long: bool,
    /// Use fewer rounds and profiles, to test the benchmark itself
    #[arg(long)]
    quick: bool,
    /// Program to measure; by default the one beside this program
    #[arg(long, value_name = "FILE")]
    hrflow: Option<PathBuf>,
    #[command(subcommand)]
    serve: Option<Serve>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measure {
    WholeWay,
    Journal,
    Format,
    Mapping,
    Memory,
    ColdStart,
    RateLimit,
    Admen,
}

/// The vendor that this program runs as.
#[derive(Subcommand)]
enum Serve {
    /// Return prepared responses to all requests
    #[command(hide = true)]
    ServeCanned { profiles: usize },
    /// Run the strict mock servers
    #[command(hide = true)]
    ServeSandbox { profiles: usize },
}

/// The size of the measurements.
#[derive(Clone, Copy)]
struct Effort {
    /// Pairs of measurements. The ratio is the median of the pairs.
    rounds: usize,
    /// The divisor of the number of profiles.
    divide: usize,
}

fn main() -> Result<()> {
    // As in the program: TLS requires a provider, and the first client here is a plain one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Arguments::parse();
    match arguments.serve {
        Some(Serve::ServeCanned { profiles }) => vendor::until_abandoned(canned::serve(profiles)),
        Some(Serve::ServeSandbox { profiles }) => vendor::until_abandoned(vendor::serve_sandbox(profiles)),
        None => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(measure(arguments))
        }
    }
}

async fn measure(arguments: Arguments) -> Result<()> {
    let program = Program::new(match &arguments.hrflow {
        Some(path) => path.clone(),
        None => env::current_exe()?.with_file_name("hrflow"),
    })?;
    ensure!(program.exists(), "{program} is missing: run `cargo xtask bench`, which builds it");
    let effort = match arguments.quick {
        true => Effort { rounds: 3, divide: 4 },
        false => Effort { rounds: 7, divide: 1 },
    };
    let machine = machine::describe();
    let mut table = Table::default();
    let measured = fill(&mut table, &arguments, &program, effort).await;
    // After a failure, the results so far are still printed.
    write!(stdout(), "{machine}\n\n{table}")?;
    measured
}

async fn fill(table: &mut Table, arguments: &Arguments, program: &Program, effort: Effort) -> Result<()> {
    let wanted = |measure| arguments.only.is_empty() || arguments.only.contains(&measure);
    if wanted(Measure::ColdStart) {
        say("cold start")?;
        cold_start::measure(program, effort, table).context("cold start")?;
    }
    if wanted(Measure::Format) {
        say("format")?;
        format::measure(effort, table).context("format")?;
    }
    if wanted(Measure::Mapping) {
        say("mapping with jq")?;
        mapping::measure(program, effort, table).context("mapping with jq")?;
    }
    if wanted(Measure::WholeWay) {
        let measured = whole_way::measure(program, effort, &arguments.matching, table);
        measured.await.context("the whole way")?;
    }
    if wanted(Measure::Journal) {
        journal::measure(program, effort, table).await.context("the journal")?;
    }
    if wanted(Measure::Memory) {
        say("peak memory")?;
        memory::measure(program, table).await.context("peak memory")?;
    }
    if wanted(Measure::RateLimit) {
        say("rate limit")?;
        rate_limit::measure(program, arguments.long, table).await.context("rate limit")?;
    }
    if wanted(Measure::Admen) {
        admen::measure(effort, table).await.context("AD-MEN")?;
    }
    Ok(())
}

/// Reports progress.
fn say(what: &str) -> Result<()> {
    writeln!(stderr(), "measuring {what} …").map_err(Into::into)
}
