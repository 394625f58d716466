//! One batch's way through the target: claim, trace, write, look again where the answer was lost, settle.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    guarded_future,
    lookup::Resolution,
    prepare::{Original, Preparation, Prepared},
    report::Count,
};
use crate::{
    error::{Error, ErrorKind, Execution, Result, Scope},
    http::{Budget, backoff::Backoff, budget},
    item::{ContentHash, DataType, Identity, ItemKey, TargetItem},
    options::{Attachments, OnExisting, Options},
    receipt::{Outcome, Receipt, Trace, VendorId},
    state::{
        Claim, ClaimRequest, DeadLetter, Entry, ITEM_STEPS, Intent, IntentTrace, JournalKey, Passage,
        Payload, Record, RunState, StoredReceipt,
    },
    target::{Write, Writer},
    warning::{Warning, Warnings},
};

/// How long to wait before asking again for an item that another run owns.
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// Everything that delivering an item takes; shared by all deliveries of a run.
pub(super) struct Delivery<I> {
    pub(super) writer: Arc<dyn Writer<I>>,
    pub(super) state: Arc<dyn RunState>,
    pub(super) data_type: DataType,
    pub(super) warehouse: &'static str,
    pub(super) workflow_id: String,
    pub(super) run_id: String,
    pub(super) resend: bool,
    pub(super) retry: bool,
    /// Whether a document of unknown outcome is sent again although no lookup can tell whether it arrived.
    pub(super) resend_documents: bool,
    pub(super) options: Options,
    pub(super) stop: CancellationToken,
}

/// What became of an item.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// How it counts; nothing where it is not settled.
    pub(super) count: Option<Count>,
    /// How it was delivered, if it was.
    pub(super) passage: Option<Passage>,
    /// Whether it counts, and is not settled all the same: the run stopped before its steps were sent.
    pub(super) steps_open: bool,
    /// What failed, by step.
    pub(super) failures: Vec<(String, Error)>,
    /// Whether the fate of an earlier run's trace was found out.
    pub(super) recovered: bool,
    /// A fault that hits every item.
    pub(super) stop: Option<Error>,
    /// What was dropped, cut, replaced or repaired, if this run settles the item otherwise than as unchanged.
    pub(super) warnings: Vec<Warning>,
}

impl Fate {
    /// The item stays unsettled, and the run has to stop.
    fn stopped(error: Error) -> Self {
        Self { stop: Some(error), ..Self::default() }
    }

    /// A logic discarded the item.
    pub(super) fn discarded() -> Self {
        Self { count: Some(Count::Discarded), ..Self::default() }
    }

    /// The item could not be read, or the format or a logic failed.
    pub(super) fn unprepared(stage: &str, error: Error, warnings: &[Warning]) -> Self {
        let count = match stage {
            "read" => Count::ReadFailure,
            "format" => Count::FormatFailure,
            _ => Count::LogicsFailure,
        };
        let stop = (error.scope() == Scope::Run).then(|| error.duplicate());
        Self {
            count: Some(count),
            failures: vec![(stage.to_owned(), error)],
            stop,
            warnings: warnings.to_vec(),
            ..Self::default()
        }
    }
}

/// An item on its way, with what the journal knows of it.
pub(super) struct Parcel<'a, I> {
    pub(super) prepared: &'a Prepared<I>,
    pub(super) key: JournalKey,
    pub(super) entry: Entry,
    pub(super) recovered: bool,
    /// Whether an earlier update of its record may have arrived: its trace stays until the next one is answered.
    pub(super) half_updated: bool,
    /// In a retry: the steps of the dead letters that nobody has delivered by now.
    pub(super) missing: Option<Missing>,
    /// The item as it was read, once a dead letter needs it.
    payload: OnceLock<Payload>,
}

impl<I> Parcel<'_, I> {
    fn payload(&self) -> Payload {
        self.payload.get_or_init(|| self.prepared.origin.payload()).clone()
    }
}

/// What of an item is in dead letters.
pub(super) struct Missing(Vec<String>);

impl Missing {
    /// Whether the item as a whole is.
    pub(super) fn all(&self) -> bool {
        self.0.iter().any(|step| ITEM_STEPS.contains(&step.as_str()))
    }

    /// Whether one of its steps is.
    pub(super) fn step(&self, name: &str) -> bool {
        self.0.iter().any(|step| step == name)
    }
}

/// How an item came to be settled: what counts it, and what its history says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settlement {
    pub(super) count: Count,
    pub(super) passage: Passage,
}

impl Settlement {
    const UNCHANGED: Self = Self { count: Count::Duplicate, passage: Passage::Unchanged };
    const RECOVERED: Self = Self { count: Count::Success, passage: Passage::Recovered };

    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Created => Self { count: Count::Success, passage: Passage::Created },
            Outcome::Updated => Self { count: Count::Success, passage: Passage::Updated },
            Outcome::AlreadyThere => Self { count: Count::Duplicate, passage: Passage::AlreadyThere },
        }
    }
}

/// What is to be done with a parcel.
enum Decision {
    /// Write it, over the record that is known.
    Send(Option<VendorId>),
    /// Nothing new to write: go on with the steps of the receipt, save those that went along.
    Keep(StoredReceipt, Settlement, Vec<String>),
    /// It is settled, or the run stops.
    Done(Fate),
}

impl<I: TargetItem> Delivery<I> {
    /// Settles a batch; answers item by item, in order.
    pub(super) async fn deliver(&self, batch: &[Preparation<I>]) -> Vec<Fate> {
        let deadline = Instant::now() + Duration::from(self.options.deadline);
        let budget = Budget::new(deadline, self.stop.clone());
        // Boxed where it is made: its tens of kilobytes would else be moved through every wrapper on the way.
        budget::within(budget, Box::pin(self.deliver_within(batch))).await
    }

    async fn deliver_within(&self, batch: &[Preparation<I>]) -> Vec<Fate> {
        let ready: Vec<&Prepared<I>> = batch.iter().filter_map(Preparation::ready).collect();
        let mut delivered = self.deliver_ready(&ready).await.into_iter();
        let mut fates = Vec::new();
        for item in batch {
            fates.push(match item {
                Preparation::Ready(_) => delivered.next().unwrap_or_default(),
                Preparation::Discarded { key, .. } => self.discard(key).await,
                Preparation::Failed { key, stage, error, origin, warnings, .. } => {
                    self.unprepared(key, origin.as_ref(), stage, error, warnings).await
                }
            });
        }
        fates
    }

    async fn deliver_ready(&self, batch: &[&Prepared<I>]) -> Vec<Fate> {
        if batch.is_empty() {
            return Vec::new();
        }
        let requests: Vec<ClaimRequest> = batch.iter().map(|item| self.claim_of(item)).collect();
        let claims = match self.state.claim(&requests).await {
            Ok(claims) => claims,
            Err(error) => return batch.iter().map(|_| Fate::stopped(error.duplicate())).collect(),
        };
        let mut fates: Vec<Option<Fate>> = batch.iter().map(|_| None).collect();
        let mut sends = Vec::new();
        let mut busy = Vec::new();
        for (index, claim) in claims.into_iter().enumerate() {
            match claim {
                Claim::Busy => busy.push(index),
                Claim::Granted(entry) => {
                    let mut parcel = self.parcel(batch[index], *entry);
                    match self.decide(&mut parcel).await {
                        Decision::Send(known) => sends.push((index, parcel, known)),
                        Decision::Keep(receipt, how, done) => {
                            fates[index] = Some(self.finish(&parcel, receipt, how, &done).await);
                        }
                        Decision::Done(fate) => fates[index] = Some(fate),
                    }
                }
            }
        }
        let parcels: Vec<_> = sends.iter().map(|(_, parcel, known)| (parcel, known.as_ref())).collect();
        for ((index, ..), fate) in sends.iter().zip(self.send(&parcels).await) {
            fates[*index] = Some(fate);
        }
        // Whoever owns the others may be waiting for one of ours: these are taken one at a time, holding none.
        for index in busy {
            fates[index] = Some(self.deliver_when_free(batch[index]).await);
        }
        fates.into_iter().map(Option::unwrap_or_default).collect()
    }

    async fn deliver_when_free(&self, item: &Prepared<I>) -> Fate {
        let request = self.claim_of(item);
        loop {
            if !budget::current().pause(BUSY_PAUSE).await {
                if self.stop.is_cancelled() {
                    return Fate::default();
                }
                let error = Error::new(
                    ErrorKind::Unavailable,
                    "another run is still delivering this item, or one with the same identity",
                )
                .advise("Run again once that run has ended.");
                // Trace and claim are the other run's: they stay.
                let parcel = self.parcel(item, Entry::default());
                let letter = self.letter_of(&parcel, "write", &error, 0);
                return self.failed(&parcel, error, &[Record::DeadLetter(Box::new(letter))]).await;
            }
            match self.state.claim(std::slice::from_ref(&request)).await {
                Err(error) => return Fate::stopped(error),
                Ok(claims) => {
                    let Some(Claim::Granted(entry)) = claims.into_iter().next() else { continue };
                    let mut parcel = self.parcel(item, *entry);
                    return match self.decide(&mut parcel).await {
                        Decision::Send(known) => {
                            self.send(&[(&parcel, known.as_ref())]).await.pop().unwrap_or_default()
                        }
                        Decision::Keep(receipt, how, done) => self.finish(&parcel, receipt, how, &done).await,
                        Decision::Done(fate) => fate,
                    };
                }
            }
        }
    }

    /// What the journal's knowledge of an item means for this run.
    async fn decide(&self, parcel: &mut Parcel<'_, I>) -> Decision {
        if self.retry {
            match self.state.open_letters(&parcel.key).await {
                Ok(steps) => parcel.missing = Some(Missing(steps)),
                Err(error) => return Decision::Done(Fate::stopped(error)),
            }
        }
        let update = self.options.on_existing == OnExisting::Update;
        let mut kept = Settlement::UNCHANGED;
        let mut done = Vec::new();
        let mut found_out = false;
        if let Some(trace) = parcel.entry.trace.take() {
            let lost = Error::new(ErrorKind::Unavailable, "an earlier run ended before its answer came");
            let earlier = parcel.entry.receipt.as_ref().map(|receipt| receipt.id.clone());
            // A trace over a receipt was an update, and an update may be sent again.
            let resolution = match earlier.is_some() && update {
                true => Ok(Resolution::Absent),
                false => self.resolve(&trace, &parcel.prepared.key, self.last_sent(trace.sent_until)).await,
            };
            match resolution {
                Err(look) => return Decision::Done(self.not_seen(parcel, &trace, &lost, &look, 0).await),
                // That the record is there, or is not new, says nothing of an update: it stays open until the next one.
                Ok(Resolution::Absent | Resolution::CannotTell(_)) if earlier.is_some() => {
                    parcel.half_updated = true;
                }
                Ok(Resolution::Ours(id) | Resolution::Someone(id)) if earlier == Some(Some(id.clone())) => {
                    parcel.half_updated = true;
                }
                Ok(Resolution::CannotTell(why)) => {
                    return Decision::Done(self.unknown(parcel, &trace, &lost, why, 0).await);
                }
                Ok(Resolution::Ours(id)) => {
                    let receipt = match self.created(parcel, id).await {
                        Ok(receipt) => receipt,
                        Err(look) => {
                            return Decision::Done(self.not_seen(parcel, &trace, &lost, &look, 0).await);
                        }
                    };
                    kept = Settlement::RECOVERED;
                    found_out = true;
                    parcel.recovered = true;
                    parcel.entry.receipt = Some(self.stored(parcel, &receipt, &trace));
                    done = receipt.steps;
                }
                Ok(Resolution::Someone(id)) => {
                    kept = Settlement::of(Outcome::AlreadyThere);
                    found_out = true;
                    parcel.recovered = true;
                    let receipt = Receipt::new(Outcome::AlreadyThere, id);
                    parcel.entry.receipt = Some(self.stored(parcel, &receipt, &trace));
                }
                Ok(Resolution::Absent) => {
                    parcel.recovered = true;
                    if let Err(error) = self.state.record(&[Record::NotSent(parcel.key.clone())]).await {
                        return Decision::Done(Fate::stopped(error));
                    }
                }
            }
        }
        let decision = match self.decision(parcel, update, kept, &done) {
            Decision::Send(None) => self.beside_others(parcel, update).await,
            decision => decision,
        };
        if found_out
            && matches!(decision, Decision::Send(_))
            && let Err(error) = self.keep_found(parcel, &done).await
        {
            return Decision::Done(Fate::stopped(error));
        }
        decision
    }

    /// What is to be done about an item that is to be written and that no record is known of: whether the target holds one
    /// for another item with its identity.
    async fn beside_others(&self, parcel: &Parcel<'_, I>, update: bool) -> Decision {
        let found = match self.resend {
            true => None,
            false => match self.record_of_identity(parcel).await {
                Ok(found) => found,
                Err(error) => return Decision::Done(self.not_sent(parcel, &error).await),
            },
        };
        match found {
            None => Decision::Send(None),
            Some(id) if update => Decision::Send(id),
            Some(id) => {
                let Prepared { hash, identity, .. } = parcel.prepared;
                let receipt = Receipt::new(Outcome::AlreadyThere, id);
                let receipt = self.stored_as(parcel, &receipt, hash, identity.as_ref());
                Decision::Keep(receipt, Settlement::of(Outcome::AlreadyThere), Vec::new())
            }
        }
    }

    /// What is to be done about an item, by its receipt.
    fn decision(&self, parcel: &Parcel<'_, I>, update: bool, kept: Settlement, done: &[String]) -> Decision {
        match parcel.entry.receipt.clone() {
            None => Decision::Send(None),
            // Only steps are missing, or a later run has delivered it: this item is older than what is there.
            Some(receipt) if parcel.missing.as_ref().is_some_and(|missing| !missing.all()) => {
                Decision::Keep(receipt, kept, done.to_vec())
            }
            // Whom the target does not recognise would be created again.
            Some(receipt)
                if self.resend
                    && (update || parcel.prepared.identity.as_ref().is_some_and(Identity::is_recognised)) =>
            {
                Decision::Send(receipt.id.filter(|_| update))
            }
            Some(receipt) => {
                let delivered = receipt.hash == parcel.prepared.hash
                    && receipt.outcome != Outcome::AlreadyThere
                    && !parcel.half_updated;
                match update && !delivered {
                    true => Decision::Send(receipt.id),
                    false => Decision::Keep(receipt, kept, done.to_vec()),
                }
            }
        }
    }

    /// Stores traces, writes, and settles what comes back.
    async fn send(&self, parcels: &[(&Parcel<'_, I>, Option<&VendorId>)]) -> Vec<Fate> {
        if parcels.is_empty() {
            return Vec::new();
        }
        if self.stop.is_cancelled() {
            return parcels.iter().map(|_| Fate::default()).collect();
        }
        let traces = match self.trace(parcels).await {
            Ok(traces) => traces,
            // What hits one look-up hits the items of this batch, one by one.
            Err(error) => {
                let mut fates = Vec::new();
                for (parcel, _) in parcels {
                    fates.push(self.not_sent(parcel, &error).await);
                }
                return fates;
            }
        };
        let writes: Vec<_> = parcels.iter().map(|(parcel, known)| self.write_of(parcel, *known)).collect();
        let results = match guarded_future(self.writer.write(&writes)).await {
            Ok(results) if results.len() == writes.len() => results,
            Ok(_) => {
                let error = Error::new(ErrorKind::Internal, "the connector did not answer item by item")
                    .with_execution(Execution::Unknown);
                writes.iter().map(|_| Err(error.duplicate())).collect()
            }
            Err(error) => writes.iter().map(|_| Err(error.duplicate())).collect(),
        };
        let mut fates = Vec::new();
        for (((parcel, known), trace), result) in parcels.iter().zip(traces).zip(results) {
            fates.push(self.conclude(parcel, *known, &trace, result).await);
        }
        fates
    }

    /// Something failed before an item was sent.
    async fn not_sent(&self, parcel: &Parcel<'_, I>, error: &Error) -> Fate {
        match error.kind() {
            ErrorKind::Cancelled => Fate::default(),
            kind if error.scope() == Scope::Run || kind == ErrorKind::Internal => {
                Fate::stopped(error.duplicate())
            }
            _ => self.give_up(parcel, error.duplicate(), 1, parcel.half_updated).await,
        }
    }

    /// What is remembered of each item.
    pub(super) async fn traces_of(&self, items: &[&Prepared<I>]) -> Result<Vec<Trace>> {
        let details: Vec<&I> = items.iter().map(|prepared| &prepared.item).collect();
        let details = guarded_future(self.writer.trace(&details)).await.and_then(|details| details)?;
        if details.len() != items.len() {
            // An item without an intent would be sent, and then be in no count.
            return Err(Error::new(
                ErrorKind::Internal,
                "the connector did not return one intent for each item",
            ));
        }
        let at = self.writer.now();
        let sent_until = Some(self.sent_until(at));
        let traces = items.iter().zip(details).map(|(prepared, details)| Trace {
            at,
            sent_until,
            hash: prepared.hash.clone(),
            identity: prepared.identity.clone(),
            details,
        });
        Ok(traces.collect())
    }

    /// What is remembered of each item, durable when this returns.
    async fn trace(&self, parcels: &[(&Parcel<'_, I>, Option<&VendorId>)]) -> Result<Vec<Trace>> {
        let items: Vec<&Prepared<I>> = parcels.iter().map(|(parcel, _)| parcel.prepared).collect();
        let traces = self.traces_of(&items).await?;
        let intents: Vec<Intent> = parcels
            .iter()
            .zip(&traces)
            .map(|((parcel, _), trace)| Intent {
                key: parcel.key.clone(),
                trace: IntentTrace::Item(trace.clone()),
            })
            .collect();
        self.state.intend(&intents).await?;
        Ok(traces)
    }

    /// Follows an item until it has a receipt or a dead letter, or the run stops.
    async fn conclude(
        &self,
        parcel: &Parcel<'_, I>,
        known: Option<&VendorId>,
        trace: &Trace,
        mut result: Result<Receipt>,
    ) -> Fate {
        let mut known = known.cloned();
        let mut attempt: u32 = 1;
        let mut perhaps_updated = parcel.half_updated;
        loop {
            let error = match result {
                Ok(receipt) => return self.received(parcel, &receipt, trace).await,
                Err(error) => error,
            };
            let sent_until = Instant::now();
            if error.execution() == Execution::Unknown {
                perhaps_updated |= known.is_some();
                match self.resolve(trace, &parcel.prepared.key, sent_until).await {
                    // That a record is there, which was known to be, says nothing of its update: that may be sent again.
                    Ok(Resolution::Ours(id)) if known.as_ref() == Some(&id) => {}
                    Ok(Resolution::Ours(id)) => {
                        return match self.created(parcel, id).await {
                            Ok(receipt) => self.received(parcel, &receipt, trace).await,
                            Err(look) => self.not_seen(parcel, trace, &error, &look, attempt).await,
                        };
                    }
                    Ok(Resolution::Someone(id)) if self.options.on_existing == OnExisting::Update => {
                        known = Some(id)
                    }
                    Ok(Resolution::Someone(id)) => {
                        return self.received(parcel, &Receipt::new(Outcome::AlreadyThere, id), trace).await;
                    }
                    // The target did answer, in a way that nobody understands, and holds nothing of ours.
                    Ok(Resolution::Absent)
                        if error.kind() == ErrorKind::Protocol && !error.is_retryable() =>
                    {
                        let why = "nothing was found".to_owned();
                        return self.unknown(parcel, trace, &error, why, attempt).await;
                    }
                    Ok(Resolution::Absent) => {}
                    Ok(Resolution::CannotTell(why)) => {
                        return self.unknown(parcel, trace, &error, why, attempt).await;
                    }
                    Err(look) => return self.not_seen(parcel, trace, &error, &look, attempt).await,
                }
            } else if error.scope() == Scope::Run || error.kind() == ErrorKind::Cancelled {
                let not_sent = (!perhaps_updated).then(|| Record::NotSent(parcel.key.clone()));
                return match self.state.record(not_sent.as_slice()).await {
                    Ok(()) if error.kind() == ErrorKind::Cancelled => Fate::default(),
                    Ok(()) => Fate::stopped(error),
                    Err(broken) => Fate::stopped(broken),
                };
            }
            if !self.may_be_tried_again(&error, attempt) {
                return self.give_up(parcel, error, attempt, perhaps_updated).await;
            }
            if !budget::current()
                .pause(Backoff::default().jittered(attempt).max(error.retry_after().unwrap_or_default()))
                .await
            {
                if !self.stop.is_cancelled() {
                    return self.give_up(parcel, error, attempt, perhaps_updated).await;
                }
                let not_sent = (!perhaps_updated).then(|| Record::NotSent(parcel.key.clone()));
                let recorded = self.state.record(not_sent.as_slice()).await;
                return recorded.map_or_else(Fate::stopped, |()| Fate::default());
            }
            attempt += 1;
            let write = [self.write_of(parcel, known.as_ref())];
            result = match guarded_future(self.writer.write(&write)).await {
                Ok(mut results) => results.pop().unwrap_or_else(|| {
                    Err(Error::new(ErrorKind::Internal, "the connector did not answer")
                        .with_execution(Execution::Unknown))
                }),
                Err(error) => Err(error),
            };
        }
    }

    /// Whether there are tries left: the client of a request that may be repeated has used up some by itself. What is
    /// invalid, missing or forbidden now stays so for the time of a run, even if a later run can succeed.
    pub(super) fn may_be_tried_again(&self, error: &Error, attempt: u32) -> bool {
        let sent = error.context("attempts").and_then(|sent| sent.parse().ok());
        let may_pass_soon =
            !matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Forbidden | ErrorKind::NotFound);
        error.is_retryable()
            && may_pass_soon
            && attempt.max(sent.unwrap_or_default()) < u32::from(self.options.attempts.get())
    }

    /// The receipt of an item whose answer was lost, and whose record was found.
    async fn created(&self, parcel: &Parcel<'_, I>, id: VendorId) -> Result<Receipt> {
        let along = guarded_future(self.writer.steps_along(&parcel.prepared.item, &id));
        let steps = budget::to_its_end(along).await??;
        Ok(Receipt { steps, ..Receipt::new(Outcome::Created, id) })
    }

    /// The target answered: its receipt is stored before anything else happens.
    async fn received(&self, parcel: &Parcel<'_, I>, receipt: &Receipt, trace: &Trace) -> Fate {
        let stored = self.stored(parcel, receipt, trace);
        self.finish(parcel, stored, Settlement::of(receipt.outcome), &receipt.steps).await
    }

    /// The receipt as the journal keeps it.
    fn stored(&self, parcel: &Parcel<'_, I>, receipt: &Receipt, trace: &Trace) -> StoredReceipt {
        self.stored_as(parcel, receipt, &trace.hash, trace.identity.as_ref())
    }

    fn stored_as(
        &self,
        parcel: &Parcel<'_, I>,
        receipt: &Receipt,
        hash: &ContentHash,
        identity: Option<&Identity>,
    ) -> StoredReceipt {
        let earlier = parcel.entry.receipt.as_ref().filter(|earlier| earlier.id == receipt.id);
        let mut warnings = Warnings::from(parcel.prepared.warnings.clone());
        warnings.extend(receipt.warnings.iter().cloned());
        StoredReceipt {
            outcome: receipt.outcome,
            created_by_us: receipt.outcome == Outcome::Created
                || earlier.is_some_and(|earlier| earlier.created_by_us),
            hash: hash.clone(),
            id: receipt.id.clone(),
            identity: identity.filter(|it| it.is_recognised()).cloned(),
            steps: earlier.map(|earlier| earlier.steps.clone()).unwrap_or_default(),
            warnings: warnings.into_vec(),
            unconfirmed_since: receipt
                .unconfirmed_since
                .or_else(|| earlier.and_then(|earlier| earlier.unconfirmed_since)),
            at: Timestamp::now(),
        }
    }

    /// Stores the receipt, does the steps that belong to it, and settles the item.
    async fn finish(
        &self,
        parcel: &Parcel<'_, I>,
        receipt: StoredReceipt,
        how: Settlement,
        done_steps: &[String],
    ) -> Fate {
        // An unchanged item was counted with its warnings by the run that delivered it.
        let warnings = match how.passage {
            Passage::Unchanged => Vec::new(),
            _ => receipt.warnings.clone(),
        };
        let mut fate = Fate { recovered: parcel.recovered, warnings, ..Fate::default() };
        match self.settle_steps(parcel, receipt, how.passage, done_steps, &mut fate).await {
            Ok(settled) => fate.steps_open = !settled,
            Err(error) => return Fate::stopped(error),
        }
        fate.count = Some(how.count);
        fate.passage = Some(how.passage);
        fate
    }

    /// The item cannot be delivered, and certainly was not; an update perhaps: then its trace stays, so that nobody
    /// takes the record for what the last receipt says.
    async fn give_up(
        &self,
        parcel: &Parcel<'_, I>,
        error: Error,
        attempts: u32,
        perhaps_updated: bool,
    ) -> Fate {
        let letter = self.letter_of(parcel, "write", &error, attempts);
        let mut records =
            vec![Record::DeadLetter(Box::new(letter)), Record::Settled(parcel.key.clone(), None)];
        if !perhaps_updated {
            records.insert(0, Record::NotSent(parcel.key.clone()));
        }
        self.failed(parcel, error, &records).await
    }

    /// The look for an item or for what went along with it failed. Its trace stays: the next run looks again.
    async fn not_seen(
        &self,
        parcel: &Parcel<'_, I>,
        trace: &Trace,
        lost: &Error,
        look: &Error,
        attempts: u32,
    ) -> Fate {
        match look.kind() {
            _ if look.scope() == Scope::Run => Fate::stopped(look.duplicate()),
            ErrorKind::Cancelled => Fate::default(),
            _ => self.unknown(parcel, trace, lost, look.to_string(), attempts).await,
        }
    }

    /// The item may have been delivered, and there is no way to know: its trace stays with the dead letter.
    async fn unknown(
        &self,
        parcel: &Parcel<'_, I>,
        trace: &Trace,
        error: &Error,
        why: String,
        attempts: u32,
    ) -> Fate {
        let unknown = Error::new(ErrorKind::OutcomeUnknown, "it is unknown whether the item arrived")
            .with_vendor_message(format!("{}; looking for it: {why}", error.message()))
            .with("sent_at", trace.at)
            .advise("Look at the target; it is not sent again without another look.");
        let letter = self.letter_of(parcel, "write", &unknown, attempts);
        let records = [Record::DeadLetter(Box::new(letter)), Record::Settled(parcel.key.clone(), None)];
        self.failed(parcel, unknown, &records).await
    }

    async fn failed(&self, parcel: &Parcel<'_, I>, error: Error, records: &[Record]) -> Fate {
        match self.state.record(records).await {
            Err(broken) => Fate::stopped(broken),
            Ok(()) => Fate {
                count: Some(Count::Failure),
                failures: vec![("write".to_owned(), error.with("warehouse", self.warehouse))],
                recovered: parcel.recovered,
                warnings: parcel.prepared.warnings.clone(),
                ..Fate::default()
            },
        }
    }

    /// Notes an item that a logic discarded.
    async fn discard(&self, key: &ItemKey) -> Fate {
        self.state.discard(&self.key(key)).await.map_or_else(Fate::stopped, |()| Fate::discarded())
    }

    /// Stores the dead letter of an item that did not get as far as the target.
    async fn unprepared(
        &self,
        key: &ItemKey,
        origin: &dyn Original,
        stage: &str,
        error: &Error,
        warnings: &[Warning],
    ) -> Fate {
        let letter = self.letter(key, origin.payload(), stage, error, 1);
        let stored = self.state.record(&[Record::DeadLetter(Box::new(letter))]).await;
        stored.map_or_else(Fate::stopped, |()| Fate::unprepared(stage, error.duplicate(), warnings))
    }

    /// The dead letter of an item or of one of its steps.
    pub(super) fn letter_of(
        &self,
        parcel: &Parcel<'_, I>,
        step: &str,
        error: &Error,
        attempts: u32,
    ) -> DeadLetter {
        self.letter(&parcel.prepared.key, parcel.payload(), step, error, attempts)
    }

    fn letter(&self, key: &ItemKey, item: Payload, step: &str, error: &Error, attempts: u32) -> DeadLetter {
        DeadLetter {
            workflow_id: self.workflow_id.clone(),
            run_id: self.run_id.clone(),
            key: key.clone(),
            target: self.writer.target_id().clone(),
            data_type: self.data_type,
            step: step.to_owned(),
            item,
            kind: error.kind(),
            message: error.to_string(),
            attempts,
            retryable: error.is_retryable(),
            at: Timestamp::now(),
        }
    }

    fn write_of<'a>(&self, parcel: &Parcel<'a, I>, known: Option<&'a VendorId>) -> Write<'a, I> {
        Write {
            item: &parcel.prepared.item,
            known,
            on_existing: self.options.on_existing,
            attachments: self.options.attachments != Attachments::Never,
        }
    }

    fn parcel<'a>(&self, prepared: &'a Prepared<I>, entry: Entry) -> Parcel<'a, I> {
        Parcel {
            prepared,
            key: self.key(&prepared.key),
            entry,
            recovered: false,
            half_updated: false,
            missing: None,
            payload: OnceLock::new(),
        }
    }

    fn claim_of(&self, item: &Prepared<I>) -> ClaimRequest {
        ClaimRequest { key: self.key(&item.key), identity: item.identity.clone() }
    }

    fn key(&self, item: &ItemKey) -> JournalKey {
        JournalKey { target: self.writer.target_id().clone(), data_type: self.data_type, item: item.clone() }
    }
}
