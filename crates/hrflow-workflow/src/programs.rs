//! The programs of a workflow file: where they stand, and what they are for.

use std::path::Path;

use hrflow_core::{Secret, bounded_read};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{error::WorkflowFault, json::Resolver};

/// Most bytes that a program may be long.
const MOST: usize = 256 << 10;

/// What a program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Role {
    /// From an origin's item to a target's.
    Format,
    /// From a formatted item to what becomes of it.
    Logic,
    /// From an event to origin parameters.
    EventParser,
}

/// A program, with what is needed to say what is wrong with it.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) role: Role,
    /// Where it stands in the workflow: `action_parameters.logics[0]`.
    pub(crate) path: String,
    /// The file it was read from, where it does not stand in the workflow file itself.
    pub(crate) file: Option<String>,
    pub(crate) text: String,
    /// What of the text was put in for `${…}`: it may be secret.
    pub(crate) secrets: Vec<Secret>,
}

impl Program {
    /// The one for events where the workflow has none.
    pub(crate) fn default_event_parser() -> Self {
        Self {
            role: Role::EventParser,
            path: "action_parameters.event_parser".to_owned(),
            file: None,
            text: "default_event_parser".to_owned(),
            secrets: Vec::new(),
        }
    }

    /// What messages call it: `logics[0]`, or `format (mapping.jq)`.
    pub(crate) fn name(&self) -> String {
        let name = self.path.strip_prefix("action_parameters.").unwrap_or(&self.path);
        match &self.file {
            Some(file) => format!("{name} ({file})"),
            None => name.to_owned(),
        }
    }
}

/// Takes the programs out of the action's parameters, where the core does not look for them. A format that is the name
/// of the default format is no program: it stays.
pub(crate) fn take(
    action_parameters: &mut Value,
    default_format: Option<&str>,
    directory: &Path,
    resolver: &Resolver<'_>,
) -> (Vec<Program>, Vec<WorkflowFault>) {
    let mut taken = Taken { directory, resolver, programs: Vec::new(), faults: Vec::new() };
    if let Value::Object(parameters) = action_parameters {
        if default_format.is_none() || parameters.get("format").and_then(Value::as_str) != default_format {
            taken.one(parameters, "format", Role::Format);
        }
        taken.list(parameters, "logics");
        taken.one(parameters, "event_parser", Role::EventParser);
    }
    (taken.programs, taken.faults)
}

struct Taken<'t, 'v> {
    directory: &'t Path,
    resolver: &'t Resolver<'v>,
    programs: Vec<Program>,
    faults: Vec<WorkflowFault>,
}

impl Taken<'_, '_> {
    fn one(&mut self, parameters: &mut Map<String, Value>, name: &str, role: Role) {
        if let Some(value) = parameters.remove(name) {
            self.program(role, format!("action_parameters.{name}"), value);
        }
    }

    /// A list of logics; one alone may stand by itself.
    fn list(&mut self, parameters: &mut Map<String, Value>, name: &str) {
        let path = format!("action_parameters.{name}");
        match parameters.remove(name) {
            None => {}
            Some(Value::Array(values)) => {
                for (index, value) in values.into_iter().enumerate() {
                    self.program(Role::Logic, format!("{path}[{index}]"), value);
                }
            }
            Some(value) => self.program(Role::Logic, path, value),
        }
    }

    fn program(&mut self, role: Role, path: String, value: Value) {
        const EXPECTED: &str = "expected a jq program, or {file: PATH}";
        let mut fault = |path: &str, message: String| self.faults.push(WorkflowFault::new(path, message));
        let (file, text) = match value {
            Value::Null => return,
            Value::String(text) => (None, text),
            Value::Object(members) => match (members.len(), members.get("file")) {
                (1, Some(Value::String(name))) => match read(self.directory, name) {
                    Ok(text) => (Some(name.clone()), text),
                    Err(why) => return fault(&format!("{path}.file"), why),
                },
                // What could not be put in for ${…} is told already.
                (1, Some(Value::Null)) => return,
                _ => return fault(&path, format!("{EXPECTED}, came an object with other members")),
            },
            Value::Array(_) => return fault(&path, format!("{EXPECTED}, came a list")),
            Value::Bool(_) | Value::Number(_) => return fault(&path, EXPECTED.to_owned()),
        };
        if text.len() > MOST {
            return fault(&path, format!("a program of more than {} KiB is not read", MOST >> 10));
        }
        let secrets = self.resolver.put_in(&path).to_vec();
        self.programs.push(Program { role, path, file, text, secrets });
    }
}

fn read(directory: &Path, name: &str) -> Result<String, String> {
    let path = directory.join(name);
    bounded_read::text(&path, MOST).map_err(|why| format!("cannot read the file {}: {why}", path.display()))
}
