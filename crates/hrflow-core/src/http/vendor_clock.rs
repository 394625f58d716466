//! The time at a vendor.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::Answer;

/// A vendor's clock, read from one response and advanced by the local monotonic clock.
///
/// [Traces](crate::Writer::trace) have its time (see [`Writer::now`](crate::Writer::now)), which is compared with the
/// creation times of the vendor's records. A wrong local wall clock, or one that changes during a run, therefore makes
/// no record look older or newer.
/// record look older or newer than it is.
#[derive(Debug, Clone, Copy)]
pub struct VendorClock {
    vendor: Timestamp,
    read: Instant,
}

impl VendorClock {
    /// The largest difference between the vendor's clock and its reading. `Date` has whole seconds, a response takes
    /// time, and a vendor has several machines.
    pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

    /// Returns the clock of a response's `Date`, or the local clock if it has none.
    pub fn of(answer: &Answer) -> Self {
        Self::at(answer.date().unwrap_or_else(Timestamp::now))
    }

    /// Returns a clock that currently shows `vendor`.
    pub fn at(vendor: Timestamp) -> Self {
        Self { vendor, read: Instant::now() }
    }

    /// Returns the time at the vendor.
    pub fn now(&self) -> Timestamp {
        let elapsed: Duration = self.read.elapsed();
        SignedDuration::try_from(elapsed)
            .ok()
            .and_then(|elapsed| self.vendor.checked_add(elapsed).ok())
            .unwrap_or(self.vendor)
    }

    /// Returns the earliest time that the vendor can have recorded for a request sent at `at`.
    pub fn earliest(at: Timestamp) -> Timestamp {
        at.checked_sub(Self::TOLERANCE).unwrap_or(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_from_what_was_read() {
        let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let clock = VendorClock::at(noon);
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(clock.now().to_string(), "2026-03-01T12:01:30Z");
        assert_eq!(VendorClock::earliest(noon).to_string(), "2026-03-01T11:59:00Z");
    }
}
