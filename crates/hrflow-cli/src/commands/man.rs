//! `hrflow man`.

use std::fs;

use clap::CommandFactory;
use clap_mangen::Man as Page;

use crate::{
    arguments::{self, Man},
    exit::{Exit, Failure},
    output,
};

pub(crate) fn execute(arguments: &Man) -> Result<Exit, Failure> {
    let command = arguments::Arguments::command();
    let Some(directory) = &arguments.directory else {
        let mut page = Vec::new();
        let rendered = Page::new(command).render(&mut page);
        rendered.map_err(|error| Failure::fatal(format!("the manual page cannot be made: {error}")))?;
        output::print_as_is(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Success);
    };
    let cannot =
        |error| Failure::fatal(format!("cannot write manual pages to {}: {error}", directory.display()));
    fs::create_dir_all(directory).map_err(cannot)?;
    clap_mangen::generate_to(command, directory).map_err(cannot)?;
    output::print(&format!("The manual pages are in {0}: man -l {0}/hrflow.1\n", directory.display()))?;
    Ok(Exit::Success)
}
