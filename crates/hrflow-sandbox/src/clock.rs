//! The time the stand-ins go by: real time plus an offset that tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Real time plus an offset. Clones share the offset.
///
/// Everything the stand-ins compare with a time goes by this clock: time stamps of records, the window
/// of a rate limit, the life of a signed link, the lag of a look-up. Waiting (latency, slow bodies) is real.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_milliseconds: Arc<AtomicI64>,
}

impl Clock {
    /// The sandbox's present.
    pub fn now(&self) -> Timestamp {
        let real = Timestamp::now();
        let shifted = real.as_millisecond().saturating_add(self.offset());
        // Out of range only when somebody moved the clock thousands of years: stay at real time then.
        Timestamp::from_millisecond(shifted).unwrap_or(real)
    }

    /// Moves the present forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_milliseconds.fetch_add(by, Ordering::SeqCst);
    }

    /// Makes `now` the present; time goes on from there.
    pub fn set(&self, now: Timestamp) {
        let offset = now.as_millisecond().saturating_sub(Timestamp::now().as_millisecond());
        self.offset_milliseconds.store(offset, Ordering::SeqCst);
    }

    /// Back to real time.
    pub fn reset(&self) {
        self.offset_milliseconds.store(0, Ordering::SeqCst);
    }

    /// How far the sandbox is ahead of real time, in milliseconds.
    pub fn offset(&self) -> i64 {
        self.offset_milliseconds.load(Ordering::SeqCst)
    }
}

/// `time` plus milliseconds, at the end of time if that is beyond it.
pub(crate) fn later(time: Timestamp, milliseconds: u64) -> Timestamp {
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(time.as_millisecond().saturating_add(milliseconds)).unwrap_or(Timestamp::MAX)
}

/// A time as queries have it; UTC where it does not say otherwise.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    // `+` in a query that was not escaped arrives as a space.
    let escaped = text.replace(' ', "+");
    if let Ok(time) = escaped.parse() {
        return Some(time);
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}
