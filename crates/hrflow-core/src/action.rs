//! Actions: an origin, a format, logics and a target under a name.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
};

use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    engine::{self, BoxError, Environment, FormatFn, LogicFn, Plan, Source},
    error::Result,
    mapping::MappingRow,
    options::Options,
    origin::{ItemStream, Origin},
    result::RunResult,
    target::Target,
};

/// What sets an action off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TriggerType {
    /// A schedule: the action reads whatever there is.
    Schedule,
    /// An event about one item.
    Hook,
}

/// Which way items go, seen from HrFlow.ai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionType {
    /// To HrFlow.ai.
    Inbound,
    /// From HrFlow.ai.
    Outbound,
}

/// Where a run starts to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReadMode {
    /// Reads as asked.
    #[default]
    Sync,
    /// Reads on from where the last run ended.
    Incremental,
}

/// A named default format, and where it stands in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FormatName {
    /// The function's name.
    pub name: &'static str,
    /// The file it stands in, from the root of the repository.
    pub source: &'static str,
}

/// Called once a run is over, with its result.
pub type Callback = Box<dyn FnOnce(RunResult) -> BoxFuture<'static, Result<(), BoxError>> + Send>;

/// The way of items from an origin to a target.
pub struct Action<O: Origin, T: Target> {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) trigger_type: TriggerType,
    pub(crate) action_type: ActionType,
    pub(crate) origin: Arc<O>,
    pub(crate) target: Arc<T>,
    pub(crate) format_name: FormatName,
    pub(crate) format: FormatFn<O::Item, T::Item>,
    pub(crate) mapping: &'static [MappingRow],
}

/// What an action says about itself.
#[derive(Debug, Clone, Copy)]
pub struct ActionInfo {
    /// Its name, such as `push_profile`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// What sets it off.
    pub trigger_type: TriggerType,
    /// Which way its items go.
    pub action_type: ActionType,
}

impl<O: Origin, T: Target> Action<O, T> {
    /// An action whose items are formatted by `format` unless a run says otherwise.
    pub fn new(
        info: ActionInfo,
        origin: O,
        target: T,
        format_name: FormatName,
        format: fn(&O::Item) -> Result<T::Item>,
    ) -> Self {
        Self {
            name: info.name,
            description: info.description,
            trigger_type: info.trigger_type,
            action_type: info.action_type,
            origin: Arc::new(origin),
            target: Arc::new(target),
            format_name,
            format: Arc::new(move |item| format(item).map_err(Into::into)),
            mapping: &[],
        }
    }

    /// With the table of what its default format makes of an item, for documents.
    #[must_use]
    pub fn with_mapping(mut self, rows: &'static [MappingRow]) -> Self {
        self.mapping = rows;
        self
    }

    /// A run that reads the origin's warehouse.
    pub fn run(&self, origin: O::Parameters, target: T::Parameters) -> Run<O, T> {
        self.run_from(Source::Warehouse(origin), target)
    }

    /// A run over items that the caller has read.
    pub fn run_items(&self, items: ItemStream<O::Item>, target: T::Parameters) -> Run<O, T> {
        self.run_from(Source::Items(items), target)
    }

    pub(crate) fn run_from(&self, source: Source<O>, target_parameters: T::Parameters) -> Run<O, T> {
        Run(Plan {
            connector: String::new(),
            action: self.name.to_owned(),
            workflow_id: String::new(),
            read_mode: ReadMode::Sync,
            origin: self.origin.clone(),
            target: self.target.clone(),
            source,
            target_parameters,
            format: self.format.clone(),
            logics: Vec::new(),
            callback: None,
            options: Options::default(),
            environment: Environment::default(),
        })
    }
}

/// A run to be: set what differs from the defaults, then `.await` it. It always ends in a
/// [`RunResult`].
#[must_use = "a run does nothing until it is awaited"]
pub struct Run<O: Origin, T: Target>(Plan<O, T>);

impl<O: Origin, T: Target> Run<O, T> {
    /// The connector that the result names.
    pub fn connector(mut self, id: impl Into<String>) -> Self {
        self.0.connector = id.into();
        self
    }

    /// The workflow that this is a run of.
    pub fn workflow_id(mut self, id: impl Into<String>) -> Self {
        self.0.workflow_id = id.into();
        self
    }

    /// Where to start to read.
    pub fn read_mode(mut self, mode: ReadMode) -> Self {
        self.0.read_mode = mode;
        self
    }

    /// A format of your own in place of the default one.
    pub fn format(
        mut self,
        format: impl Fn(&O::Item) -> Result<T::Item, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.0.format = Arc::new(format);
        self
    }

    /// One more logic: it keeps a formatted item, changes it, or discards it by answering `None`.
    pub fn logic(
        mut self,
        logic: impl Fn(T::Item) -> Result<Option<T::Item>, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.0.logics.push(Arc::new(logic));
        self
    }

    /// Something to do with the result once the run is over.
    pub fn callback<F>(mut self, callback: impl FnOnce(RunResult) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.0.callback = Some(Box::new(|result| Box::pin(callback(result))));
        self
    }

    /// How to go about it.
    pub fn options(mut self, options: Options) -> Self {
        self.0.options = options;
        self
    }

    /// Where state lives, who may stop the run, who watches it.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.0.environment = environment;
        self
    }

    pub(crate) fn with_format(mut self, format: FormatFn<O::Item, T::Item>) -> Self {
        self.0.format = format;
        self
    }

    pub(crate) fn with_logics(mut self, logics: Vec<LogicFn<T::Item>>) -> Self {
        self.0.logics = logics;
        self
    }

    pub(crate) fn with_callback(mut self, callback: Option<Callback>) -> Self {
        self.0.callback = callback;
        self
    }
}

impl<O: Origin, T: Target> IntoFuture for Run<O, T> {
    type Output = RunResult;
    type IntoFuture = Pin<Box<dyn Future<Output = RunResult> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(engine::run(self.0))
    }
}
