//! What SQLite's errors mean to whoever runs a workflow.

use std::path::Path;

use rusqlite::ErrorCode;

use super::schema::Unfit;
use crate::{
    error::{Error, ErrorKind, Scope},
    machine,
};

/// What to do about a file that cannot be used any more.
pub(super) const RESTORE: &str = "Restore a backup of it. To start without earlier runs, move the whole directory away: candidates \
    without an email who were sent before are then created again.";

/// The error that a fault of the state file is.
pub(super) fn meaning(error: rusqlite::Error, file: &Path) -> Error {
    let code = error.sqlite_error_code();
    // SQLite says only that a file cannot be opened.
    if code == Some(ErrorCode::CannotOpen) && machine::has_no_descriptors() {
        return machine::no_descriptors().with_source(error);
    }
    let (kind, message, advice) = match code {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            (ErrorKind::Internal, "the state file is damaged", RESTORE)
        }
        Some(ErrorCode::DiskFull) => (
            ErrorKind::Internal,
            "the disk that holds the state is full",
            "Make room and run again: nothing that was settled is lost.",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            ErrorKind::Unavailable,
            "another program keeps the state file locked",
            "End it and run again. Is a database browser open on the file?",
        ),
        Some(ErrorCode::CannotOpen) => (
            ErrorKind::Internal,
            "the state file cannot be opened",
            "Check who may read and write the state directory and its files, or give another one with --state-dir or \
             HRFLOW_STATE_DIR.",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
            ErrorKind::Internal,
            "the state file cannot be written",
            "Check the rights of the state directory, or give another one with --state-dir or HRFLOW_STATE_DIR.",
        ),
        Some(ErrorCode::SystemIoFailure) => (
            ErrorKind::Internal,
            "the disk fails under the state file",
            "Check the disk and run again: nothing that was settled is lost.",
        ),
        _ => (
            ErrorKind::Internal,
            "the state file cannot be used",
            "If it was changed by hand, restore a backup of it; else please report this.",
        ),
    };
    // Some of these can pass, but not for one item while they hold for the others.
    Error::new(kind, message)
        .with_scope(Scope::Run)
        .with_vendor_message(words(&error))
        .with("file", file.display())
        .advise(advice)
        .with_source(error)
}

/// The error of a file whose content cannot be used.
pub(super) fn unfit(unfit: Unfit, file: &Path) -> Error {
    let (message, version, advice) = match unfit {
        Unfit::Sqlite(error) => return meaning(error, file),
        Unfit::Foreign => (
            "the file is another program's database",
            None,
            "Restore a backup of the state if it was here, or give another directory with --state-dir or HRFLOW_STATE_DIR.",
        ),
        Unfit::Newer(version) => (
            "the state file was made by a newer version of this program",
            Some(version),
            "Use that version, or give another directory with --state-dir or HRFLOW_STATE_DIR.",
        ),
        Unfit::Older(version) => (
            "the state file was made by an earlier version of this program, and it is read-only",
            Some(version),
            "Copy the directory to where it can be written: the copy is converted when it is read.",
        ),
    };
    let error = Error::new(ErrorKind::Internal, message).with_scope(Scope::Run).with("file", file.display());
    version.into_iter().fold(error, |error, version| error.with("version", version)).advise(advice)
}

/// SQLite's own words. Those of a value that cannot be read are left out: they may quote it.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            message.clone().unwrap_or_else(|| failure.to_string())
        }
        rusqlite::Error::FromSqlConversionFailure(column, ..) => {
            format!("column {column} of a row holds something else than it should")
        }
        _ => String::new(),
    }
}
