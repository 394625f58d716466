//! The program `hrflow`: runs, checks and describes HrFlow connector workflows.

mod arguments;
mod commands;
mod exit;
mod logging;
mod output;
mod program;
mod progress;
mod report;
mod signals;
mod text;

use std::{io, process::ExitCode};

use tokio::runtime::Builder;

use crate::{
    arguments::Command,
    exit::{Exit, Failure},
    progress::Bar,
    signals::{Signals, Stop},
};

/// The stack of threads that run commands: as much as a main thread commonly has.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    let arguments = match arguments::parse() {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    // Whoever started it waits: there is nothing to log, and no other work to do meanwhile.
    if matches!(arguments.command, Command::Jq) {
        return commands::run_jq().unwrap_or_else(|failure| fail(&failure)).into();
    }
    if !arguments.command.only_describes()
        && let Err(error) = hrflow_core::machine::check()
    {
        return fail(&Failure::fatal(error.to_string())).into();
    }
    let bar = Bar::new();
    // What a demo has to say is on its page.
    let least = if matches!(arguments.command, Command::Demo(_)) { "error" } else { "warn" };
    logging::start(least, arguments.verbose, arguments.log_format, bar.clone());
    match supervise(arguments.command, bar) {
        Ok(exit) => exit,
        Err(error) if hrflow_core::machine::is_out_of_descriptors(&error) => {
            fail(&Failure::fatal(hrflow_core::machine::no_descriptors().to_string()))
        }
        Err(error) => fail(&Failure::fatal(format!("cannot start: {error}"))),
    }
    .into()
}

/// Runs a command, and watches for signals meanwhile.
fn supervise(command: Command, bar: Bar) -> io::Result<Exit> {
    let watch = Builder::new_current_thread().enable_all().build()?;
    let mut work = Builder::new_multi_thread();
    if !command.only_describes() {
        work.enable_all();
    }
    let work = work.thread_stack_size(STACK).build()?;
    let exit = watch.block_on(async {
        let (signals, stop) = (Signals::listen()?, Stop::default());
        let (stopped, shown) = (stop.clone(), bar.clone());
        let command = work.spawn(async move {
            commands::execute(command, shown, stopped).await.unwrap_or_else(|failure| fail(&failure))
        });
        Ok(signals.supervise(command, &stop, &bar).await)
    });
    // A read from a terminal may never return, nor may a format; the process ends without them.
    work.shutdown_background();
    watch.shutdown_background();
    exit
}

fn fail(failure: &Failure) -> Exit {
    output::tell(&failure.message);
    failure.exit
}
