//! The run engine: takes items from an origin to a target and accounts for every one of them.
//!
//! ```text
//! origin.read()  →  format  →  logics  →  window  →  delivery  →  report
//!    stream          prepare.rs        window.rs   deliver.rs   report.rs
//! ```
//!
//! The loop in this file holds a bounded number of items: it reads while there is room, has blocking threads prepare items
//! (`ahead.rs`), starts deliveries while there are places, and counts what they return. Nothing in the loop blocks, so that
//! a request to stop is obeyed whatever a format does.

mod ahead;
mod confirm;
mod deliver;
mod identity;
mod lookup;
mod prepare;
mod progress;
mod report;
mod retry;
mod steps;
mod window;

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use serde_json::Value;
use tokio::{
    sync::watch,
    task::{Id, JoinSet},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use prepare::BoxError;
pub(crate) use prepare::{ANONYMOUS, FormatFn, LogicFn};
pub use retry::{Retry, RetryDocuments};

use self::{
    ahead::Ahead,
    deliver::{Delivery, Fate},
    prepare::{Preparation, Recipe},
    progress::Progress,
    report::{Fatal, Report},
    window::Window,
};
use crate::{
    action::ReadMode,
    error::{Error, ErrorKind, Result, Scope},
    item::TargetItem,
    machine,
    options::{OnExisting, Options},
    origin::{ItemStream, Origin, ReadRequest},
    result::{Events, Reason, RunResult},
    state::{LetterFilter, MemoryState, RunInfo, RunState, State},
    target::{OpenContext, Target, Writer},
};

/// How long items in flight may take to settle once a run is asked to stop.
const DEFAULT_GRACE: Duration = Duration::from_secs(30);
/// How long an unfilled batch waits for more items.
const LINGER: Duration = Duration::from_millis(20);
/// How often a moving cursor is stored.
const CURSOR_INTERVAL: Duration = Duration::from_secs(1);
/// How many items a dry run reads ahead of what it shows.
const PREVIEWED_AHEAD: usize = 16;

/// Called with each item that a dry run would send, as the target's request body.
pub type DryRun = Arc<dyn Fn(Value) + Send + Sync>;

/// What surrounds a run: where its state lives, who may stop it, who watches it.
#[derive(Clone)]
pub struct Environment {
    /// Where state lives. Without one, a run keeps it in memory, and cannot read incrementally.
    pub state: Option<Arc<dyn State>>,
    /// Asks the run to stop: what is in flight is settled, nothing new is started.
    pub cancel: CancellationToken,
    /// How long what is in flight may take to settle once the run is asked to stop.
    pub grace: Duration,
    /// Told the counts as they change.
    pub progress: Option<watch::Sender<Events>>,
    /// Send items although the journal says that they are delivered and unchanged.
    pub resend: bool,
    /// Take the items of these dead letters of the workflow instead of reading the origin. What a later run has
    /// delivered stays as it is, and where only steps are missing, only those are sent.
    pub retry: Option<Retry>,
    /// Read no more items than this.
    pub limit: Option<u64>,
    /// Write nothing; hand over what would be sent.
    pub dry_run: Option<DryRun>,
    /// The run's id; a new one where there is none.
    pub run_id: Option<String>,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            state: None,
            cancel: CancellationToken::new(),
            grace: DEFAULT_GRACE,
            progress: None,
            resend: false,
            retry: None,
            limit: None,
            dry_run: None,
            run_id: None,
        }
    }
}

/// Where the items of a run come from.
pub(crate) enum Source<O: Origin> {
    /// The origin's warehouse.
    Warehouse(O::Parameters),
    /// Items that somebody else read.
    Items(ItemStream<O::Item>),
}

/// Everything a run needs, valid and typed.
pub(crate) struct Plan<O: Origin, T: Target> {
    pub(crate) connector: String,
    pub(crate) action: String,
    pub(crate) workflow_id: String,
    pub(crate) read_mode: ReadMode,
    pub(crate) origin: Arc<O>,
    pub(crate) target: Arc<T>,
    pub(crate) source: Source<O>,
    pub(crate) target_parameters: T::Parameters,
    pub(crate) format: FormatFn<O::Item, T::Item>,
    pub(crate) logics: Vec<LogicFn<T::Item>>,
    pub(crate) callback: Option<crate::action::Callback>,
    pub(crate) options: Options,
    pub(crate) environment: Environment,
}

/// Runs a plan to its end. Whatever happens, it ends in a result.
pub(crate) async fn run<O: Origin, T: Target>(mut plan: Plan<O, T>) -> RunResult {
    let run_id = plan.environment.run_id.take().unwrap_or_else(machine::run_id);
    let mut report = Report::new(
        run_id,
        &plan.workflow_id,
        &plan.connector,
        &plan.action,
        plan.environment.progress.clone(),
    );
    let span = tracing::info_span!("run", workflow_id = %plan.workflow_id, run_id = %report.run_id(), action = %plan.action);
    async move {
        tracing::info!("run started");
        let callback = plan.callback.take();
        let dry = plan.environment.dry_run.clone();
        let mut run_state = None;
        if let Err(fatal) = execute(plan, dry, &mut report, &mut run_state).await {
            report.fatal(fatal);
        }
        if let Some(callback) = callback {
            report.callback(callback(report.result()).await);
        }
        let mut result = report.result();
        if let Some(state) = run_state
            && let Err(error) = state.finish(&result).await
        {
            report.state_failure(&error);
            result = report.result();
        }
        if result.events.warnings > 0 {
            let warnings = result.events.warnings;
            tracing::warn!(warnings, "values were dropped, cut, replaced or repaired");
        }
        tracing::info!(status = ?result.status, events = ?result.events, "run finished");
        result
    }
    .instrument(span)
    .await
}

async fn execute<O: Origin, T: Target>(
    mut plan: Plan<O, T>,
    dry_run: Option<DryRun>,
    report: &mut Report,
    run_state: &mut Option<Arc<dyn RunState>>,
) -> Result<(), Fatal> {
    machine::check_clock().map_err(|error| Fatal::new(Reason::ReadFailure, "run", error))?;
    let capabilities = plan.target.capabilities();
    if plan.options.on_existing == OnExisting::Update && !capabilities.update {
        let message = format!("{} cannot update what exists", plan.target.warehouse().name);
        let error = Error::new(ErrorKind::Config, message).advise("Set on_existing to report.");
        return Err(Fatal::new(Reason::BadActionParameters, "run", error));
    }
    let retry = plan.environment.retry.clone();
    if let Some(Retry { documents, .. }) = &retry {
        // Dead letters lie behind the cursor, wherever it is.
        plan.read_mode = ReadMode::Sync;
        let warehouse = plan.target.warehouse().name;
        plan.options.attachments = documents
            .attachments(plan.options.attachments, warehouse, capabilities.attachments)
            .map_err(|error| Fatal::new(Reason::BadActionParameters, "run", error))?;
    }
    check_read_mode(&plan)?;

    let recipe = Recipe {
        origin: plan.origin.clone(),
        format: plan.format.clone(),
        logics: plan.logics.clone(),
        allow_local_urls: plan.options.allow_local_urls,
    };
    if let Some(sink) = dry_run {
        let cancel = plan.environment.cancel.clone();
        let opening = open_source(plan.origin.as_ref(), plan.source, None, &plan.options);
        let Some(items) = cancel.run_until_cancelled(opening).await else {
            report.cancelled(0);
            return Ok(());
        };
        let (target, parameters) = (plan.target, plan.target_parameters);
        let preview = move |item: &T::Item| sink(target.preview(&parameters, item));
        preview_items(items?, recipe, plan.environment, report, preview).await;
        return Ok(());
    }

    let state = plan.environment.state.clone().unwrap_or_else(|| Arc::new(MemoryState::new()));
    let incremental = plan.read_mode == ReadMode::Incremental;
    let info = RunInfo {
        run_id: report.run_id().to_owned(),
        workflow_id: plan.workflow_id.clone(),
        connector: plan.connector.clone(),
        action: plan.action.clone(),
        started_at: Timestamp::now(),
        cursor: incremental,
    };
    let reading = |error| Fatal::new(Reason::ReadFailure, "run", error);
    let run = state.begin_run(&info).await.map_err(reading)?;
    *run_state = Some(run.clone());
    let context = OpenContext {
        options: plan.options.clone(),
        rate_limit: plan.options.rate_limit.resolve(capabilities.rate_limit),
        grants: state.grants(),
    };
    // Nothing is in flight yet: a run that is asked to stop now need not wait for a log-in.
    let cancelled = plan.environment.cancel.clone();
    let opened = cancelled.run_until_cancelled(async {
        let writer = open_target(plan.target.as_ref(), plan.target_parameters, context).await?;
        let items = match &retry {
            Some(Retry { filter, .. }) => {
                let filter = LetterFilter { workflow_id: Some(plan.workflow_id.clone()), ..filter.clone() };
                retry::items(state.history(), filter, writer.target_id().clone())
            }
            None => {
                let cursor = match incremental {
                    true => run.cursor(writer.target_id()).await.map_err(reading)?,
                    false => None,
                };
                report.set_read_from(cursor.clone());
                open_source(plan.origin.as_ref(), plan.source, cursor, &plan.options).await?
            }
        };
        Ok((writer, items))
    });
    let Some(opened) = opened.await else {
        report.cancelled(0);
        return Ok(());
    };
    let (writer, items) = opened?;

    let concurrency =
        plan.options.concurrency.map_or(capabilities.concurrency, |it| usize::from(it.get())).max(1);
    let batch_size = capabilities.batch_size.max(1);
    let stop = plan.environment.cancel.child_token();
    let delivery = Delivery {
        writer,
        state: run.clone(),
        data_type: plan.target.warehouse().data_type,
        warehouse: plan.target.warehouse().name,
        workflow_id: plan.workflow_id,
        run_id: report.run_id().to_owned(),
        resend: plan.environment.resend,
        retry: retry.is_some(),
        resend_documents: retry.is_some_and(|retry| retry.documents == RetryDocuments::Resend),
        options: plan.options,
        stop: stop.clone(),
    };
    let writer = delivery.writer.clone();
    let ahead = Ahead::new(move |(seq, item)| {
        let mut prepared = recipe.prepare(seq, item);
        if let Preparation::Ready(ready) = &mut prepared {
            ready.identity = writer.identity(&ready.item);
        }
        prepared
    });
    let engine = Engine {
        origin: plan.origin.clone(),
        items,
        ahead,
        delivery: Arc::new(delivery),
        state: run,
        window: Window::new(concurrency * batch_size * 4),
        deliveries: JoinSet::new(),
        in_flight: HashMap::new(),
        progress: Progress::new(incremental.then(|| plan.origin.incremental()).flatten()),
        concurrency,
        batch_size,
        limit: plan.environment.limit,
        grace: plan.environment.grace,
        keeps_state: plan.environment.state.is_some(),
        stop,
        report,
    };
    engine.run().await;
    Ok(())
}

fn check_read_mode<O: Origin, T: Target>(plan: &Plan<O, T>) -> Result<(), Fatal> {
    if plan.read_mode == ReadMode::Sync {
        return Ok(());
    }
    let config = |reason, message: String, advice: &str| {
        Err(Fatal::new(reason, "run", Error::new(ErrorKind::Config, message).advise(advice)))
    };
    if plan.origin.incremental().is_none() || matches!(plan.source, Source::Items(_)) {
        let name = plan.origin.warehouse().name;
        return config(
            Reason::OriginDoesNotSupportIncremental,
            format!("{name} cannot be read on from where the last run ended"),
            "Set read_mode to sync.",
        );
    }
    if plan.workflow_id.is_empty() {
        return config(
            Reason::WorkflowIdNotFound,
            "read_mode incremental needs a workflow_id to remember its position by".into(),
            "Give the workflow a workflow_id.",
        );
    }
    // A dry run moves no position: it reads from the start.
    if plan.environment.state.is_none() && plan.environment.dry_run.is_none() {
        return config(
            Reason::BackendNotConfiguredInIncrementalMode,
            "read_mode incremental needs a place to remember its position in".into(),
            "Run with state, or set read_mode to sync.",
        );
    }
    Ok(())
}

async fn open_target<T: Target>(
    target: &T,
    parameters: T::Parameters,
    context: OpenContext,
) -> Result<Arc<dyn Writer<T::Item>>, Fatal> {
    target.open(parameters, context).await.map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::Config => Reason::BadTargetParameters,
            _ => Reason::WriteFailure,
        };
        Fatal::new(reason, "write", error.with("warehouse", target.warehouse().name))
    })
}

async fn open_source<O: Origin>(
    origin: &O,
    source: Source<O>,
    read_from: Option<String>,
    options: &Options,
) -> Result<ItemStream<O::Item>, Fatal> {
    match source {
        Source::Items(items) => Ok(items),
        Source::Warehouse(parameters) => {
            let request = ReadRequest { read_from, options: options.clone() };
            origin.read(parameters, request).await.map_err(|error| {
                let reason = match error.kind() {
                    ErrorKind::Config => Reason::BadOriginParameters,
                    _ => Reason::ReadFailure,
                };
                Fatal::new(reason, "read", error.with("warehouse", origin.warehouse().name))
            })
        }
    }
}

/// Shows each item as it would be sent.
async fn preview_items<O: Origin, I: TargetItem>(
    mut items: ItemStream<O::Item>,
    recipe: Recipe<O, I>,
    environment: Environment,
    report: &mut Report,
    preview: impl Fn(&I) + Send + Sync + 'static,
) {
    let Environment { cancel, limit, .. } = environment;
    let shown_until = cancel.clone();
    let mut ahead = Ahead::new(move |(seq, item)| {
        let prepared = recipe.prepare(seq, item);
        if let Some(ready) = prepared.ready().filter(|_| !shown_until.is_cancelled()) {
            preview(&ready.item);
        }
        prepared
    });
    let mut seq = 0;
    let mut ended = false;
    loop {
        ended |= limit.is_some_and(|limit| seq >= limit);
        if ended && ahead.is_empty() {
            return;
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => return report.cancelled(report.unsettled()),
            prepared = ahead.next(), if !ahead.is_empty() => {
                let Ok(prepared) = prepared else { return report.stop(&broken_preparation()) };
                for prepared in prepared {
                    if !prepared.is_unread() {
                        report.read();
                    }
                    let fate = match &prepared {
                        Preparation::Ready(ready) => Fate { warnings: ready.warnings.clone(), ..Fate::default() },
                        Preparation::Discarded { .. } => Fate::discarded(),
                        Preparation::Failed { stage, error, warnings, .. } => {
                            Fate::unprepared(stage, error.duplicate(), warnings)
                        }
                    };
                    report.fate(prepared.key(), &fate);
                    if let Some(error) = &fate.stop {
                        return report.stop(error);
                    }
                }
            }
            next = items.next(), if !ended && ahead.len() < PREVIEWED_AHEAD => match next {
                None => ended = true,
                Some(Err(error)) => report.read_failure(&error),
                Some(Ok(item)) => {
                    ahead.push((seq, item));
                    seq += 1;
                }
            },
        }
    }
}

/// One run's loop: reads, delivers, counts.
struct Engine<'a, O: Origin, I: TargetItem> {
    origin: Arc<O>,
    items: ItemStream<O::Item>,
    ahead: Ahead<(u64, O::Item), Preparation<I>>,
    delivery: Arc<Delivery<I>>,
    state: Arc<dyn RunState>,
    window: Window<I>,
    deliveries: JoinSet<Vec<Fate>>,
    in_flight: HashMap<Id, Arc<Vec<Preparation<I>>>>,
    progress: Progress,
    concurrency: usize,
    batch_size: usize,
    limit: Option<u64>,
    grace: Duration,
    /// Whether a later run can check what this one cannot.
    keeps_state: bool,
    stop: CancellationToken,
    report: &'a mut Report,
}

impl<O: Origin, I: TargetItem> Engine<'_, O, I> {
    async fn run(mut self) {
        let mut seq = 0;
        let mut ended = false;
        let mut last_was_error = false;
        let mut last_prepared = Instant::now();
        let mut cursor_saved = Instant::now();
        loop {
            if self.stop.is_cancelled() {
                break;
            }
            let all_prepared = ended && self.ahead.is_empty();
            self.start_deliveries(all_prepared || last_prepared.elapsed() >= LINGER);
            if all_prepared && self.deliveries.is_empty() && self.window.is_empty() {
                break;
            }
            let reading = !ended && self.window.has_room(self.ahead.len());
            // An unfilled batch waits a little for more items; a batch of one never waits.
            let lingering = !all_prepared
                && !self.window.is_empty()
                && self.deliveries.len() < self.concurrency
                && last_prepared.elapsed() < LINGER;
            tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                Some(done) = self.deliveries.join_next_with_id(), if !self.deliveries.is_empty() => self.settle(done),
                prepared = self.ahead.next(), if !self.ahead.is_empty() => {
                    last_prepared = Instant::now();
                    match prepared.map(|prepared| self.accept(prepared)) {
                        Ok(true) => {}
                        Ok(false) => {
                            // Items behind it are abandoned.
                            self.ahead.clear();
                            self.progress.cut_short();
                            ended = true;
                        }
                        Err(_) => self.halt(&broken_preparation()),
                    }
                }
                next = self.items.next(), if reading => match next {
                    None => ended = true,
                    Some(Err(error)) => {
                        last_was_error = true;
                        self.report.read_failure(&error);
                    }
                    Some(Ok(item)) => {
                        last_was_error = false;
                        self.read(seq, item);
                        seq += 1;
                        if self.limit.is_some_and(|limit| seq >= limit) {
                            self.progress.cut_short();
                            ended = true;
                        }
                    }
                },
                () = tokio::time::sleep_until(last_prepared + LINGER), if lingering => {}
            }
            if cursor_saved.elapsed() >= CURSOR_INTERVAL {
                self.save_cursor().await;
                cursor_saved = Instant::now();
            }
        }
        self.drain().await;
        if ended && !last_was_error && !self.stop.is_cancelled() {
            self.progress.end();
        }
        self.save_cursor().await;
        self.confirm().await;
        let unsettled = self.report.unsettled();
        if self.report.is_stopped() {
            self.report.left(unsettled);
        } else if self.stop.is_cancelled() {
            self.report.cancelled(unsettled);
        }
    }

    /// Hands an item to format and logics. It counts as read once they are done with it: what a stopped run abandons before
    /// is not settled, and is read again.
    fn read(&mut self, seq: u64, item: O::Item) {
        if self.progress.follows() {
            let read_from = match self.origin.read_from(&item) {
                Ok(read_from) => read_from,
                Err(error) => {
                    self.report.item_to_read_from_failure(self.origin.key(&item).as_str(), &error);
                    None
                }
            };
            self.progress.read(seq, read_from);
        }
        self.ahead.push((seq, item));
    }

    /// Puts prepared items into the window, up to one whose error concerns every item. Returns whether there was none.
    fn accept(&mut self, prepared: Vec<Preparation<I>>) -> bool {
        prepared.into_iter().all(|prepared| {
            if !prepared.is_unread() {
                self.report.read();
            }
            let is_usable =
                !matches!(&prepared, Preparation::Failed { error, .. } if error.scope() == Scope::Run);
            self.window.push(prepared);
            is_usable
        })
    }

    fn start_deliveries(&mut self, flush: bool) {
        while self.deliveries.len() < self.concurrency {
            let enough = flush || self.batch_size == 1 || self.window.len() >= self.batch_size;
            let batch = if enough { self.window.take(self.batch_size) } else { Vec::new() };
            if batch.is_empty() {
                return;
            }
            let batch = Arc::new(batch);
            let (delivery, shared) = (self.delivery.clone(), batch.clone());
            let task = async move { delivery.deliver(&shared).await }.in_current_span();
            let handle = self.deliveries.spawn(task);
            self.in_flight.insert(handle.id(), batch);
        }
    }

    fn settle(&mut self, done: Result<(Id, Vec<Fate>), tokio::task::JoinError>) {
        let (id, fates) = match done {
            Ok((id, fates)) => (id, Some(fates)),
            Err(broken) => (broken.id(), None),
        };
        let Some(batch) = self.in_flight.remove(&id) else { return };
        for item in batch.iter() {
            self.window.done(item);
        }
        match fates {
            Some(fates) => {
                for (item, fate) in batch.iter().zip(fates) {
                    if self.report.fate(item.key(), &fate) {
                        self.progress.settled(item.seq());
                    }
                    if let Some(error) = &fate.stop {
                        self.halt(error);
                    }
                }
            }
            // A task is only ever lost to an abort after the grace period, or to a panic; either way its
            // items have traces and no settlement, which is what a crash leaves.
            None if self.stop.is_cancelled() => {}
            None => {
                let error = Error::new(ErrorKind::Internal, "a delivery broke off").advise(
                    "This is a fault of the connector: please report it. Nothing is lost: run again.",
                );
                self.halt(&error);
            }
        }
    }

    /// Stops the run early for a fault that hits every item.
    fn halt(&mut self, error: &Error) {
        self.report.stop(error);
        self.stop.cancel();
    }

    /// Lets what is in flight settle, within the grace period.
    async fn drain(&mut self) {
        let until = Instant::now() + self.grace;
        while !self.deliveries.is_empty() {
            match tokio::time::timeout_at(until, self.deliveries.join_next_with_id()).await {
                Ok(Some(done)) => self.settle(done),
                Ok(None) => break,
                Err(_) => {
                    tracing::warn!(
                        in_flight = self.deliveries.len(),
                        "what is in flight did not settle in time"
                    );
                    self.deliveries.shutdown().await;
                }
            }
        }
    }

    async fn save_cursor(&mut self) {
        let Some(read_from) = self.progress.moved() else { return };
        match self.state.save_cursor(self.delivery.writer.target_id(), &read_from).await {
            Ok(()) => self.report.set_read_from(Some(read_from)),
            Err(error) => self.halt(&error),
        }
    }
}

/// The error of a preparation that panicked outside the user's functions.
fn broken_preparation() -> Error {
    Error::new(ErrorKind::Internal, "an item could not be prepared: the connector panicked")
        .advise("This is an error of the connector: please report it. Nothing is lost: run again.")
}

/// Runs a user's function; a panic in it is an error of the item, not of the program.
fn guarded<R>(work: impl FnOnce() -> Result<R, BoxError>) -> Result<R, BoxError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it panicked".into()))
}

/// As [`guarded`], for a writer's future.
async fn guarded_future<R>(work: impl Future<Output = R>) -> Result<R> {
    std::panic::AssertUnwindSafe(work).catch_unwind().await.map_err(|_| {
        Error::new(ErrorKind::Internal, "the connector panicked")
            .with_execution(crate::Execution::Unknown)
            .advise("This is a fault of the connector: please report it.")
    })
}
