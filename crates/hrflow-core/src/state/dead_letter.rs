//! Dead letters: what could not be delivered, kept until it is, is dropped, or expires.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::ErrorKind,
    item::{DataType, ItemKey},
    target::TargetId,
};

/// An item as it was read, as JSON text. Clones share the text: all dead letters of one item hold it once.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Arc<str>);

impl Payload {
    /// The payload of an item: `null` if it cannot be written as JSON, which maps with keys that are not text cannot.
    pub fn of<I: Serialize>(item: &I) -> Self {
        Self(serde_json::to_string(item).unwrap_or_else(|_| "null".to_owned()).into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the item.
    ///
    /// # Errors
    ///
    /// If the JSON text does not describe an item of this type.
    pub fn read<I: DeserializeOwned>(&self) -> serde_json::Result<I> {
        serde_json::from_str(&self.0)
    }

    /// A payload that a store kept.
    #[cfg(feature = "sqlite")]
    pub(super) fn stored(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.0.len())
    }
}

/// An item or step that could not be delivered.
#[derive(Clone)]
pub struct DeadLetter {
    /// The workflow that read it.
    pub workflow_id: String,
    /// The run that gave up.
    pub run_id: String,
    /// The item.
    pub key: ItemKey,
    /// Where it could not be delivered to.
    pub target: TargetId,
    /// What it is.
    pub data_type: DataType,
    /// Where it failed: `format`, `logics`, `write`, or the name of a step.
    pub step: String,
    /// The item as it was read.
    pub item: Payload,
    /// What kind of error.
    pub kind: ErrorKind,
    /// What happened and what to do next.
    pub message: String,
    /// How often it was tried in that run.
    pub attempts: u32,
    /// Whether the same item can be delivered at another time.
    pub retryable: bool,
    /// When it was given up.
    pub at: Timestamp,
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run_id, key, step, kind, .. } = self;
        f.debug_struct("DeadLetter")
            .field("run_id", run_id)
            .field("key", key)
            .field("step", step)
            .field("kind", kind)
            .finish_non_exhaustive()
    }
}

/// A dead letter as it is kept: one for each item, step and workflow, however often it failed. Format, logics and write
/// count as one step, save where an item may have arrived.
#[derive(Debug, Clone)]
pub struct StoredLetter {
    /// Its number in this home; later failures have greater ones.
    pub number: i64,
    /// The last failure, with the attempts of all.
    pub letter: DeadLetter,
    /// When it failed first.
    pub first_at: Timestamp,
    /// Whether it is of a step that the target [rejected](super::StepState::Rejected): no run sends it again by itself.
    pub rejected: bool,
    /// Whether a later run has delivered the item or found it unchanged, and has left the rejected step out: it needs no more
    /// attention.
    pub known: bool,
}

/// Which dead letters are meant. What is not given, does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterFilter {
    /// Of this workflow.
    pub workflow_id: Option<String>,
    /// Given up by this run at last.
    pub run_id: Option<String>,
    /// Of this item: its whole key, or what follows its source.
    pub key: Option<String>,
    /// Failed for this kind of error.
    pub kind: Option<ErrorKind>,
}

impl LetterFilter {
    /// Whether a letter is meant.
    pub fn takes(&self, letter: &DeadLetter) -> bool {
        self.workflow_id.as_ref().is_none_or(|wanted| letter.workflow_id == *wanted)
            && self.run_id.as_ref().is_none_or(|wanted| letter.run_id == *wanted)
            && self.key.as_ref().is_none_or(|wanted| letter.key.is(wanted))
            && self.kind.is_none_or(|wanted| letter.kind == wanted)
    }
}
