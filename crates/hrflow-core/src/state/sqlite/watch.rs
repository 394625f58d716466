//! What must stay true of files while they are open.

use std::{fs, path::Path, path::PathBuf, time::SystemTime};

use super::file::{FileId, beside};
use crate::error::{Error, ErrorKind, Result, Scope};

/// What is compared after SQLite has read or written.
pub(super) enum Watch {
    /// The paths of the file and of its log lead to the files that SQLite has open. SQLite goes on writing to a file that has been
    /// deleted, and reports success.
    Names(Vec<(PathBuf, FileId)>),
    /// The file is unchanged, and has no log: it is read without locks.
    Content { file: PathBuf, stamp: Option<Stamp> },
    /// Nothing: it is read with locks.
    Nothing,
}

/// What changes if a file is written to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    id: FileId,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Watch {
    /// For a file that was `opened` when SQLite opened its path, and that SQLite has read from since.
    pub(super) fn names(file: &Path, opened: Option<FileId>) -> Self {
        let log = beside(file, "-wal");
        let id = FileId::of(&log);
        let names = [(file.to_owned(), opened), (log, id)];
        Self::Names(names.into_iter().filter_map(|(path, id)| Some((path, id?))).collect())
    }

    /// For a file that SQLite is going to read without locks.
    pub(super) fn content(file: &Path) -> Self {
        Self::Content { file: file.to_owned(), stamp: Stamp::of(file) }
    }

    /// # Errors
    ///
    /// [`ErrorKind::Internal`] if what was committed last is in a file that is not there any more.
    pub(super) fn after_writing(&self) -> Result<()> {
        let Self::Names(names) = self else { return Ok(()) };
        for (path, opened) in names {
            if FileId::of(path).as_ref() != Some(opened) {
                return Err(Error::new(ErrorKind::Internal, "the state was deleted, moved or replaced during the run")
                    .with_scope(Scope::Run)
                    .with("file", path.display())
                    .advise(
                        "Put it back before you run again. Without it, candidates without an email who were sent before are \
                         created again.",
                    ));
            }
        }
        Ok(())
    }

    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] if what was read last may be a mixture of old and new.
    pub(super) fn after_reading(&self) -> Result<()> {
        match self {
            Self::Content { file, stamp } if Stamp::of(file) != *stamp || beside(file, "-wal").exists() => {
                Err(Error::new(ErrorKind::Unavailable, "the read-only state changed while it was read")
                    .with("file", file.display())
                    .advise("Run the command again."))
            }
            _ => Ok(()),
        }
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = fs::symlink_metadata(path).ok()?;
        Some(Self { id: FileId::of(path)?, bytes: found.len(), modified: found.modified().ok() })
    }
}
