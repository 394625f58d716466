//! The progress bar.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use hrflow_core::Events;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch;

/// A run of no more items than this is over before anybody looks.
const HANDFUL: u64 = 10;
const REDRAWN_EVERY: Duration = Duration::from_millis(100);

/// A line on a terminal's stderr that shows how far a run has come. Hidden until there is something to show.
#[derive(Clone)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        Self(ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()))
    }

    /// Does something that writes to the terminal without tearing the bar.
    pub(crate) fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.suspend(work)
    }

    /// Follows a run until it is over. In a pipe there is nothing to see.
    pub(crate) async fn follow(&self, mut events: watch::Receiver<Events>) {
        if !io::stderr().is_terminal() {
            return;
        }
        if events.wait_for(|events| events.read_success > HANDFUL).await.is_err() {
            return;
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            self.0.set_style(style);
        }
        self.0.set_draw_target(ProgressDrawTarget::stderr());
        self.0.enable_steady_tick(REDRAWN_EVERY);
        loop {
            let message = message(&events.borrow_and_update());
            self.0.set_message(message);
            tokio::time::sleep(REDRAWN_EVERY).await;
            if events.changed().await.is_err() {
                return;
            }
        }
    }

    /// Takes the bar off the terminal.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn message(events: &Events) -> String {
    let mut message = format!("{} read, {} delivered", events.read_success, events.write_success);
    let failures = events.read_failure + events.format_failure + events.logics_failure + events.write_failure;
    for (count, what) in [
        (events.write_duplicate, "already there"),
        (events.logics_discard, "discarded"),
        (failures, "failed"),
    ] {
        if count > 0 {
            message.push_str(&format!(", {count} {what}"));
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_happened_is_not_shown() {
        let events = Events { read_success: 20, write_success: 12, ..Events::default() };
        assert_eq!(message(&events), "20 read, 12 delivered");
        let events = Events { write_duplicate: 3, write_failure: 1, format_failure: 1, ..events };
        assert_eq!(message(&events), "20 read, 12 delivered, 3 already there, 2 failed");
    }
}
