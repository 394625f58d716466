//! Another try, if a fault can be over by then.

use std::{sync::atomic::Ordering, time::Duration};

use hrflow_core::{Error, ErrorKind, http::budget};

use super::Access;
use crate::errors::{Class, Fault};

/// The waits between tries: the first, since a connection that idled too long is replaced immediately, then from the second
/// on, doubled up to the longest.
const FIRST: Duration = Duration::from_millis(50);
const SECOND: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(10);
/// The database cannot be opened, or does not exist (SQL Server, MySQL). After a login that succeeded it is being restored
/// or failed over.
const NO_DATABASE: [u32; 2] = [4060, 1049];

/// How long a fault is worth further tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    /// Not at all.
    None,
    /// As often as `options.attempts` says.
    Attempts,
    /// As long as `options.deadline` says: a server that starts or fails over takes its time.
    Deadline,
}

impl Access {
    /// Whether a request that failed is worth another try, after the wait that it takes. With one attempt nothing is.
    pub(crate) async fn again(&self, fault: &Fault, attempt: &mut u32) -> bool {
        *attempt += 1;
        let is_worth_it = match self.window(fault) {
            Window::None => false,
            Window::Attempts => *attempt < self.attempts,
            Window::Deadline => self.attempts > 1,
        };
        if !is_worth_it {
            return false;
        }
        let budget = budget::current();
        if *attempt == 2 {
            let seconds = budget.remaining().as_secs();
            tracing::warn!(attempt, seconds, "the database is not available, waiting for it");
        }
        let step = SECOND.saturating_mul(1 << (*attempt - 1).min(6)).min(LONGEST);
        let pause = if *attempt == 1 { FIRST } else { step.mul_f64(0.5 + fastrand::f64() / 2.0) };
        budget.pause(pause).await
    }

    /// The error of a fault that is not worth another try.
    pub(crate) fn error(&self, fault: Fault, operation: &'static str) -> Error {
        let error = fault.into_error(self.engine(), &self.redactor, operation);
        error.with("database", self.parameters.address())
    }

    fn window(&self, fault: &Fault) -> Window {
        // A server that was there before comes back; one that never was may be misspelled.
        let known = self.has_logged_in.load(Ordering::Relaxed);
        let absent = if known { Window::Deadline } else { Window::Attempts };
        match fault {
            Fault::Refused { code, .. } if known && NO_DATABASE.contains(code) => Window::Deadline,
            Fault::Refused { .. } => match fault.class(self.engine()) {
                Class::Away => Window::Deadline,
                Class::Gone => Window::Attempts,
                _ => Window::None,
            },
            Fault::Lost(_) => absent,
            Fault::Timeout => Window::Attempts,
            Fault::Other(error) | Fault::Unprotected(error) if error.kind() == ErrorKind::Unavailable => {
                absent
            }
            _ => Window::None,
        }
    }
}
