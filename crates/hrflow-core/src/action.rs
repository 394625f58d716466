//! Actions: named combinations of an origin, a format, logics and a target.

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

/// The trigger of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TriggerType {
    /// A schedule: the action reads all items of its origin.
    Schedule,
    /// An event about one item.
    Hook,
}

/// The direction of items, relative to HrFlow.ai.
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

/// A named default format and its source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FormatName {
    /// The function's name.
    pub name: &'static str,
    /// The source file, relative to the root of the repository.
    pub source: &'static str,
}

/// A function that is called after a run, with its result.
pub type Callback = Box<dyn FnOnce(RunResult) -> BoxFuture<'static, Result<(), BoxError>> + Send>;

/// An action, which moves items from an origin to a target.
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

/// The description of an action.
#[derive(Debug, Clone, Copy)]
pub struct ActionInfo {
    /// The name, such as `push_profile`.
    pub name: &'static str,
    /// The purpose, in one sentence.
    pub description: &'static str,
    /// The trigger.
    pub trigger_type: TriggerType,
    /// The direction of its items.
    pub action_type: ActionType,
}

impl<O: Origin, T: Target> Action<O, T> {
    /// Creates an action. `format` converts its items unless a run has its own format.
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

    /// Adds the mapping table of the default format, for documentation.
    #[must_use]
    pub fn with_mapping(mut self, rows: &'static [MappingRow]) -> Self {
        self.mapping = rows;
        self
    }

    /// Returns a run that reads the origin's warehouse.
    pub fn run(&self, origin: O::Parameters, target: T::Parameters) -> Run<O, T> {
        self.run_from(Source::Warehouse(origin), target)
    }

    /// Returns a run over items that the caller provides. The run takes ownership of the stream and polls it on demand.
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

/// A planned run. Set the options that differ from the defaults, then `.await` it. It always returns a [`RunResult`],
/// also after errors and cancellation.
///
/// To stop a run, cancel [`Environment::cancel`] and keep awaiting it. Dropping the future leaves items in flight with
/// an unknown outcome, which a later run with the same state determines.
#[must_use = "a run does nothing until it is awaited"]
pub struct Run<O: Origin, T: Target>(Plan<O, T>);

impl<O: Origin, T: Target> Run<O, T> {
    /// Sets the connector's id in the result.
    pub fn connector(mut self, id: impl Into<String>) -> Self {
        self.0.connector = id.into();
        self
    }

    /// Sets the id of the workflow, under which state is stored.
    pub fn workflow_id(mut self, id: impl Into<String>) -> Self {
        self.0.workflow_id = id.into();
        self
    }

    /// Sets the read mode.
    pub fn read_mode(mut self, mode: ReadMode) -> Self {
        self.0.read_mode = mode;
        self
    }

    /// Replaces the default format. After an error or a panic in it, the item becomes a dead letter.
    pub fn format(
        mut self,
        format: impl Fn(&O::Item) -> Result<T::Item, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.0.format = Arc::new(format);
        self
    }

    /// Adds a logic, which keeps, changes or discards (`None`) a formatted item. Logics run in the order of the calls.
    /// After an error or a panic in one, the item becomes a dead letter.
    pub fn logic(
        mut self,
        logic: impl Fn(T::Item) -> Result<Option<T::Item>, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.0.logics.push(Arc::new(logic));
        self
    }

    /// Sets a callback. It is awaited once after the run, with the result. Its error is reported in the final result.
    pub fn callback<F>(mut self, callback: impl FnOnce(RunResult) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.0.callback = Some(Box::new(|result| Box::pin(callback(result))));
        self
    }

    /// Sets the options.
    pub fn options(mut self, options: Options) -> Self {
        self.0.options = options;
        self
    }

    /// Sets the environment: state, cancellation and progress.
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
