//! The state directory and its file: how they are created, and what is verified before they are used.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{error::RESTORE, store};
use crate::error::{Error, ErrorKind, Result, Scope};

/// The file's name in the state directory.
pub(super) const NAME: &str = "state.db";
/// What the name of a file that is not complete yet begins with.
const UNFINISHED: &str = "state.db.new-";
/// The directory of the lock files. It is created after the file and never removed: where it exists, the file existed.
pub(super) const LOCKS: &str = "locks";
/// The smallest page of SQLite, in bytes. It takes a shorter file for a new database.
const LEAST_BYTES: u64 = 512;
const ANOTHER: &str = "give another directory with --state-dir or HRFLOW_STATE_DIR";

/// Creates what is missing of the directory and the file, and verifies what exists. Returns whether the file is new.
///
/// The file appears under its name with all its tables, on the disk, or not at all. Of two processes that create it at the same
/// time one wins, and both use its file.
///
/// # Errors
///
/// [`ErrorKind::Internal`] if the directory or the file cannot be used. Nothing is changed then.
pub(super) fn prepare(directory: &Path) -> Result<bool> {
    create_directory(directory).map_err(|error| unusable(directory, error))?;
    permissions::verify(directory)?;
    let file = directory.join(NAME);
    match is_there(directory)? {
        true => Ok(false),
        false => match create(directory, &file) {
            Ok(is_ours) => Ok(is_ours),
            // Another process was first, and has removed what this one was writing.
            Err(_) if file.exists() => Ok(false),
            Err(error) => Err(error),
        },
    }
}

/// Whether the directory holds a state file that can be opened. A directory that does not exist holds none, and neither does a new
/// one.
///
/// # Errors
///
/// [`ErrorKind::Internal`] if the file is no regular file of some length, or if it is missing from a directory that held it.
pub(super) fn is_there(directory: &Path) -> Result<bool> {
    let file = directory.join(NAME);
    let found = match look(&file)? {
        None => {
            let left = leftovers(directory).map_err(|error| unusable(directory, error))?;
            if left.is_empty() {
                return Ok(false);
            }
            // Another process may have created all of it meanwhile.
            look(&file)?.ok_or_else(|| missing(directory, &left))?
        }
        Some(found) => found,
    };
    let kind = found.file_type();
    if kind.is_symlink() {
        return Err(rejected("the state file is a symbolic link", &file).advise(format!(
            "SQLite would keep its log beside the link or beside the file, depending on the path. Put the file itself there, link \
             the whole directory, or {ANOTHER}."
        )));
    }
    if !kind.is_file() {
        return Err(rejected("the state file is not a regular file", &file)
            .advise(format!("Remove it, or {ANOTHER}.")));
    }
    if found.len() < LEAST_BYTES {
        return Err(rejected("the state file is damaged", &file)
            .with_vendor_message(format!("it has {} bytes", found.len()))
            .advise(RESTORE));
    }
    Ok(true)
}

fn look(file: &Path) -> Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(file) {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unusable(file, error)),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn rejected(message: &str, file: &Path) -> Error {
    Error::new(ErrorKind::Internal, message).with_scope(Scope::Run).with("file", file.display())
}

/// What is in the directory that is not in a new one. A new one may hold what file systems and version control put there
/// (`lost+found`, `.gitignore`), and what a process left that was killed before it had completed the file.
fn leftovers(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut left = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !(name == "lost+found" || name.starts_with('.') || name.starts_with(UNFINISHED)) {
            left.push(name);
        }
    }
    left.sort_unstable();
    Ok(left)
}

fn missing(directory: &Path, left: &[String]) -> Error {
    const SHOWN: usize = 3;
    let more = if left.len() > SHOWN { ", …" } else { "" };
    let shown: Vec<&str> = left.iter().take(SHOWN).map(String::as_str).collect();
    Error::new(ErrorKind::Internal, "the state directory is not empty and holds no state.db")
        .with_scope(Scope::Run)
        .with("directory", directory.display())
        .with("found", shown.join(", ") + more)
        .advise(format!(
            "If state.db was deleted or moved, restore it. To start without earlier runs, empty the directory, or {ANOTHER}: \
             candidates without an email who were sent before are then created again."
        ))
}

pub(super) fn unusable(path: &Path, error: io::Error) -> Error {
    if crate::machine::is_out_of_descriptors(&error) {
        return crate::machine::no_descriptors().with_source(error);
    }
    Error::new(ErrorKind::Internal, "the state directory cannot be used")
        .with_scope(Scope::Run)
        .with("directory", path.display())
        .with_vendor_message(error.to_string())
        .advise("Give another one with --state-dir or HRFLOW_STATE_DIR, or run with --no-state.")
        .with_source(error)
}

/// Creates a directory and its missing parents, for its owner alone, and syncs each new entry.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_directory(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        created => created?,
    }
    sync_directory(parent.unwrap_or(Path::new(".")))
}

/// Makes the names in a directory as durable as the files.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// Creates the file. Returns whether it is the one that is there now: another process may have been faster.
fn create(directory: &Path, file: &Path) -> Result<bool> {
    let unfinished = format!("{UNFINISHED}{}", uuid::Uuid::new_v4().simple());
    let is_first = complete(directory, &directory.join(&unfinished), file);
    // What SQLite kept beside it may be left, if another process removed the file meanwhile.
    sweep(directory, if is_first.is_ok() { UNFINISHED } else { &unfinished });
    is_first
}

/// Writes an unfinished file, and gives it its name. Returns as [`create`] does.
fn complete(directory: &Path, unfinished: &Path, file: &Path) -> Result<bool> {
    let cannot = |error| unusable(directory, error);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(unfinished).map_err(cannot)?;
    store::create(unfinished)?;
    opened.sync_all().map_err(cannot)?;
    let is_first = publish(unfinished, file).map_err(cannot)?;
    sync_directory(directory).map_err(cannot)?;
    Ok(is_first)
}

/// Gives the file its name, unless another one has it.
fn publish(unfinished: &Path, file: &Path) -> io::Result<bool> {
    match fs::hard_link(unfinished, file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // A file system without hard links. A process whose file is replaced in this instant notices at its first commit.
        Err(_) if look(file).is_ok_and(|found| found.is_none()) => {
            fs::rename(unfinished, file).map(|()| true)
        }
        Err(error) => Err(error),
    }
}

/// Removes the unfinished files whose names begin so. A process that is still writing one finds the finished one instead.
fn sweep(directory: &Path, prefix: &str) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix)) {
        let _ = fs::remove_file(entry.path());
    }
}

/// The file beside another one that SQLite names by a suffix: `-wal` or `-shm`.
pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Which file a path leads to, to notice that it leads to another one or to none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileId(#[cfg(unix)] (u64, u64));

impl FileId {
    /// The file that is at `path` now; none if there is none.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = fs::symlink_metadata(path).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Some(Self((found.dev(), found.ino())))
        }
        // Elsewhere an open file can be neither deleted nor replaced.
        #[cfg(not(unix))]
        {
            let _ = found;
            Some(Self())
        }
    }
}

#[cfg(unix)]
pub(super) mod permissions {
    //! Who else may write.

    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        path::{Path, PathBuf},
    };

    use rustix::{
        fs::{Access, access},
        io::Errno,
    };

    use super::{ANOTHER, LOCKS, NAME, beside};
    use crate::error::{Error, ErrorKind, Result, Scope};

    /// The directory and the files that state consists of.
    fn parts(directory: &Path) -> [PathBuf; 5] {
        let file = directory.join(NAME);
        let (wal, shm) = (beside(&file, "-wal"), beside(&file, "-shm"));
        [directory.to_owned(), directory.join(LOCKS), file, wal, shm]
    }

    /// # Errors
    ///
    /// [`ErrorKind::Internal`] if all users of the machine may write to a part: what it holds may not be ours.
    pub(in super::super) fn verify(directory: &Path) -> Result<()> {
        for path in parts(directory) {
            let Ok(found) = fs::metadata(&path) else { continue };
            let mode = found.permissions().mode();
            if mode & 0o002 != 0 {
                return Err(Error::new(ErrorKind::Internal, "all users of this machine can write to the state")
                    .with_scope(Scope::Run)
                    .with("path", path.display())
                    .with("mode", format_args!("{:o}", mode & 0o7777))
                    .advise(format!(
                        "Verify that no other user changed it, then run `chmod -R o-w` on the directory; or {ANOTHER}."
                    )));
            }
            if mode & 0o020 != 0 {
                tracing::warn!(
                    path = %path.display(),
                    "the group can write to the state; run `chmod -R g-w` on the directory if it should not"
                );
            }
        }
        Ok(())
    }

    /// Closes the file to other users: a restored copy may have other permissions. It must be known to be a state file.
    pub(in super::super) fn restrict(file: &Path) {
        let is_open = |found: fs::Metadata| found.permissions().mode() & 0o077 != 0;
        if fs::metadata(file).is_ok_and(is_open)
            && fs::set_permissions(file, fs::Permissions::from_mode(0o600)).is_err()
        {
            tracing::warn!(file = %file.display(), "other users may read the state file");
        }
    }

    /// Whether this process may read a file.
    pub(in super::super) fn can_read(file: &Path) -> bool {
        access(file, Access::READ_OK).is_ok()
    }

    /// Whether this process may write to all parts that exist.
    pub(in super::super) fn can_write(directory: &Path) -> bool {
        parts(directory)
            .iter()
            .all(|path| matches!(access(path, Access::WRITE_OK), Ok(()) | Err(Errno::NOENT)))
    }
}

#[cfg(not(unix))]
pub(super) mod permissions {
    //! Who else may write: what the directory inherited.

    use std::{fs, path::Path};

    use super::NAME;
    use crate::error::Result;

    pub(in super::super) fn verify(_: &Path) -> Result<()> {
        Ok(())
    }

    pub(in super::super) fn restrict(_: &Path) {}

    pub(in super::super) fn can_read(_: &Path) -> bool {
        true
    }

    pub(in super::super) fn can_write(directory: &Path) -> bool {
        !fs::metadata(directory.join(NAME)).is_ok_and(|found| found.permissions().readonly())
    }
}
