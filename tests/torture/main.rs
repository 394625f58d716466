//! The long crash suite: `cargo xtask torture`.

use std::io::{Write, stdout};

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};
use hrflow_e2e::{
    program, subjects,
    torture::{Plan, Way, torture},
};

/// Kills the program at hundreds of random instants, and checks that nothing is lost or duplicated.
#[derive(Parser)]
#[command(bin_name = "cargo xtask torture")]
struct Arguments {
    /// Minimum number of kills for each target and way.
    #[arg(long, default_value_t = 300)]
    kills: u32,
    /// Number of profiles that each wave adds.
    #[arg(long, default_value_t = 60)]
    wave: usize,
    /// Seed of all random choices except timing; random by default.
    #[arg(long)]
    seed: Option<u64>,
    /// Test only this target.
    #[arg(long)]
    only: Option<String>,
    /// Test only this way.
    #[arg(long)]
    way: Option<WayName>,
    /// Number of processes at the same time with one state; more than one reads from a file.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=16))]
    processes: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum WayName {
    File,
    List,
    Changes,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    let ways = match arguments.way {
        None => Way::ALL.to_vec(),
        Some(WayName::File) => vec![Way::File],
        Some(WayName::List) => vec![Way::List],
        Some(WayName::Changes) => vec![Way::Changes],
    };
    program::path()?;
    let mut out = stdout();
    let mut tried = 0;
    for subject in subjects::all().into_iter().filter(|subject| subject.abilities().process) {
        if arguments.only.as_ref().is_some_and(|only| only != subject.name()) {
            continue;
        }
        for way in ways.iter().filter(|way| way.is_possible(subject.abilities(), arguments.processes)) {
            tried += 1;
            let Arguments { kills, wave, processes, .. } = arguments;
            let plan = Plan { seed, kills, wave, way: *way, processes };
            let runtime = tokio::runtime::Runtime::new()?;
            let figures = runtime.block_on(async {
                let world = subject.world().await;
                torture(world.as_ref(), subject.abilities(), plan).await
            })?;
            let name = subject.name();
            writeln!(out, "{name} by {way:?}, {processes} at once, seed {seed}: {figures}")?;
        }
    }
    ensure!(tried > 0, "there is no such target, or it cannot be tortured this way");
    writeln!(out, "Nothing lost, nothing doubled, everything accounted for.")?;
    Ok(())
}
