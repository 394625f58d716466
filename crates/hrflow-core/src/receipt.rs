//! Receipts and traces: what a target answered for an item, and what is stored before it is asked.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    item::{ContentHash, Identity},
    warning::Warning,
};

/// The vendor's id of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VendorId(pub String);

impl fmt::Display for VendorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for VendorId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// What a target did with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new record.
    Created,
    /// A record that existed was changed.
    Updated,
    /// A record existed and was left as it is.
    AlreadyThere,
}

/// What a target answered for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What was done.
    pub outcome: Outcome,
    /// The vendor's id of the record, where the vendor tells it.
    pub id: Option<VendorId>,
    /// The names of the steps that went along with the item itself, such as a résumé inside the create request.
    #[serde(default)]
    pub steps: Vec<String>,
    /// What the writer dropped, cut or replaced, such as a picture that the vendor could not fetch. Those of the format
    /// are with the item: see [`TargetItem::warnings`](crate::item::TargetItem::warnings).
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

impl Receipt {
    /// A receipt without steps and warnings.
    pub fn new(outcome: Outcome, id: impl Into<Option<VendorId>>) -> Self {
        Self { outcome, id: id.into(), steps: Vec::new(), warnings: Vec::new() }
    }

    /// Adds a step that went along with the item.
    #[must_use]
    pub fn with_step(mut self, name: impl Into<String>) -> Self {
        self.steps.push(name.into());
        self
    }

    /// Adds a warning about a field of the item, without its value.
    #[must_use]
    pub fn with_warning(mut self, field: impl fmt::Display, reason: impl fmt::Display) -> Self {
        self.warnings.push(Warning::new(field, reason));
        self
    }
}

/// Something that is sent after its item: a résumé, a cover letter, a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name, unique within the item: `resume`, `note`, `upload:cover.pdf`.
    pub name: String,
    /// What makes it this document and no other; see [`Attachment::identity`](crate::item::Attachment::identity).
    pub identity: String,
    /// Whether it is a document, which `attachments: false` leaves out.
    pub document: bool,
    /// Whether doing it twice leaves the target as doing it once, so that no look-up is needed.
    pub idempotent: bool,
}

/// The little that is stored before an item or a step is sent, so that its fate can be found out later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// When it was about to be sent, by the clock of the target's writer.
    pub at: Timestamp,
    /// The latest time at which the run that stored it can send it, by the same clock: its deadline, the timeout of a request
    /// and [`VendorClock::TOLERANCE`](crate::http::VendorClock::TOLERANCE) are counted in. Missing if an earlier version of
    /// the program stored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_until: Option<Timestamp>,
    /// The hash of what was about to be sent.
    pub hash: ContentHash,
    /// The identity of the item at the target.
    pub identity: Option<Identity>,
    /// What the target's writer wants to know again when it looks: digests, not personal data.
    pub details: Value,
}

/// The trace of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepTrace {
    /// When it was about to be sent, by the clock of the target's writer.
    pub at: Timestamp,
    /// The latest time at which the run that stored it can send it, by the same clock: its deadline, the timeout of a request
    /// and [`VendorClock::TOLERANCE`](crate::http::VendorClock::TOLERANCE) are counted in. Missing if an earlier version of
    /// the program stored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_until: Option<Timestamp>,
    /// The record that it belongs to.
    pub id: VendorId,
    /// What was about to be sent.
    pub step: Step,
}

/// What became of something that was sent without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It arrived. Every record that equals what was sent and came to be since then, the likeliest
    /// first; the engine strikes out those that the journal knows as other items'.
    Ours(Vec<VendorId>),
    /// Another record has that identity.
    Someone(VendorId),
    /// It did not arrive.
    Absent,
    /// There is no way to know, and why.
    CannotTell(String),
}
