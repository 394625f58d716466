//! A server's process, which ends with the process that started it.

use std::{path::Path, process::Stdio};

use anyhow::Context;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

/// Starts the server and waits for a line or the end of standard input. Then it kills the server. Without a line, it
/// also deletes the server's directory.
const WATCH: &str = r#"
directory=$1; shift
"$@" </dev/null >>"$directory/log" 2>&1 &
server=$!
read -r word
kill -9 $server 2>/dev/null
wait $server 2>/dev/null
[ "$word" = keep ] || rm -rf "$directory"
"#;

/// A running server.
pub(crate) struct Process {
    shell: Child,
}

impl Process {
    pub(crate) fn start(directory: &Path, program: &Path, arguments: &[String]) -> anyhow::Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCH, "watch"])
            .arg(directory)
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // A Ctrl+C for the tests must not end the shell before its cleanup.
        #[cfg(unix)]
        command.process_group(0);
        Ok(Self { shell: command.spawn().context("no shell to run a server in")? })
    }

    /// Kills the server and keeps its files.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        if let Some(mut words) = self.shell.stdin.take() {
            words.write_all(b"keep\n").await?;
        }
        self.shell.wait().await?;
        Ok(())
    }
}
