//! The paths of MariaDB's programs. Debian's package is installed if they are missing.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail, ensure};

const HOW: &str = "install MariaDB's server, such as by `apt-get install mariadb-server`, and run again";

/// The paths of a server's programs.
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    pub(crate) install: PathBuf,
}

/// Returns the programs, after an installation if required. The caller must hold the template's lock, so that only one
/// process installs.
pub(crate) fn programs() -> anyhow::Result<Programs> {
    at_hand().or_else(|_| {
        install()?;
        at_hand()
    })
}

/// Returns the programs if they are installed.
pub(crate) fn at_hand() -> anyhow::Result<Programs> {
    let found = |name| find(name).with_context(|| format!("there is no {name}: {HOW}"));
    // `mariadb-install-db` runs this program to read its options. Debian has it in a separate package.
    found("my_print_defaults")?;
    Ok(Programs { server: found("mariadbd")?, install: found("mariadb-install-db")? })
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"].map(PathBuf::from);
    let directories = env::split_paths(&path).chain(usual);
    directories.map(|it| it.join(program)).find(|it| it.is_file())
}

fn install() -> anyhow::Result<()> {
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        bail!("there is no mariadbd, and it can be installed on Debian and as root only: {HOW}");
    }
    apt_get(&["update"])?;
    apt_get(&["install", "--yes", "--no-install-recommends", "mariadb-server"])
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Keeps the package from starting a server.
        .env("RUNLEVEL", "1")
        .stdin(Stdio::null())
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "apt-get {} failed: {HOW}\n{errors}", arguments.join(" "));
    Ok(())
}

pub(crate) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
