//! State in one SQLite file: the embedded home, shared by all processes of a machine.
//!
//! The state directory (0700) holds `state.db` (0600, in WAL mode, with its `-wal` and `-shm` beside it while it is
//! open) and `locks/`, whose files the operating system locks: one for each run that is alive, each workflow that
//! is read incrementally, each grant that is being renewed. A lock ends with its process, however that ends. The
//! directory has to be on a local disk: both SQLite and the locks need one.
//!
//! One thread owns the connection. What tasks ask for at the same time is committed together, so that a
//! disk's slow flush is shared (`store.rs`).

mod error;
mod expiry;
mod file;
mod grants;
mod history;
mod journal;
mod locks;
mod pack;
mod read_only;
mod run;
mod schema;
mod store;
mod watch;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;

pub use self::expiry::Keep;
use self::{grants::SqliteGrants, history::SqliteHistory, locks::Locks, run::SqliteRun, store::Store};
use super::{Grants, History, RunInfo, RunState, State};
use crate::{error::Result, result::RunResult};

/// State in a directory of this machine.
#[derive(Clone)]
pub struct SqliteState {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    locks: Locks,
    keep: Keep,
    directory: PathBuf,
    is_new: bool,
}

impl SqliteState {
    /// Opens the state in `directory` for reading and writing. Creates the directory and the file if neither exists.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) if the directory cannot be written, if all users of the
    /// machine can write to it, if the file is damaged, is no state file or was made by a newer version, or if it is missing from a directory that is not empty;
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) if another program keeps it locked.
    pub fn open(directory: &Path) -> Result<Self> {
        Self::open_keeping(directory, Keep::default())
    }

    /// As [`open`](Self::open), with other terms for what expires.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_keeping(directory: &Path, keep: Keep) -> Result<Self> {
        let is_new = file::prepare(directory)?;
        let locks = directory.join(file::LOCKS);
        file::create_directory(&locks).map_err(|error| file::unusable(&locks, error))?;
        let store = Store::open(&directory.join(file::NAME))?;
        Ok(Self::new(directory, store, keep, is_new))
    }

    /// Opens the state in `directory` if there is one. Creates none.
    ///
    /// If this process may not write to the directory or to a file in it, the state is [read-only](Self::is_read_only): what it
    /// holds can be read, and everything else fails.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). [`ErrorKind::Internal`](crate::ErrorKind::Internal), too, if the state is read-only and was
    /// made by an earlier version, or if its latest changes are in a write-ahead log that cannot be read without writing.
    pub fn open_existing(directory: &Path) -> Result<Option<Self>> {
        if !file::is_there(directory)? {
            return Ok(None);
        }
        if file::permissions::can_write(directory) {
            return Self::open(directory).map(Some);
        }
        let store = Store::open_read_only(&directory.join(file::NAME))?;
        Ok(Some(Self::new(directory, store, Keep::default(), false)))
    }

    fn new(directory: &Path, store: Store, keep: Keep, is_new: bool) -> Self {
        let (locks, directory) = (Locks::new(&directory.join(file::LOCKS)), directory.to_owned());
        Self { shared: Arc::new(Shared { store, locks, keep, directory, is_new }) }
    }

    /// Whether there was no state in the directory before.
    pub fn is_new(&self) -> bool {
        self.shared.is_new
    }

    /// Whether it can be read only.
    pub fn is_read_only(&self) -> bool {
        self.shared.store.is_read_only()
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.shared.directory
    }
}

#[async_trait]
impl State for SqliteState {
    async fn begin_run(&self, run: &RunInfo) -> Result<Arc<dyn RunState>> {
        Ok(Arc::new(SqliteRun::begin(self.shared.clone(), run).await?))
    }

    async fn last_result(&self, workflow_id: &str) -> Result<Option<RunResult>> {
        let workflow_id = workflow_id.to_owned();
        self.shared.store.read(move |connection| history::last_result(connection, &workflow_id)).await
    }

    fn grants(&self) -> Arc<dyn Grants> {
        Arc::new(SqliteGrants(self.shared.clone()))
    }

    fn history(&self) -> Arc<dyn History> {
        Arc::new(SqliteHistory(self.shared.clone()))
    }
}
