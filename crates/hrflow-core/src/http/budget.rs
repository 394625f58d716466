//! The time limit and the cancellation of a piece of work.

use std::{future::Future, time::Duration};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorKind};

/// The default time limit.
const DEFAULT: Duration = Duration::from_secs(10 * 60);

tokio::task_local! {
    static CURRENT: Budget;
}

/// The deadline and cancel token of one item's work in a target.
///
/// No request starts after the deadline, and no wait begins that would end after it. Neither the deadline nor
/// cancellation interrupts a request in flight, because that would make its outcome unknown.
///
/// The budget is a task-local, so that each request sees it without an argument in every signature of the vendor's
/// code. A spawned task does not inherit it: wrap the spawned future in [`within`] with [`current`].
#[derive(Debug, Clone)]
pub struct Budget {
    /// The instant after which no request starts.
    pub deadline: Instant,
    /// The token after whose cancellation no request starts.
    pub cancel: CancellationToken,
}

/// Runs `future` within `budget`.
pub async fn within<F: Future>(budget: Budget, future: F) -> F::Output {
    CURRENT.scope(budget, future).await
}

/// Runs `future` within the deadline of this task, but without cancellation. Use it for requests that settle earlier
/// writes, such as the id of a created record. A stopped run waits for it, as for a request in flight.
pub async fn to_its_end<F: Future>(future: F) -> F::Output {
    let budget = Budget { cancel: CancellationToken::new(), ..current() };
    within(budget, future).await
}

/// Returns the budget of this task. The default ends in 10 minutes and is never cancelled.
pub fn current() -> Budget {
    CURRENT.try_with(Budget::clone).unwrap_or_else(|_| Budget::lasting(DEFAULT))
}

/// The reason why a wait did not start or did not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The run was cancelled.
    Cancelled,
    /// The wait would end after the deadline.
    Deadline,
}

impl Budget {
    /// Creates a budget that ends at `deadline` or when `cancel` is cancelled.
    pub fn new(deadline: Instant, cancel: CancellationToken) -> Self {
        Self { deadline, cancel }
    }

    /// Creates a budget that ends after `time` and is never cancelled.
    pub fn lasting(time: Duration) -> Self {
        let now = Instant::now();
        // If the sum exceeds the clock's range, one year is long enough for any run.
        let deadline = now.checked_add(time).unwrap_or(now + Duration::from_secs(365 * 24 * 3600));
        Self::new(deadline, CancellationToken::new())
    }

    /// Returns the time until the deadline.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Waits for `time`. Returns `false` if the wait is cancelled. If it would end after the deadline, returns `false`
    /// immediately.
    pub async fn pause(&self, time: Duration) -> bool {
        match Instant::now().checked_add(time) {
            Some(then) => self.sleep_until(then).await.is_ok(),
            None => false,
        }
    }

    /// Checks whether a request may start.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        if self.cancel.is_cancelled() {
            Err(Stopped::Cancelled)
        } else if Instant::now() >= self.deadline {
            Err(Stopped::Deadline)
        } else {
            Ok(())
        }
    }

    /// Waits until `instant`. Returns an error immediately if that is after the deadline.
    pub(crate) async fn sleep_until(&self, instant: Instant) -> Result<(), Stopped> {
        self.check()?;
        if instant > self.deadline {
            return Err(Stopped::Deadline);
        }
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stopped::Cancelled),
            () = tokio::time::sleep_until(instant) => Ok(()),
        }
    }
}

impl Stopped {
    /// Returns the error of a request that was stopped before it was sent.
    pub(super) fn before_sending(self) -> Error {
        match self {
            Self::Cancelled => Error::new(ErrorKind::Cancelled, "stopped before the request was sent"),
            Self::Deadline => {
                Error::new(ErrorKind::Timeout, "the time given was used up before the request could be sent")
                    .advise("Raise the option `deadline`, or lower `concurrency`.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_budget_reaches_the_calls_inside_and_no_further() {
        let cancel = CancellationToken::new();
        let budget = Budget::new(Instant::now() + Duration::from_secs(5), cancel.clone());
        within(budget, async {
            assert_eq!(current().remaining(), Duration::from_secs(5));
            cancel.cancel();
            assert_eq!(current().check(), Err(Stopped::Cancelled));
        })
        .await;
        assert_eq!(current().remaining(), DEFAULT);
        assert_eq!(current().check(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_settles_something_is_not_called_off_and_keeps_the_deadline() {
        let cancel = CancellationToken::new();
        cancel.cancel();
        let budget = Budget::new(Instant::now() + Duration::from_secs(5), cancel);
        within(budget, async {
            assert!(!current().pause(Duration::from_secs(1)).await);
            assert!(to_its_end(async { current().pause(Duration::from_secs(1)).await }).await);
            assert!(!to_its_end(async { current().pause(Duration::from_secs(5)).await }).await);
            assert_eq!(current().check(), Err(Stopped::Cancelled), "afterwards as before");
        })
        .await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_past_the_deadline_is_not_begun() {
        let budget = Budget::lasting(Duration::from_secs(5));
        let before = Instant::now();
        let late = before + Duration::from_secs(6);
        assert_eq!(budget.sleep_until(late).await, Err(Stopped::Deadline));
        assert!(!budget.pause(Duration::from_secs(6)).await);
        assert!(!budget.pause(Duration::MAX).await);
        assert_eq!(Instant::now(), before);
        assert_eq!(budget.sleep_until(before + Duration::from_secs(5)).await, Ok(()));
        assert_eq!(budget.check(), Err(Stopped::Deadline));
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_too_long_for_the_clock_is_merely_long() {
        assert!(Budget::lasting(Duration::MAX).remaining() > DEFAULT);
    }
}
