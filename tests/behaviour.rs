//! Runs every behaviour against every subject that supports it.

use hrflow_e2e::{behaviours, subjects};
use libtest_mimic::{Arguments, Trial};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for subject in subjects::all() {
        for behaviour in behaviours::all() {
            let (name, abilities) = (format!("{}::{}", subject.name(), behaviour.name), subject.abilities());
            if !(behaviour.possible)(abilities) {
                continue;
            }
            let subject = subject.clone();
            trials.push(Trial::test(name, move || {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
                runtime.block_on(async move { (behaviour.try_it)(subject.world().await, abilities).await });
                Ok(())
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
