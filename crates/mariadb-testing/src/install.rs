//! Where MariaDB's programs are. Debian's package is installed where they are missing.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail, ensure};

const HOW: &str = "install MariaDB's server, such as by `apt-get install mariadb-server`, and run again";

/// The programs of a server.
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    pub(crate) install: PathBuf,
}

/// Finds them, after an installation if need be. Whoever calls holds the lock of the template: no two install at once.
pub(crate) fn programs() -> anyhow::Result<Programs> {
    at_hand().or_else(|_| {
        install()?;
        at_hand()
    })
}

/// Finds them where they are installed already.
pub(crate) fn at_hand() -> anyhow::Result<Programs> {
    let found = |name| find(name).with_context(|| format!("there is no {name}: {HOW}"));
    // What `mariadb-install-db` asks for its options; Debian has it in another package than the server.
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
        // The package would start a server of its own, which nobody asked for.
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
