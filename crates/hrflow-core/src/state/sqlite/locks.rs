//! Locks of the operating system. They end with their process, however that ends.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::{
    error::{Error, ErrorKind, Result, Scope},
    item::digest_text,
    machine,
};

/// How long to wait between two looks at a lock that somebody else has.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// The directory of the lock files. Work for the state's thread holds a clone, and never the state itself, whose last
/// owner waits for that thread.
#[derive(Clone)]
pub(super) struct Locks {
    directory: Arc<Path>,
}

/// A lock that is held. It is free once this is dropped.
pub(super) struct Lock {
    /// Closing it frees the lock.
    _file: File,
    /// The file goes with a lock that nobody else ever takes.
    own: Option<PathBuf>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(path) = &self.own {
            // What is left behind is swept by a later run.
            let _ = fs::remove_file(path);
        }
    }
}

impl Locks {
    /// The locks of a directory that exists, or may not be written to.
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.into() }
    }

    /// The lock that says that a run is alive.
    pub(super) fn run(&self, run_id: &str) -> Result<Lock> {
        let path = self.run_path(run_id);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = file.map_err(|error| self.unusable(error))?;
        file.lock().map_err(|error| self.unusable(error))?;
        Ok(Lock { _file: file, own: Some(path) })
    }

    /// Whether a run is alive. The lock file of one that is not is removed. A run counts as alive if its lock cannot be
    /// examined, as without free file descriptors: no other run may then acquire its items.
    pub(super) fn run_is_alive(&self, run_id: &str) -> bool {
        let path = self.run_path(run_id);
        // Reading is enough for a lock, and allowed where the state is read-only.
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => return error.kind() != io::ErrorKind::NotFound,
        };
        match file.try_lock() {
            Ok(()) => {
                drop(Lock { _file: file, own: Some(path) });
                false
            }
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => true,
        }
    }

    /// The lock of a workflow's cursor; none while somebody else has it.
    pub(super) fn cursor(&self, workflow_id: &str) -> Result<Option<Lock>> {
        self.shared(&format!("cursor-{}", digest_text(workflow_id)))
    }

    /// The lock of a grant; none while somebody else has it.
    pub(super) fn grant(&self, name: &str) -> Result<Option<Lock>> {
        self.shared(&format!("grant-{}", digest_text(name)))
    }

    /// A lock that one after the other takes. Its file stays: whoever waits must wait for the same file.
    fn shared(&self, name: &str) -> Result<Option<Lock>> {
        let path = self.directory.join(name);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|error| self.unusable(error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file, own: None })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.unusable(error)),
        }
    }

    fn unusable(&self, error: io::Error) -> Error {
        if machine::is_out_of_descriptors(&error) {
            return machine::no_descriptors().with_source(error);
        }
        Error::new(ErrorKind::Internal, "the state directory cannot hold locks")
            .with_scope(Scope::Run)
            .with("directory", self.directory.display())
            .with_vendor_message(error.to_string())
            .advise("It has to be on a local disk that can be written.")
            .with_source(error)
    }

    fn run_path(&self, run_id: &str) -> PathBuf {
        self.directory.join(format!("run-{}", digest_text(run_id)))
    }
}
