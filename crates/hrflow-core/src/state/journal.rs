//! The journal: what is known of every item that was ever on its way to a target.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::DeadLetter;
use crate::{
    item::{ContentHash, DataType, Identity, ItemKey},
    receipt::{Outcome, StepTrace, Trace, VendorId},
    target::TargetId,
    warning::Warning,
};

/// What the journal knows an item by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JournalKey {
    /// Where it is delivered to.
    pub target: TargetId,
    /// What it is.
    pub data_type: DataType,
    /// What it is known by in its origin.
    pub item: ItemKey,
}

/// An item that a run asks to own.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRequest {
    /// The item.
    pub key: JournalKey,
    /// What makes it one record with other items at its target.
    pub identity: Option<Identity>,
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The item is this run's; this is what the journal knows of it.
    Granted(Box<Entry>),
    /// Another run that is alive owns it, or another item with its identity.
    Busy,
}

/// What the journal knows of an item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The last receipt.
    pub receipt: Option<StoredReceipt>,
    /// A trace whose fate is not known.
    pub trace: Option<Trace>,
    /// Traces of steps whose fate is not known.
    pub step_traces: Vec<StepTrace>,
    /// What is known of other items with its identity. Empty if the item has a receipt itself, or if its identity is not
    /// [unique](Identity::is_recognised) at the target.
    pub same_identity: SameIdentity,
}

/// What the journal knows of other items that are one record with an item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SameIdentity {
    /// The newest receipt under the identity.
    pub receipt: Option<StoredReceipt>,
    /// Traces under the identity whose outcome is not known.
    pub traces: Vec<Trace>,
}

/// A receipt as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReceipt {
    /// What was done at last.
    pub outcome: Outcome,
    /// Whether the record is one that we created, in this run or before.
    pub created_by_us: bool,
    /// The hash of what was written, or looked at.
    pub hash: ContentHash,
    /// The vendor's id.
    pub id: Option<VendorId>,
    /// The identity that the item had, if it is unique at the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The documents and notes that the journal knows of this item.
    pub steps: Vec<KnownStep>,
    /// What was dropped, cut, replaced or repaired in the item.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// When the vendor created the record, if it accepted something whose arrival no run has checked so far, such as the URL
    /// of a résumé. See [`Writer::confirm`](crate::Writer::confirm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unconfirmed_since: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
}

impl StoredReceipt {
    /// Whether the target rejected a step of this name for good.
    pub(super) fn rejects(&self, name: &str) -> bool {
        self.steps.iter().any(|step| step.name == name && step.state == StepState::Rejected)
    }
}

/// A document or note that the journal knows. A receipt knows at most one of each name that was sent or seen, and one that
/// was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredStep", into = "StoredStep")]
pub struct KnownStep {
    /// The step's name.
    pub name: String,
    /// What made it this document and no other.
    pub identity: String,
    /// What happened to it.
    pub state: StepState,
    /// When.
    pub at: Timestamp,
}

impl KnownStep {
    /// Adds the step to those that a receipt knows, in place of others of its name. A rejected step does not replace one that
    /// was sent: if the item gets its earlier document back, that is not sent a second time.
    pub(crate) fn join(self, steps: &mut Vec<Self>) {
        let stays = |known: &Self| self.state == StepState::Rejected && known.state == StepState::Sent;
        steps.retain(|known| known.name != self.name || stays(known));
        steps.push(self);
    }
}

/// What happened to a document or note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It was sent.
    Sent,
    /// It was not sent, because its record already existed.
    Seen,
    /// The target, or a check of its content, rejected it for a reason that does not pass. It is not sent again until its
    /// identity changes, a retry of its dead letter asks for it, or `resend` does.
    Rejected,
}

/// A known step as JSON. Versions that knew two states wrote `sent` alone.
#[derive(Serialize, Deserialize)]
struct StoredStep {
    name: String,
    identity: String,
    sent: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    rejected: bool,
    at: Timestamp,
}

impl From<StoredStep> for KnownStep {
    fn from(StoredStep { name, identity, sent, rejected, at }: StoredStep) -> Self {
        let state = match (sent, rejected) {
            (true, _) => StepState::Sent,
            (false, true) => StepState::Rejected,
            (false, false) => StepState::Seen,
        };
        Self { name, identity, state, at }
    }
}

impl From<KnownStep> for StoredStep {
    fn from(KnownStep { name, identity, state, at }: KnownStep) -> Self {
        let (sent, rejected) = (state == StepState::Sent, state == StepState::Rejected);
        Self { name, identity, sent, rejected, at }
    }
}

/// Something that is about to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// The item.
    pub key: JournalKey,
    /// What is about to be sent.
    pub trace: IntentTrace,
}

/// The trace of an item or of one of its steps.
#[derive(Debug, Clone, PartialEq)]
pub enum IntentTrace {
    /// The item itself.
    Item(Trace),
    /// One of its steps.
    Step(StepTrace),
}

/// What became of something.
#[derive(Debug, Clone)]
pub enum Record {
    /// The item has a receipt: its trace goes.
    Receipt(JournalKey, StoredReceipt),
    /// A step was sent or rejected: its intent is removed, and it joins the receipt's steps. If it was sent, its dead letters
    /// are removed too.
    Step(JournalKey, KnownStep),
    /// The item's request was certainly not executed: its trace goes.
    NotSent(JournalKey),
    /// A step's request was certainly not executed: its trace goes.
    StepNotSent(JournalKey, String),
    /// It could not be delivered. Its trace stays where the fate is unknown.
    DeadLetter(Box<DeadLetter>),
    /// A run has checked what was unconfirmed in the item's receipt. If something is missing, the warning joins those of the
    /// receipt.
    Confirmed(JournalKey, Option<Warning>),
    /// Nothing more is to be done for the item in this run: its claim goes. Where it passed, so do the dead letters of
    /// earlier tries to write it.
    Settled(JournalKey, Option<Passage>),
}

/// What a run made of an item or of one of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// The target made a new record.
    Created,
    /// The target changed the record that was there.
    Updated,
    /// The target has a record already, which was left as it is.
    AlreadyThere,
    /// An earlier run had sent it, and had not learnt what became of it.
    Recovered,
    /// The journal knows it as delivered: nothing was sent.
    Unchanged,
    /// A logic discarded it.
    Discarded,
    /// A step was sent.
    Sent,
    /// It could not be delivered: there is, or was, a dead letter.
    Failed,
}

impl Passage {
    /// Whether the item reached the target with what is in it: whatever failed before, in any workflow, is made good.
    pub(crate) fn delivers(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Recovered)
    }
}
