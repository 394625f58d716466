//! From a workflow file to a run.

use std::error::Error as _;

use futures::StreamExt;
use hrflow_connectors::hrflow::saved::with_source;
use hrflow_core::{
    AnyAction, BoxStream, CheckReport, Connector, JsonRun, Result as CoreResult, RunResult,
    parameters::nearest, text::shown,
};
use serde_json::Value;

use crate::{
    attach::Attached,
    error::{WorkflowError, WorkflowErrorKind, WorkflowFault},
    event::Event,
    json::Resolver,
    placeholder, refusal,
    substitute::{Substitution, Variables},
    workflow::{FIELDS, Workflow},
    yaml::{Kind, Node},
};

/// What a workflow is held against.
pub struct Surroundings<'s> {
    /// The connectors that there are.
    pub catalogue: Vec<Connector>,
    /// Where variables come from: [`std::env::var`].
    pub variables: &'s Variables<'s>,
    /// Items to use instead of those of the origin, which then needs no parameters. Those that name no source get the
    /// `source_key` of the workflow's `origin_parameters`, if it is there and its variables are set.
    pub items: Option<BoxStream<'static, CoreResult<Value>>>,
    /// The event that it is to be run for: the action's `event_parser` makes origin parameters of it.
    pub event: Option<Event>,
    /// There is no event yet, and one is to come: where the action has an `event_parser`, what is missing of the origin's
    /// parameters comes with it. Such a run reads nothing; see [`Prepared::awaited`].
    pub awaits_event: bool,
    /// What it is prepared for.
    pub purpose: Purpose,
    /// Where jq programs run.
    #[cfg(feature = "jq")]
    pub runner: crate::jq::Runner,
}

/// What a workflow is prepared for. Sections of the file that this does not need are not examined, and their variables may be
/// missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To be run or checked.
    #[default]
    Run,
    /// To read items with [`Prepared::read`]: `target_parameters` is not examined.
    Read,
    /// To format items: only `action_parameters` is examined.
    Map,
}

impl Purpose {
    /// Whether it needs a section of the file, or the section that a path such as `options.timeout` begins with.
    pub(crate) fn needs(self, path: &str) -> bool {
        match self {
            Self::Run => true,
            Self::Read => !path.starts_with("target_parameters"),
            Self::Map => path.starts_with("action_parameters"),
        }
    }
}

impl Default for Surroundings<'_> {
    /// The connectors that are compiled in, the variables of the environment, and programs in a thread of this process.
    fn default() -> Self {
        Self {
            catalogue: hrflow_connectors::catalogue(),
            variables: &|name| std::env::var(name),
            items: None,
            event: None,
            awaits_event: false,
            purpose: Purpose::Run,
            #[cfg(feature = "jq")]
            runner: crate::jq::Runner::Thread(hrflow_connectors::catalogue),
        }
    }
}

/// A workflow that is ready to run.
pub struct Prepared {
    connector: Connector,
    /// Which of its actions.
    action: usize,
    awaited: Vec<String>,
    placeholders: Vec<String>,
    /// The run. A format, logics, a callback and what surrounds it can be put into it.
    pub run: JsonRun,
}

impl Prepared {
    /// The connector.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// The action.
    pub fn action(&self) -> &dyn AnyAction {
        self.connector.actions[self.action].as_ref()
    }

    /// Parameters that are missing, and are to come with an event: `origin_parameters.profile_key`.
    pub fn awaited(&self) -> &[String] {
        &self.awaited
    }

    /// What the action's default format makes of an item, or why it makes nothing.
    ///
    /// # Errors
    ///
    /// In words, with the cause.
    pub fn default_format(&self, item: Value) -> Result<Value, String> {
        default_format(self.action(), item)
    }

    /// Reads the items that a run would read, one after another, as the origin's JSON. Nothing is formatted or written. In read
    /// mode incremental it reads from the start.
    ///
    /// # Errors
    ///
    /// What prevents the first item from being read: a rejected key, an unknown source. Other errors are in the stream, as
    /// in [`ItemStream`](hrflow_core::ItemStream).
    pub async fn read(self) -> CoreResult<BoxStream<'static, CoreResult<Value>>> {
        self.connector.actions[self.action].read_items(self.run).await
    }

    /// Runs it to its end.
    pub async fn run(self) -> RunResult {
        self.connector.actions[self.action].run(self.run).await
    }

    /// Logs in at both ends and writes nothing. The warnings also name values that look like placeholders, by their place
    /// in the file and their field, and repeat nothing of the values.
    pub async fn check(self) -> CheckReport {
        let mut report = self.connector.actions[self.action].check(self.run).await;
        report.warnings.splice(0..0, self.placeholders);
        report
    }
}

pub(crate) fn default_format(action: &dyn AnyAction, item: Value) -> Result<Value, String> {
    action.default_format(item).map_err(|error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    })
}

pub(crate) fn prepare(workflow: Workflow, surroundings: Surroundings<'_>) -> Result<Prepared, WorkflowError> {
    let Surroundings { catalogue, variables, items, event, awaits_event, purpose, .. } = surroundings;
    let Workflow { name, directory, root, text } = workflow;
    let Kind::Object(members) = root.kind else {
        let fault = WorkflowFault::new("", "expected the fields of a workflow").at(root.at);
        return Err(WorkflowError::new(&name, WorkflowErrorKind::Syntax, vec![fault]));
    };
    let unknown = members.iter().filter(|(name, _)| !FIELDS.contains(&name.as_str()));
    let mut shape: Vec<WorkflowFault> = unknown.map(|(name, node)| unknown_field(name, node)).collect();

    let resolver = Resolver::new(Substitution::new(variables, directory.clone()));
    let mut file = File { members, resolver, shape: Vec::new() };
    let connector = file.text("connector", true);
    let action = file.text("action", true);
    let workflow_id = file.text("workflow_id", false);
    // Files of profiles often leave the source out, which the workflow names.
    let items = match (items, file.source_key()) {
        (Some(items), Some(source)) => {
            Some(items.map(move |item| item.map(|item| with_source(item, &source))).boxed())
        }
        (items, _) => items,
    };
    let mut run = JsonRun { connector: connector.clone(), workflow_id, items, ..JsonRun::default() };
    run.action_parameters = file.section("action_parameters");
    if purpose.needs("options") {
        run.options = file.section("options");
    }
    if purpose.needs("origin_parameters") && run.items.is_none() {
        run.origin_parameters = file.section("origin_parameters");
    }
    if purpose.needs("target_parameters") {
        run.target_parameters = file.section("target_parameters");
    }
    let File { mut resolver, shape: more, .. } = file;
    shape.extend(more);
    let mut faults = resolver.take_faults();
    let found = match find(catalogue, &connector, &action, &resolver) {
        Ok(found) => Some(found),
        Err(fault) => {
            shape.extend(fault);
            None
        }
    };
    let known = found.as_ref().map(|(connector, index)| connector.actions[*index].as_ref());
    let mut attached = Attached::new(&mut run, known, &directory, &text, &resolver);
    if let Some(action) = known {
        #[cfg(feature = "jq")]
        attached.programs(action, event, surroundings.runner);
        #[cfg(not(feature = "jq"))]
        attached.refuse_programs(event.is_some());
        if awaits_event {
            attached.await_event(action);
        }
        attached.parameters(action, purpose);
    }
    let Attached { faults: more, awaited, refused_event, .. } = attached;
    faults.extend(more);
    match found {
        Some((connector, index)) if shape.is_empty() && faults.is_empty() => match refused_event {
            None => {
                let placeholders = placeholders(&name, &run, &resolver);
                Ok(Prepared { connector, action: index, awaited, placeholders, run })
            }
            Some(why) => {
                let (fault, result) = refusal::event(&run, &action, &why);
                Err(WorkflowError::new(&name, WorkflowErrorKind::Event, vec![fault]).with_result(result))
            }
        },
        Some(_) if shape.is_empty() => {
            faults.sort_by_key(|fault| refusal::section(&fault.path));
            let result = refusal::result(&run, &action, &faults);
            Err(WorkflowError::new(&name, WorkflowErrorKind::Parameters, faults).with_result(result))
        }
        _ => {
            shape.extend(faults);
            Err(WorkflowError::new(&name, WorkflowErrorKind::Shape, shape))
        }
    }
}

/// What is to be said of values that look like placeholders.
fn placeholders(name: &str, run: &JsonRun, resolver: &Resolver<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (section, values) in [
        ("action_parameters", &run.action_parameters),
        ("options", &run.options),
        ("origin_parameters", &run.origin_parameters),
        ("target_parameters", &run.target_parameters),
    ] {
        placeholder::all_in(values, section, &mut found);
    }
    let faults = found.into_iter().map(|(path, kind)| {
        let message = format!(
            "the value looks like a placeholder ({kind}). Set the value; variables of the environment are written ${{NAME}}"
        );
        let at = resolver.position(&path);
        WorkflowFault::new(path, message).at(at).line(name)
    });
    faults.collect()
}

/// The fields of a workflow, taken one by one.
struct File<'v> {
    members: Vec<(String, Node)>,
    resolver: Resolver<'v>,
    shape: Vec<WorkflowFault>,
}

impl File<'_> {
    /// A field that is text. Empty where it is not there, or at fault.
    fn text(&mut self, field: &'static str, required: bool) -> String {
        let node = self.take(field);
        let value = node.as_ref().map(|node| self.resolver.value(node, field)).unwrap_or_default();
        let unresolved = self.resolver.take_faults();
        let is_unresolved = !unresolved.is_empty();
        self.shape.extend(unresolved);
        match value {
            Value::String(text) if !(required && text.trim().is_empty()) => text,
            _ if is_unresolved => String::new(),
            Value::Null if !required => String::new(),
            Value::Null | Value::String(_) => {
                let at = node.and_then(|node| node.at);
                let why =
                    self.resolver.empty_variable(field).map_or_else(String::new, |why| format!("; {why}"));
                self.shape.push(WorkflowFault::new(field, format!("required, but missing{why}")).at(at));
                String::new()
            }
            _ => {
                let node = node.unwrap_or(Node { at: None, kind: Kind::Null });
                let message = format!("expected text, came {}", node.kind.word());
                self.shape.push(WorkflowFault::new(field, message).at(node.at));
                String::new()
            }
        }
    }

    /// A field that is an object. Null where it is not there, or at fault.
    fn section(&mut self, field: &'static str) -> Value {
        let Some(node) = self.take(field) else { return Value::Null };
        match node.kind {
            Kind::Object(_) | Kind::Null => self.resolver.value(&node, field),
            kind => {
                let message = format!("expected names and values, came {}", kind.word());
                self.shape.push(WorkflowFault::new(field, message).at(node.at));
                self.resolver.give_up(field);
                Value::Null
            }
        }
    }

    /// `origin_parameters.source_key`, if it is there and its variables are set. Items that are given need none.
    fn source_key(&mut self) -> Option<String> {
        let member = |node: &Node, field: &str| match &node.kind {
            Kind::Object(members) => {
                members.iter().find(|(name, _)| name == field).map(|(_, node)| node.clone())
            }
            _ => None,
        };
        let (_, origin) = self.members.iter().find(|(name, _)| name == "origin_parameters")?;
        let source = self.resolver.value(&member(origin, "source_key")?, "origin_parameters.source_key");
        self.resolver.take_faults();
        source.as_str().map(str::trim).filter(|source| !source.is_empty()).map(str::to_owned)
    }

    fn take(&mut self, field: &str) -> Option<Node> {
        let index = self.members.iter().position(|(name, _)| name == field)?;
        Some(self.members.swap_remove(index).1)
    }
}

fn unknown_field(name: &str, node: &Node) -> WorkflowFault {
    let message = match nearest(name, FIELDS) {
        Some(near) => format!("unknown; did you mean {near}?"),
        None => format!("unknown; a workflow has {}", FIELDS.join(", ")),
    };
    WorkflowFault::new(shown(name, 60), message).at(node.at)
}

/// The connector and which of its actions it is, if there are such. Without a fault where the file names none.
fn find(
    catalogue: Vec<Connector>,
    id: &str,
    action: &str,
    resolver: &Resolver<'_>,
) -> Result<(Connector, usize), Option<WorkflowFault>> {
    let named = |path: &str, text: &str| match resolver.is_substituted(path) {
        true => "of the name that its variable gives".to_owned(),
        false => format!("\"{}\"", shown(text, 60)),
    };
    if id.is_empty() {
        return Err(None);
    }
    let ids: Vec<&'static str> = catalogue.iter().map(|connector| connector.id).collect();
    let Some(connector) = catalogue.into_iter().find(|connector| connector.id == id) else {
        let message = format!("there is no connector {}; {}", named("connector", id), choice(id, &ids));
        return Err(Some(WorkflowFault::new("connector", message).at(resolver.position("connector"))));
    };
    if action.is_empty() {
        return Err(None);
    }
    if let Some(index) = connector.actions.iter().position(|known| known.name() == action) {
        return Ok((connector, index));
    }
    let names: Vec<&'static str> = connector.actions.iter().map(|action| action.name()).collect();
    let message = format!("{id} has no action {}; {}", named("action", action), choice(action, &names));
    Err(Some(WorkflowFault::new("action", message).at(resolver.position("action"))))
}

fn choice(word: &str, known: &[&'static str]) -> String {
    let all = format!("there are: {}", known.join(", "));
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean {near}? ({all})"),
        None => all,
    }
}
