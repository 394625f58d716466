//! A connector that does nothing, with parameters of every kind.

use std::env::VarError;

use hrflow_core::{
    ActionType, AnyAction, BoxStream, CheckReport, Connector, ConnectorType, Consent, DataType, FormatName,
    ItemKey, JsonRun, Options, Result, RunResult, Secret, TriggerType, Warehouse, async_trait,
    connector::{ActionDescription, ActionParameters},
    manifest::ActionManifest,
    parameters::{self, Fault, Parameters},
    result::Failure,
};
use hrflow_workflow::{Event, Prepared, Surroundings, Workflow, WorkflowError, jq::Runner};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// What the origin takes.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its schema is tested; the stub reads no field")]
pub(crate) struct Origin {
    /// The key of the account.
    api_secret: Secret,
    /// Which profile to read.
    #[serde(default)]
    profile_key: Option<String>,
    /// Where it is read from.
    #[serde(default)]
    #[schemars(extend("x-address" = true))]
    api_url: Option<String>,
    /// Where else it is read from.
    #[serde(default)]
    mirror: Option<Mirror>,
}

/// Another place to read from.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its schema is tested; the stub reads no field")]
pub(crate) struct Mirror {
    /// The host.
    #[schemars(extend("x-address" = true))]
    host: String,
}

/// What the target takes.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "each test program uses a part of it")]
pub(crate) struct Target {
    /// The version of the API.
    version: String,
    /// The port of the server.
    #[serde(default)]
    port: Option<u16>,
    /// Tags for every item.
    #[serde(default)]
    tags: Vec<String>,
    /// Whether to be loud.
    #[serde(default)]
    loud: bool,
}

impl Parameters for Origin {}

impl Parameters for Target {
    fn check(&self) -> Vec<Fault> {
        let fault =
            || Fault::rule("version", format!("{} is not known", self.version)).with_came(&self.version);
        if self.version.len() > 20 { vec![fault()] } else { Vec::new() }
    }
}

struct Push;

#[async_trait]
impl AnyAction for Push {
    fn name(&self) -> &'static str {
        "push_profile"
    }

    fn describe(&self, connector: &str) -> ActionDescription {
        let warehouse = Warehouse { name: "Nothing", data_type: DataType::Profile, endpoints: Vec::new() };
        ActionDescription {
            connector: connector.to_owned(),
            action: self.name(),
            origin: "Nothing",
            target: "Nothing",
            description: "Does nothing.",
            trigger_type: TriggerType::Hook,
            action_type: ActionType::Outbound,
            action_parameters: parameters::fields::<ActionParameters>(),
            origin_parameters: parameters::fields::<Origin>(),
            target_parameters: parameters::fields::<Target>(),
            options: parameters::fields::<Options>(),
            format: FormatName { name: "none", source: "" },
            mapping: &[],
            capabilities: hrflow_core::Capabilities {
                update: false,
                attachments: false,
                concurrency: 1,
                batch_size: 1,
                rate_limit: None,
                find_without_email: false,
            },
            origin_warehouse: warehouse.clone(),
            target_warehouse: warehouse,
        }
    }

    fn manifest(&self) -> ActionManifest {
        unreachable!("workflow files ask for no manifest")
    }

    fn faults(&self, run: &JsonRun) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut keep = |read: Option<parameters::Faults>| faults.extend(read.into_iter().flatten());
        keep(parameters::read::<ActionParameters>("action_parameters", &run.action_parameters).err());
        keep(parameters::read::<Options>("options", &run.options).err());
        if run.items.is_none() {
            keep(parameters::read::<Origin>("origin_parameters", &run.origin_parameters).err());
        }
        keep(parameters::read::<Target>("target_parameters", &run.target_parameters).err());
        faults
    }

    fn consent(&self, _: &JsonRun) -> Result<Option<Box<dyn Consent>>, Vec<Failure>> {
        Ok(None)
    }

    async fn check(&self, _: JsonRun) -> CheckReport {
        CheckReport::default()
    }

    async fn run(&self, _: JsonRun) -> RunResult {
        panic!("the stub does not run")
    }

    async fn read_items(&self, run: JsonRun) -> Result<BoxStream<'static, Result<Value>>> {
        Ok(run.items.expect("the stub has no origin"))
    }

    fn item_key(&self, item: Value) -> Result<ItemKey> {
        Ok(ItemKey::of_content(&item))
    }

    fn default_format(&self, item: Value) -> Result<Value> {
        Ok(item)
    }
}

fn catalogue() -> Vec<Connector> {
    let connector = |id| Connector {
        id,
        name: id,
        connector_type: ConnectorType::Ats,
        url: "https://example.com",
        actions: vec![Box::new(Push)],
    };
    vec![connector("stub"), connector("teamtailor")]
}

/// The environment of the tests.
fn variables(name: &str) -> std::result::Result<String, VarError> {
    match name {
        "SECRET" => Ok("hunter2: [x]".to_owned()),
        "EMPTY" => Ok(String::new()),
        "PORT" => Ok("5432".to_owned()),
        "WITH_LINE_BREAK" => Ok("1234\n".to_owned()),
        "WITH_WINDOWS_LINE_BREAK" => Ok("1234\r\n".to_owned()),
        "LONG" => Ok("a-very-long-secret-version".to_owned()),
        _ => Err(VarError::NotPresent),
    }
}

/// Prepares a workflow file of this text.
pub(crate) fn prepare(text: &str, settings: &[&str]) -> std::result::Result<Prepared, WorkflowError> {
    prepare_from(text, settings, false)
}

/// Prepares a workflow file of this text, with items to take or without.
pub(crate) fn prepare_from(
    text: &str,
    settings: &[&str],
    with_items: bool,
) -> std::result::Result<Prepared, WorkflowError> {
    let mut workflow = Workflow::parse(text, "w.yaml")?;
    for setting in settings {
        workflow.set(setting)?;
    }
    let items = with_items.then(|| hrflow_workflow::items::from_reader(std::io::empty()));
    workflow.prepare_with(Surroundings { items, ..surroundings() })
}

/// The stub and the variables of the tests.
pub(crate) fn surroundings() -> Surroundings<'static> {
    Surroundings {
        catalogue: catalogue(),
        variables: &variables,
        runner: Runner::Thread(catalogue),
        ..Surroundings::default()
    }
}

/// What is wrong with a workflow file of this text.
#[allow(dead_code, reason = "each test program uses a part of it")]
pub(crate) fn faults(text: &str) -> String {
    prepare(text, &[]).err().map(|error| error.to_string()).unwrap_or_default()
}

/// Prepares a workflow file of this text for an event.
#[allow(dead_code, reason = "each test program uses a part of it")]
pub(crate) fn prepare_for(text: &str, event: Event) -> std::result::Result<Prepared, WorkflowError> {
    let event = Some(event);
    Workflow::parse(text, "w.yaml")?.prepare_with(Surroundings { event, ..surroundings() })
}
