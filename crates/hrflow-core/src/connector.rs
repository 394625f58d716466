//! Connectors: the actions of one vendor, and the one place where their types are erased.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream::BoxStream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    action::{Action, ActionType, Callback, FormatName, ReadMode, TriggerType},
    check::{CheckReport, Finding},
    consent::Consent,
    engine::{ANONYMOUS, BoxError, Environment, Source},
    error::{Error, ErrorKind, Result},
    item::{ItemKey, TargetItem},
    machine,
    manifest::{self, ActionManifest},
    mapping::MappingRow,
    options::Options,
    origin::{Origin, ReadRequest},
    parameters::{self, Fault, Faults, Field, Parameters, Span, first_lines},
    result::{Failure, Reason, RunResult},
    secret::Secret,
    shape,
    state::{Grants, MemoryState, NoGrants, State as _, UNUSED},
    target::{Capabilities, OpenContext, Target},
    warehouse::Warehouse,
    warning::Warning,
};

/// What kind of system a vendor's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ConnectorType {
    /// An applicant tracking system.
    #[serde(rename = "ATS")]
    Ats,
    /// A human capital management system.
    #[serde(rename = "HCM")]
    Hcm,
    /// A customer relationship management system.
    #[serde(rename = "CRM")]
    Crm,
}

/// The actions of one vendor.
pub struct Connector {
    /// What it is called on the command line, such as `teamtailor`.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What kind of system it is.
    pub connector_type: ConnectorType,
    /// The vendor's site.
    pub url: &'static str,
    /// What it can do.
    pub actions: Vec<Box<dyn AnyAction>>,
}

impl Connector {
    /// The action of a name.
    pub fn action(&self, name: &str) -> Option<&dyn AnyAction> {
        self.actions.iter().map(AsRef::as_ref).find(|action| action.name() == name)
    }
}

/// What an action says about itself; documents, `describe` and `init` are made of it.
#[derive(Debug, Clone, Serialize)]
pub struct ActionDescription {
    /// The connector's id.
    pub connector: String,
    /// The action's name.
    pub action: &'static str,
    /// The origin's warehouse.
    pub origin: &'static str,
    /// The target's warehouse.
    pub target: &'static str,
    /// What it does.
    pub description: &'static str,
    /// What sets it off.
    pub trigger_type: TriggerType,
    /// Which way its items go.
    pub action_type: ActionType,
    /// Parameters of the action itself.
    pub action_parameters: Vec<Field>,
    /// Parameters of its origin.
    pub origin_parameters: Vec<Field>,
    /// Parameters of its target.
    pub target_parameters: Vec<Field>,
    /// How a run goes about its work.
    pub options: Vec<Field>,
    /// The default format.
    pub format: FormatName,
    /// What that format makes of an item, member by member.
    pub mapping: &'static [MappingRow],
    /// What the target can do.
    pub capabilities: Capabilities,
    /// The origin's warehouse in full.
    pub origin_warehouse: Warehouse,
    /// The target's warehouse in full.
    pub target_warehouse: Warehouse,
}

/// The parameters of every action.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActionParameters {
    /// Where to start to read: `sync` reads as asked, `incremental` reads on from where the last run ended.
    pub read_mode: ReadMode,
    /// A format of your own in place of the default one: a jq program, or `{file: PATH}`. The function `default_format`
    /// is the default one, and so is its name as the whole value. In Rust a closure.
    pub format: Option<String>,
    /// Functions that keep a formatted item, change it, or discard it: jq programs, or `{file: PATH}`. In Rust
    /// closures.
    pub logics: Vec<String>,
    /// What makes origin parameters of an event, for actions that a hook sets off: a jq program, or `{file: PATH}`.
    /// The default takes the profile that HrFlow.ai's webhook tells of.
    pub event_parser: Option<String>,
    /// The secret that HrFlow.ai signs its webhooks with. Events whose signature is not right are then refused.
    pub event_secret: Option<Secret>,
    /// What is signed, and how: `body`, the request's body, or one of the envelopes of HrFlow.ai's SDKs,
    /// `envelope_hex` (Python), `envelope_raw` (PHP, Go, Java, Ruby, C#) or `envelope_encoded` (JavaScript).
    pub event_signature: EventSignature,
    /// How long a jq program may take for one item.
    pub program_timeout: Span,
}

impl Default for ActionParameters {
    fn default() -> Self {
        Self {
            read_mode: ReadMode::default(),
            format: None,
            logics: Vec::new(),
            event_parser: None,
            event_secret: None,
            event_signature: EventSignature::default(),
            program_timeout: Span::from_secs(1),
        }
    }
}

/// The parameter that replaces the default format.
const FORMAT: &str = "format";

/// What is of no use where no event sets an action off.
const OF_EVENTS: [&str; 3] = ["event_parser", "event_secret", "event_signature"];

impl TriggerType {
    /// The parameters of an action that is set off this way.
    fn fields(self) -> Vec<Field> {
        let mut fields = parameters::fields::<ActionParameters>();
        fields.retain(|field| self == Self::Hook || !OF_EVENTS.contains(&field.name.as_str()));
        fields
    }

    /// Whether such an action takes these.
    fn allows(self, action_parameters: &Value) -> Result<(), Faults> {
        let is_given = |name: &&str| action_parameters.get(*name).is_some_and(|value| !value.is_null());
        let given = OF_EVENTS.into_iter().filter(|name| self == Self::Schedule && is_given(name));
        let fault = |name| {
            Fault::rule(
                format!("action_parameters.{name}"),
                "is for actions that an event sets off, not a schedule",
            )
        };
        let faults: Vec<Fault> = given.map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(Faults::new(faults)) }
    }
}

/// What HrFlow.ai signs of an event, and how: always HMAC with SHA-256, in the header `HTTP-HRFLOW-SIGNATURE`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventSignature {
    /// The header is the signature of the request's body, in hexadecimal.
    #[default]
    Body,
    /// The header holds signature and event in base64, and a dot in between; the signature is in hexadecimal.
    EnvelopeHex,
    /// The same, and the signature is its plain bytes.
    EnvelopeRaw,
    /// The same, and what is signed is the event as it is in the header, in base64.
    EnvelopeEncoded,
}

impl Parameters for ActionParameters {
    /// Programs are taken out by who can run them; what is left here would be ignored.
    fn check(&self) -> Vec<Fault> {
        let is_left = [
            (FORMAT, self.format.is_some()),
            ("logics", !self.logics.is_empty()),
            ("event_parser", self.event_parser.is_some()),
        ];
        let fault =
            |name| Fault::rule(name, "programs are run from workflow files only; in Rust use a closure");
        let programs = is_left.into_iter().filter(|(_, is_left)| *is_left).map(|(name, _)| fault(name));
        let mut faults: Vec<Fault> = programs.collect();
        if self.program_timeout.is_zero() {
            faults.push(Fault::rule("program_timeout", "must be longer than 0s"));
        }
        // A variable that is not set would let everybody sign: a signature under an empty key takes no secret.
        if self.event_secret.as_ref().is_some_and(|secret| secret.expose().trim().is_empty()) {
            faults.push(
                Fault::wrong("event_secret", "text that is not blank")
                    .with_hint("leave it out where events are not signed"),
            );
        }
        faults
    }
}

/// Turns an origin's item into a target's, both as JSON.
pub type JsonFormat = Arc<dyn Fn(Value) -> Result<Value, BoxError> + Send + Sync>;
/// Keeps a formatted item, changes it, or discards it, as JSON.
pub type JsonLogic = Arc<dyn Fn(Value) -> Result<Option<Value>, BoxError> + Send + Sync>;

/// A run as a workflow file asks for it: untyped until [`AnyAction::run`] reads it.
#[derive(Default)]
pub struct JsonRun {
    /// The connector's id.
    pub connector: String,
    /// The workflow that this is a run of.
    pub workflow_id: String,
    /// The action's parameters, programs excepted: those are in `format` and `logics`.
    pub action_parameters: Value,
    /// The origin's parameters.
    pub origin_parameters: Value,
    /// The target's parameters.
    pub target_parameters: Value,
    /// The options.
    pub options: Value,
    /// Items to take instead of reading the origin, which then needs no parameters.
    pub items: Option<BoxStream<'static, Result<Value>>>,
    /// A format in place of the default one.
    pub format: Option<JsonFormat>,
    /// Logics, in order.
    pub logics: Vec<JsonLogic>,
    /// Something to do with the result.
    pub callback: Option<Callback>,
    /// Where state lives, who may stop the run, who watches it.
    pub environment: Environment,
}

/// An action whose types are erased.
#[async_trait]
pub trait AnyAction: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What it says about itself, as an action of `connector`.
    fn describe(&self, connector: &str) -> ActionDescription;

    /// The same for programs: with the JSON Schema of all that it takes.
    fn manifest(&self) -> ActionManifest;

    /// Everything that is wrong with the parameters, found without any request.
    fn faults(&self, run: &JsonRun) -> Vec<Fault>;

    /// Logs in at both ends and writes nothing. A grant that is renewed on the way is stored in `environment.state`; without a
    /// state that can store it, none is renewed, and no authorization code is exchanged: the report says so.
    async fn check(&self, run: JsonRun) -> CheckReport;

    /// How a person consents to the target; none where it asks for no consent. Of the run, only `target_parameters`,
    /// `options` and `environment.state`, where the grant will be kept, count.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the parameters.
    fn consent(&self, run: &JsonRun) -> Result<Option<Box<dyn Consent>>, Vec<Failure>>;

    /// Runs it to its end. Bad parameters end in a result too.
    async fn run(&self, run: JsonRun) -> RunResult;

    /// Reads the items that a run would read, as JSON: the run's own, else the origin's. Nothing is formatted or written, and
    /// neither `target_parameters` nor state is used: in read mode incremental it reads from the start.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for bad parameters, else what prevents the first item from being read. Other errors are in
    /// the stream, as in [`ItemStream`](crate::ItemStream).
    async fn read_items(&self, run: JsonRun) -> Result<BoxStream<'static, Result<Value>>>;

    /// Formats one item with the default format, both as JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] where the value is no item of the origin, or cannot be formatted.
    fn default_format(&self, item: Value) -> Result<Value>;

    /// An item as the origin reads it, both as JSON: what a format in a workflow file is given.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] where the value is no item of the origin.
    fn read_item(&self, item: Value) -> Result<Value> {
        Ok(item)
    }

    /// Returns what a run knows an item by.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] if the value is no item of the origin.
    fn item_key(&self, item: Value) -> Result<ItemKey>;

    /// Returns what was repaired in an item while it was read: nothing if the value is no item of the origin.
    fn read_warnings(&self, _item: Value) -> Vec<Warning> {
        Vec::new()
    }

    /// Checks that a value is an item of the origin and holds something to send.
    ///
    /// # Errors
    ///
    /// Why a run would reject the item before its format.
    fn vet_item(&self, _item: Value) -> Result<()> {
        Ok(())
    }

    /// A formatted item as the target reads it, both as JSON; what it has no place for is not in it any more.
    ///
    /// # Errors
    ///
    /// What is wrong with it: a member of another type, or every limit of the target that it breaks. Paths are from the
    /// item on.
    fn read_formatted(&self, formatted: Value) -> Result<Value, Vec<Fault>> {
        Ok(formatted)
    }
}

/// A run whose parameters are read.
struct Read<O: Origin, T: Target> {
    action: ActionParameters,
    origin: Option<O::Parameters>,
    target: T::Parameters,
    options: Options,
}

impl<O: Origin, T: Target> Action<O, T> {
    fn open_context(&self, options: Options, grants: Arc<dyn Grants>) -> OpenContext {
        let rate_limit = options.rate_limit.resolve(self.target.capabilities().rate_limit);
        OpenContext { options, rate_limit, grants }
    }

    /// The parameters of the action itself. As in the Python framework, the default of `format` is the name of the
    /// default format.
    fn action_fields(&self) -> Vec<Field> {
        let mut fields = self.trigger_type.fields();
        for field in fields.iter_mut().filter(|field| field.name == FORMAT) {
            field.default = self.format_name.name.into();
        }
        fields
    }

    /// The action's parameters without a `format` that names the default format.
    fn action_parameters(&self, run: &JsonRun) -> Value {
        let mut given = run.action_parameters.clone();
        if let Some(parameters) = given.as_object_mut()
            && parameters.get(FORMAT).and_then(Value::as_str) == Some(self.format_name.name)
        {
            parameters.remove(FORMAT);
        }
        given
    }

    /// Reads all parameters; the faults of every section, with the reason that each section has.
    fn read(&self, run: &JsonRun) -> Result<Read<O, T>, Vec<(Reason, Faults)>> {
        let mut faults = Vec::new();
        let given = self.action_parameters(run);
        let action = keep(
            parameters::read("action_parameters", &given)
                .and_then(|read| self.trigger_type.allows(&given).map(|()| read)),
            Reason::BadActionParameters,
            &mut faults,
        );
        let options =
            keep(parameters::read("options", &run.options), Reason::BadActionParameters, &mut faults);
        let is_read = run.items.is_none() && run.environment.retry.is_none();
        let origin = match is_read {
            false => Some(None),
            true => keep(
                parameters::read("origin_parameters", &run.origin_parameters),
                Reason::BadOriginParameters,
                &mut faults,
            )
            .map(Some),
        };
        let target = keep(
            parameters::read("target_parameters", &run.target_parameters),
            Reason::BadTargetParameters,
            &mut faults,
        );
        match (action, options, origin, target) {
            (Some(action), Some(options), Some(origin), Some(target)) => {
                Ok(Read { action, origin, target, options })
            }
            _ => Err(faults),
        }
    }
}

fn keep<P>(read: Result<P, Faults>, reason: Reason, faults: &mut Vec<(Reason, Faults)>) -> Option<P> {
    read.map_err(|found| faults.push((reason, found))).ok()
}

#[async_trait]
impl<O: Origin, T: Target> AnyAction for Action<O, T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn describe(&self, connector: &str) -> ActionDescription {
        let (origin, target) = (self.origin.warehouse(), self.target.warehouse());
        ActionDescription {
            connector: connector.to_owned(),
            action: self.name,
            origin: origin.name,
            target: target.name,
            description: self.description,
            trigger_type: self.trigger_type,
            action_type: self.action_type,
            action_parameters: self.action_fields(),
            origin_parameters: parameters::fields::<O::Parameters>(),
            target_parameters: parameters::fields::<T::Parameters>(),
            options: parameters::fields::<Options>(),
            format: self.format_name,
            mapping: self.mapping,
            capabilities: self.target.capabilities(),
            origin_warehouse: origin,
            target_warehouse: target,
        }
    }

    fn manifest(&self) -> ActionManifest {
        let (origin, target) = (self.origin.warehouse(), self.target.warehouse());
        let mut action_parameters = parameters::json_schema::<ActionParameters>();
        if let Some(format) = action_parameters.pointer_mut("/properties/format") {
            format["default"] = self.format_name.name.into();
        }
        ActionManifest {
            name: self.name,
            description: self.description,
            trigger_type: self.trigger_type,
            action_type: self.action_type,
            data_type: target.data_type,
            action_parameters,
            origin: origin.name,
            origin_parameters: parameters::json_schema::<O::Parameters>(),
            origin_data_schema: manifest::item_schema::<O::Item>(),
            supports_incremental: self.origin.incremental().is_some(),
            target: target.name,
            target_parameters: parameters::json_schema::<T::Parameters>(),
            target_data_schema: manifest::item_schema::<T::Item>(),
            options: parameters::json_schema::<Options>(),
        }
    }

    fn faults(&self, run: &JsonRun) -> Vec<Fault> {
        match self.read(run) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().flat_map(|(_, faults)| faults).collect(),
        }
    }

    async fn check(&self, run: JsonRun) -> CheckReport {
        let mut report = CheckReport::default();
        if let Err(error) = machine::check_clock() {
            report.failures.push(Failure::new("", "run", &error));
            return report;
        }
        let read = match self.read(&run) {
            Ok(read) => read,
            Err(faults) => {
                let faults = faults.into_iter().flat_map(|(_, faults)| faults);
                report.failures = failures(faults);
                return report;
            }
        };
        if let Some(origin) = read.origin {
            report.note(self.origin.warehouse().name, "read", self.origin.check(origin, &read.options).await);
        }
        // Without state a renewed grant would be lost.
        let grants =
            run.environment.state.as_ref().map_or_else(|| Arc::new(NoGrants) as _, |state| state.grants());
        let context = self.open_context(read.options, grants);
        let checked = match self.target.open(read.target, context).await {
            Ok(writer) => writer.check().await,
            Err(error) => Err(error),
        };
        let checked = match checked {
            // It can be used once, and the run that follows needs it.
            Err(error) if run.environment.state.is_none() && error.context(UNUSED).is_some() => {
                let found = "not logged in: the first run exchanges the authorization code";
                Ok(vec![Finding::warning(found)])
            }
            checked => checked,
        };
        report.note(self.target.warehouse().name, "write", checked);
        report
    }

    fn consent(&self, run: &JsonRun) -> Result<Option<Box<dyn Consent>>, Vec<Failure>> {
        let options = parameters::read::<Options>("options", &run.options);
        let target = parameters::read::<T::Parameters>("target_parameters", &run.target_parameters);
        let (options, target) = match (options, target) {
            (Ok(options), Ok(target)) => (options, target),
            (options, target) => {
                return Err(failures(options.err().into_iter().chain(target.err()).flatten()));
            }
        };
        let grants = match &run.environment.state {
            Some(state) => state.grants(),
            None => MemoryState::new().grants(),
        };
        let consent = self.target.consent(target, self.open_context(options, grants));
        consent.map_err(|error| {
            let error = error.with("warehouse", self.target.warehouse().name);
            vec![Failure::new("", "consent", &error)]
        })
    }

    async fn run(&self, run: JsonRun) -> RunResult {
        let read = match self.read(&run) {
            Ok(read) => read,
            Err(faults) => return refused(&run, self.name, faults),
        };
        let source = match (run.items, read.origin) {
            (Some(items), _) => Source::Items(items.map(|item| item.and_then(typed::<O::Item>)).boxed()),
            (None, Some(origin)) => Source::Warehouse(origin),
            // `read` answers no origin only where there are items, or dead letters to take them from.
            (None, None) => Source::Items(futures::stream::empty().boxed()),
        };
        let mut planned = self
            .run_from(source, read.target)
            .connector(run.connector)
            .workflow_id(run.workflow_id)
            .read_mode(read.action.read_mode)
            .options(read.options)
            .environment(run.environment)
            .with_callback(run.callback)
            .with_logics(run.logics.into_iter().map(typed_logic::<T::Item>).collect());
        if let Some(format) = run.format {
            planned = planned
                .with_format(Arc::new(move |item: &O::Item| mapped(format(serde_json::to_value(item)?)?)));
        }
        planned.await
    }

    async fn read_items(&self, run: JsonRun) -> Result<BoxStream<'static, Result<Value>>> {
        let items = match run.items {
            Some(items) => items.map(|item| item.and_then(typed::<O::Item>)).boxed(),
            None => {
                let bad = |faults: Faults| {
                    let lines = first_lines(faults.into_iter().map(|fault| fault.to_string()));
                    Error::new(ErrorKind::Config, lines.join("; "))
                };
                let options = parameters::read("options", &run.options).map_err(bad)?;
                let origin = parameters::read("origin_parameters", &run.origin_parameters).map_err(bad)?;
                self.origin.read(origin, ReadRequest { read_from: None, options }).await?
            }
        };
        Ok(items.map(|item| item.and_then(|item| as_json(&item))).boxed())
    }

    fn default_format(&self, item: Value) -> Result<Value> {
        let item: O::Item = typed(item)?;
        let invalid =
            |error: BoxError| Error::new(ErrorKind::Invalid, "the default format failed").with_source(error);
        let formatted = (self.format)(&item).map_err(invalid)?;
        serde_json::to_value(formatted).map_err(|error| invalid(error.into()))
    }

    fn read_item(&self, item: Value) -> Result<Value> {
        as_json(&typed::<O::Item>(item)?)
    }

    fn item_key(&self, item: Value) -> Result<ItemKey> {
        typed(item).map(|item| self.origin.key(&item))
    }

    fn read_warnings(&self, item: Value) -> Vec<Warning> {
        typed(item).map(|item| self.origin.warnings(&item)).unwrap_or_default()
    }

    fn vet_item(&self, item: Value) -> Result<()> {
        typed(item).and_then(|item| self.origin.vet(&item))
    }

    fn read_formatted(&self, formatted: Value) -> Result<Value, Vec<Fault>> {
        let item = shape::read::<T::Item>(formatted).map_err(|fault| vec![fault])?;
        let mut violations = item.violations();
        if item.is_anonymous() {
            violations.push(Fault::rule("", format!("has {ANONYMOUS}")));
        }
        match violations {
            violations if !violations.is_empty() => Err(violations),
            _ => serde_json::to_value(item).map_err(|_| vec![Fault::rule("", "cannot be written as JSON")]),
        }
    }
}

fn failures(faults: impl Iterator<Item = Fault>) -> Vec<Failure> {
    let lines = first_lines(faults.map(|fault| fault.to_string()));
    lines.into_iter().map(Failure::of_parameters).collect()
}

fn typed_logic<I: TargetItem>(logic: JsonLogic) -> crate::engine::LogicFn<I> {
    Arc::new(move |item: I| match logic(serde_json::to_value(item)?)? {
        Some(kept) => Ok(Some(mapped(kept)?)),
        None => Ok(None),
    })
}

/// Reads what a user's function made, and holds it against the target's limits.
fn mapped<I: TargetItem>(value: Value) -> Result<I, BoxError> {
    let item: I = typed(value)?;
    let violations: Vec<String> = item.violations().iter().map(ToString::to_string).collect();
    if violations.is_empty() {
        return Ok(item);
    }
    Err(Error::new(ErrorKind::Invalid, format!("the target does not take it: {}", violations.join("; ")))
        .into())
}

fn as_json(item: &impl Serialize) -> Result<Value> {
    serde_json::to_value(item)
        .map_err(|_| Error::new(ErrorKind::Invalid, "the item cannot be written as JSON"))
}

/// Reads an item. The fault names the member and never quotes it.
fn typed<I: DeserializeOwned>(value: Value) -> Result<I> {
    shape::read(value).map_err(|fault| {
        let words = fault.to_string();
        let words = words.strip_prefix(": ").unwrap_or(&words);
        Error::new(ErrorKind::Invalid, "it does not have the shape of an item of this warehouse")
            .with_vendor_message(words)
    })
}

/// The result of a run whose parameters cannot be used. The reason is that of the first section with faults.
fn refused(run: &JsonRun, action: &str, faults: Vec<(Reason, Faults)>) -> RunResult {
    let reason = faults.first().map(|(reason, _)| *reason).unwrap_or_default();
    let faults = faults.into_iter().flat_map(|(_, faults)| faults).map(|fault| fault.to_string());
    RunResult::refused(&run.workflow_id, &run.connector, action, reason, faults)
}
