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
mod grants;
mod history;
mod journal;
mod locks;
mod pack;
mod run;
mod schema;
mod store;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;

pub use self::expiry::Keep;
use self::{grants::SqliteGrants, history::SqliteHistory, locks::Locks, run::SqliteRun, store::Store};
use super::{Grants, History, RunInfo, RunState, State};
use crate::{
    error::{Error, ErrorKind, Result},
    result::RunResult,
};

/// The file's name in the state directory.
const FILE: &str = "state.db";

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
    /// Opens the state in `directory`, which is made where it is not there yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] where the directory cannot be written, the file is damaged, or it was
    /// made by a newer version; [`ErrorKind::Unavailable`] where another program keeps it locked.
    pub fn open(directory: &Path) -> Result<Self> {
        Self::open_keeping(directory, Keep::default())
    }

    /// As [`open`](Self::open), with other terms for what expires.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_keeping(directory: &Path, keep: Keep) -> Result<Self> {
        let cannot = |error: io::Error| {
            Error::new(ErrorKind::Internal, "the state directory cannot be used")
                .with("directory", directory.display())
                .with_vendor_message(error.to_string())
                .advise("Give another one with --state-dir or HRFLOW_STATE_DIR, or run with --no-state.")
                .with_source(error)
        };
        make_private_directory(directory).map_err(cannot)?;
        let locks = Locks::new(&directory.join("locks")).map_err(cannot)?;
        let file = directory.join(FILE);
        let is_new = make_private_file(&file).map_err(cannot)?;
        let store = Store::open(&file)?;
        let directory = directory.to_owned();
        Ok(Self { shared: Arc::new(Shared { store, locks, keep, directory, is_new }) })
    }

    /// Whether there was no state in the directory before.
    pub fn is_new(&self) -> bool {
        self.shared.is_new
    }

    /// Whether a directory holds state.
    pub fn exists(directory: &Path) -> bool {
        directory.join(FILE).exists()
    }

    /// Where it is.
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

#[cfg(unix)]
fn make_private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes the file before SQLite does, for its owner alone; SQLite gives the files beside it the same rights.
/// Answers whether it was not there.
fn make_private_file(path: &Path) -> io::Result<bool> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            close_to_others(path);
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// A copy that was put back may have lost its rights. Where they cannot be set, it is not ours to set them.
fn close_to_others(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let is_open = |found: fs::Metadata| found.permissions().mode() & 0o077 != 0;
        if fs::metadata(path).is_ok_and(is_open)
            && fs::set_permissions(path, fs::Permissions::from_mode(0o600)).is_err()
        {
            tracing::warn!(file = %path.display(), "others may read the state file");
        }
    }
}
