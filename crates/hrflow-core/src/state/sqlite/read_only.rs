//! State that this process may not write to: a copy, a read-only mount, another user's directory.
//!
//! SQLite needs an index beside its log, and creates it where it is missing. If there is no log, nothing writes, and the
//! file is read without locks; [`Watch`] notices a process that starts to write meanwhile. A log that has no index beside it
//! cannot be read, and the file without it is out of date: that is an error.

use std::{fs, io, path::Path};

use rusqlite::{Connection, OpenFlags};
use url::Url;

use super::{
    error::{meaning, unfit},
    file::{beside, permissions, unusable},
    schema,
    store::BUSY_TIMEOUT,
    watch::Watch,
};
use crate::error::{Error, ErrorKind, Result, Scope};

/// Opens a state file of this version for reading.
pub(super) fn connect(file: &Path) -> Result<(Connection, Watch)> {
    if !permissions::can_read(file) {
        return Err(rejected("the state file cannot be read", file)
            .advise("Run the command as the owner of the state directory."));
    }
    let log = beside(file, "-wal");
    let log_bytes = match fs::metadata(&log) {
        Ok(found) => Some(found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(unusable(&log, error)),
    };
    let index = beside(file, "-shm");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let (connection, watch) = match (log_bytes, index.exists()) {
        (None, _) | (Some(0), false) => {
            let watch = Watch::content(file);
            (Connection::open_with_flags(immutable(file)?, flags | OpenFlags::SQLITE_OPEN_URI), watch)
        }
        (Some(_), true) if permissions::can_read(&log) && permissions::can_read(&index) => {
            (Connection::open_with_flags(file, flags), Watch::Nothing)
        }
        (Some(_), _) => {
            return Err(rejected("the latest changes of the read-only state cannot be read", &log).advise(
                "They are in a log that can only be read where it can be written. Copy state.db, state.db-wal and state.db-shm to \
                 a directory of your own, and name it with --state-dir.",
            ));
        }
    };
    let connection = connection.map_err(|error| meaning(error, file))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| meaning(error, file))?;
    connection.set_prepared_statement_cache_capacity(64);
    schema::verify_version(&connection).map_err(|found| unfit(found, file))?;
    Ok((connection, watch))
}

fn rejected(message: &str, file: &Path) -> Error {
    Error::new(ErrorKind::Internal, message).with_scope(Scope::Run).with("file", file.display())
}

/// The file as SQLite is told that nothing writes to it.
fn immutable(file: &Path) -> Result<String> {
    let absolute = std::path::absolute(file).map_err(|error| unusable(file, error))?;
    let url = Url::from_file_path(&absolute)
        .map_err(|()| rejected("the path of the state file cannot be used", file))?;
    Ok(format!("{url}?immutable=1"))
}

#[cfg(test)]
mod tests {
    use crate::{
        secret::Secret,
        state::{SqliteState, State, sqlite::store::Store},
    };

    use super::*;

    /// A state with a grant, and its directory.
    async fn state() -> (tempfile::TempDir, SqliteState) {
        let directory = tempfile::tempdir().unwrap();
        let state = SqliteState::open(directory.path()).unwrap();
        state.grants().store("client", &Secret::new("first")).await.unwrap();
        (directory, state)
    }

    fn copy(from: &Path, names: &[&str]) -> tempfile::TempDir {
        let to = tempfile::tempdir().unwrap();
        for name in names {
            fs::copy(from.join(name), to.path().join(name)).unwrap();
        }
        to
    }

    async fn grant(store: &Store) -> Result<String> {
        store
            .read(|connection| connection.query_row("SELECT grant_value FROM grants", [], |row| row.get(0)))
            .await
    }

    fn open(directory: &Path) -> Result<Store> {
        Store::open_read_only(&directory.join("state.db"))
    }

    #[tokio::test]
    async fn a_file_without_log_is_read_and_nothing_is_created() {
        let (directory, state) = state().await;
        drop(state);
        let copy = copy(directory.path(), &["state.db"]);
        let store = open(copy.path()).unwrap();
        assert_eq!(grant(&store).await.unwrap(), "first");
        assert!(store.write(|connection| connection.execute("DELETE FROM grants", [])).await.is_err());
        assert_eq!(fs::read_dir(copy.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn what_is_in_the_log_is_read_too() {
        let (directory, _state) = state().await;
        let copy = copy(directory.path(), &["state.db", "state.db-wal", "state.db-shm"]);
        assert_eq!(grant(&open(copy.path()).unwrap()).await.unwrap(), "first");
    }

    #[tokio::test]
    async fn a_log_that_cannot_be_read_is_not_left_out() {
        let (directory, _state) = state().await;
        let copy = copy(directory.path(), &["state.db", "state.db-wal"]);
        let error = open(copy.path()).err().unwrap().to_string();
        assert!(error.contains("latest changes") && error.contains("state.db-wal"), "{error}");
    }

    #[tokio::test]
    async fn a_change_while_it_is_read_is_an_error() {
        let (directory, state) = state().await;
        drop(state);
        let store = open(directory.path()).unwrap();
        assert_eq!(grant(&store).await.unwrap(), "first");
        let writer = SqliteState::open(directory.path()).unwrap();
        writer.grants().store("client", &Secret::new("second")).await.unwrap();
        let error = grant(&store).await.unwrap_err();
        assert!(error.to_string().contains("changed while it was read"), "{error}");
    }

    #[tokio::test]
    async fn an_earlier_version_cannot_be_converted() {
        let (directory, state) = state().await;
        drop(state);
        let raw = Connection::open(directory.path().join("state.db")).unwrap();
        raw.execute_batch("PRAGMA user_version = 0").unwrap();
        drop(raw);
        let error = open(directory.path()).err().unwrap().to_string();
        assert!(error.contains("earlier version") && error.contains("Copy"), "{error}");
    }
}
