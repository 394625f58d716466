//! Looking for what was sent without an answer.

use jiff::Timestamp;
use tokio::time::Instant;

use super::{deliver::Delivery, guarded_future};
use crate::{
    error::{Error, ErrorKind, Result},
    http::budget,
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
    /// Finds out what became of a trace. `sent_until` is when the last try broke off; a trace of another
    /// run has only its own time.
    pub(super) async fn resolve(
        &self,
        trace: &Trace,
        key: &ItemKey,
        sent_until: Option<Instant>,
    ) -> Result<Resolution> {
        let lag = self.writer.lookup_lag();
        let conclusive_from = sent_until.unwrap_or_else(|| since(trace.at, self.writer.now())) + lag;
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

/// A moment of the writer's clock on our monotonic one; one in the future, after a clock was set back, counts as now.
fn since(at: Timestamp, now: Timestamp) -> Instant {
    let ago = now.duration_since(at);
    let ago = std::time::Duration::try_from(ago).unwrap_or_default();
    Instant::now().checked_sub(ago).unwrap_or_else(Instant::now)
}
