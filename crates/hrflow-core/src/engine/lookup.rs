//! Looking for what was sent without an answer.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{deliver::Delivery, guarded_future};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{VendorClock, budget},
    item::{ItemKey, TargetItem},
    receipt::{Found, Trace, VendorId},
};

/// What became of an item, as far as the target and the journal together can tell.
#[derive(Debug)]
pub(super) enum Resolution {
    Ours(VendorId),
    Someone(VendorId),
    Absent,
    CannotTell(String),
}

impl<I: TargetItem> Delivery<I> {
    /// Finds out what became of a trace. `sent_until` is when the last try broke off: of another run's, see
    /// [`last_sent`](Self::last_sent).
    pub(super) async fn resolve(
        &self,
        trace: &Trace,
        key: &ItemKey,
        sent_until: Instant,
    ) -> Result<Resolution> {
        let lag = self.writer.lookup_lag();
        let conclusive_from = sent_until + lag;
        loop {
            let asked = Instant::now();
            let found = guarded_future(self.writer.find(trace)).await.and_then(|found| found)?;
            match found {
                Found::CannotTell(why) => return Ok(Resolution::CannotTell(why)),
                Found::Someone(id) => return Ok(Resolution::Someone(id)),
                Found::Ours(ids) => {
                    if let Some(id) = self.not_another_items(ids, key).await? {
                        return Ok(Resolution::Ours(id));
                    }
                }
                Found::Absent => {}
            }
            // Nothing of ours is there. That only counts once the look-up cannot be behind any more.
            if asked >= conclusive_from {
                return Ok(Resolution::Absent);
            }
            if !budget::current().pause(conclusive_from - asked).await {
                if self.stop.is_cancelled() {
                    return Err(Error::new(ErrorKind::Cancelled, "stopped while looking for an item"));
                }
                return Ok(Resolution::CannotTell(format!(
                    "look-ups lag by up to {lag:?}, and the deadline has come"
                )));
            }
        }
    }

    /// The latest time at which a request of this task can be sent, for an intent that is stored now: the task may wait and try
    /// again until its deadline, and its last request takes up to `timeout`.
    pub(super) fn sent_until(&self, now: Timestamp) -> Timestamp {
        let clocks = Duration::try_from(VendorClock::TOLERANCE).unwrap_or_default();
        let sending = budget::current().remaining() + Duration::from(self.options.timeout) + clocks;
        now.checked_add(sending).unwrap_or(Timestamp::MAX)
    }

    /// The latest moment at which another run, over by now, can have sent what it stored an intent for; `until` is the
    /// intent's `sent_until`. Without it the moment is now: how long that run tried is not known.
    pub(super) fn last_sent(&self, until: Option<Timestamp>) -> Instant {
        let now = Instant::now();
        let ago = until.map(|until| since(until, self.writer.now())).unwrap_or_default();
        now.checked_sub(ago).unwrap_or(now)
    }

    /// The first record that the journal does not know as another item's.
    async fn not_another_items(&self, ids: Vec<VendorId>, key: &ItemKey) -> Result<Option<VendorId>> {
        for id in ids {
            let owner = self.state.owner_of(self.writer.target_id(), self.data_type, &id).await?;
            if owner.is_none_or(|owner| owner == *key) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}

/// How long ago `until` was; nothing if it is still to come, as a run that is over sends nothing.
fn since(until: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(until)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_that_is_over_could_still_send_counts_as_sent_now() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let ago = |now| since(at(600), at(now)).as_secs();
        assert_eq!([ago(0), ago(600), ago(602), ago(4_000)], [0, 0, 2, 3_400]);
    }
}
