//! Steps: what is sent after its item, each with its own trace, receipt and dead letter.

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    deliver::{Delivery, Fate, Parcel},
    guarded_future,
};
use crate::{
    error::{Error, ErrorKind, Execution, Result, Scope},
    http::{backoff::Backoff, budget},
    item::TargetItem,
    options::Attachments,
    receipt::{Found, Step, StepDue, StepTrace, VendorId},
    state::{Intent, IntentTrace, KnownStep, Passage, Record, StepState, StoredReceipt},
};

/// How a step ended. Where its outcome is unknown, its trace stays.
enum StepEnd {
    Done,
    /// It could not be delivered, after so many tries.
    Failed {
        error: Error,
        attempts: u32,
        unknown: bool,
    },
    /// The run stops, for a fault that hits every item or because it was asked to: the next one goes on here.
    Stopped {
        fault: Option<Error>,
        unknown: bool,
    },
}

/// Whether a step arrived, as a lookup tells.
enum StepFound {
    Arrived,
    Absent,
    /// No lookup can tell, and why.
    CannotTell(String),
}

impl<I: TargetItem> Delivery<I> {
    /// Stores an item's receipt, does the steps that are due, and settles the item. A step that fails is
    /// noted in the fate. Answers whether the item is settled: not where the run stopped before all steps were
    /// sent. It is an error only where the state cannot be kept.
    pub(super) async fn settle_steps(
        &self,
        parcel: &Parcel<'_, I>,
        mut receipt: StoredReceipt,
        passage: Passage,
        done: &[String],
        fate: &mut Fate,
    ) -> Result<bool> {
        let along = self.went_along(parcel, &mut receipt, done);
        let mut due = Vec::new();
        for step in self.writer.steps(&parcel.prepared.item) {
            let is_open =
                !is_known(&receipt, &step, StepState::Sent) && !self.is_rejected(parcel, &receipt, &step);
            if !done.contains(&step.name) && self.is_wanted(&step) && is_open {
                if self.is_due(parcel, &receipt, &step) {
                    due.push(step);
                } else if !self.retry {
                    remember(&mut receipt, &step, StepState::Seen);
                }
            }
        }
        let settled = Record::Settled(parcel.key.clone(), Some(passage));
        let unchanged =
            parcel.entry.receipt.as_ref().is_some_and(|earlier| *earlier == receipt) && !parcel.recovered;
        let id = receipt.id.clone();
        // A receipt answers the trace, which an update that is still open has need of.
        let is_open = parcel.half_updated && passage == Passage::Unchanged;
        let stored = (!unchanged && !is_open).then(|| Record::Receipt(parcel.key.clone(), receipt));
        let mut records: Vec<Record> = stored.into_iter().chain(along).collect();
        if due.is_empty() {
            records.push(settled);
            return self.state.record(&records).await.map(|()| true);
        }
        if !records.is_empty() {
            self.state.record(&records).await?;
        }
        for step in due {
            match self.deliver_step(parcel, id.as_ref(), &step).await? {
                StepEnd::Done => {}
                StepEnd::Failed { error, attempts, unknown } => {
                    let letter = self.letter_of(parcel, &step.name, &error, attempts);
                    let mut records = vec![Record::DeadLetter(Box::new(letter))];
                    if !unknown && error.is_permanent() {
                        records.push(Record::Step(parcel.key.clone(), known(&step, StepState::Rejected)));
                    } else if !unknown {
                        records.push(Record::StepNotSent(parcel.key.clone(), step.name.clone()));
                    }
                    self.state.record(&records).await?;
                    fate.failures.push((step.name, error));
                }
                StepEnd::Stopped { fault, unknown } => {
                    if !unknown {
                        let not_sent = Record::StepNotSent(parcel.key.clone(), step.name);
                        self.state.record(&[not_sent]).await?;
                    }
                    fate.stop = fault;
                    return Ok(false);
                }
            }
        }
        self.state.record(&[settled]).await.map(|()| true)
    }

    /// Stores what was found out of an earlier run's request, with the steps that went along: it outlives an update that
    /// fails.
    pub(super) async fn keep_found(&self, parcel: &mut Parcel<'_, I>, done: &[String]) -> Result<()> {
        let Some(mut receipt) = parcel.entry.receipt.take() else { return Ok(()) };
        let along = self.went_along(parcel, &mut receipt, done);
        parcel.entry.receipt = Some(receipt.clone());
        let records: Vec<Record> =
            [Record::Receipt(parcel.key.clone(), receipt)].into_iter().chain(along).collect();
        self.state.record(&records).await
    }

    /// Notes in a receipt the steps that were sent with the record itself.
    fn went_along(
        &self,
        parcel: &Parcel<'_, I>,
        receipt: &mut StoredReceipt,
        done: &[String],
    ) -> Vec<Record> {
        let mut along = Vec::new();
        for step in self.writer.steps(&parcel.prepared.item).iter().filter(|step| done.contains(&step.name)) {
            along.push(Record::Step(parcel.key.clone(), known(step, StepState::Sent)));
            remember(receipt, step, StepState::Sent);
        }
        along
    }

    fn is_wanted(&self, step: &Step) -> bool {
        !step.document || self.options.attachments != Attachments::Never
    }

    /// Whether the target rejected this step with this identity, and the run is not asked to retry it. It was reported then,
    /// and counts in no event now.
    fn is_rejected(&self, parcel: &Parcel<'_, I>, receipt: &StoredReceipt, step: &Step) -> bool {
        let asked = self.resend || parcel.missing.as_ref().is_some_and(|missing| missing.step(&step.name));
        !asked && is_known(receipt, step, StepState::Rejected)
    }

    /// Steps are for records that we created, unless the [target](crate::Writer::due) says otherwise. At other records, a
    /// document is sent only if it is new for certain — the journal has seen the others — or if documents are asked
    /// for always.
    fn is_due(&self, parcel: &Parcel<'_, I>, receipt: &StoredReceipt, step: &Step) -> bool {
        // The item of a dead letter is older than what a later run has sent in its place.
        if let Some(missing) = parcel.missing.as_ref().filter(|missing| !missing.all()) {
            return missing.step(&step.name);
        }
        let seen_before = parcel.entry.receipt.is_some() && !parcel.recovered;
        let known = receipt.steps.iter().any(|known| is_same(known, step));
        let due = match self.writer.due(step) {
            StepDue::Created => receipt.created_by_us,
            StepDue::Always => true,
            StepDue::WithCreation => receipt.created_by_us && !seen_before,
        };
        due || (step.document && self.options.attachments == Attachments::Always) || (seen_before && !known)
    }

    /// Delivers one step. It is an error only where the state cannot be kept.
    async fn deliver_step(
        &self,
        parcel: &Parcel<'_, I>,
        id: Option<&VendorId>,
        step: &Step,
    ) -> Result<StepEnd> {
        let Some(id) = id else {
            let error =
                Error::new(ErrorKind::Invalid, "the target did not tell the id of the record it belongs to");
            return Ok(StepEnd::Failed { error, attempts: 0, unknown: false });
        };
        let done = Record::Step(parcel.key.clone(), known(step, StepState::Sent));
        let earlier = parcel.entry.step_traces.iter().find(|trace| trace.step == *step && trace.id == *id);
        if let Some(trace) = earlier.filter(|_| !step.idempotent) {
            match self.find_step(trace, self.last_sent(trace.sent_until), 0).await {
                Ok(StepFound::Arrived) => return self.state.record(&[done]).await.map(|()| StepEnd::Done),
                Ok(StepFound::Absent) => {}
                Ok(StepFound::CannotTell(_)) if step.document && self.resend_documents => {}
                Ok(StepFound::CannotTell(why)) => return Ok(unknown(trace, why, 0)),
                Err(end) => return Ok(end),
            }
        }
        let at = self.writer.now();
        let sent_until = Some(self.sent_until(at));
        let trace = StepTrace { at, sent_until, id: id.clone(), step: step.clone() };
        let intent = Intent { key: parcel.key.clone(), trace: IntentTrace::Step(trace.clone()) };
        self.state.intend(&[intent]).await?;
        let mut attempt = 1;
        loop {
            let write = self.writer.write_step(&parcel.prepared.item, id, step);
            let error = match guarded_future(write).await.and_then(|written| written) {
                Ok(()) => return self.state.record(&[done]).await.map(|()| StepEnd::Done),
                Err(error) => error,
            };
            if error.execution() == Execution::Unknown && !step.idempotent {
                match self.find_step(&trace, Instant::now(), attempt).await {
                    Ok(StepFound::Arrived) => {
                        return self.state.record(&[done]).await.map(|()| StepEnd::Done);
                    }
                    Ok(StepFound::Absent) => {}
                    Ok(StepFound::CannotTell(why)) => return Ok(unknown(&trace, why, attempt)),
                    Err(end) => return Ok(end),
                }
            }
            if stops(&error) {
                return Ok(StepEnd::Stopped { fault: Some(error), unknown: false });
            }
            let again = self.may_be_tried_again(&error, attempt);
            let pause = Backoff::default().jittered(attempt).max(error.retry_after().unwrap_or_default());
            if !again || !budget::current().pause(pause).await {
                return Ok(match again && self.stop.is_cancelled() {
                    true => StepEnd::Stopped { fault: None, unknown: false },
                    false => StepEnd::Failed { error, attempts: attempt, unknown: false },
                });
            }
            attempt += 1;
        }
    }

    /// Whether a step that was sent until then at the latest arrived; how it ends if the lookup fails.
    async fn find_step(
        &self,
        trace: &StepTrace,
        sent_until: Instant,
        attempts: u32,
    ) -> Result<StepFound, StepEnd> {
        let conclusive_from = sent_until + self.writer.lookup_lag();
        let why = loop {
            let asked = Instant::now();
            match guarded_future(self.writer.find_step(trace)).await.and_then(|found| found) {
                Ok(Found::Ours(_)) => return Ok(StepFound::Arrived),
                Ok(Found::Absent | Found::Someone(_)) if asked >= conclusive_from => {
                    return Ok(StepFound::Absent);
                }
                Ok(Found::Absent | Found::Someone(_)) => {
                    if !budget::current().pause(conclusive_from - asked).await {
                        if self.stop.is_cancelled() {
                            return Err(StepEnd::Stopped { fault: None, unknown: true });
                        }
                        break "the look-up may still be behind".to_owned();
                    }
                }
                Ok(Found::CannotTell(why)) => return Ok(StepFound::CannotTell(why)),
                Err(error) if stops(&error) => {
                    return Err(StepEnd::Stopped { fault: Some(error), unknown: true });
                }
                Err(error) => break error.to_string(),
            }
        };
        Err(unknown(trace, why, attempts))
    }
}

/// A step that was sent, and of which no lookup tells whether it arrived.
fn unknown(trace: &StepTrace, why: String, attempts: u32) -> StepEnd {
    let advice = match trace.step.document {
        true => {
            "Check the record at the target. If the document is missing, `hrflow dead-letters retry FILE \
             --resend-documents` sends it again."
        }
        false => "Check the record at the target: it is not sent again without another lookup.",
    };
    let message = format!("it is unknown whether {} arrived", trace.step.name);
    let error = Error::new(ErrorKind::OutcomeUnknown, message)
        .with_vendor_message(why)
        .with("record", &trace.id)
        .with("sent_at", trace.at)
        .advise(advice);
    StepEnd::Failed { error, attempts, unknown: true }
}

/// Whether an error says nothing of the step it came upon: it hits every item, or the run was asked to stop.
fn stops(error: &Error) -> bool {
    error.scope() == Scope::Run || error.kind() == ErrorKind::Cancelled
}

fn is_same(known: &KnownStep, step: &Step) -> bool {
    known.name == step.name && known.identity == step.identity
}

fn is_known(receipt: &StoredReceipt, step: &Step, state: StepState) -> bool {
    receipt.steps.iter().any(|known| known.state == state && is_same(known, step))
}

fn remember(receipt: &mut StoredReceipt, step: &Step, state: StepState) {
    if !is_known(receipt, step, state) {
        known(step, state).join(&mut receipt.steps);
    }
}

fn known(step: &Step, state: StepState) -> KnownStep {
    let Step { name, identity, .. } = step.clone();
    KnownStep { name, identity, state, at: Timestamp::now() }
}
