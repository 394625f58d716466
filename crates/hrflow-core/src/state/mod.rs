//! State: what outlives an item, and in a durable home a run.
//!
//! The engine knows only these traits. A home groups the commits of concurrent calls, so that
//! durability costs little; each call returns when what it was told is as durable as the home makes it.

mod memory;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use memory::MemoryState;

use crate::{
    error::{ErrorKind, Result},
    item::{ContentHash, DataType, ItemKey},
    receipt::{Outcome, StepTrace, Trace, VendorId},
    result::RunResult,
    secret::Secret,
    target::TargetId,
};

/// A home for state.
#[async_trait]
pub trait State: Send + Sync {
    /// Starts a run: takes its lock, and the workflow's cursor where `run.cursor` asks for it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] where another run owns the cursor; [`ErrorKind::Internal`] where the home
    /// cannot be read or written.
    async fn begin_run(&self, run: &RunInfo) -> Result<Arc<dyn RunState>>;

    /// The result of the last run of a workflow.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] where the home cannot be read.
    async fn last_result(&self, workflow_id: &str) -> Result<Option<RunResult>>;

    /// Where OAuth grants are kept.
    fn grants(&self) -> Arc<dyn Grants>;
}

/// What a run says of itself when it starts.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// This run.
    pub run_id: String,
    /// The workflow it is a run of.
    pub workflow_id: String,
    /// When it started.
    pub started_at: Timestamp,
    /// Whether it owns the workflow's cursor.
    pub cursor: bool,
}

/// The state as one run sees it. Its lock is free once this is dropped: traces it leaves without
/// settlement are then orphaned, and the next run that claims their items gets them.
#[async_trait]
pub trait RunState: Send + Sync {
    /// The workflow's cursor.
    ///
    /// # Errors
    ///
    /// As all methods here: [`ErrorKind::Internal`] where the home cannot be read or written.
    async fn cursor(&self) -> Result<Option<String>>;

    /// Moves the workflow's cursor.
    async fn save_cursor(&self, read_from: &str) -> Result<()>;

    /// Makes this run the owner of items until they are settled or released. Answers per item what
    /// the journal knows of it, or [`Claim::Busy`] while another run that is alive owns it.
    async fn claim(&self, keys: &[JournalKey]) -> Result<Vec<Claim>>;

    /// Gives claimed items back unsettled. Their traces stay.
    async fn release(&self, keys: &[JournalKey]) -> Result<()>;

    /// Stores traces, before what they stand for is sent.
    async fn intend(&self, intents: &[Intent]) -> Result<()>;

    /// Removes a trace whose request was certainly not executed, or stores what became of it.
    async fn record(&self, records: &[Record]) -> Result<()>;

    /// Which item a vendor's record belongs to, if the journal knows.
    async fn owner_of(
        &self,
        target: &TargetId,
        data_type: DataType,
        id: &VendorId,
    ) -> Result<Option<ItemKey>>;

    /// Stores the result and ends the run.
    async fn finish(&self, result: &RunResult) -> Result<()>;
}

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

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The item is this run's; this is what the journal knows of it.
    Granted(Box<Entry>),
    /// Another run that is alive owns it.
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
    /// The documents and notes that the journal knows of this item.
    pub steps: Vec<KnownStep>,
    /// When.
    pub at: Timestamp,
}

/// A document or note that the journal knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownStep {
    /// The step's name.
    pub name: String,
    /// What made it this document and no other.
    pub identity: String,
    /// Whether it was sent; else it was only seen, at a record that was there before us.
    pub sent: bool,
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
    /// A step is done: its trace goes, and it joins the receipt's steps.
    Step(JournalKey, KnownStep),
    /// The item's request was certainly not executed: its trace goes.
    NotSent(JournalKey),
    /// A step's request was certainly not executed: its trace goes.
    StepNotSent(JournalKey, String),
    /// It could not be delivered. Its trace stays where the fate is unknown.
    DeadLetter(Box<DeadLetter>),
    /// Nothing more is to be done for the item in this run: its claim goes.
    Settled(JournalKey),
}

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

/// Where OAuth grants are kept: refresh tokens that change as they are used.
#[async_trait]
pub trait Grants: Send + Sync {
    /// The grant of a client and account.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] where the home cannot be read.
    async fn load(&self, name: &str) -> Result<Option<Secret>>;

    /// Stores a grant, durably, before it returns.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] where the home cannot be written.
    async fn store(&self, name: &str, grant: &Secret) -> Result<()>;

    /// Waits until nobody else, in any process that shares this home, is renewing the grant. It is
    /// free again when the answer is dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] where the home cannot be locked.
    async fn lock(&self, name: &str) -> Result<Box<dyn Send + Sync>>;
}
