//! Targets: the warehouses to which actions write items.

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
    receipt::{Confirmation, Found, Receipt, Step, StepDue, StepTrace, Trace, Unconfirmed, VendorId},
    state::Grants,
    warehouse::Warehouse,
};

/// The identity of a target: vendor, host, tenant or database, without secrets. The journal stores the outcome of items
/// under it. It must therefore stay the same when credentials are renewed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TargetId(pub String);

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The features of a target. The engine rejects options that it does not support. Documentation and the behaviour tests
/// read them too.
#[derive(Debug, Clone, Serialize)]
pub struct Capabilities {
    /// Whether existing records can be updated (`on_existing: update`).
    pub update: bool,
    /// Whether documents can be sent.
    pub attachments: bool,
    /// The default number of writes in flight. 0 counts as 1.
    pub concurrency: usize,
    /// The largest number of items in one call of [`Writer::write`]. 0 counts as 1.
    pub batch_size: usize,
    /// The vendor's published limit.
    #[serde(serialize_with = "as_text")]
    pub rate_limit: Option<RateLimit>,
    /// Whether [`Writer::find`] is conclusive for an item without an email.
    pub find_without_email: bool,
}

fn as_text<S: serde::Serializer>(limit: &Option<RateLimit>, serializer: S) -> Result<S::Ok, S::Error> {
    limit.as_ref().map(ToString::to_string).serialize(serializer)
}

/// The run's data for [`Target::open`].
pub struct OpenContext {
    /// The options of the run.
    pub options: Options,
    /// The rate limit to keep: the user's, else the vendor's published one. `None` disables it.
    pub rate_limit: Option<RateLimit>,
    /// The store of OAuth grants.
    pub grants: Arc<dyn Grants>,
}

/// A warehouse to which items can be written.
///
/// The engine calls [`open`](Self::open) once per run and then uses only the [`Writer`].
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// The parameters of the target in a workflow file.
    type Parameters: Parameters;
    /// The items of the target.
    type Item: TargetItem;

    /// Returns the warehouse. Makes no request.
    fn warehouse(&self) -> Warehouse;

    /// Returns the features of the target. Makes no request.
    fn capabilities(&self) -> Capabilities;

    /// Logs in and returns the writer of a run.
    ///
    /// The engine calls this once per run, before it reads the origin, and does not retry it. The writer keeps what it
    /// needs of `parameters` and `context`, which it owns. If the run is cancelled, the engine drops the returned
    /// future at any await. It must therefore not write items.
    ///
    /// # Errors
    ///
    /// Any error ends the run with the status `fatal`. [`ErrorKind::Config`](crate::ErrorKind::Config) means bad
    /// parameters, all other kinds a failed write, such as rejected credentials or an unreachable host.
    async fn open(
        &self,
        parameters: Self::Parameters,
        context: OpenContext,
    ) -> Result<Arc<dyn Writer<Self::Item>>>;

    /// Returns the user's consent that the target requires (OAuth 2.0, authorization code), for `hrflow auth`. The
    /// default is `None`. Makes no request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the parameters give no authorization address.
    fn consent(
        &self,
        _parameters: Self::Parameters,
        _context: OpenContext,
    ) -> Result<Option<Box<dyn Consent>>> {
        Ok(None)
    }

    /// Returns the request body of an item, for a dry run. Makes no request.
    fn preview(&self, parameters: &Self::Parameters, item: &Self::Item) -> Value;
}

/// One item to write.
pub struct Write<'a, I> {
    /// The item, after format and logics.
    pub item: &'a I,
    /// The id of the item's record, from the journal or a lookup. It is set only with `on_existing: update`. The writer
    /// updates this record, or creates a new one if it was deleted.
    pub known: Option<&'a VendorId>,
    /// What to do with an existing record.
    pub on_existing: OnExisting,
    /// Whether documents may be sent in the same request as the item.
    pub attachments: bool,
}

/// An open target, shared by all tasks of a run.
///
/// # Calls
///
/// For each item, the engine calls [`identity`](Self::identity), [`trace`](Self::trace) and [`write`](Self::write). It
/// then calls [`write_step`](Self::write_step) for each step that is due. All methods can be called concurrently. Items
/// of the same key or identity are never in one batch, and never in progress at the same time. This includes other runs
/// with the same state.
///
/// # Retries
///
/// The engine retries an item or a step if its error is [retryable](crate::Error::is_retryable), within the run's
/// `attempts` and `deadline`. An error context `attempts` counts against the run's `attempts`. The engine waits with
/// exponential backoff, and at least the error's [`retry_after`](crate::Error::retry_after). After
/// [`Execution::Unknown`](crate::Execution::Unknown), it calls [`find`](Self::find) or [`find_step`](Self::find_step)
/// before it retries. Idempotent steps are repeated without a lookup.
///
/// # Deadline and cancellation
///
/// Each batch has a [budget](crate::http::budget) with the item's deadline and the run's cancel token. Requests of a
/// [`Client`](crate::http::Client) obey it. Other waits of a writer must obey it too. The engine does not drop the
/// future of a call when the run is cancelled: it waits for the end of the call. It drops the future only after the
/// run's grace period. The stored intent then lets a later run determine the outcome.
///
/// # Panics
///
/// A panic in [`trace`](Self::trace) or in a method that is not async stops the run. A panic in another async method is
/// an error of the item, with [`Execution::Unknown`](crate::Execution::Unknown).
#[async_trait]
pub trait Writer<I: TargetItem>: Send + Sync {
    /// Returns the identity of the target. It must be the same in all runs with the same account.
    fn target_id(&self) -> &TargetId;

    /// Returns the time at the target, for intents. The default is the local clock. A target that has the vendor's
    /// time returns that, for example with a [`VendorClock`](crate::http::VendorClock). Changes of the local clock then
    /// do not affect lookups.
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Returns the identity of an item at this target, usually the normalised email. Items of equal identity can be
    /// the same record, so that they are written one after another. `None` means that the item matches no other.
    ///
    /// Makes no request and must not block. Equal items have equal identities in all runs.
    fn identity(&self, item: &I) -> Option<Identity>;

    /// Returns the details that [`find`](Self::find) needs to recognise each item. The engine stores them durably, with
    /// the time and the item's hash, before it calls [`write`](Self::write). They should be digests rather than
    /// personal data.
    ///
    /// The result must have the length and order of `items`. The method must not write. The engine can call it more
    /// than once for an item.
    ///
    /// # Errors
    ///
    /// If the details require a request and it fails. Nothing was sent. An error of [`Scope::Run`](crate::Scope::Run)
    /// or [`ErrorKind::Internal`](crate::ErrorKind::Internal) stops the run. After
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), the items stay unsettled. All other errors become dead
    /// letters of the items in this call, without a retry.
    async fn trace(&self, items: &[&I]) -> Result<Vec<Value>>;

    /// Writes a batch. Returns one result for each item, in the order of `batch`. If the number of results differs, the
    /// outcome of all items is unknown.
    ///
    /// The batch has 1 to [`Capabilities::batch_size`] items, and a retry has 1. Results are independent: an error of
    /// one item does not concern the others. After an error with [`Execution::No`](crate::Execution::No), the target
    /// must hold nothing of the item.
    ///
    /// The engine stores the receipt, and settles the item after its steps. The first of these that applies to an error
    /// decides what happens next:
    ///
    /// - [`Execution::Unknown`](crate::Execution::Unknown): the item may have arrived. The engine calls
    ///   [`find`](Self::find).
    /// - [`Scope::Run`](crate::Scope::Run): the run stops, and the item stays unsettled.
    /// - [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled): the item stays unsettled.
    /// - A retryable error: the engine writes the item again, as described for the trait.
    /// - All others, and the error after the last attempt, become a dead letter.
    async fn write(&self, batch: &[Write<'_, I>]) -> Vec<Result<Receipt>>;

    /// Searches for an item whose write has no known outcome. It must not write.
    ///
    /// The engine calls this in the same run after a lost response, or in a later run with the stored trace. It also
    /// calls it with the trace of an item that was never sent, to search for a record of its identity. While
    /// [`lookup_lag`](Self::lookup_lag) has not passed since the last possible request, it repeats the call after
    /// [`Found::Absent`]. Records of other items only count as [`Found::Absent`].
    ///
    /// # Errors
    ///
    /// If the lookup fails. An error of [`Scope::Run`](crate::Scope::Run) stops the run. After
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), the item stays unsettled. After all other errors, the
    /// outcome stays unknown: the item becomes a dead letter and its trace stays stored.
    async fn find(&self, trace: &Trace) -> Result<Found>;

    /// Returns the longest time after a write during which a lookup may not find it. Until then, the engine does not
    /// treat [`Found::Absent`] as conclusive.
    fn lookup_lag(&self) -> Duration {
        Duration::ZERO
    }

    /// Returns the steps of an item, which are sent after it, in this order. Names must be unique within the item.
    /// Makes no request and must not block.
    fn steps(&self, _item: &I) -> Vec<Step> {
        Vec::new()
    }

    /// Returns the records that a step of [`steps`](Self::steps) is due at. It makes no request.
    fn due(&self, _step: &Step) -> StepDue {
        StepDue::default()
    }

    /// Returns the names of the steps that were sent in the same request as an item, such as a résumé. The engine calls
    /// this for the record `id` that [`find`](Self::find) found after a lost response. It must not write. Cancellation
    /// does not stop it, but no request starts after the deadline.
    ///
    /// # Errors
    ///
    /// If the lookup fails. No step is sent, the outcome stays unknown, and a later run searches again. See
    /// [`find`](Self::find).
    async fn steps_along(&self, _item: &I, _id: &VendorId) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Writes one step for the record `id`. The engine calls this after it has stored the item's receipt, with one step
    /// at a time for each item. It stores an intent before the first attempt.
    ///
    /// # Errors
    ///
    /// Retryable errors are retried, as described for the trait. [`Scope::Run`](crate::Scope::Run) and
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) end the item's steps, and a later run continues with this
    /// step. After all other errors, the step becomes a dead letter, and the engine continues with the next step.
    /// After a [permanent](crate::Error::is_permanent) error, later runs skip a step of the same name and identity. A
    /// resend of the item or a retry of the dead letter sends it again.
    async fn write_step(&self, item: &I, id: &VendorId, step: &Step) -> Result<()>;

    /// Searches for a step whose write has no known outcome. It must not write. [`Found::Ours`] means that the step
    /// arrived. [`Found::Someone`] counts as [`Found::Absent`]. Idempotent steps are never searched for.
    ///
    /// # Errors
    ///
    /// If the lookup fails. The outcome of the step then stays unknown, and the step becomes a dead letter. An error of
    /// [`Scope::Run`](crate::Scope::Run) or [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) stops the item's
    /// steps instead, and a later run continues with this step.
    async fn find_step(&self, trace: &StepTrace) -> Result<Found>;

    /// Checks records with something that the vendor handles after its response. Returns one result for each record, in
    /// the order of `records`. It must not write.
    ///
    /// The engine calls this at the end of a run that is neither cancelled nor stopped by an error, before the run's
    /// result. It passes every record of the target that no run has confirmed so far, in the order of their items in the
    /// journal and in several calls if there are many. Cancellation drops the future. The default confirms all.
    ///
    /// # Errors
    ///
    /// If the lookup fails. The run logs it, and the next run checks the records.
    async fn confirm(&self, records: &[Unconfirmed]) -> Result<Vec<Confirmation>> {
        Ok(records.iter().map(|_| Confirmation::Confirmed).collect())
    }

    /// Checks that the target accepts this login and its options, without writing items. `hrflow check` calls this
    /// after [`Target::open`]. Returns one finding per line. A warning describes a problem that does not prevent runs.
    ///
    /// # Errors
    ///
    /// The error with which a run would fail.
    async fn check(&self) -> Result<Vec<Finding>>;
}
