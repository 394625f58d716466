//! Items with the identity of another item: whether the target holds a record for it already.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    deliver::{Delivery, Parcel},
    guarded_future,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{VendorClock, budget},
    item::TargetItem,
    receipt::{Found, VendorId},
    state::SameIdentity,
};

impl<I: TargetItem> Delivery<I> {
    /// The record that the target holds for another item with the identity of this one, as far as the journal knows of such
    /// an item. The record's id is missing if the target does not return ids.
    ///
    /// The record may have been merged or deleted since the other item was delivered. So the target decides, except where it
    /// cannot: right after the delivery, when its lookup may lag, and if it has no lookup. An intent of the other item whose
    /// outcome is unknown is waited for until its request can be found.
    ///
    /// # Errors
    ///
    /// If a lookup fails, or is not conclusive before the deadline: nothing was sent.
    pub(super) async fn record_of_identity(
        &self,
        parcel: &Parcel<'_, I>,
    ) -> Result<Option<Option<VendorId>>> {
        let SameIdentity { receipt, traces } = &parcel.entry.same_identity;
        let known = || receipt.as_ref().map(|receipt| receipt.id.clone());
        if receipt.is_none() && traces.is_empty() {
            return Ok(None);
        }
        let lag = self.writer.lookup_lag();
        if receipt.as_ref().is_some_and(|receipt| is_recent(receipt.at, Timestamp::now(), lag)) {
            return Ok(known());
        }
        let Some(trace) = self.traces_of(&[parcel.prepared]).await?.pop() else { return Ok(None) };
        let sent = traces.iter().map(|trace| self.last_sent(trace.sent_until)).max();
        let conclusive_from = sent.map_or_else(Instant::now, |sent| sent + lag);
        loop {
            let asked = Instant::now();
            match guarded_future(self.writer.find(&trace)).await.and_then(|found| found)? {
                Found::Someone(id) => return Ok(Some(Some(id))),
                Found::Ours(ids) if !ids.is_empty() => return Ok(ids.into_iter().next().map(Some)),
                Found::CannotTell(_) => return Ok(known()),
                Found::Ours(_) | Found::Absent if asked >= conclusive_from => return Ok(None),
                Found::Ours(_) | Found::Absent => {}
            }
            if !budget::current().pause(conclusive_from - asked).await {
                return Err(match self.stop.is_cancelled() {
                    true => Error::new(ErrorKind::Cancelled, "stopped while searching for an identity"),
                    false => Error::new(
                        ErrorKind::Unavailable,
                        "a request for another item with the same identity may still take effect",
                    )
                    .advise("Run again later, or raise the option `deadline`."),
                });
            }
        }
    }
}

/// Whether a lookup may still lag behind what was delivered at `at`. Both times are of this machine, whose clock may have been
/// set in between.
fn is_recent(at: Timestamp, now: Timestamp, lag: Duration) -> bool {
    let clocks = Duration::try_from(VendorClock::TOLERANCE).unwrap_or_default();
    now.duration_since(at).unsigned_abs() <= lag + clocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_recent_within_the_lag_and_the_tolerance_of_clocks() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let is_recent = |now| is_recent(at(1_000), at(now), Duration::from_secs(2));
        assert_eq!([930, 940, 1_000, 1_062, 1_063].map(is_recent), [false, true, true, true, false]);
    }
}
