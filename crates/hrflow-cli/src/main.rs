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

use std::process::ExitCode;

use crate::{
    arguments::Command,
    exit::{Exit, Failure},
    progress::Bar,
};

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
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) if hrflow_core::machine::is_out_of_descriptors(&error) => {
            return fail(&Failure::fatal(hrflow_core::machine::no_descriptors().to_string())).into();
        }
        Err(error) => return fail(&Failure::fatal(format!("cannot start: {error}"))).into(),
    };
    let ended = runtime.block_on(commands::execute(arguments.command, bar));
    // A read from a terminal may never return; nothing that is left is worth waiting for.
    runtime.shutdown_background();
    ended.unwrap_or_else(|failure| fail(&failure)).into()
}

fn fail(failure: &Failure) -> Exit {
    output::tell(&failure.message);
    failure.exit
}
