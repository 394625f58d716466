//! Origins: the warehouses from which actions read items.

use async_trait::async_trait;
use futures::stream::BoxStream;
use schemars::JsonSchema;

use crate::{
    check::Finding,
    error::{Error, Result},
    item::{Item, ItemKey},
    options::Options,
    parameters::Parameters,
    warehouse::Warehouse,
    warning::Warning,
};

/// A stream of the items read. An error that is followed by further elements concerns one item. An error as the last
/// element means that the remaining items could not be read.
pub type ItemStream<I> = BoxStream<'static, Result<I>>;

/// The order in which an incremental origin returns items. It determines when the cursor moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOrder {
    /// Oldest first: the cursor follows the settled items, without gaps.
    OldestFirst,
    /// Newest first: the cursor moves to the first item of the run, once the stream has ended and all items are
    /// settled.
    NewestFirst,
}

/// Why an origin rejects one of its items.
#[derive(Debug)]
pub enum Rejection {
    /// A field is damaged that must not be repaired. The item counts as `read_failure`.
    Unreadable(Error),
    /// There is nothing to send. The item counts as `format_failure`.
    Empty(Error),
}

impl Rejection {
    /// The step at which the item fails, as dead letters name it, and the error.
    pub(crate) fn into_parts(self) -> (&'static str, Error) {
        match self {
            Self::Unreadable(error) => ("read", error),
            Self::Empty(error) => ("format", error),
        }
    }
}

/// The run's data for [`Origin::read`], besides the origin's parameters.
#[derive(Debug, Clone, Default)]
pub struct ReadRequest {
    /// The position from which to continue in read mode `incremental`: the `read_from` of the last run. `None` on its
    /// first run, and in `sync`.
    pub read_from: Option<String>,
    /// The options of the run.
    pub options: Options,
}

/// A warehouse from which items can be read.
#[async_trait]
pub trait Origin: Send + Sync + 'static {
    /// The parameters of the origin in a workflow file.
    type Parameters: Parameters;
    /// The items of the origin.
    type Item: Item + JsonSchema;

    /// Returns the warehouse. Makes no request.
    fn warehouse(&self) -> Warehouse;

    /// Returns the key of an item. It must be the same in all runs and unique within the origin, because the journal
    /// uses it. Makes no request and must not block.
    fn key(&self, item: &Self::Item) -> ItemKey;

    /// Starts reading and returns the stream of items. The method can make requests for the first items.
    ///
    /// The stream owns its parameters and connections. It reads on demand: the engine polls it only if it has room for
    /// more items. The stream must keep only the data of its next items in memory. In incremental mode, it returns the
    /// items since [`ReadRequest::read_from`], in the order of [`incremental`](Self::incremental). It may repeat items:
    /// the journal skips those that are unchanged.
    ///
    /// The origin retries its own requests, because the engine never reads again. The engine drops the future or the
    /// stream when the run stops.
    ///
    /// # Errors
    ///
    /// The error that prevents the first item from being read, such as a rejected key or an unknown source. It stops
    /// the run. Later errors are elements of the stream. They count as `read_failure`, and the run continues with the
    /// next element. If the last element is an error, a newest-first cursor does not move.
    async fn read(
        &self,
        parameters: Self::Parameters,
        request: ReadRequest,
    ) -> Result<ItemStream<Self::Item>>;

    /// Logs in and checks that the parameters are usable, without reading the items. `hrflow check` calls this. Returns
    /// one finding per line. A warning describes a problem that does not prevent runs.
    ///
    /// # Errors
    ///
    /// The error with which a run would fail.
    async fn check(&self, parameters: Self::Parameters, options: &Options) -> Result<Vec<Finding>>;

    /// Returns the repairs of an item while it was read. The engine adds them to the item's warnings. Makes no request
    /// and must not block.
    fn warnings(&self, _item: &Self::Item) -> Vec<Warning> {
        Vec::new()
    }

    /// Checks that an item can be sent. The engine calls this before the format. Makes no request and must not block.
    ///
    /// # Errors
    ///
    /// The reason for the rejection. The item then becomes a dead letter under its key and is never written.
    fn vet(&self, _item: &Self::Item) -> Result<(), Rejection> {
        Ok(())
    }

    /// Returns the order of items in incremental mode, or `None` if the origin cannot continue from a position.
    fn incremental(&self) -> Option<ReadOrder> {
        None
    }

    /// Returns the position of an item, from which a later run continues. The engine stores it as an opaque text for
    /// each workflow and target, once the cursor may move to it. `None` keeps the cursor unchanged.
    ///
    /// # Errors
    ///
    /// If the item lacks the data of its position. The error is reported, the item is still delivered, and the cursor
    /// does not move to it.
    fn read_from(&self, _item: &Self::Item) -> Result<Option<String>> {
        Ok(None)
    }
}
