//! The clock of the mock servers: real time plus an offset that tests change.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// The clock of the sandbox: real time plus an offset. Clones share the offset.
///
/// All comparisons with a time use this clock: time stamps of records, rate limit windows, the lifetime of signed links
/// and the lag of lookups. Delays (latency, slow bodies) use real time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_milliseconds: Arc<AtomicI64>,
}

impl Clock {
    /// Returns the current time of the sandbox.
    pub fn now(&self) -> Timestamp {
        let real = Timestamp::now();
        let shifted = real.as_millisecond().saturating_add(self.offset());
        // Out of range only after a move by thousands of years: fall back to real time.
        Timestamp::from_millisecond(shifted).unwrap_or(real)
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_milliseconds.fetch_add(by, Ordering::SeqCst);
    }

    /// Sets the current time to `now`. The clock continues from there.
    pub fn set(&self, now: Timestamp) {
        let offset = now.as_millisecond().saturating_sub(Timestamp::now().as_millisecond());
        self.offset_milliseconds.store(offset, Ordering::SeqCst);
    }

    /// Returns to real time.
    pub fn reset(&self) {
        self.offset_milliseconds.store(0, Ordering::SeqCst);
    }

    /// The offset from real time, in milliseconds. Positive if the sandbox is ahead.
    pub fn offset(&self) -> i64 {
        self.offset_milliseconds.load(Ordering::SeqCst)
    }
}

/// Returns `time` plus milliseconds, limited to the largest time stamp.
pub(crate) fn later(time: Timestamp, milliseconds: u64) -> Timestamp {
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(time.as_millisecond().saturating_add(milliseconds)).unwrap_or(Timestamp::MAX)
}

/// Parses a time of a query. A time without an offset is UTC.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    // An unescaped `+` in a query is received as a space.
    let escaped = text.replace(' ', "+");
    if let Ok(time) = escaped.parse() {
        return Some(time);
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}
