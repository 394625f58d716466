//! Receipts and traces: a target's results for items, and the data stored before each request.

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

/// The result of writing an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new record was created.
    Created,
    /// An existing record was updated.
    Updated,
    /// A record exists and was left unchanged.
    AlreadyThere,
}

/// A target's result for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The result.
    pub outcome: Outcome,
    /// The vendor's id of the record, if the vendor returns it. Without an id, steps of the item fail.
    pub id: Option<VendorId>,
    /// The names of the steps that were sent in the same request as the item, such as a résumé.
    #[serde(default)]
    pub steps: Vec<String>,
    /// Values that the writer dropped, cut or replaced, such as a picture that the vendor could not fetch. Those of the
    /// format are in [`TargetItem::warnings`](crate::item::TargetItem::warnings).
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// When the vendor created the record, by the vendor's clock, if it accepted something that it handles after its
    /// response, such as the URL of a résumé. [`Writer::confirm`](crate::Writer::confirm) then checks the record at the end
    /// of the run.
    #[serde(default)]
    pub unconfirmed_since: Option<Timestamp>,
}

impl Receipt {
    /// Creates a receipt without steps and warnings.
    pub fn new(outcome: Outcome, id: impl Into<Option<VendorId>>) -> Self {
        Self { outcome, id: id.into(), steps: Vec::new(), warnings: Vec::new(), unconfirmed_since: None }
    }

    /// Adds a step that was sent in the same request as the item.
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

/// An addition to an item that is sent after it: a résumé, a cover letter, a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The name, unique within the item: `resume`, `note`, `upload:cover.pdf`.
    pub name: String,
    /// The identity of the document; see [`Attachment::identity`](crate::item::Attachment::identity). A step with
    /// another identity is a new step.
    pub identity: String,
    /// Whether the step is a document, which `attachments: false` excludes.
    pub document: bool,
    /// Whether a repetition has no additional effect, so that no lookup is required.
    pub idempotent: bool,
}

/// The records that a step is due at. In addition, a document is due at any record with `attachments: always`, and a step at
/// any record that the journal knows without it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StepDue {
    /// At records that this item created, in any run.
    #[default]
    Created,
    /// At every record that the item was delivered to, existing ones included.
    Always,
    /// At a record that this run created: the target accepts the step together with the record, or never.
    WithCreation,
}

/// The data stored durably before an item is sent, from which its outcome can be determined later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The time before sending, by the clock of the target's writer.
    pub at: Timestamp,
    /// The latest time at which the run can send it, by the same clock. It includes the deadline, the timeout of a
    /// request and [`VendorClock::TOLERANCE`](crate::http::VendorClock::TOLERANCE). `None` if an earlier version of the
    /// program stored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_until: Option<Timestamp>,
    /// The hash of the item to send.
    pub hash: ContentHash,
    /// The identity of the item at the target.
    pub identity: Option<Identity>,
    /// The details that the target's writer needs for the lookup: digests, not personal data.
    pub details: Value,
}

/// The data stored durably before a step is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepTrace {
    /// The time before sending, by the clock of the target's writer.
    pub at: Timestamp,
    /// The latest time at which the run can send it, by the same clock. It includes the deadline, the timeout of a
    /// request and [`VendorClock::TOLERANCE`](crate::http::VendorClock::TOLERANCE). `None` if an earlier version of the
    /// program stored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_until: Option<Timestamp>,
    /// The record of the step.
    pub id: VendorId,
    /// The step to send.
    pub step: Step,
}

/// A record with something that the vendor accepted and handles after its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfirmed {
    /// The record.
    pub id: VendorId,
    /// When the vendor created it: [`Receipt::unconfirmed_since`].
    pub since: Timestamp,
}

/// The result of checking an [`Unconfirmed`] record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// The record has everything that was sent.
    Confirmed,
    /// Something is missing after the time that the vendor needs. The engine adds the warning to the receipt and to the
    /// run, and does not check the record again.
    Missing(Warning),
    /// Something is missing, and the vendor may still be handling it. The next run with this target checks the record
    /// again. The engine reports the warning only if no state is kept for a next run.
    Pending(Warning),
}

/// The result of a lookup after a lost response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The item arrived. Lists every record that equals the item and was created since it was sent, the most likely
    /// first. The engine uses the first one that the journal does not assign to another item.
    Ours(Vec<VendorId>),
    /// Another record has the item's identity.
    Someone(VendorId),
    /// No such record exists.
    Absent,
    /// The lookup is inconclusive, for this reason.
    CannotTell(String),
}
