//! Connectors: the actions of one vendor, with their types erased.

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
    origin::{Origin, ReadRequest, Rejection},
    parameters::{self, Fault, Faults, Field, Parameters, Span, first_lines},
    result::{Failure, Reason, RunResult},
    secret::Secret,
    shape,
    state::{Grants, MemoryState, NoGrants, State as _, UNUSED},
    target::{Capabilities, OpenContext, Target},
    warehouse::Warehouse,
    warning::Warning,
};

/// The kind of a vendor's system.
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
    /// The id on the command line, such as `teamtailor`.
    pub id: &'static str,
    /// The display name.
    pub name: &'static str,
    /// The kind of the vendor's system.
    pub connector_type: ConnectorType,
    /// The vendor's website.
    pub url: &'static str,
    /// The actions.
    pub actions: Vec<Box<dyn AnyAction>>,
}

impl Connector {
    /// Returns the action of a name.
    pub fn action(&self, name: &str) -> Option<&dyn AnyAction> {
        self.actions.iter().map(AsRef::as_ref).find(|action| action.name() == name)
    }
}

/// The description of an action, for documentation, `describe` and `init`.
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
    /// The purpose of the action.
    pub description: &'static str,
    /// The trigger.
    pub trigger_type: TriggerType,
    /// The direction of its items.
    pub action_type: ActionType,
    /// The parameters of the action itself.
    pub action_parameters: Vec<Field>,
    /// The parameters of its origin.
    pub origin_parameters: Vec<Field>,
    /// The parameters of its target.
    pub target_parameters: Vec<Field>,
    /// The options of a run.
    pub options: Vec<Field>,
    /// The default format.
    pub format: FormatName,
    /// The mapping of that format, field by field.
    pub mapping: &'static [MappingRow],
    /// The features of the target.
    pub capabilities: Capabilities,
    /// The complete description of the origin's warehouse.
    pub origin_warehouse: Warehouse,
    /// The complete description of the target's warehouse.
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

/// The parameter of the format.
const FORMAT: &str = "format";

/// The parameters that only actions with an event trigger have.
const OF_EVENTS: [&str; 3] = ["event_parser", "event_secret", "event_signature"];

impl TriggerType {
    /// Returns the parameters of actions with this trigger.
    fn fields(self) -> Vec<Field> {
        let mut fields = parameters::fields::<ActionParameters>();
        fields.retain(|field| self == Self::Hook || !OF_EVENTS.contains(&field.name.as_str()));
        fields
    }

    /// Rejects parameters that actions with this trigger do not have.
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
    /// Rejects programs. The caller removes those that it runs; remaining ones would be ignored.
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
        // An unset variable would make every event valid: a signature with an empty key requires no secret.
        if self.event_secret.as_ref().is_some_and(|secret| secret.expose().trim().is_empty()) {
            faults.push(
                Fault::wrong("event_secret", "text that is not blank")
                    .with_hint("leave it out where events are not signed"),
            );
        }
        faults
    }
}

/// Converts an origin's item to a target's, both as JSON.
pub type JsonFormat = Arc<dyn Fn(Value) -> Result<Value, BoxError> + Send + Sync>;
/// Keeps, changes or discards (`None`) a formatted item, as JSON.
pub type JsonLogic = Arc<dyn Fn(Value) -> Result<Option<Value>, BoxError> + Send + Sync>;

/// A run as in a workflow file. [`AnyAction::run`] parses its values.
#[derive(Default)]
pub struct JsonRun {
    /// The connector's id.
    pub connector: String,
    /// The workflow of the run.
    pub workflow_id: String,
    /// The action's parameters without programs, which are in `format` and `logics`.
    pub action_parameters: Value,
    /// The origin's parameters.
    pub origin_parameters: Value,
    /// The target's parameters.
    pub target_parameters: Value,
    /// The options.
    pub options: Value,
    /// Items to use instead of the origin, which then requires no parameters.
    pub items: Option<BoxStream<'static, Result<Value>>>,
    /// A format that replaces the default one.
    pub format: Option<JsonFormat>,
    /// The logics, in order.
    pub logics: Vec<JsonLogic>,
    /// A function to call with the result.
    pub callback: Option<Callback>,
    /// The environment: state, cancellation and progress.
    pub environment: Environment,
}

/// An action with erased types.
#[async_trait]
pub trait AnyAction: Send + Sync {
    /// Returns the name.
    fn name(&self) -> &'static str;

    /// Returns the description, as an action of `connector`.
    fn describe(&self, connector: &str) -> ActionDescription;

    /// Returns the description for programs, with the JSON Schema of all parameters and items.
    fn manifest(&self) -> ActionManifest;

    /// Returns all errors in the parameters. Makes no request.
    fn faults(&self, run: &JsonRun) -> Vec<Fault>;

    /// Logs in at origin and target without writing items. A grant that is renewed is stored in `environment.state`.
    /// Without a state that can store it, no grant is renewed and no authorization code is exchanged, and the report
    /// says so.
    async fn check(&self, run: JsonRun) -> CheckReport;

    /// Returns the user's consent that the target requires, or `None` if it requires none. Makes no request. Of the
    /// run, it uses only `target_parameters`, `options` and `environment.state`, in which the grant will be stored.
    ///
    /// # Errors
    ///
    /// All errors in the parameters.
    fn consent(&self, run: &JsonRun) -> Result<Option<Box<dyn Consent>>, Vec<Failure>>;

    /// Runs the action until it ends. Errors in the parameters are in the result too.
    async fn run(&self, run: JsonRun) -> RunResult;

    /// Reads the items of a run as JSON: the run's own items, or the origin's. It neither formats nor writes, and does
    /// not use `target_parameters` or state. In read mode `incremental`, it reads from the start.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for bad parameters, or the error that prevents the first item from being read. Later
    /// errors are elements of the stream, as in [`ItemStream`](crate::ItemStream).
    async fn read_items(&self, run: JsonRun) -> Result<BoxStream<'static, Result<Value>>>;

    /// Converts one item with the default format, both as JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] if the value is not an item of the origin, or cannot be formatted.
    fn default_format(&self, item: Value) -> Result<Value>;

    /// Returns an item as the origin reads it, both as JSON. This is the input of formats in workflow files.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] if the value is not an item of the origin.
    fn read_item(&self, item: Value) -> Result<Value> {
        Ok(item)
    }

    /// Returns the key of an item in runs.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] if the value is not an item of the origin.
    fn item_key(&self, item: Value) -> Result<ItemKey>;

    /// Returns the repairs of an item while it was read, or none if the value is not an item of the origin.
    fn read_warnings(&self, _item: Value) -> Vec<Warning> {
        Vec::new()
    }

    /// Checks that a value is an item of the origin and has content to send.
    ///
    /// # Errors
    ///
    /// The reason why a run would reject the item before its format.
    fn vet_item(&self, _item: Value) -> Result<()> {
        Ok(())
    }

    /// Returns a formatted item as the target reads it, both as JSON. Unknown fields are removed.
    ///
    /// # Errors
    ///
    /// A field of the wrong type, or all limits of the target that the item exceeds. Paths are relative to the item.
    fn read_formatted(&self, formatted: Value) -> Result<Value, Vec<Fault>> {
        Ok(formatted)
    }
}

/// A run with parsed parameters.
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

    /// Returns the parameters of the action itself. As in the Python framework, the default of `format` is the name of
    /// the default format.
    fn action_fields(&self) -> Vec<Field> {
        let mut fields = self.trigger_type.fields();
        for field in fields.iter_mut().filter(|field| field.name == FORMAT) {
            field.default = self.format_name.name.into();
        }
        fields
    }

    /// Returns the action's parameters, without a `format` that names the default format.
    fn action_parameters(&self, run: &JsonRun) -> Value {
        let mut given = run.action_parameters.clone();
        if let Some(parameters) = given.as_object_mut()
            && parameters.get(FORMAT).and_then(Value::as_str) == Some(self.format_name.name)
        {
            parameters.remove(FORMAT);
        }
        given
    }

    /// Parses all parameters. Returns the errors of every section, each with the section's reason.
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
        // Without state, a renewed grant would be lost.
        let grants =
            run.environment.state.as_ref().map_or_else(|| Arc::new(NoGrants) as _, |state| state.grants());
        let context = self.open_context(read.options, grants);
        let checked = match self.target.open(read.target, context).await {
            Ok(writer) => writer.check().await,
            Err(error) => Err(error),
        };
        let checked = match checked {
            // The code can be used once, and the next run needs it.
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
            // `read` returns no origin only if there are items, or dead letters with items.
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
        let origin = self.origin.clone();
        let readable = move |item: O::Item| match origin.vet(&item) {
            Err(Rejection::Unreadable(error)) => Err(error.with("item", origin.key(&item))),
            Ok(()) | Err(Rejection::Empty(_)) => as_json(&item),
        };
        Ok(items.map(move |item| item.and_then(&readable)).boxed())
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
        self.origin.vet(&typed(item)?).map_err(|rejection| rejection.into_parts().1)
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

/// Parses the result of a user's function and checks it against the target's limits.
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

/// Parses an item. The error names the field, never its value.
fn typed<I: DeserializeOwned>(value: Value) -> Result<I> {
    shape::read(value).map_err(|fault| {
        let words = fault.to_string();
        let words = words.strip_prefix(": ").unwrap_or(&words);
        Error::new(ErrorKind::Invalid, "it does not have the shape of an item of this warehouse")
            .with_vendor_message(words)
    })
}

/// Returns the result of a run with invalid parameters. The reason is that of the first section with errors.
fn refused(run: &JsonRun, action: &str, faults: Vec<(Reason, Faults)>) -> RunResult {
    let reason = faults.first().map(|(reason, _)| *reason).unwrap_or_default();
    let faults = faults.into_iter().flat_map(|(_, faults)| faults).map(|fault| fault.to_string());
    RunResult::refused(&run.workflow_id, &run.connector, action, reason, faults)
}
