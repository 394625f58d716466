//! A sliding window of requests, for rate limits.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::clock::later;

/// The times of the requests in the window.
#[derive(Debug, Default)]
pub(crate) struct Window(VecDeque<Timestamp>);

impl Window {
    /// Acquires one of `limit` slots, each free again after `milliseconds`. If none is free, returns the seconds until
    /// one is.
    pub(crate) fn take(&mut self, limit: u32, milliseconds: u64, now: Timestamp) -> Result<(), u64> {
        // Times later than now remain from a clock that was set back.
        self.0.retain(|at| *at <= now && later(*at, milliseconds) > now);
        if self.0.len() < limit as usize {
            self.0.push_back(now);
            return Ok(());
        }
        let frees = self.0.front().map_or(now, |oldest| later(*oldest, milliseconds));
        let left = u64::try_from(frees.as_millisecond() - now.as_millisecond()).unwrap_or_default();
        Err(left.div_ceil(1000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_free_one_by_one() {
        let mut window = Window::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(window.take(2, 60_000, at(0)), Ok(()));
        assert_eq!(window.take(2, 60_000, at(20)), Ok(()));
        assert_eq!(window.take(2, 60_000, at(30)), Err(30));
        assert_eq!(window.take(2, 60_000, at(60)), Ok(()));
        assert_eq!(window.take(2, 60_000, at(61)), Err(19));
    }
}
