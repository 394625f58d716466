//! The end of a run: what vendors accepted, and handle after their response, is checked.

use std::time::Duration;

use tokio::time::Instant;

use super::{Engine, guarded_future};
use crate::{
    Confirmation,
    error::{ErrorKind, Result},
    http::{Budget, budget},
    item::TargetItem,
    origin::Origin,
    receipt::Unconfirmed,
    state::{Delivered, JournalKey, Record},
};

/// The largest number of records in one call of [`Writer::confirm`](crate::Writer::confirm).
const CHECKED_TOGETHER: usize = 3_000;

impl<O: Origin, I: TargetItem> Engine<'_, O, I> {
    /// Checks what this run and earlier ones left unconfirmed at the target, unless the run was asked to stop. A check that
    /// fails is left to the next run.
    pub(super) async fn confirm(&mut self) {
        let stop = self.stop.clone();
        if let Some(Err(error)) = stop.run_until_cancelled(self.confirm_all()).await {
            self.halt(&error);
        }
    }

    /// It is an error only if the state cannot be read or written.
    async fn confirm_all(&mut self) -> Result<()> {
        let delivery = self.delivery.clone();
        let target = delivery.writer.target_id();
        let mut after = 0;
        loop {
            let receipts =
                self.state.unconfirmed(target, delivery.data_type, after, CHECKED_TOGETHER).await?;
            let Some(last) = receipts.last() else { return Ok(()) };
            after = last.number;
            let (receipts, records): (Vec<Delivered>, Vec<Unconfirmed>) =
                receipts.into_iter().filter_map(|it| unconfirmed(&it).map(|record| (it, record))).unzip();
            let deadline = Instant::now() + Duration::from(delivery.options.deadline);
            let check = guarded_future(delivery.writer.confirm(&records));
            let checked = budget::within(Budget::new(deadline, self.stop.clone()), check).await;
            let confirmations = match checked.and_then(|checked| checked) {
                Ok(confirmations) => confirmations,
                Err(error) if error.kind() == ErrorKind::Cancelled => return Ok(()),
                Err(error) => {
                    let unconfirmed = records.len();
                    tracing::warn!(
                        unconfirmed,
                        kind = %error.kind(),
                        "records could not be checked after the run; the next run checks them"
                    );
                    tracing::debug!(%error, "the check failed");
                    return Ok(());
                }
            };
            self.keep(receipts.into_iter().zip(confirmations)).await?;
        }
    }

    /// Stores and reports the results of a check.
    async fn keep(&mut self, checked: impl Iterator<Item = (Delivered, Confirmation)>) -> Result<()> {
        let mut records = Vec::new();
        let mut warnings = Vec::new();
        for (Delivered { target, data_type, key, .. }, confirmation) in checked {
            let missing = match confirmation {
                Confirmation::Confirmed => None,
                Confirmation::Missing(warning) => Some(warning),
                Confirmation::Pending(_) if self.keeps_state => continue,
                Confirmation::Pending(warning) => Some(warning),
            };
            warnings.extend(missing.clone().map(|warning| (key.clone(), warning)));
            records.push(Record::Confirmed(JournalKey { target, data_type, item: key }, missing));
        }
        self.state.record(&records).await?;
        for (key, warning) in warnings {
            self.report.warn(&key, &[warning]);
        }
        Ok(())
    }
}

fn unconfirmed(delivered: &Delivered) -> Option<Unconfirmed> {
    let receipt = &delivered.receipt;
    Some(Unconfirmed { id: receipt.id.clone()?, since: receipt.unconfirmed_since? })
}
