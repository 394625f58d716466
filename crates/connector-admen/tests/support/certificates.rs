//! Certificates as users make them, by `openssl`.

use std::{fs, path::Path, process::Command};

/// The guide for users, whose command makes a certificate that is accepted.
const GUIDE: &str = include_str!("../../../../docs/guides/ad-men.md");
/// Who makes an authority's certificate: what most instructions say.
pub(crate) const AUTHORITYS: &str = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout server-key.pem -out server.pem \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost";
/// Who makes one of version 1, as SQL Server does for itself.
pub(crate) const OLD: &str = "openssl req -newkey rsa:2048 -nodes -keyout server-key.pem -out request.pem -subj /CN=localhost && \
    openssl x509 -req -in request.pem -signkey server-key.pem -days 2 -out server.pem";

/// The guide's own command, for this machine.
pub(crate) fn documented() -> String {
    let commands = GUIDE.lines().filter_map(|line| line.strip_prefix("$ openssl "));
    let commands: Vec<&str> = commands.collect();
    let [command] = commands.as_slice() else { panic!("one command makes a certificate: {commands:?}") };
    format!("openssl {}", command.replace("db.example.com", "localhost"))
}

/// Runs a command in a directory. Then `server.pem` and `server-key.pem` are in it.
pub(crate) fn make(command: &str, directory: &Path) {
    let output = Command::new("sh").args(["-c", command]).current_dir(directory).output().expect("a shell");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "install openssl 1.1.1 or later: {words}");
    assert!(fs::exists(directory.join("server.pem")).expect("the directory can be read"));
}
