//! The long run over hostile profiles: `cargo xtask hostile`.

use std::io::{Write, stdout};

use anyhow::{Result, ensure};
use clap::Parser;
use hrflow_e2e::{hostile, program, subjects};

/// Pushes hostile profiles to every vendor, and checks that every dropped value is found by its candidate's key.
#[derive(Parser)]
#[command(bin_name = "cargo xtask hostile")]
struct Arguments {
    /// Profiles for each vendor.
    #[arg(long, default_value_t = 10_000)]
    profiles: usize,
    /// The seed of the profiles. Random by default.
    #[arg(long)]
    seed: Option<u64>,
    /// This vendor only.
    #[arg(long)]
    only: Option<String>,
}

fn main() -> Result<()> {
    let Arguments { profiles, seed, only } = Arguments::parse();
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    program::path()?;
    let profiles = hostile::profiles(seed, profiles);
    let mut tried = 0;
    let mut failed = 0;
    for subject in subjects::all().into_iter().filter(|subject| subject.abilities().process) {
        if only.as_ref().is_some_and(|only| only != subject.name()) {
            continue;
        }
        tried += 1;
        let runtime = tokio::runtime::Runtime::new()?;
        let result = runtime.block_on(async {
            let world = subject.world().await;
            hostile::run(world.as_ref(), &profiles).await
        });
        let name = subject.name();
        match result {
            Ok(figures) => writeln!(stdout(), "{name}, seed {seed}: {figures}")?,
            Err(error) => {
                failed += 1;
                writeln!(stdout(), "{name}, seed {seed}: {error:#}")?;
            }
        }
    }
    ensure!(tried > 0, "there is no such vendor");
    ensure!(failed == 0, "{failed} of {tried} vendors failed");
    Ok(())
}
