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

/// The state that a check may store renewed grants in, if there is one. A check creates none.
pub(crate) fn of_check(file: &Path, options: &StateOptions) -> Result<Option<SqliteState>, Failure> {
    if options.no_state {
        return Ok(None);
    }
    let state = SqliteState::open_existing(&directory(Some(file), &options.directory)).map_err(failure)?;
    if let Some(state) = state.as_ref().filter(|state| state.is_read_only()) {
        output::tell(&format!(
            "The state in {} is read-only: stored consents are used, and not renewed.",
            program::path(state.directory())
        ));
    }
    Ok(state)
}

/// The state beside a workflow file, or where it is said. A new one is told of.
pub(crate) fn kept(file: &Path, given: &StateDirectory) -> Result<SqliteState, Failure> {
    let state = SqliteState::open(&directory(Some(file), given)).map_err(failure)?;
    if state.is_new() {
        output::tell(&format!("Created {} (no earlier runs).", program::path(state.directory())));
    }
    Ok(state)
}

/// The state that there is, to change it.
pub(crate) fn writable(file: Option<&Path>, given: &StateDirectory) -> Result<SqliteState, Failure> {
    let state = existing(file, given)?;
    if state.is_read_only() {
        let place = program::path(state.directory());
        return Err(Failure::fatal(format!(
            "The state in {place} is read-only: run the command as a user who may write there."
        )));
    }
    Ok(state)
}

/// The state that there is, to read it. There being none is a failure: a directory was not given, or a wrong one.
pub(crate) fn existing(file: Option<&Path>, given: &StateDirectory) -> Result<SqliteState, Failure> {
    let directory = directory(file, given);
    SqliteState::open_existing(&directory).map_err(failure)?.ok_or_else(|| {
        let place = program::path(&directory);
        Failure::usage(format!(
            "There is no state in {place}: no run has kept any there. State is in .hrflow beside the workflow file; give \
             another directory with --state-dir or HRFLOW_STATE_DIR."
        ))
    })
}

fn directory(file: Option<&Path>, given: &StateDirectory) -> PathBuf {
    let beside = || file.and_then(Path::parent).unwrap_or_else(|| Path::new("")).join(DIRECTORY);
    given.state_dir.clone().unwrap_or_else(beside)
}

/// What a command that needs the state fails with.
pub(crate) fn failure(error: hrflow_core::Error) -> Failure {
    Failure::fatal(error.to_string())
}
