//! The long crash suite: `cargo xtask torture`.

use std::io::{Write, stdout};

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};
use hrflow_e2e::{
    program, subjects,
    torture::{Plan, Way, torture},
};

/// Kills the program at hundreds of random instants, and checks that nothing is lost and nothing doubled.
#[derive(Parser)]
#[command(bin_name = "cargo xtask torture")]
struct Arguments {
    /// Kills for each target and way, at least.
    #[arg(long, default_value_t = 300)]
    kills: u32,
    /// People that come with each wave.
    #[arg(long, default_value_t = 60)]
    wave: usize,
    /// Decides everything that is left to chance, save the machine's own pace. Another one each time where it is not given.
    #[arg(long)]
    seed: Option<u64>,
    /// This target only.
    #[arg(long)]
    only: Option<String>,
    /// This way only.
    #[arg(long)]
    way: Option<WayName>,
    /// Programs that run at the same time on one state. With more than one, people come from a file.
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
