//! An empty data directory, created once and copied for each server.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::{certificates, install};

/// The options with which a data directory is created and must be used.
pub(crate) const STORAGE: [&str; 2] = ["--innodb-log-file-size=4M", "--innodb-undo-tablespaces=0"];

/// The template of servers.
pub(crate) struct Template {
    pub(crate) server: PathBuf,
    pub(crate) data: PathBuf,
    /// The directory of the certificates.
    pub(crate) directory: PathBuf,
}

/// Returns the template below the target directory. If it is missing, one process creates it and the others wait.
pub(crate) fn template() -> anyhow::Result<Template> {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"));
    fs::create_dir_all(&target)?;
    let lock = File::create(target.join("mariadb-testing.lock"))?;
    lock.lock()?;
    let programs = install::programs()?;
    let directory = target.canonicalize()?.join("mariadb-testing");
    let data = directory.join("data");
    if !directory.exists() {
        let unfinished = tempfile::tempdir_in(&target)?;
        make(&programs.install, &unfinished.path().join("data"))?;
        certificates::make(unfinished.path())?;
        fs::rename(unfinished.keep(), &directory)?;
    }
    Ok(Template { server: programs.server, data, directory })
}

/// Creates a data directory.
pub(crate) fn make(program: &Path, data: &Path) -> anyhow::Result<()> {
    let output = Command::new(program)
        .arg("--no-defaults")
        .args(user())
        .arg(format!("--datadir={}", data.display()))
        .args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
        .args(STORAGE)
        // A starting server deletes its temporary files. A shared directory would hold those of other servers.
        .env("TMPDIR", data.parent().unwrap_or(data))
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be run", program.display()))?;
    let words =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "no data directory could be made: {words}");
    Ok(())
}

/// Returns the user option that MariaDB requires if root starts it.
pub(crate) fn user() -> Option<&'static str> {
    install::is_root().then_some("--user=root")
}

/// Copies a directory with all its content.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Copies the files of a directory, without subdirectories.
pub(crate) fn copy_files(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
