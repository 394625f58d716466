//! State: what outlives an item, and in a durable home a run.
//!
//! The engine knows only these traits. A home groups the commits of concurrent calls, so that
//! durability costs little; each call returns when what it was told is as durable as the home makes it.

mod dead_letter;
mod history;
mod journal;
mod memory;
mod no_grants;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

#[cfg(feature = "sqlite")]
pub use self::sqlite::{Keep, SqliteState};
pub use self::{
    dead_letter::{DeadLetter, LetterFilter, Payload, StoredLetter},
    history::{Delivered, History, ItemHistory, PastPassage, PastRun, RunStage},
    journal::{
        Claim, ClaimRequest, Entry, Intent, IntentTrace, JournalKey, KnownStep, Passage, Record,
        SameIdentity, StepState, StoredReceipt,
    },
    memory::MemoryState,
};
pub(crate) use self::{
    history::ITEM_STEPS,
    no_grants::{NoGrants, UNUSED},
};

use crate::{
    error::Result,
    item::{DataType, ItemKey},
    receipt::VendorId,
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
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) where another run owns the cursor; [`ErrorKind::Internal`](crate::ErrorKind::Internal) where the home
    /// cannot be read or written.
    async fn begin_run(&self, run: &RunInfo) -> Result<Arc<dyn RunState>>;

    /// The result of the last run of a workflow.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) where the home cannot be read.
    async fn last_result(&self, workflow_id: &str) -> Result<Option<RunResult>>;

    /// Where OAuth grants are kept.
    fn grants(&self) -> Arc<dyn Grants>;

    /// What it can tell of the past.
    fn history(&self) -> Arc<dyn History>;
}

/// What a run says of itself when it starts.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// This run.
    pub run_id: String,
    /// The workflow it is a run of.
    pub workflow_id: String,
    /// The connector's id.
    pub connector: String,
    /// The action's name.
    pub action: String,
    /// When it started.
    pub started_at: Timestamp,
    /// Whether it owns the workflow's cursor.
    pub cursor: bool,
}

/// The state as one run sees it. Its lock is free once this is dropped: traces it leaves without
/// settlement are then orphaned, and the next run that claims their items gets them.
#[async_trait]
pub trait RunState: Send + Sync {
    /// The workflow's cursor for a target: pointed at another account, it starts from the beginning.
    ///
    /// # Errors
    ///
    /// As all methods here: [`ErrorKind::Internal`](crate::ErrorKind::Internal) where the home cannot be read or written.
    async fn cursor(&self, target: &TargetId) -> Result<Option<String>>;

    /// Moves the workflow's cursor for a target.
    async fn save_cursor(&self, target: &TargetId, read_from: &str) -> Result<()>;

    /// Makes this run the owner of items, and of their identities at the target, until the items are settled. Returns for
    /// each item, in order, what the journal knows of it, or [`Claim::Busy`] while another run that is alive owns it or
    /// another item with the same identity, target and data type. Items of this run never exclude each other.
    ///
    /// Each item is claimed with its identity or not at all. Claims never wait: a run that holds claims and gets `Busy` for
    /// others settles the ones it holds before it asks again, so that two runs cannot wait for each other.
    async fn claim(&self, items: &[ClaimRequest]) -> Result<Vec<Claim>>;

    /// Stores traces, before what they stand for is sent.
    async fn intend(&self, intents: &[Intent]) -> Result<()>;

    /// Removes a trace whose request was certainly not executed, or stores what became of it.
    async fn record(&self, records: &[Record]) -> Result<()>;

    /// Which item a vendor's record belongs to, if the journal knows. If several items have a receipt for it: the one that a
    /// run created it for, else the first of them.
    async fn owner_of(
        &self,
        target: &TargetId,
        data_type: DataType,
        id: &VendorId,
    ) -> Result<Option<ItemKey>>;

    /// Receipts of a target with something [unconfirmed](StoredReceipt::unconfirmed_since), of all runs with this state, in
    /// the order of their items: at most `most` of those with a [`Delivered::number`] above `after`.
    async fn unconfirmed(
        &self,
        target: &TargetId,
        data_type: DataType,
        after: i64,
        most: usize,
    ) -> Result<Vec<Delivered>>;

    /// The steps of an item's dead letters of this workflow: `format`, `logics`, `write`, or the names of its own steps.
    async fn open_letters(&self, key: &JournalKey) -> Result<Vec<String>>;

    /// Notes that a logic discarded an item: its dead letters of this workflow go, save where it may have arrived. The note is as durable
    /// as the next thing that is stored: nothing is lost with it, as the item would be discarded again.
    async fn discard(&self, key: &JournalKey) -> Result<()>;

    /// Stores the result and ends the run.
    async fn finish(&self, result: &RunResult) -> Result<()>;
}

/// Where OAuth grants are kept: refresh tokens that change as they are used.
#[async_trait]
pub trait Grants: Send + Sync {
    /// The grant of a client and account.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) where the home cannot be read.
    async fn load(&self, name: &str) -> Result<Option<Secret>>;

    /// Stores a grant, durably, before it returns.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) where the home cannot be written.
    async fn store(&self, name: &str, grant: &Secret) -> Result<()>;

    /// Waits until nobody else, in any process that shares this home, is renewing the grant. It is
    /// free again when the answer is dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) where the home cannot be locked.
    async fn lock(&self, name: &str) -> Result<Box<dyn Send + Sync>>;

    /// Whether grants can be stored. If not, nothing may be exchanged or renewed: the vendor would replace the refresh token, and
    /// the new one would be lost.
    fn can_store(&self) -> bool {
        true
    }
}
