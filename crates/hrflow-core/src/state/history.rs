//! History: what a home of state can tell of runs, items and dead letters.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeadLetter, LetterFilter, Passage, StoredLetter, StoredReceipt};
use crate::{
    error::{ErrorKind, Result},
    item::{DataType, ItemKey},
    result::{Deliveries, RunResult},
    target::TargetId,
};

/// What a home of state can tell.
///
/// Every method fails with [`ErrorKind::Internal`] where the home cannot be read or written.
#[async_trait]
pub trait History: Send + Sync {
    /// The last runs, newest first: of one workflow, or of all.
    async fn runs(&self, workflow_id: Option<&str>, most: usize) -> Result<Vec<PastRun>>;

    /// The run of an id, or of the beginning of one: the first 20, oldest first, if the beginning fits several.
    async fn run(&self, id: &str) -> Result<Vec<PastRun>>;

    /// All that is known of an item. `wanted` is its key, the part of it after the source, the [digest](ItemKey::short) that
    /// logs have in its place, the vendor's id of its record, or its email address: the one it was sent with, or one in its
    /// dead letters.
    async fn items(&self, wanted: &str) -> Result<Vec<ItemHistory>>;

    /// The dead letters that `filter` means, oldest first: at most `most` of those with a number above `after`.
    async fn dead_letters(&self, filter: &LetterFilter, after: i64, most: usize)
    -> Result<Vec<StoredLetter>>;

    /// Items that could not be delivered to `target`, or not with all their steps: of each that has a letter which
    /// `filter` means, the newest letter of that workflow. At most `most` of those with a number above `after`, in order.
    async fn undelivered(
        &self,
        filter: &LetterFilter,
        target: &TargetId,
        after: i64,
        most: usize,
    ) -> Result<Vec<StoredLetter>>;

    /// The number of the newest dead letter; 0 where there is none.
    async fn newest_letter(&self) -> Result<i64>;

    /// Drops the dead letters that `filter` means, and with those of an unknown outcome what the journal remembers of
    /// the request: the item is sent again when it comes by. Answers how many letters there were.
    async fn drop_dead_letters(&self, filter: &LetterFilter) -> Result<u64>;

    /// Receipts in a stable order: at most `most` of those that come after `after`, as the last answer's
    /// [`Delivered::number`] says.
    async fn receipts(&self, after: i64, most: usize) -> Result<Vec<Delivered>>;
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStage {
    /// It is under way.
    Running,
    /// It ended without a result: it was killed, or the machine stopped.
    BrokenOff,
    /// It has a result.
    Finished,
}

/// A run of the past, or one that is under way.
#[derive(Debug, Clone, Serialize)]
pub struct PastRun {
    /// Its id.
    pub run_id: String,
    /// The workflow it is a run of.
    pub workflow_id: String,
    /// The connector's id.
    pub connector: String,
    /// The action's name.
    pub action: String,
    /// How far it has come.
    pub stage: RunStage,
    /// When it started.
    pub started_at: Timestamp,
    /// How it ended, with its [deliveries](RunResult::deliveries) where they are known.
    pub result: Option<RunResult>,
    /// How it delivered its items; `None` where it has no result, or an earlier version stored it.
    pub deliveries: Option<Deliveries>,
}

/// All that is known of one item at one target.
#[derive(Debug, Clone)]
pub struct ItemHistory {
    /// Where it is, or was to be, delivered to.
    pub target: TargetId,
    /// What it is.
    pub data_type: DataType,
    /// What it is known by in its origin.
    pub key: ItemKey,
    /// The last receipt, with its steps.
    pub receipt: Option<StoredReceipt>,
    /// What was sent without an answer, and when: `write`, or the name of a step.
    pub unanswered: Vec<(String, Timestamp)>,
    /// What runs made of it, oldest first.
    pub passages: Vec<PastPassage>,
    /// What could not be delivered.
    pub dead_letters: Vec<StoredLetter>,
}

/// What one run made of an item or step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastPassage {
    /// The run.
    pub run_id: String,
    /// The workflow it is a run of.
    pub workflow_id: String,
    /// When.
    pub at: Timestamp,
    /// `write`, or the name of a step; where it failed before that, `format` or `logics`.
    pub step: String,
    /// What became of it.
    pub passage: Passage,
    /// The kind of error, where it failed.
    pub kind: Option<ErrorKind>,
}

/// A receipt with what it is for.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// Its place in the order of [`History::receipts`].
    pub number: i64,
    /// Where it was delivered to.
    pub target: TargetId,
    /// What it is.
    pub data_type: DataType,
    /// What it is known by in its origin.
    pub key: ItemKey,
    /// The receipt.
    pub receipt: StoredReceipt,
}

impl DeadLetter {
    /// Whether it is about the same item, in the same workflow.
    pub(super) fn is_of_same_item(&self, other: &Self) -> bool {
        self.workflow_id == other.workflow_id
            && self.target == other.target
            && self.data_type == other.data_type
            && self.key == other.key
    }

    /// Whether it takes another's place: of the same step, or of the item as a whole where that did not arrive for
    /// certain.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        let same_step = self.step == other.step
            || (self.is_of_item() && other.is_of_item() && other.kind != ErrorKind::OutcomeUnknown);
        self.is_of_same_item(other) && same_step
    }

    /// Whether it is about the item as a whole, and not about one of its steps.
    pub(super) fn is_of_item(&self) -> bool {
        ITEM_STEPS.contains(&self.step.as_str())
    }
}

/// How many runs [`History::run`] returns at most.
pub(super) const MOST_RUNS_OF_PREFIX: usize = 20;

/// Where an item as a whole can fail.
pub(crate) const ITEM_STEPS: [&str; 4] = ["read", "format", "logics", "write"];
