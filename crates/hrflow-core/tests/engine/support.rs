//! People in memory, and runs over them against the scripted target.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use hrflow_core::{
    Action, ActionInfo, ActionType, DataType, Environment, Error, ErrorKind, Finding, FormatName, ItemKey,
    ItemStream, Origin, ReadOrder, ReadRequest, Rejection, Result, RunResult, TargetId, TriggerType,
    Warehouse, Warning, async_trait,
    options::{Attachments, OnExisting, Options},
    parameters::NoParameters,
    state::{JournalKey, MemoryState, RunInfo},
    testing::target::{Person, ScriptedParameters, ScriptedTarget},
};
use jiff::Timestamp;
use serde_json::json;

/// People in memory, oldest or newest first.
pub(crate) struct People {
    pub(crate) people: Vec<Result<Person, ErrorKind>>,
    pub(crate) order: Option<ReadOrder>,
}

#[async_trait]
impl Origin for People {
    type Parameters = NoParameters;
    type Item = Person;

    fn warehouse(&self) -> Warehouse {
        Warehouse { name: "People", data_type: DataType::Profile, endpoints: Vec::new() }
    }

    fn key(&self, item: &Person) -> ItemKey {
        ItemKey::new(format!("source/{}", item.name))
    }

    async fn read(&self, _: NoParameters, request: ReadRequest) -> Result<ItemStream<Person>> {
        let from = request.read_from.unwrap_or_default();
        let people =
            self.people.clone().into_iter().map(|it| it.map_err(|kind| Error::new(kind, "scripted read")));
        let wanted: Vec<_> =
            people.filter(|it| it.as_ref().is_ok_and(|it| it.name > from) || it.is_err()).collect();
        Ok(stream::iter(wanted).boxed())
    }

    async fn check(&self, _: NoParameters, _: &Options) -> Result<Vec<Finding>> {
        Ok(Vec::new())
    }

    fn warnings(&self, item: &Person) -> Vec<Warning> {
        match item.name.as_str() {
            "repaired" => vec![Warning::new("name", "A control character was removed")],
            _ => Vec::new(),
        }
    }

    fn vet(&self, item: &Person) -> Result<(), Rejection> {
        match item.name.as_str() {
            "hollow" => Err(Rejection::Empty(Error::new(ErrorKind::Invalid, "the person is empty"))),
            "damaged" => Err(Rejection::Unreadable(Error::new(ErrorKind::Invalid, "email has NaN"))),
            _ => Ok(()),
        }
    }

    fn incremental(&self) -> Option<ReadOrder> {
        self.order
    }

    fn read_from(&self, item: &Person) -> Result<Option<String>> {
        match item.name.as_str() {
            "undated" => Err(Error::new(ErrorKind::Invalid, "the person has no date")),
            name => Ok(Some(name.to_owned())),
        }
    }
}

pub(crate) fn person(name: &str) -> Person {
    serde_json::from_value(json!({ "name": name, "email": format!("{name}@example.com") })).unwrap()
}

pub(crate) fn with_documents(name: &str, documents: &[(&str, u64)]) -> Person {
    let attachments: Vec<_> = documents
        .iter()
        .map(|(file, size)| json!({ "kind": "resume", "name": file, "url": "https://example.com/", "size": size }))
        .collect();
    serde_json::from_value(
        json!({ "name": name, "email": format!("{name}@example.com"), "attachments": attachments }),
    )
    .unwrap()
}

pub(crate) fn people(names: &[&str]) -> Vec<Result<Person, ErrorKind>> {
    names.iter().map(|name| Ok(person(name))).collect()
}

pub(crate) fn copy(person: &Person) -> Result<Person> {
    Ok(person.clone())
}

/// A run of the scripted target.
pub(crate) fn info(run_id: &str) -> RunInfo {
    RunInfo {
        run_id: run_id.to_owned(),
        workflow_id: "workflow".to_owned(),
        connector: "scripted".to_owned(),
        action: "push_profile".to_owned(),
        started_at: Timestamp::now(),
        cursor: false,
    }
}

/// What the journal knows a person by.
pub(crate) fn key(name: &str) -> JournalKey {
    JournalKey {
        target: TargetId("scripted".to_owned()),
        data_type: DataType::Profile,
        item: ItemKey::new(format!("source/{name}")),
    }
}

/// One run to be, over `target`.
pub(crate) struct Setup {
    pub(crate) target: ScriptedTarget,
    pub(crate) people: Vec<Result<Person, ErrorKind>>,
    pub(crate) order: Option<ReadOrder>,
    pub(crate) options: Options,
    pub(crate) environment: Environment,
}

impl Setup {
    pub(crate) fn new(target: &ScriptedTarget, people: Vec<Result<Person, ErrorKind>>) -> Self {
        let options = Options::default();
        Self { target: target.clone(), people, order: None, options, environment: Environment::default() }
    }

    pub(crate) fn state(mut self, state: &MemoryState) -> Self {
        self.environment.state = Some(Arc::new(state.clone()));
        self
    }

    pub(crate) fn deadline(mut self, time: Duration) -> Self {
        self.options.deadline = time.into();
        self
    }

    pub(crate) fn on_existing(mut self, what: OnExisting) -> Self {
        self.options.on_existing = what;
        self
    }

    pub(crate) fn attachments(mut self, which: Attachments) -> Self {
        self.options.attachments = which;
        self
    }

    pub(crate) fn prepare(self) -> hrflow_core::Run<People, ScriptedTarget> {
        let info = ActionInfo {
            name: "push_profile",
            description: "",
            trigger_type: TriggerType::Hook,
            action_type: ActionType::Outbound,
        };
        let origin = People { people: self.people, order: self.order };
        let format = FormatName { name: "copy", source: "" };
        Action::new(info, origin, self.target, format, copy)
            .run(NoParameters, ScriptedParameters::default())
            .workflow_id("workflow")
            .options(self.options)
            .environment(self.environment)
    }

    pub(crate) async fn run(self) -> RunResult {
        let result = self.prepare().await;
        adds_up(&result);
        result
    }
}

/// In a run that was not stopped early, every item that was read is in exactly one count.
pub(crate) fn adds_up(result: &RunResult) {
    if !result.failures.iter().any(|it| it.step == "run") {
        assert_eq!(result.events.settled(), result.events.read_success, "{result:#?}");
    }
}

/// success, duplicate, failure
pub(crate) fn written(result: &RunResult) -> (u64, u64, u64) {
    (result.events.write_success, result.events.write_duplicate, result.events.write_failure)
}

pub(crate) fn names(target: &ScriptedTarget) -> Vec<String> {
    let mut names: Vec<_> = target.records().into_iter().map(|record| record.name).collect();
    names.sort();
    names
}
