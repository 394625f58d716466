//! A data directory that nothing was written to yet, made once and copied for each server.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};

use crate::{certificates, install};

/// Options that a data directory is made with, and has to be used with.
pub(crate) const STORAGE: [&str; 2] = ["--innodb-log-file-size=4M", "--innodb-undo-tablespaces=0"];

/// What servers are made from.
pub(crate) struct Template {
    pub(crate) server: PathBuf,
    pub(crate) data: PathBuf,
    /// The certificates.
    pub(crate) directory: PathBuf,
}

/// The template below the target directory. Processes that ask at the same time wait for the one that makes it.
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

/// Makes a data directory.
pub(crate) fn make(program: &Path, data: &Path) -> anyhow::Result<()> {
    let output = Command::new(program)
        .arg("--no-defaults")
        .args(user())
        .arg(format!("--datadir={}", data.display()))
        .args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
        .args(STORAGE)
        // A server that starts clears its directory of temporary files, which are another's where all share one.
        .env("TMPDIR", data.parent().unwrap_or(data))
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be run", program.display()))?;
    let words =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "no data directory could be made: {words}");
    Ok(())
}

/// A server that is run by root has to be told that this is meant.
pub(crate) fn user() -> Option<&'static str> {
    install::is_root().then_some("--user=root")
}

/// Copies a directory with all that is in it.
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

/// Copies the files of a directory, and not what is in the directories in it.
pub(crate) fn copy_files(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
