//! `hrflow completions`.

use clap::CommandFactory;

use crate::{
    arguments::{self, Completions},
    exit::{Exit, Failure},
    output,
};

pub(crate) fn execute(arguments: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let mut command = arguments::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "hrflow", &mut script);
    output::print_as_is(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
