//! Targets: the side of an action that items are written to.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    check::Finding,
    consent::Consent,
    error::Result,
    http::RateLimit,
    item::{Identity, TargetItem},
    options::{OnExisting, Options},
    parameters::Parameters,
    receipt::{Found, Receipt, Step, StepTrace, Trace, VendorId},
    state::Grants,
    warehouse::Warehouse,
};

/// A place that items are delivered to: vendor, host, tenant or database, without secrets. The
/// journal knows an item's fate by it, so it stays the same when a key is renewed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TargetId(pub String);

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a target can do. Options that it cannot follow are refused; documents and the behaviour
/// tests read it too.
#[derive(Debug, Clone, Serialize)]
pub struct Capabilities {
    /// Whether records that exist can be changed (`on_existing: update`).
    pub update: bool,
    /// Whether documents can be sent.
    pub attachments: bool,
    /// How many writes are in flight unless the user says otherwise.
    pub concurrency: usize,
    /// How many items travel in one write at the most.
    pub batch_size: usize,
    /// The vendor's published limit.
    #[serde(serialize_with = "as_text")]
    pub rate_limit: Option<RateLimit>,
    /// Whether [`Writer::find`] can tell for an item that has no e-mail address.
    pub find_without_email: bool,
}

fn as_text<S: serde::Serializer>(limit: &Option<RateLimit>, serializer: S) -> Result<S::Ok, S::Error> {
    limit.as_ref().map(ToString::to_string).serialize(serializer)
}

/// What a target gets to open its writer.
pub struct OpenContext {
    /// The options of the run.
    pub options: Options,
    /// The limit to keep: the user's, else the vendor's published one, else none.
    pub rate_limit: Option<RateLimit>,
    /// Where OAuth grants are kept.
    pub grants: Arc<dyn Grants>,
}

/// A warehouse that items can be written to.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// What a user says to write to it.
    type Parameters: Parameters;
    /// Its items.
    type Item: TargetItem;

    /// Which warehouse it writes.
    fn warehouse(&self) -> Warehouse;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Logs in and makes ready to write; once per run.
    ///
    /// # Errors
    ///
    /// Whatever keeps every item from being written: refused credentials, an unreachable host.
    async fn open(
        &self,
        parameters: Self::Parameters,
        context: OpenContext,
    ) -> Result<Arc<dyn Writer<Self::Item>>>;

    /// How a person consents to being written to, where the target asks for that (OAuth 2.0, authorization code):
    /// what `hrflow auth` needs. None by default. No request is made.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) where the parameters do not lead to an address to consent at.
    fn consent(
        &self,
        _parameters: Self::Parameters,
        _context: OpenContext,
    ) -> Result<Option<Box<dyn Consent>>> {
        Ok(None)
    }

    /// The body that would be sent for an item, for a dry run. No request is made.
    fn preview(&self, parameters: &Self::Parameters, item: &Self::Item) -> Value;
}

/// One item to write.
pub struct Write<'a, I> {
    /// The item, after format and logics.
    pub item: &'a I,
    /// The record that an earlier run delivered this item to. It is changed if it is still there.
    pub known: Option<&'a VendorId>,
    /// What to do with a record that exists already.
    pub on_existing: OnExisting,
    /// Whether documents may go along with the item.
    pub attachments: bool,
}

/// An open target. All tasks of a run share it.
#[async_trait]
pub trait Writer<I: TargetItem>: Send + Sync {
    /// Where it writes to.
    fn target_id(&self) -> &TargetId;

    /// The time at the target, which traces are stamped with. A target that tells its time overrides this, with a
    /// [`VendorClock`](crate::http::VendorClock) for instance: a clock of ours that is set then misleads no look-up.
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// What makes two items one record at this target: the normalised e-mail address, where there is one.
    fn identity(&self, item: &I) -> Option<Identity>;

    /// What to remember of each item before it is sent, so that [`find`](Self::find) can look for it.
    ///
    /// # Errors
    ///
    /// Where that takes a request and the request fails.
    async fn trace(&self, items: &[&I]) -> Result<Vec<Value>>;

    /// Writes a batch and answers item by item, in order. An error with
    /// [`Execution::Unknown`](crate::Execution::Unknown) says that the item may have arrived.
    async fn write(&self, batch: &[Write<'_, I>]) -> Vec<Result<Receipt>>;

    /// Looks for an item that was sent without an answer.
    ///
    /// # Errors
    ///
    /// Where the look-up itself fails.
    async fn find(&self, trace: &Trace) -> Result<Found>;

    /// By how much look-ups lag behind writes. Until that time has passed since the last try,
    /// *absent* counts as *cannot tell*.
    fn lookup_lag(&self) -> Duration {
        Duration::ZERO
    }

    /// The steps that belong to an item once it is written.
    fn steps(&self, _item: &I) -> Vec<Step> {
        Vec::new()
    }

    /// The names of the steps that went along with an item whose record [`find`](Self::find) found: a résumé
    /// inside a create request whose answer was lost.
    ///
    /// # Errors
    ///
    /// Where the look-up itself fails; the item is then looked for again later, and no step is sent before.
    async fn steps_along(&self, _item: &I, _id: &VendorId) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Does one step for the record `id`.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    async fn write_step(&self, item: &I, id: &VendorId, step: &Step) -> Result<()>;

    /// Looks for a step that was done without an answer.
    ///
    /// # Errors
    ///
    /// Where the look-up itself fails.
    async fn find_step(&self, trace: &StepTrace) -> Result<Found>;

    /// Logs in and looks whether items can be written, without writing. Returns what it found, a line each;
    /// what makes a run worse without stopping it is a warning.
    ///
    /// # Errors
    ///
    /// What a run would fail with.
    async fn check(&self) -> Result<Vec<Finding>>;
}
