//! The stored state of a shared limit.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::http::rate_limit::RateLimit;

/// The longest pause that is shared with other processes, in microseconds.
const LONGEST_PAUSE: u64 = 24 * 60 * 60 * 1_000_000;

/// The number of requests per window above which responses of about the same time are counted together.
const GRAINS: u64 = 256;

/// The content of a limit's file. Times are microseconds of [`clock`](super::clock).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Ledger {
    /// The start of the times.
    epoch: String,
    /// The start and end of a wait that the vendor requested.
    pause: Option<(u64, u64)>,
    /// The time for which responses count: the longest window of the current processes.
    window: u64,
    /// The state of each process, by its identifier.
    processes: BTreeMap<String, Share>,
    /// The arrival times of responses, and their number.
    answered: VecDeque<(u64, u32)>,
}

/// The state of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Share {
    /// Requests and microseconds. `None` without a limit.
    limit: Option<(u32, u64)>,
    in_flight: u32,
}

/// Whether a request may be sent.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) enum Room {
    /// It may be sent now.
    Free,
    /// The limit is used up for this time.
    Full(Duration),
    /// A slot becomes free only with a response to a request in flight.
    AllInFlight,
    /// The vendor requested a wait of this time.
    Paused(Duration),
}

impl Ledger {
    /// Returns the replacement of an unreadable ledger: a complete window of `limit` was just used.
    pub(super) fn used_up(epoch: &str, limit: Option<RateLimit>, now: u64) -> Self {
        let mut ledger = Self { epoch: epoch.to_owned(), ..Self::default() };
        if let Some(limit) = limit {
            ledger.window = micros(limit.window);
            ledger.answered.push_back((now, limit.requests));
        }
        ledger
    }

    /// Adapts stored times to this clock. Times before a reboot are dropped. Times in the future are from a clock that
    /// was set back. Such a response counts as arrived now, and such a pause starts now, so that neither lasts longer
    /// than originally.
    pub(super) fn adopt(&mut self, epoch: &str, now: u64) {
        if self.epoch != epoch {
            *self = Self { epoch: epoch.to_owned(), ..Self::default() };
        }
        for (time, _) in &mut self.answered {
            *time = (*time).min(now);
        }
        self.pause = self.pause.and_then(|(from, until)| {
            let length = until.saturating_sub(from).min(LONGEST_PAUSE);
            let from = from.min(now);
            (from + length > now).then_some((from, from + length))
        });
    }

    /// Records the state of a process.
    pub(super) fn enter(&mut self, process: &str, limit: Option<RateLimit>, in_flight: u32) {
        let limit = limit.map(|limit| (limit.requests, micros(limit.window)));
        self.processes.insert(process.to_owned(), Share { limit, in_flight });
        if let Some(longest) = self.processes.values().filter_map(|share| share.limit).map(|it| it.1).max() {
            self.window = longest;
        }
    }

    /// Records that a process sends one more request.
    pub(super) fn take(&mut self, process: &str) {
        if let Some(share) = self.processes.get_mut(process) {
            share.in_flight = share.in_flight.saturating_add(1);
        }
    }

    /// Removes a process.
    pub(super) fn leave(&mut self, process: &str) {
        self.processes.remove(process);
    }

    /// Removes processes that are not alive. Their requests in flight count as answered now: they cannot arrive later.
    pub(super) fn bury(&mut self, own: &str, now: u64, is_alive: impl Fn(&str) -> bool) {
        let mut left = 0;
        self.processes.retain(|process, share| {
            let keep = process == own || is_alive(process);
            left += if keep { 0 } else { share.in_flight };
            keep
        });
        if left > 0 {
            self.answer(now, left);
        }
    }

    /// Whether any process other than `own` is present.
    pub(super) fn has_others(&self, own: &str) -> bool {
        self.processes.keys().any(|process| process != own)
    }

    /// Whether any process has a limit.
    pub(super) fn is_limited(&self) -> bool {
        self.processes.values().any(|share| share.limit.is_some())
    }

    /// Counts `number` responses that arrived at `time`.
    pub(super) fn answer(&mut self, time: u64, number: u32) {
        let time = match self.strictest() {
            Some(RateLimit { requests, .. }) if u64::from(requests) > GRAINS => {
                time.next_multiple_of((self.window / GRAINS).max(1))
            }
            _ => time,
        };
        match self.answered.back_mut() {
            Some((last, count)) if *last >= time => *count = count.saturating_add(number),
            _ => self.answered.push_back((time, number)),
        }
    }

    /// Makes all processes wait until `wait` from now.
    pub(super) fn hold(&mut self, now: u64, wait: Duration) {
        let until = now.saturating_add(micros(wait).min(LONGEST_PAUSE));
        if self.pause.is_none_or(|(_, known)| known < until) {
            self.pause = Some((now, until));
        }
    }

    /// Returns whether one more request may be sent now.
    pub(super) fn room(&mut self, now: u64) -> Room {
        if let Some((_, until)) = self.pause.filter(|(_, until)| *until > now) {
            return Room::Paused(Duration::from_micros(until - now));
        }
        while self.answered.front().is_some_and(|(time, _)| time.saturating_add(self.window) <= now) {
            self.answered.pop_front();
        }
        let Some(RateLimit { requests, window }) = self.strictest() else { return Room::Free };
        let window = micros(window);
        let in_flight: u64 = self.processes.values().map(|share| u64::from(share.in_flight)).sum();
        let counted = self.answered.iter().filter(|(time, _)| time.saturating_add(window) > now);
        let mut taken = in_flight + counted.clone().map(|(_, number)| u64::from(*number)).sum::<u64>();
        if taken < u64::from(requests) {
            return Room::Free;
        }
        // If a stricter limit than before applies, several must expire.
        for (time, number) in counted {
            taken -= u64::from(*number);
            if taken < u64::from(requests) {
                return Room::Full(Duration::from_micros(time.saturating_add(window) - now));
            }
        }
        Room::AllInFlight
    }

    fn strictest(&self) -> Option<RateLimit> {
        let limits = self.processes.values().filter_map(|share| share.limit);
        let limits = limits.map(|(requests, window)| RateLimit::new(requests, Duration::from_micros(window)));
        limits.reduce(RateLimit::stricter)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;
    const NOW: u64 = 1_000 * SECOND;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    fn limit(text: &str) -> Option<RateLimit> {
        Some(text.parse().unwrap())
    }

    fn ledger(epoch: &str) -> Ledger {
        Ledger { epoch: epoch.to_owned(), ..Ledger::default() }
    }

    #[test]
    fn requests_of_all_processes_count_until_a_window_after_their_answers() {
        let mut ledger = ledger("boot");
        ledger.enter("a", limit("3/10s"), 1);
        ledger.enter("b", limit("3/10s"), 1);
        assert_eq!(ledger.room(NOW), Room::Free);
        ledger.enter("b", limit("3/10s"), 2);
        assert_eq!(ledger.room(NOW), Room::AllInFlight);
        ledger.enter("a", limit("3/10s"), 0);
        ledger.answer(NOW, 1);
        assert_eq!(ledger.room(NOW + 4 * SECOND), Room::Full(seconds(6)));
        assert_eq!(ledger.room(NOW + 10 * SECOND), Room::Free);
    }

    #[test]
    fn the_strictest_limit_of_the_processes_that_are_there_applies() {
        let mut ledger = ledger("boot");
        ledger.enter("off", None, 0);
        assert!(!ledger.is_limited());
        ledger.enter("a", limit("50/10s"), 0);
        ledger.enter("b", limit("2/10s"), 0);
        assert!(ledger.is_limited());
        ledger.answer(NOW, 1);
        ledger.answer(NOW + SECOND, 2);
        assert_eq!(ledger.room(NOW + 2 * SECOND), Room::Full(seconds(9)), "two have to expire");
        ledger.leave("b");
        assert_eq!(ledger.room(NOW + 2 * SECOND), Room::Free);
    }

    #[test]
    fn what_a_dead_process_had_in_flight_counts_as_answered() {
        let mut ledger = ledger("boot");
        ledger.enter("a", limit("2/10s"), 0);
        ledger.enter("b", limit("2/10s"), 2);
        assert_eq!(ledger.room(NOW), Room::AllInFlight);
        ledger.bury("a", NOW, |_| false);
        assert_eq!(ledger.room(NOW), Room::Full(seconds(10)));
        assert_eq!(ledger.room(NOW + 10 * SECOND), Room::Free);
        assert!(!ledger.has_others("a"));
    }

    #[test]
    fn a_pause_holds_with_and_without_a_limit_and_is_only_prolonged() {
        for limit in [None, limit("5/1s")] {
            let mut ledger = ledger("boot");
            ledger.enter("a", limit, 0);
            ledger.hold(NOW, seconds(7));
            ledger.hold(NOW, seconds(2));
            assert_eq!(ledger.room(NOW + SECOND), Room::Paused(seconds(6)));
            assert_eq!(ledger.room(NOW + 7 * SECOND), Room::Free);
        }
    }

    #[test]
    fn a_clock_that_was_set_back_prolongs_nothing_beyond_its_length() {
        let mut ledger = ledger("");
        ledger.enter("a", limit("1/10s"), 0);
        ledger.answer(NOW, 1);
        ledger.hold(NOW, seconds(60));
        let earlier = NOW - 900 * SECOND;
        ledger.adopt("", earlier);
        assert_eq!(ledger.room(earlier), Room::Paused(seconds(60)));
        assert_eq!(ledger.room(earlier + 60 * SECOND), Room::Free);
        ledger.pause = None;
        ledger.answered = [(NOW, 1)].into();
        ledger.adopt("", earlier);
        assert_eq!(ledger.room(earlier), Room::Full(seconds(10)));
    }

    #[test]
    fn a_pause_is_bounded_and_a_restart_of_the_machine_ends_it() {
        let mut ledger = ledger("boot");
        ledger.hold(NOW, Duration::MAX);
        assert_eq!(ledger.room(NOW), Room::Paused(seconds(24 * 60 * 60)));
        ledger.pause = Some((NOW, u64::MAX));
        ledger.adopt("boot", NOW);
        assert_eq!(ledger.room(NOW), Room::Paused(seconds(24 * 60 * 60)));
        ledger.adopt("another boot", 5);
        assert_eq!(ledger.room(5), Room::Free);
    }

    #[test]
    fn a_large_limit_needs_little_room_and_never_lets_too_many_through() {
        let mut ledger = ledger("boot");
        let large = limit("100000/1h");
        ledger.enter("a", large, 0);
        for number in 0..100_000 {
            ledger.answer(NOW + number * 7_000, 1);
        }
        assert!(ledger.answered.len() < 100, "{}", ledger.answered.len());
        let Room::Full(wait) = ledger.room(NOW + 700 * SECOND) else { panic!("it is not full") };
        assert!(wait >= seconds(3600 - 700) && wait < seconds(3600 - 700 + 15), "{wait:?}");
    }

    #[test]
    fn a_ledger_that_cannot_be_read_is_a_window_that_was_just_used_up() {
        let mut ledger = Ledger::used_up("boot", limit("5/10s"), NOW);
        ledger.enter("a", limit("5/10s"), 0);
        assert_eq!(ledger.room(NOW), Room::Full(seconds(10)));
        assert_eq!(Ledger::used_up("boot", None, NOW).room(NOW), Room::Free);
    }

    #[test]
    fn it_is_stored_as_it_is() {
        let mut ledger = ledger("boot");
        ledger.enter("a", limit("5/10s"), 3);
        ledger.answer(NOW, 2);
        ledger.hold(NOW, seconds(3));
        let text = serde_json::to_string(&ledger).unwrap();
        assert_eq!(serde_json::from_str::<Ledger>(&text).unwrap(), ledger);
    }
}
