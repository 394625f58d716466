//! What SQLite's errors mean to whoever runs a workflow.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::error::{Error, ErrorKind};

/// The error that a fault of the state file is.
pub(super) fn meaning(error: rusqlite::Error, file: &Path) -> Error {
    let code = error.sqlite_error_code();
    let (kind, message, advice) = match code {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
            ErrorKind::Internal,
            "the state file is damaged",
            "Restore a backup of it, or move it away to start anew: who is at the target already is then \
             recognised by the target alone.",
        ),
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
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => (
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
        .with_scope(crate::error::Scope::Run)
        .with_vendor_message(words(&error))
        .with("file", file.display())
        .advise(advice)
        .with_source(error)
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
