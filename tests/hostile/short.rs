//! The short run over hostile profiles. `cargo xtask hostile` is the long one.

use hrflow_e2e::{hostile, subjects};
use libtest_mimic::{Arguments, Failed, Trial};

const PROFILES: usize = 200;
const SEED: u64 = 7;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let subjects = subjects::all().into_iter().filter(|subject| subject.abilities().process);
    let trials = subjects.map(|subject| {
        Trial::test(format!("{}::dropped_values_are_found", subject.name()), move || {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(async move {
                let world = subject.world().await;
                let figures = hostile::run(world.as_ref(), &hostile::profiles(SEED, PROFILES)).await;
                figures.map(drop).map_err(|error| Failed::from(format!("{error:#}")))
            })
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
