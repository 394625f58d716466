//! `cargo xtask bench`: what the connectors cost over the bare floor, as one table.
//!
//! Every ratio is measured in one run against the least that could do the same: the same requests by a plain
//! `reqwest` loop, the same JSON through `serde_json`, a process that does nothing. A missed aim is a finding and no
//! failure; a run that fails, or whose counts do not add up, is one.

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

/// Measures, and prints one table.
#[derive(Parser)]
struct Arguments {
    /// Measure these only
    #[arg(long, value_enum)]
    only: Vec<Measure>,
    /// Of the whole way, measure only what has this in its name
    #[arg(long, value_name = "TEXT", default_value = "")]
    matching: String,
    /// Keep Teamtailor's own limit, 50 requests in 10 s, for over a minute too
    #[arg(long)]
    long: bool,
    /// Fewer rounds over fewer profiles, to try the benchmark itself
    #[arg(long)]
    quick: bool,
    /// The program to measure; the default stands beside this one
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

/// What this program is when it is started as a vendor.
#[derive(Subcommand)]
enum Serve {
    /// Answers every request at once, without looking at it
    #[command(hide = true)]
    ServeCanned { profiles: usize },
    /// The strict stand-ins
    #[command(hide = true)]
    ServeSandbox { profiles: usize },
}

/// How much is measured.
#[derive(Clone, Copy)]
struct Effort {
    /// Pairs of measurements; the ratio is the median of theirs.
    rounds: usize,
    /// By how much the number of profiles is divided.
    divide: usize,
}

fn main() -> Result<()> {
    // As the program does: TLS needs one, and a plain client is made before the first of ours.
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
    // What was measured before something failed has taken its time, and is worth reading.
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

/// What is going on, for whoever waits.
fn say(what: &str) -> Result<()> {
    writeln!(stderr(), "measuring {what} …").map_err(Into::into)
}
