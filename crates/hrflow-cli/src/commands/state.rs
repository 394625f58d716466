//! Where state lives.

use std::path::{Path, PathBuf};

use hrflow_core::state::SqliteState;

use crate::{
    arguments::{StateDirectory, StateOptions},
    exit::Failure,
    output, program,
};

/// Its name, beside the workflow file or where the program is called.
const DIRECTORY: &str = ".hrflow";

/// The state of a workflow's runs; none where it is to end with the run. A new one is told of.
pub(crate) fn of_workflow(file: &Path, options: &StateOptions) -> Result<Option<SqliteState>, Failure> {
    if options.no_state {
        tracing::info!(
            "state is kept in memory and ends with this run: another run looks every item up again, dead letters are \
             only in this run's result, and read_mode incremental is refused"
        );
        return Ok(None);
    }
    kept(file, &options.directory).map(Some)
}

/// The state beside a workflow file, or where it is said. A new one is told of.
pub(crate) fn kept(file: &Path, given: &StateDirectory) -> Result<SqliteState, Failure> {
    let state = SqliteState::open(&directory(Some(file), given)).map_err(failure)?;
    if state.is_new() {
        output::tell(&format!(
            "State is kept in {} from now on. There was none: nothing is known of earlier runs.",
            program::path(state.directory())
        ));
    }
    Ok(state)
}

/// The state that there is. There being none is a failure: a directory was not given, or a wrong one.
pub(crate) fn existing(file: Option<&Path>, given: &StateDirectory) -> Result<SqliteState, Failure> {
    let directory = directory(file, given);
    if !SqliteState::exists(&directory) {
        let place = program::path(&directory);
        return Err(Failure::usage(format!(
            "There is no state in {place}: no run has kept any there. State is in .hrflow beside the workflow file; give \
             another directory with --state-dir or HRFLOW_STATE_DIR."
        )));
    }
    SqliteState::open(&directory).map_err(failure)
}

fn directory(file: Option<&Path>, given: &StateDirectory) -> PathBuf {
    let beside = || file.and_then(Path::parent).unwrap_or_else(|| Path::new("")).join(DIRECTORY);
    given.state_dir.clone().unwrap_or_else(beside)
}

/// What a command that needs the state fails with.
pub(crate) fn failure(error: hrflow_core::Error) -> Failure {
    Failure::fatal(error.to_string())
}
