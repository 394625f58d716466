//! Looking for what was sent without an answer.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{deliver::Delivery, guarded_future};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{VendorClock, budget},
    item::{ItemKey, TargetItem},
    options::Options,
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
    /// Finds out what became of a trace. `sent_until` is when the last try broke off, which nobody knows of
    /// another run.
    pub(super) async fn resolve(
        &self,
        trace: &Trace,
        key: &ItemKey,
        sent_until: Option<Instant>,
    ) -> Result<Resolution> {
        let lag = self.writer.lookup_lag();
        let conclusive_from = match sent_until {
            Some(sent_until) => sent_until + lag,
            None => Instant::now() + self.lag_of_another_run(trace.at),
        };
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

    /// How long look-ups may still be behind what another run sent under a trace of that time. That run has ended, as
    /// its lock is free; its last try may have left the moment before.
    fn lag_of_another_run(&self, at: Timestamp) -> Duration {
        let Options { deadline, timeout, .. } = self.options;
        let clocks = Duration::try_from(VendorClock::TOLERANCE).unwrap_or_default();
        let sending = Duration::from(deadline) + Duration::from(timeout) + clocks;
        let age = Duration::try_from(self.writer.now().duration_since(at)).unwrap_or_default();
        still_behind(self.writer.lookup_lag(), sending, age)
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

/// How long look-ups that lag may still be behind a trace of this age, under which was sent for at most so long. A trace
/// that is older than both needs no wait.
fn still_behind(lag: Duration, sending: Duration, age: Duration) -> Duration {
    lag.min((sending + lag).saturating_sub(age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_is_given_its_whole_lag_unless_the_trace_is_old() {
        let wait = |lag, age| {
            let [lag, sending, age] = [lag, 600, age].map(Duration::from_secs);
            still_behind(lag, sending, age).as_secs()
        };
        assert_eq!([wait(2, 0), wait(2, 5), wait(2, 600)], [2, 2, 2]);
        assert_eq!([wait(2, 601), wait(2, 602), wait(2, 100_000)], [1, 0, 0]);
        assert_eq!([wait(0, 0), wait(3_600, 1_000), wait(3_600, 4_000)], [0, 3_200, 200]);
    }
}
