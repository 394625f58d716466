//! Ctrl-C and SIGTERM.

use std::io;

use hrflow_core::CancellationToken;

use crate::{output, progress::Bar};

/// Signals that ask the program to stop.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens from now on; until then a signal ends the program.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The first signal asks a run to stop. Returns with the second one.
    pub(crate) async fn ask_then_insist(mut self, run: CancellationToken, bar: &Bar) {
        self.next().await;
        bar.suspend(|| {
            output::tell("Stopping: what is in flight is settled first. Once more to stop at once.")
        });
        run.cancel();
        self.next().await;
        bar.suspend(|| output::tell("Stopped at once: what was in flight may have been delivered."));
    }
}
