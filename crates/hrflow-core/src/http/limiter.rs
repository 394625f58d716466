//! The rate limiter for all tasks of a credential.

use std::{
    collections::{HashMap, VecDeque},
    pin::pin,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::{sync::Notify, time::Instant};

use super::{
    budget::{Budget, Stopped},
    rate_limit::RateLimit,
    shared_limits::{self, Account, Room},
};
use crate::secret::Secret;

/// The interval at which a process that waits for another one checks the limit again.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// The same interval if a slot may become free at any time.
const LOOK_AGAIN_SOON: Duration = Duration::from_millis(10);

/// A sliding window and a gate. A slot of the window becomes free when the window has passed since the response
/// arrived. The gate makes all tasks wait until the time that the vendor named.
///
/// The vendor counts a request on arrival: after it was sent and before its response is received. Counting from the
/// response therefore never exceeds the vendor's window, regardless of network delays. The cost is one round trip per
/// window: a limit of 50/10s with responses after 200 ms is used to 98 %.
///
/// Waiting tasks are served in order. Processes have no order: the first waiting task of each process competes for the
/// next slot.
pub(super) struct Limiter {
    state: Mutex<State>,
    /// The lock of the first waiting task. tokio's mutex is fair.
    turn: tokio::sync::Mutex<()>,
    slot_freed: Notify,
    gate_moved: Notify,
    /// The limit as shared with other processes. It includes the requests of this process.
    account: Option<Arc<Account>>,
}

struct State {
    limit: Option<RateLimit>,
    /// Slots in use whose response has not arrived.
    in_flight: usize,
    /// The times of the responses within the last window.
    answered: VecDeque<Instant>,
    /// The instant before which no request is sent.
    not_before: Option<Instant>,
}

/// The reason why no slot was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSlot {
    /// The wait was cancelled, or the deadline passed.
    Stopped(Stopped),
    /// The next slot is free only after the deadline.
    TooLate {
        /// The time until that slot is free.
        wait: Duration,
    },
}

/// The permission to send one request. If it was used, it counts in the window from the moment it is dropped, when the
/// response arrived or was given up.
#[derive(Debug)]
pub(super) struct Slot {
    limiter: Arc<Limiter>,
    used: bool,
}

impl Limiter {
    pub(super) fn new(limit: Option<RateLimit>) -> Arc<Self> {
        Self::with_account(limit, None)
    }

    pub(super) fn with_account(limit: Option<RateLimit>, account: Option<Arc<Account>>) -> Arc<Self> {
        Arc::new(Self {
            account,
            state: Mutex::new(State { limit, in_flight: 0, answered: VecDeque::new(), not_before: None }),
            turn: tokio::sync::Mutex::new(()),
            slot_freed: Notify::new(),
            gate_moved: Notify::new(),
        })
    }

    /// Returns the limiter of a credential at a vendor's origin. All callers in this process share it while one of them
    /// holds it. Other processes of this user share it too if the program [shares](shared_limits::share_limits) limits.
    /// If limits differ, the strictest applies.
    pub(super) fn shared(
        vendor: &str,
        origin: &str,
        credential: &Secret,
        limit: Option<RateLimit>,
    ) -> Arc<Self> {
        type Key = [u8; 32];
        static LIMITERS: LazyLock<Mutex<HashMap<Key, Weak<Limiter>>>> = LazyLock::new(Mutex::default);

        // One digest of all three, so that the map contains no printable values, not even the vendor.
        let mut digest = Sha256::new();
        for part in [vendor, origin, credential.expose()] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let key: Key = digest.finalize().into();

        let mut limiters = LIMITERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = limiters.get(&key).and_then(Weak::upgrade) {
            let mut state = known.state();
            state.limit = match (state.limit, limit) {
                (Some(old), Some(new)) => Some(old.stricter(new)),
                (old, new) => old.or(new),
            };
            drop(state);
            return known;
        }
        limiters.retain(|_, limiter| limiter.strong_count() > 0);
        let limiter = Self::with_account(limit, shared_limits::account(vendor, origin, credential));
        limiters.insert(key, Arc::downgrade(&limiter));
        limiter
    }

    /// Waits for a slot, in the order of calls. Cancel-safe: a dropped future holds no slot of this process.
    pub(super) async fn acquire(self: &Arc<Self>, budget: &Budget) -> Result<Slot, NoSlot> {
        budget.check()?;
        let mut turn = pin!(self.turn.lock());
        let _first_in_line = loop {
            let mut gate_moved = pin!(self.gate_moved.notified());
            gate_moved.as_mut().enable();
            if let Some(gate) = self.state().gate(Instant::now()) {
                in_time(gate, budget)?;
            }
            tokio::select! {
                biased;
                () = budget.cancel.cancelled() => return Err(Stopped::Cancelled.into()),
                guard = &mut turn => break guard,
                () = gate_moved => {}
                () = tokio::time::sleep_until(budget.deadline) => return Err(Stopped::Deadline.into()),
            }
        };
        loop {
            let mut slot_freed = pin!(self.slot_freed.notified());
            let mut gate_moved = pin!(self.gate_moved.notified());
            slot_freed.as_mut().enable();
            gate_moved.as_mut().enable();
            budget.check()?;
            let until = match self.next(budget).await? {
                // No await between counting and returning: a counted slot is always dropped.
                Next::Now => {
                    self.state().in_flight += 1;
                    return Ok(Slot { limiter: self.clone(), used: false });
                }
                Next::At(instant) => instant,
            };
            tokio::select! {
                biased;
                () = budget.cancel.cancelled() => return Err(Stopped::Cancelled.into()),
                () = slot_freed => {}
                () = gate_moved => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    /// Returns whether a request may be sent now, or when to check again. `Now` has already acquired the slot that
    /// other processes see.
    async fn next(&self, budget: &Budget) -> Result<Next, NoSlot> {
        let (wait, limit) = {
            let mut state = self.state();
            (state.wait(Instant::now()), state.limit)
        };
        match wait {
            Wait::No => {}
            Wait::NotBefore(instant) => {
                in_time(instant, budget)?;
                return Ok(Next::At(instant));
            }
            // Without a known time, the response that frees the next slot has not arrived yet.
            Wait::AllInFlight => return Ok(Next::At(budget.deadline)),
        }
        let Some(account) = &self.account else { return Ok(Next::Now) };
        let room = tokio::select! {
            biased;
            () = budget.cancel.cancelled() => return Err(Stopped::Cancelled.into()),
            room = account.take(limit) => room,
        };
        let now = Instant::now();
        let (instant, again) = match room {
            Room::Free => return Ok(Next::Now),
            Room::Full(wait) => (now + wait, LOOK_AGAIN),
            Room::Paused(wait) => {
                self.close(wait);
                (now + wait, LOOK_AGAIN)
            }
            Room::AllInFlight => return Ok(Next::At(budget.deadline.min(now + LOOK_AGAIN_SOON))),
        };
        in_time(instant, budget)?;
        Ok(Next::At(instant.min(now + again)))
    }

    /// Makes all tasks, and all processes that share the limit, wait for `wait` from now.
    pub(super) async fn hold_for(&self, wait: Duration) {
        self.close(wait);
        if let Some(account) = &self.account {
            account.hold(wait).await;
        }
    }

    /// Closes the gate of this process.
    fn close(&self, wait: Duration) {
        let Some(instant) = Instant::now().checked_add(wait) else { return };
        let mut state = self.state();
        if state.not_before.is_none_or(|known| known < instant) {
            state.not_before = Some(instant);
            drop(state);
            self.gate_moved.notify_waiters();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_time(instant: Instant, budget: &Budget) -> Result<(), NoSlot> {
    if instant > budget.deadline {
        return Err(NoSlot::TooLate { wait: instant.saturating_duration_since(Instant::now()) });
    }
    Ok(())
}

enum Next {
    Now,
    At(Instant),
}

/// The wait caused by this process's own requests.
enum Wait {
    No,
    NotBefore(Instant),
    AllInFlight,
}

impl State {
    /// Returns the gate's instant while it is closed.
    fn gate(&self, now: Instant) -> Option<Instant> {
        self.not_before.filter(|gate| *gate > now)
    }

    fn wait(&mut self, now: Instant) -> Wait {
        if let Some(gate) = self.gate(now) {
            return Wait::NotBefore(gate);
        }
        if let Some(RateLimit { requests, window }) = self.limit {
            while self.answered.front().is_some_and(|answered| *answered + window <= now) {
                self.answered.pop_front();
            }
            if self.in_flight + self.answered.len() >= requests as usize {
                let oldest = self.answered.front();
                return oldest.map_or(Wait::AllInFlight, |answered| Wait::NotBefore(*answered + window));
            }
        }
        Wait::No
    }
}

impl Slot {
    /// Sets whether the request was sent. Only then does the slot count.
    pub(super) fn set_used(&mut self, used: bool) {
        self.used = used;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        state.in_flight = state.in_flight.saturating_sub(1);
        if self.used && state.limit.is_some() {
            state.answered.push_back(Instant::now());
        }
        drop(state);
        if let Some(account) = &self.limiter.account {
            account.put_back(self.used);
        }
        self.limiter.slot_freed.notify_waiters();
    }
}

impl From<Stopped> for NoSlot {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limiter").field("limit", &self.state().limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;
    use tokio_util::sync::CancellationToken;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn limit(text: &str) -> Option<RateLimit> {
        Some(text.parse().unwrap())
    }

    async fn used_slot(limiter: &Arc<Limiter>, budget: &Budget) -> Slot {
        let mut slot = limiter.acquire(budget).await.unwrap();
        slot.set_used(true);
        slot
    }

    /// Returns the arrival times at a vendor with responses after 20 to 200 ms, for requests of 64 tasks.
    async fn arrivals(text: &str, requests: usize) -> Vec<Instant> {
        let limiter = Limiter::new(limit(text));
        let budget = Budget::lasting(100 * HOUR);
        let mut random = fastrand::Rng::with_seed(7);
        let mut arrivals = Vec::with_capacity(requests);
        let mut tasks = JoinSet::new();
        for _ in 0..requests {
            if tasks.len() == 64 {
                arrivals.push(tasks.join_next().await.unwrap().unwrap());
            }
            let (limiter, budget) = (limiter.clone(), budget.clone());
            let (there, back) = (random.u64(10..100), random.u64(10..100));
            tasks.spawn(async move {
                let _slot = used_slot(&limiter, &budget).await;
                tokio::time::sleep(Duration::from_millis(there)).await;
                let arrived = Instant::now();
                tokio::time::sleep(Duration::from_millis(back)).await;
                arrived
            });
        }
        while let Some(arrived) = tasks.join_next().await {
            arrivals.push(arrived.unwrap());
        }
        arrivals.sort();
        arrivals
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_sees_too_many_and_a_long_run_uses_nearly_all_of_the_limit() {
        let arrivals = arrivals("50/10s", 5_000).await;
        for pair in arrivals.windows(51) {
            assert!(pair[50] - pair[0] >= Duration::from_secs(10), "51 requests within 10 s");
        }
        let whole_windows = arrivals.len() as f64 / 50.0;
        let ideal = (whole_windows - 1.0) * 10.0;
        let taken = (arrivals[arrivals.len() - 1] - arrivals[0]).as_secs_f64();
        assert!(ideal / taken >= 0.97, "only {:.1} % of the limit", 100.0 * ideal / taken);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_frees_when_the_window_has_passed_since_the_answer() {
        let limiter = Limiter::new(limit("1/10s"));
        let budget = Budget::lasting(HOUR);
        let start = Instant::now();
        let slot = used_slot(&limiter, &budget).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        drop(slot);
        drop(used_slot(&limiter, &budget).await);
        assert_eq!(start.elapsed(), Duration::from_secs(13));
    }

    #[tokio::test(start_paused = true)]
    async fn an_unused_slot_costs_nothing() {
        let limiter = Limiter::new(limit("1/10s"));
        let budget = Budget::lasting(HOUR);
        let start = Instant::now();
        drop(limiter.acquire(&budget).await.unwrap());
        drop(limiter.acquire(&budget).await.unwrap());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn first_come_first_served() {
        let limiter = Limiter::new(limit("1/1s"));
        let budget = Budget::lasting(HOUR);
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        for number in 0..20 {
            let (limiter, budget, order) = (limiter.clone(), budget.clone(), order.clone());
            tasks.spawn(async move {
                let _slot = used_slot(&limiter, &budget).await;
                order.lock().unwrap().push(number);
            });
            tokio::task::yield_now().await;
        }
        tasks.join_all().await;
        assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn the_gate_holds_everybody_with_or_without_a_limit() {
        for text in [None, limit("50/10s")] {
            let limiter = Limiter::new(text);
            let budget = Budget::lasting(HOUR);
            let start = Instant::now();
            limiter.hold_for(Duration::from_secs(7)).await;
            limiter.hold_for(Duration::from_secs(2)).await;
            let waits = (0..8).map(|_| async { drop(used_slot(&limiter, &budget).await) });
            futures::future::join_all(waits).await;
            assert_eq!(start.elapsed(), Duration::from_secs(7));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_gate_past_the_deadline_stops_at_once_those_in_line_too() {
        let limiter = Limiter::new(limit("1/10s"));
        let budget = Budget::lasting(Duration::from_secs(60));
        let slot = used_slot(&limiter, &budget).await;
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..5 {
            let (limiter, budget) = (limiter.clone(), budget.clone());
            tasks.spawn(async move { limiter.acquire(&budget).await.map(drop) });
            tokio::task::yield_now().await;
        }
        limiter.hold_for(Duration::from_secs(90)).await;
        for outcome in tasks.join_all().await {
            assert_eq!(outcome, Err(NoSlot::TooLate { wait: Duration::from_secs(90) }));
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        drop(slot);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_that_frees_past_the_deadline_is_not_waited_for() {
        let limiter = Limiter::new(limit("1/10s"));
        drop(used_slot(&limiter, &Budget::lasting(HOUR)).await);
        let start = Instant::now();
        let outcome = limiter.acquire(&Budget::lasting(Duration::from_secs(4))).await.map(drop);
        assert_eq!(outcome, Err(NoSlot::TooLate { wait: Duration::from_secs(10) }));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_ends_the_wait_and_passes_the_turn_on() {
        let limiter = Limiter::new(limit("1/10s"));
        let patient = Budget::lasting(HOUR);
        drop(used_slot(&limiter, &patient).await);
        let cancel = CancellationToken::new();
        let hasty = Budget::new(Instant::now() + HOUR, cancel.clone());
        let first = tokio::spawn({
            let limiter = limiter.clone();
            async move { limiter.acquire(&hasty).await.map(drop) }
        });
        tokio::task::yield_now().await;
        let start = Instant::now();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        });
        drop(used_slot(&limiter, &patient).await);
        assert_eq!(start.elapsed(), Duration::from_secs(10));
        assert_eq!(first.await.unwrap(), Err(NoSlot::Stopped(Stopped::Cancelled)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_ends_a_wait_for_answers_that_do_not_come() {
        let limiter = Limiter::new(limit("1/10s"));
        let _slot = used_slot(&limiter, &Budget::lasting(HOUR)).await;
        let start = Instant::now();
        let outcome = limiter.acquire(&Budget::lasting(Duration::from_secs(4))).await.map(drop);
        assert_eq!(outcome, Err(NoSlot::Stopped(Stopped::Deadline)));
        assert_eq!(start.elapsed(), Duration::from_secs(4));
    }

    #[test]
    fn one_limiter_per_vendor_address_and_credential_while_somebody_holds_it() {
        let of = |vendor, origin, key, text| Limiter::shared(vendor, origin, &Secret::new(key), limit(text));
        let first = of("limiter-test", "https://h.example", "key-1", "50/10s");
        assert!(Arc::ptr_eq(&first, &of("limiter-test", "https://h.example", "key-1", "90/10s")));
        assert_eq!(first.state().limit, limit("50/10s"));
        assert!(Arc::ptr_eq(&first, &of("limiter-test", "https://h.example", "key-1", "5/10s")));
        assert_eq!(first.state().limit, limit("5/10s"));
        assert!(!Arc::ptr_eq(&first, &of("limiter-test", "https://h.example", "key-2", "50/10s")));
        assert!(!Arc::ptr_eq(&first, &of("limiter-test", "https://i.example", "key-1", "50/10s")));
        assert!(!Arc::ptr_eq(&first, &of("limiter-other", "https://h.example", "key-1", "50/10s")));
        drop(first);
        assert_eq!(of("limiter-test", "https://h.example", "key-1", "90/10s").state().limit, limit("90/10s"));
    }
}
