//! Programs that are there to be run.

use futures::{StreamExt, stream};
use hrflow_core::{
    AnyAction, TriggerType,
    connector::ActionParameters,
    parameters::{self, Field, Protection},
};
use serde_json::{Map, Value};

use super::Attached;
use crate::{
    error::{Position, WorkflowFault},
    event::Event,
    jq::{self, Runner, Unready},
    place::place,
    programs::{Program, Role},
};

impl Attached<'_, '_> {
    /// Compiles the programs, and has the one for events say what the run is to read.
    pub(crate) fn programs(&mut self, action: &dyn AnyAction, event: Option<Event>, runner: Runner) {
        let described = action.describe(&self.run.connector);
        if described.trigger_type == TriggerType::Schedule {
            self.refuse_events(action.name(), event.is_some());
        }
        self.lacks_event = event.is_some();
        if event.is_some() && !self.programs.iter().any(|it| it.role == Role::EventParser) {
            self.programs.push(Program::default_event_parser());
        }
        if self.programs.is_empty() {
            return;
        }
        // What is wrong with them is told where all parameters are looked at.
        let settings: ActionParameters =
            parameters::read("action_parameters", &self.run.action_parameters).unwrap_or_default();
        let time = settings.program_timeout.duration();
        let redactor = self.resolver.redactor().clone();
        match jq::compile(runner, self.run, action.name(), &self.programs, time, redactor) {
            Ok(ready) => {
                ready.put_into(self.run);
                if let Some(event) = event {
                    let event = event.open(&settings);
                    let said =
                        event.and_then(|event| ready.parse_event(&event).map_err(|error| error.to_string()));
                    self.take_event(said, &described.origin_parameters);
                }
            }
            Err(Unready::Broken(why)) => {
                let path = self.programs.first().map(|program| program.path.clone()).unwrap_or_default();
                let at = self.resolver.position(&path);
                self.faults.push(WorkflowFault::new(path, why).at(at));
            }
            Err(Unready::Faults(faults)) => {
                for fault in faults {
                    let program = &self.programs[fault.program];
                    let fault = self.place(program, fault.line, fault.column, &fault.message);
                    self.faults.push(fault);
                }
            }
        }
    }

    /// Events are for actions that a hook sets off.
    fn refuse_events(&mut self, action: &str, has_event: bool) {
        let mut refuse = |path: &str, why: &str| {
            let message = format!("{action} is set off by a schedule: {why}");
            self.faults.push(WorkflowFault::new(path, message).at(self.resolver.position(path)));
        };
        if let Some(parser) = self.programs.iter().find(|program| program.role == Role::EventParser) {
            refuse(&parser.path, "there is no event to be read");
        }
        if has_event {
            refuse("action", "it cannot be run for an event");
        }
    }

    /// Puts the parameters that an event sets into the origin's. Where the parser returns nothing, there is nothing to do.
    fn take_event(&mut self, said: Result<Option<Map<String, Value>>, String>, fields: &[Field]) {
        match said.and_then(|said| settable(said, fields)) {
            Err(why) => self.refused_event = Some(why),
            Ok(None) => {
                self.run.items = Some(stream::empty().boxed());
                self.lacks_event = false;
            }
            Ok(Some(said)) => {
                self.lacks_event = false;
                match &mut self.run.origin_parameters {
                    Value::Object(parameters) => parameters.extend(said),
                    parameters => *parameters = Value::Object(said),
                }
            }
        }
    }

    /// A fault inside of a program, where it stands: in its own file, or in the workflow file.
    fn place(&self, program: &Program, line: usize, column: usize, message: &str) -> WorkflowFault {
        let message = self.resolver.redactor().redact(message);
        if let Some(file) = &program.file {
            let mut fault = WorkflowFault::new(&program.path, message).at(Some(Position { line, column }));
            fault.file = Some(file.clone());
            return fault;
        }
        let begins = self.resolver.position(&program.path);
        match begins.and_then(|begins| place(self.text, begins, &program.text, line, column)) {
            Some(exact) => WorkflowFault::new(&program.path, message).at(Some(exact)),
            None => {
                let message = format!("{message} (line {line}, column {column} of the program)");
                WorkflowFault::new(&program.path, message).at(begins)
            }
        }
    }
}

/// The parameters, if an event may set all of them.
fn settable(
    said: Option<Map<String, Value>>,
    fields: &[Field],
) -> Result<Option<Map<String, Value>>, String> {
    let protected = said.iter().flat_map(Map::keys).filter_map(|name| {
        let field = fields.iter().find(|field| field.name == *name)?;
        Some(match field.protection()? {
            Protection::Secret => format!("{name}, which is or holds a secret"),
            Protection::Address => format!("{name}, which is or holds an address that secrets are sent to"),
        })
    });
    match protected.collect::<Vec<_>>().as_slice() {
        [] => Ok(said),
        protected => Err(format!(
            "event_parser sets {}. Set it in the workflow file: an event may set neither secrets nor addresses",
            protected.join("; ")
        )),
    }
}
