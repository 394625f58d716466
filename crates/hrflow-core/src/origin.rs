//! Origins: the side of an action that items are read from.

use async_trait::async_trait;
use futures::stream::BoxStream;
use schemars::JsonSchema;

use crate::{
    check::Finding,
    error::Result,
    item::{Item, ItemKey},
    options::Options,
    parameters::Parameters,
    warehouse::Warehouse,
    warning::Warning,
};

/// A stream of items as they are read. An error that is followed by more concerns one item; an
/// error that is the last word means that the rest could not be read.
pub type ItemStream<I> = BoxStream<'static, Result<I>>;

/// In which order an origin that can read on hands out its items: it decides when the cursor moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOrder {
    /// Oldest first: the cursor follows the settled items.
    OldestFirst,
    /// Newest first: the cursor moves to the first item of the run once the stream has ended at the old one.
    NewestFirst,
}

/// What a run asks of an origin, beside the origin's parameters.
#[derive(Debug, Clone, Default)]
pub struct ReadRequest {
    /// In read mode `incremental`, the `read_from` of the last run. `None` on its first run, and in `sync`.
    pub read_from: Option<String>,
    /// The options of the run.
    pub options: Options,
}

/// A warehouse that items can be read from.
#[async_trait]
pub trait Origin: Send + Sync + 'static {
    /// What a user says to read from it.
    type Parameters: Parameters;
    /// Its items.
    type Item: Item + JsonSchema;

    /// Which warehouse it reads.
    fn warehouse(&self) -> Warehouse;

    /// What an item is known by.
    fn key(&self, item: &Self::Item) -> ItemKey;

    /// Starts reading. Nothing is held but what the stream needs for its next items.
    ///
    /// # Errors
    ///
    /// Whatever keeps the first item from being read: a refused key, an unknown source.
    async fn read(
        &self,
        parameters: Self::Parameters,
        request: ReadRequest,
    ) -> Result<ItemStream<Self::Item>>;

    /// Logs in and looks whether the parameters can be read with, without reading. Returns what it
    /// found, a line each; what makes a run worse without stopping it is a warning.
    ///
    /// # Errors
    ///
    /// What a run would fail with.
    async fn check(&self, parameters: Self::Parameters, options: &Options) -> Result<Vec<Finding>>;

    /// Returns what was repaired in an item while it was read. The engine adds it to the warnings of the item.
    fn warnings(&self, _item: &Self::Item) -> Vec<Warning> {
        Vec::new()
    }

    /// Checks that an item holds something to send. The engine calls it before the format.
    ///
    /// # Errors
    ///
    /// Why the item is rejected: it then counts as `format_failure`, becomes a dead letter and is never written.
    fn vet(&self, _item: &Self::Item) -> Result<()> {
        Ok(())
    }

    /// Whether it can read on from where the last run ended, and in which order it then hands out items.
    fn incremental(&self) -> Option<ReadOrder> {
        None
    }

    /// The position of an item, to read on from.
    ///
    /// # Errors
    ///
    /// Where the item lacks what its position is made of.
    fn read_from(&self, _item: &Self::Item) -> Result<Option<String>> {
        Ok(None)
    }
}
