//! From a workflow file to a run.

use futures::{StreamExt, stream};
use hrflow_core::{
    AnyAction, BoxStream, Connector, ErrorKind, JsonRun, Result as CoreResult, RunResult, TriggerType,
    connector::{ActionParameters, CheckReport},
    parameters::{self, nearest},
};
use serde_json::Value;

use crate::{
    error::{Position, WorkflowError, WorkflowErrorKind, WorkflowFault},
    event::{self, Event},
    json::Resolver,
    place::place,
    programs::{self, Program, Role},
    refusal,
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
    /// Items to take instead of reading the origin, which then needs no parameters.
    pub items: Option<BoxStream<'static, CoreResult<Value>>>,
    /// The event that it is to be run for: the action's `event_parser` makes origin parameters of it.
    pub event: Option<Event>,
    /// Where jq programs run.
    #[cfg(feature = "jq")]
    pub runner: crate::jq::Runner,
}

impl Default for Surroundings<'_> {
    /// The connectors that are compiled in, the variables of the environment, and programs in a thread of this process.
    fn default() -> Self {
        Self {
            catalogue: hrflow_connectors::catalogue(),
            variables: &|name| std::env::var(name),
            items: None,
            event: None,
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

    /// Runs it to its end.
    pub async fn run(self) -> RunResult {
        self.connector.actions[self.action].run(self.run).await
    }

    /// Logs in at both ends and writes nothing.
    pub async fn check(self) -> CheckReport {
        self.connector.actions[self.action].check(self.run).await
    }
}

pub(crate) fn prepare(workflow: Workflow, surroundings: Surroundings<'_>) -> Result<Prepared, WorkflowError> {
    let Surroundings { catalogue, variables, items, event, .. } = surroundings;
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
    let mut run = JsonRun {
        connector: connector.clone(),
        workflow_id,
        action_parameters: file.section("action_parameters"),
        options: file.section("options"),
        origin_parameters: if items.is_some() { Value::Null } else { file.section("origin_parameters") },
        target_parameters: file.section("target_parameters"),
        items,
        ..JsonRun::default()
    };
    let File { mut resolver, shape: more, .. } = file;
    shape.extend(more);
    let (mut programs, unread) = programs::take(&mut run.action_parameters, &directory, MOST, &resolver);

    let mut faults = resolver.take_faults();
    faults.extend(unread.into_iter().map(|fault| {
        let at = resolver.position(&fault.path);
        fault.at(at)
    }));
    let found = find(catalogue, &connector, &action, &resolver);
    let found = match found {
        Ok(found) => Some(found),
        Err(fault) => {
            shape.extend(fault);
            None
        }
    };
    let mut refused_event = None;
    if let Some((connector, index)) = &found {
        let is_event_parsed = {
            let described = connector.actions[*index].describe(connector.id);
            faults.extend(event_faults(
                described.trigger_type,
                &programs,
                event.is_some(),
                &action,
                &resolver,
            ));
            event.is_some() && described.trigger_type == TriggerType::Hook
        };
        if is_event_parsed && !programs.iter().any(|it| it.role == Role::EventParser) {
            programs.push(default_event_parser());
        }
        let source = Source { text: &text, resolver: &resolver };
        #[cfg(feature = "jq")]
        let runner = surroundings.runner;
        let settings = parameters::read::<ActionParameters>("action_parameters", &run.action_parameters);
        let settings = settings.unwrap_or_default();
        let count = faults.len();
        #[cfg(feature = "jq")]
        if !programs.is_empty() {
            let time = settings.program_timeout.duration();
            let redactor = resolver.redactor().clone();
            match crate::jq::compile(runner, &run, &action, &programs, time, redactor) {
                Ok(ready) => {
                    ready.put_into(&mut run);
                    if let (true, Some(event)) = (is_event_parsed, &event) {
                        let parsed = event
                            .open(&settings)
                            .and_then(|event| ready.parse_event(&event).map_err(|error| error.to_string()));
                        refused_event = take_event(&mut run, parsed);
                    }
                }
                Err(crate::jq::Unready::Broken(why)) => {
                    let path = programs.first().map(|program| program.path.clone()).unwrap_or_default();
                    let at = resolver.position(&path);
                    faults.push(WorkflowFault::new(path, why).at(at));
                }
                Err(crate::jq::Unready::Faults(found)) => {
                    for fault in found {
                        let program = &programs[fault.program];
                        faults.push(source.fault(program, fault.line, fault.column, &fault.message));
                    }
                }
            }
        }
        #[cfg(not(feature = "jq"))]
        {
            let _ = (&settings, &source, &mut refused_event, is_event_parsed, take_event);
            let missing = "this program is built without jq (the feature `jq` of hrflow-workflow)";
            faults.extend(programs.iter().map(|program| WorkflowFault::new(&program.path, missing)));
        }
        // Without the event's part they would be at fault for that alone.
        let lacks_event = is_event_parsed && (faults.len() > count || refused_event.is_some());
        let of_parameters = connector.actions[*index].faults(&run).into_iter();
        let of_parameters =
            of_parameters.filter(|fault| !(lacks_event && fault.path.starts_with("origin_parameters")));
        faults.extend(of_parameters.filter_map(|fault| resolver.locate(fault)));
    }
    match found {
        Some((connector, index)) if shape.is_empty() && faults.is_empty() => match refused_event {
            None => Ok(Prepared { connector, action: index, run }),
            Some(why) => {
                let (reason, fault) = event::refused(&why);
                let mut result = RunResult::refused(
                    &run.workflow_id,
                    &run.connector,
                    &action,
                    reason,
                    [fault.to_string()],
                );
                for failure in &mut result.failures {
                    (failure.step, failure.kind) = ("event".to_owned(), ErrorKind::Invalid);
                }
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

/// Most bytes that a program may be long.
#[cfg(feature = "jq")]
const MOST: usize = crate::jq::MOST;
#[cfg(not(feature = "jq"))]
const MOST: usize = 0;

/// Events are for actions that a hook sets off.
fn event_faults(
    trigger: TriggerType,
    programs: &[Program],
    has_event: bool,
    action: &str,
    resolver: &Resolver<'_>,
) -> Vec<WorkflowFault> {
    if trigger == TriggerType::Hook {
        return Vec::new();
    }
    let parser = programs.iter().find(|program| program.role == Role::EventParser);
    let of_parser = parser.map(|program| (program.path.as_str(), "no event sets it off"));
    let of_event = has_event.then_some(("action", "it cannot be run for an event"));
    let faults = [of_parser, of_event].into_iter().flatten();
    faults
        .map(|(path, why)| {
            let message = format!("{action} is set off by a schedule: {why}");
            WorkflowFault::new(path, message).at(resolver.position(path))
        })
        .collect()
}

fn default_event_parser() -> Program {
    Program {
        role: Role::EventParser,
        path: "action_parameters.event_parser".to_owned(),
        file: None,
        text: "default_event_parser".to_owned(),
        secrets: Vec::new(),
    }
}

/// Puts what an event says into the origin's parameters. An event of which the parser says nothing is one that there is
/// nothing to do for. Answers why it cannot be understood, if so.
fn take_event(
    run: &mut JsonRun,
    parsed: Result<Option<serde_json::Map<String, Value>>, String>,
) -> Option<String> {
    match parsed {
        Err(why) => return Some(why),
        Ok(None) => run.items = Some(stream::empty().boxed()),
        Ok(Some(found)) => {
            if run.origin_parameters.is_null() {
                run.origin_parameters = Value::Object(serde_json::Map::new());
            }
            if let Value::Object(parameters) = &mut run.origin_parameters {
                parameters.extend(found);
            }
        }
    }
    None
}

/// What was read, and where everything stands in it.
struct Source<'s, 'v> {
    text: &'s str,
    resolver: &'s Resolver<'v>,
}

impl Source<'_, '_> {
    /// A fault inside of a program, where it stands: in its own file, or in the workflow file.
    fn fault(&self, program: &Program, line: usize, column: usize, message: &str) -> WorkflowFault {
        let message = self.resolver.redactor().redact(message);
        if let Some(file) = &program.file {
            let mut fault = WorkflowFault::new(&program.path, message).at(Some(Position { line, column }));
            fault.file = Some(file.clone());
            return fault;
        }
        let begins = self.resolver.position(&program.path);
        let exact = begins.and_then(|begins| place(self.text, begins, &program.text, line, column));
        match exact {
            Some(exact) => WorkflowFault::new(&program.path, message).at(Some(exact)),
            None => {
                let message = format!("{message} (line {line}, column {column} of the program)");
                WorkflowFault::new(&program.path, message).at(begins)
            }
        }
    }
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
                self.shape.push(WorkflowFault::new(field, "required, but missing").at(at));
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

    fn take(&mut self, field: &str) -> Option<Node> {
        let index = self.members.iter().position(|(name, _)| name == field)?;
        Some(self.members.swap_remove(index).1)
    }
}

fn unknown_field(name: &str, node: &Node) -> WorkflowFault {
    let shown: String = name.chars().take(60).flat_map(char::escape_debug).collect();
    let message = match nearest(name, FIELDS) {
        Some(near) => format!("unknown; did you mean {near}?"),
        None => format!("unknown; a workflow has {}", FIELDS.join(", ")),
    };
    WorkflowFault::new(shown, message).at(node.at)
}

/// The connector and which of its actions it is, if there are such. Without a fault where the file names none.
fn find(
    catalogue: Vec<Connector>,
    id: &str,
    action: &str,
    resolver: &Resolver<'_>,
) -> Result<(Connector, usize), Option<WorkflowFault>> {
    let shown = |path: &str, text: &str| match resolver.is_substituted(path) {
        true => "of the name that its variable gives".to_owned(),
        false => format!("\"{}\"", text.chars().take(60).flat_map(char::escape_debug).collect::<String>()),
    };
    if id.is_empty() {
        return Err(None);
    }
    let ids: Vec<&'static str> = catalogue.iter().map(|connector| connector.id).collect();
    let Some(connector) = catalogue.into_iter().find(|connector| connector.id == id) else {
        let message = format!("there is no connector {}; {}", shown("connector", id), choice(id, &ids));
        return Err(Some(WorkflowFault::new("connector", message).at(resolver.position("connector"))));
    };
    if action.is_empty() {
        return Err(None);
    }
    if let Some(index) = connector.actions.iter().position(|known| known.name() == action) {
        return Ok((connector, index));
    }
    let names: Vec<&'static str> = connector.actions.iter().map(|action| action.name()).collect();
    let message = format!("{id} has no action {}; {}", shown("action", action), choice(action, &names));
    Err(Some(WorkflowFault::new("action", message).at(resolver.position("action"))))
}

fn choice(word: &str, known: &[&'static str]) -> String {
    let all = format!("there are: {}", known.join(", "));
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean {near}? ({all})"),
        None => all,
    }
}
