//! Dead letters: what could not be delivered, kept until it is, is dropped, or expires.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::ErrorKind,
    item::{DataType, ItemKey},
    target::TargetId,
};

/// An item or step that could not be delivered.
#[derive(Clone, Serialize, Deserialize)]
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
    pub item: Value,
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
