//! The short crash suite. `cargo xtask torture` runs the long one.

use hrflow_e2e::{
    subjects,
    torture::{Plan, Way, torture},
};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for subject in subjects::all().into_iter().filter(|subject| subject.abilities().process) {
        let abilities = subject.abilities();
        let plans = Way::ALL.into_iter().map(|way| (way, 1)).chain([(Way::File, 3)]);
        for (way, processes) in plans.filter(|(way, processes)| way.is_possible(abilities, *processes)) {
            let subject = subject.clone();
            let name = format!("{}::{way:?}::{processes}_at_once", subject.name()).to_lowercase();
            trials.push(Trial::test(name, move || {
                let runtime = tokio::runtime::Runtime::new()?;
                runtime.block_on(async move {
                    let world = subject.world().await;
                    let plan = Plan { seed: 7, kills: 12, wave: 30, way, processes };
                    let figures = torture(world.as_ref(), abilities, plan).await;
                    figures.map(drop).map_err(|error| Failed::from(format!("{error:#}")))
                })
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
