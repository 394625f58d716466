//! How long a piece of work may take, and who can call it off.

use std::{future::Future, time::Duration};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorKind};

/// The budget where nobody set one.
const DEFAULT: Duration = Duration::from_secs(10 * 60);

tokio::task_local! {
    static CURRENT: Budget;
}

/// A deadline and a cancel token, around one item's way through a target.
///
/// No request is started after the deadline, and no wait is begun that would end after it. A request
/// that is under way is not cut short by either: cutting it would turn an answer into an unknown outcome.
///
/// It travels as a task-local because a writer is vendor code: handed down as an argument, it would
/// have to go through every signature between the run engine and the request, and the one that forgets
/// it would wait without end, unseen. A task that is spawned does not inherit it: wrap the spawned future
/// in [`within`] with [`current`].
#[derive(Debug, Clone)]
pub struct Budget {
    /// No request starts after this instant.
    pub deadline: Instant,
    /// Once cancelled, no request starts.
    pub cancel: CancellationToken,
}

/// Runs `future` within `budget`.
pub async fn within<F: Future>(budget: Budget, future: F) -> F::Output {
    CURRENT.scope(budget, future).await
}

/// Runs `future` within the deadline of this task, and nobody calls it off: for what has to be asked to settle something
/// that was done, such as the id of a record that was created. A run that is stopped waits for it, as it does for a
/// request that is under way.
pub async fn to_its_end<F: Future>(future: F) -> F::Output {
    let budget = Budget { cancel: CancellationToken::new(), ..current() };
    within(budget, future).await
}

/// The budget of this task; ten minutes from now and never cancelled where none is set.
pub fn current() -> Budget {
    CURRENT.try_with(Budget::clone).unwrap_or_else(|_| Budget::lasting(DEFAULT))
}

/// Why a wait did not happen, or not to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The run was asked to stop.
    Cancelled,
    /// The wait would end after the deadline.
    Deadline,
}

impl Budget {
    /// A budget that ends at `deadline`, or when `cancel` is.
    pub fn new(deadline: Instant, cancel: CancellationToken) -> Self {
        Self { deadline, cancel }
    }

    /// A budget that ends `time` from now, and that nobody cancels.
    pub fn lasting(time: Duration) -> Self {
        let now = Instant::now();
        // Far enough for any run, where the clock cannot hold the sum.
        let deadline = now.checked_add(time).unwrap_or(now + Duration::from_secs(365 * 24 * 3600));
        Self::new(deadline, CancellationToken::new())
    }

    /// The time that is left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Waits for `time`, and says whether the wait came to its end: not when it is cancelled, and it is not
    /// begun when it would end after the deadline.
    pub async fn pause(&self, time: Duration) -> bool {
        match Instant::now().checked_add(time) {
            Some(then) => self.sleep_until(then).await.is_ok(),
            None => false,
        }
    }

    /// Whether a request may still start.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        if self.cancel.is_cancelled() {
            Err(Stopped::Cancelled)
        } else if Instant::now() >= self.deadline {
            Err(Stopped::Deadline)
        } else {
            Ok(())
        }
    }

    /// Waits until `instant`; not at all when that lies after the deadline.
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
    /// The error of a request that was stopped before it was sent.
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
