//! Locks of the operating system. They end with their process, however that ends.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::item::digest_text;

/// How long to wait between two looks at a lock that somebody else has.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// The directory of the lock files.
pub(super) struct Locks {
    directory: PathBuf,
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
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        super::make_private_directory(directory)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// The lock that says that a run is alive.
    pub(super) fn run(&self, run_id: &str) -> io::Result<Lock> {
        let path = self.run_path(run_id);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.lock()?;
        Ok(Lock { _file: file, own: Some(path) })
    }

    /// Whether a run is alive. The lock file of one that is not goes.
    pub(super) fn run_is_alive(&self, run_id: &str) -> bool {
        let path = self.run_path(run_id);
        let Ok(file) = OpenOptions::new().write(true).open(&path) else { return false };
        match file.try_lock() {
            Ok(()) => {
                drop(Lock { _file: file, own: Some(path) });
                false
            }
            Err(TryLockError::WouldBlock) => true,
            // Where the lock cannot be asked for, nobody may take what might be somebody's.
            Err(TryLockError::Error(_)) => true,
        }
    }

    /// The lock of a workflow's cursor; none while somebody else has it.
    pub(super) fn cursor(&self, workflow_id: &str) -> io::Result<Option<Lock>> {
        self.shared(&format!("cursor-{}", digest_text(workflow_id)))
    }

    /// The lock of a grant; none while somebody else has it.
    pub(super) fn grant(&self, name: &str) -> io::Result<Option<Lock>> {
        self.shared(&format!("grant-{}", digest_text(name)))
    }

    /// A lock that one after the other takes. Its file stays: whoever waits must wait for the same file.
    fn shared(&self, name: &str) -> io::Result<Option<Lock>> {
        let path = self.directory.join(name);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file, own: None })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn run_path(&self, run_id: &str) -> PathBuf {
        self.directory.join(format!("run-{}", digest_text(run_id)))
    }
}
