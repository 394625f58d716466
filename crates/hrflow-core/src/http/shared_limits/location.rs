//! The directory of shared limits, and safe access to its files against other users.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Returns the directory of this user's limits and creates it if missing. It is `named`, or the first of these whose
/// parent belongs to this user:
///
/// - `$XDG_RUNTIME_DIR/hrflow/limits` (`/run/user/UID` if the variable is not set, as in a cron job)
/// - `$XDG_CACHE_HOME/hrflow/limits`
/// - `~/.cache/hrflow/limits` (on Windows `%LOCALAPPDATA%\hrflow\limits`)
/// - `hrflow-limits-UID` in the directory of temporary files
pub(super) fn directory(named: Option<&Path>) -> io::Result<PathBuf> {
    const BELOW: &[&str] = &["hrflow", "limits"];
    if let Some(named) = named {
        let path = std::path::absolute(named)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        return private(path, &[]);
    }
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let runtime = absolute("XDG_RUNTIME_DIR").or_else(session);
    if let Some(base) = runtime.filter(|base| is_ours(base)) {
        return private(base, BELOW);
    }
    let cache = absolute(if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_CACHE_HOME" });
    let home = || env::home_dir().filter(|home| is_ours(home)).map(|home| home.join(".cache"));
    for base in cache.into_iter().chain(home()) {
        if make(&base).is_ok() && is_ours(&base) {
            return private(base, BELOW);
        }
    }
    private(env::temp_dir().join(format!("hrflow-limits-{}", user())), &[])
}

/// Opens a file of that directory for reading and writing, created with mode 0600. A symbolic link or another user's
/// file is an error.
pub(super) fn open(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a FIFO would block. It is rejected below because it is not a regular file.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    check_owner(&found)?;
    Ok(file)
}

/// Whether an open file has been removed from its directory.
pub(super) fn is_removed(file: &fs::File) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata().map(|found| found.nlink() == 0)
    }
    #[cfg(not(unix))]
    {
        // On this system, an open file cannot be removed.
        let _ = file;
        Ok(false)
    }
}

/// Returns `below` in `path`. Each part must be a directory of this user that no other user can write to.
fn private(mut path: PathBuf, below: &[&str]) -> io::Result<PathBuf> {
    if below.is_empty() {
        make_private(&path)?;
    }
    for part in below {
        path.push(part);
        make_private(&path)?;
    }
    Ok(path)
}

fn make_private(path: &Path) -> io::Result<()> {
    let in_it = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    make(path).map_err(in_it)?;
    let found = fs::symlink_metadata(path).map_err(in_it)?;
    if !found.is_dir() {
        return Err(in_it(io::Error::other("it is not a directory")));
    }
    check_owner(&found).map_err(in_it)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if found.mode() & 0o022 != 0 {
            return Err(in_it(io::Error::other("other users can write to it (chmod 700 corrects it)")));
        }
    }
    Ok(())
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn is_ours(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_dir() && check_owner(&found).is_ok())
}

#[cfg(unix)]
fn check_owner(found: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if found.uid() == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"))
}

#[cfg(not(unix))]
fn check_owner(_: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Returns the directory of the user's login session, for processes outside a session.
fn session() -> Option<PathBuf> {
    cfg!(target_os = "linux").then(|| PathBuf::from("/run/user").join(user()))
}

/// Returns an identifier of this user on this machine.
fn user() -> String {
    #[cfg(unix)]
    {
        rustix::process::geteuid().as_raw().to_string()
    }
    #[cfg(not(unix))]
    {
        env::var("USERNAME").unwrap_or_default()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> Option<u32> {
        Some(fs::symlink_metadata(path).ok()?.permissions().mode() & 0o777)
    }

    #[test]
    fn directories_and_files_are_private() {
        let home = tempfile::tempdir().unwrap();
        let path = directory(Some(&home.path().join("a/limits"))).unwrap();
        assert_eq!(mode(&path), Some(0o700));
        open(&path.join("key")).unwrap();
        assert_eq!(mode(&path.join("key")), Some(0o600));
    }

    #[test]
    fn links_and_directories_that_others_can_write_to_are_rejected() {
        let home = tempfile::tempdir().unwrap();
        let named = home.path().join("limits");
        symlink(home.path(), &named).unwrap();
        assert!(directory(Some(&named)).unwrap_err().to_string().contains("not a directory"));
        fs::remove_file(&named).unwrap();
        fs::create_dir(&named).unwrap();
        fs::set_permissions(&named, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(directory(Some(&named)).unwrap_err().to_string().contains("chmod 700"));

        let target = home.path().join("target");
        fs::write(&target, "").unwrap();
        symlink(&target, home.path().join("link")).unwrap();
        open(&home.path().join("link")).unwrap_err();
        open(home.path()).unwrap_err();
    }

    #[test]
    fn a_directory_of_another_user_is_not_ours() {
        let root = Path::new("/");
        let is_root = rustix::process::geteuid().is_root();
        assert_eq!(is_ours(root), is_root);
        assert!(is_ours(tempfile::tempdir().unwrap().path()));
    }
}
