//! Ctrl-C and SIGTERM.
//!
//! The main thread watches for signals on a runtime of its own, and the command runs on another one: a command that blocks
//! its threads cannot block a signal.

use std::{
    io, panic,
    sync::{Arc, OnceLock},
    time::Duration,
};

use hrflow_core::CancellationToken;
use tokio::{
    task::{JoinError, JoinHandle, spawn_blocking},
    time::timeout,
};

use crate::{exit::Exit, output, progress::Bar};

/// How long a command that is not asked to settle anything may take to clean up, such as to stop a server.
const CLEAN_UP: Duration = Duration::from_secs(1);
/// How long a notice may take to be written: nothing may be reading standard error.
const NOTICE: Duration = Duration::from_millis(200);

/// Signals that ask the program to stop.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

/// What the first signal does to the command that runs. The second one always ends the program.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<OnceLock<(CancellationToken, &'static str)>>);

impl Stop {
    /// From now on the first signal prints `notice`, unless it is empty, and cancels `token`. The command then goes on to
    /// its own end. Without this call the first signal ends the program.
    pub(crate) fn settle_first(&self, token: CancellationToken, notice: &'static str) {
        // A program runs one command.
        let _ = self.0.set((token, notice));
    }
}

impl Signals {
    /// Listens from now on; until then a signal ends the program.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one. Returns how a program ends that it stops.
    #[cfg(unix)]
    async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Exit {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Exit::Interrupted
    }

    /// Waits for the command to end. The first signal asks it to settle what is in flight, or ends it if it has nothing to
    /// settle; the second one returns whatever the command does.
    pub(crate) async fn supervise(mut self, mut command: JoinHandle<Exit>, stop: &Stop, bar: &Bar) -> Exit {
        let signal = tokio::select! {
            biased;
            ended = &mut command => return exit(ended),
            signal = self.next() => signal,
        };
        let Some((token, notice)) = stop.0.get() else {
            // Its destructors run, unless it is blocked.
            command.abort();
            return tokio::select! {
                _ = timeout(CLEAN_UP, command) => signal,
                signal = self.next() => signal,
            };
        };
        token.cancel();
        tell(bar, notice).await;
        tokio::select! {
            biased;
            ended = command => match exit(ended) {
                // A cancelled run ends in the same way for both signals.
                Exit::Interrupted => signal,
                other => other,
            },
            signal = self.next() => {
                tell(bar, "Stopped immediately: items in flight may have been delivered.").await;
                signal
            }
        }
    }
}

/// How a command ended by itself. A panic in it is one of the program.
fn exit(ended: Result<Exit, JoinError>) -> Exit {
    ended.unwrap_or_else(|broken| panic::resume_unwind(broken.into_panic()))
}

/// Tells the user something, if standard error accepts it in time.
async fn tell(bar: &Bar, notice: &'static str) {
    if !notice.is_empty() {
        let bar = bar.clone();
        let _ = timeout(NOTICE, spawn_blocking(move || bar.suspend(|| output::tell(notice)))).await;
    }
}
