//! Limits per second and per minute for the whole account. After a limit is exceeded, the account must pause (help
//! centre, API throttling).

use std::collections::VecDeque;

use jiff::Timestamp;

use super::switches::Switches;
use crate::clock::later;

#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// The times of the counted calls in the last minute.
    calls: VecDeque<Timestamp>,
    until: Option<Timestamp>,
}

impl Throttle {
    /// Blocks the account for this many seconds.
    pub(crate) fn stop(&mut self, seconds: u64, now: Timestamp) {
        self.until = Some(later(now, seconds.saturating_mul(1000)));
    }

    /// Counts a call, or returns the seconds to wait. Calls while blocked are not counted and do not extend the block.
    pub(crate) fn count(&mut self, switches: &Switches, now: Timestamp) -> Result<(), u64> {
        if let Some(left) = self.left(now) {
            return Err(left);
        }
        // Times later than now remain from a clock that was set back.
        self.calls.retain(|at| *at <= now && later(*at, 60_000) > now);
        let within = |milliseconds| self.calls.iter().filter(|at| later(**at, milliseconds) > now).count();
        let full = |limit: Option<u32>, milliseconds| {
            limit.is_some_and(|limit| within(milliseconds) >= usize::try_from(limit).unwrap_or(usize::MAX))
        };
        if full(switches.calls_per_second, 1_000) || full(switches.calls_per_minute, 60_000) {
            self.stop(switches.retry_after, now);
            return Err(switches.retry_after);
        }
        if switches.calls_per_second.is_some() || switches.calls_per_minute.is_some() {
            self.calls.push_back(now);
        }
        Ok(())
    }

    /// Returns the whole seconds left to wait.
    fn left(&mut self, now: Timestamp) -> Option<u64> {
        let until = self.until.filter(|until| *until > now);
        self.until = until;
        let left = until?.as_millisecond() - now.as_millisecond();
        Some(u64::try_from(left).unwrap_or_default().div_ceil(1000))
    }
}
