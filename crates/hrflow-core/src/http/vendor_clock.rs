//! The time at a vendor.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::Answer;

/// A vendor's clock: read off an answer once, and carried on by our monotonic one.
///
/// Traces are stamped with it (see [`Writer::now`](crate::Writer::now)) and compared with when the vendor
/// says that its records came to be. A wall clock of ours that is wrong, or set while a run goes on, then makes no
/// record look older or newer than it is.
#[derive(Debug, Clone, Copy)]
pub struct VendorClock {
    vendor: Timestamp,
    read: Instant,
}

impl VendorClock {
    /// How far the vendor's clock may be from what was read off it: `Date` counts whole seconds, an answer
    /// takes its time, and a vendor has more than one machine.
    pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

    /// The clock that an answer shows in `Date`; our own where it shows none.
    pub fn of(answer: &Answer) -> Self {
        Self::at(answer.date().unwrap_or_else(Timestamp::now))
    }

    /// A clock that shows `vendor` at this moment.
    pub fn at(vendor: Timestamp) -> Self {
        Self { vendor, read: Instant::now() }
    }

    /// The time at the vendor.
    pub fn now(&self) -> Timestamp {
        let elapsed: Duration = self.read.elapsed();
        SignedDuration::try_from(elapsed)
            .ok()
            .and_then(|elapsed| self.vendor.checked_add(elapsed).ok())
            .unwrap_or(self.vendor)
    }

    /// The earliest time that the vendor can have noted for what was sent at `at`.
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
