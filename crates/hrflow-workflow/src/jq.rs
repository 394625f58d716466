//! jq programs: formats, logics and event parsers, run where they can do no harm.
//!
//! Programs are compiled before anything is read, and run one item at a time by a process that is there for nothing else:
//! jq can loop for ever, recurse until the stack is gone and ask for all memory, and none of that can be counted or
//! stopped from inside. Who overruns is ended, that item fails, and another process takes the next one. Neither the
//! environment nor the network nor any file is at hand in a program.

mod compile;
mod evaluate;
mod explain;
mod json;
mod limits;
mod serve;
mod session;
mod wire;
mod worker;

use std::{sync::Arc, time::Duration};

use hrflow_core::{Error, ErrorKind, JsonRun, Redactor, connector::JsonLogic};
use jiff::Timestamp;
use serde_json::Value;

pub use serve::serve;
pub use worker::Runner;

use self::{
    session::{Session, Unopened},
    wire::{CompileFault, Setup},
};
use crate::programs::{Program, Role};

/// The programs of a run, compiled.
pub(crate) struct Ready {
    session: Arc<Session>,
    roles: Vec<Role>,
}

/// Why they are not.
pub(crate) enum Unready {
    /// These places in them are wrong.
    Faults(Vec<CompileFault>),
    /// Nobody runs them.
    Broken(String),
}

/// Compiles the programs of a run.
pub(crate) fn compile(
    runner: Runner,
    run: &JsonRun,
    action: &str,
    programs: &[Program],
    time: Duration,
    redactor: Redactor,
) -> Result<Ready, Unready> {
    let setup = Setup {
        connector: run.connector.clone(),
        action: action.to_owned(),
        programs: programs.iter().map(|program| (program.role, program.text.clone())).collect(),
        secrets: programs.iter().flat_map(|it| &it.secrets).map(|it| it.expose().to_owned()).collect(),
        workflow_id: run.workflow_id.clone(),
        now: Timestamp::now(),
    };
    let names = programs.iter().map(Program::name).collect();
    match Session::open(runner, setup, names, time, redactor) {
        Ok(session) => {
            let roles = programs.iter().map(|program| program.role).collect();
            Ok(Ready { session: Arc::new(session), roles })
        }
        Err(Unopened::Faults(faults)) => Err(Unready::Faults(faults)),
        Err(Unopened::Broken(words)) => Err(Unready::Broken(words)),
    }
}

impl Ready {
    /// Has a run use them.
    pub(crate) fn put_into(&self, run: &mut JsonRun) {
        for (program, role) in self.roles.iter().enumerate() {
            let session = self.session.clone();
            match role {
                Role::Format => {
                    run.format = Some(Arc::new(move |item| Ok(format(&session, program, &item)?)));
                }
                Role::Logic => {
                    let logic: JsonLogic = Arc::new(move |item| Ok(logic(&session, program, &item)?));
                    run.logics.push(logic);
                }
                Role::EventParser => {}
            }
        }
    }

    /// What the event parser makes of an event: origin parameters by name, or none where there is nothing to do.
    pub(crate) fn parse_event(&self, event: &Value) -> Result<Option<serde_json::Map<String, Value>>, Error> {
        let Some(program) = self.roles.iter().position(|role| *role == Role::EventParser) else {
            return Ok(None);
        };
        match self.session.run(program, event)? {
            None => Ok(None),
            Some(Value::Object(parameters)) => Ok(Some(parameters)),
            Some(other) => Err(self.session.failure(
                program,
                &format!("it answers {} where origin parameters, an object, are expected", kind(&other)),
            )),
        }
    }
}

fn format(session: &Session, program: usize, item: &Value) -> Result<Value, Error> {
    match session.run(program, item)? {
        Some(item @ Value::Object(_)) => Ok(item),
        Some(other) => {
            let words = format!("it answers {} where an item, an object, is expected", kind(&other));
            Err(session.failure(program, &words))
        }
        None => Err(session.failure(program, "it answers nothing; to discard items use a logic, select(…)")),
    }
}

fn logic(session: &Session, program: usize, item: &Value) -> Result<Option<Value>, Error> {
    match session.run(program, item)? {
        None => Ok(None),
        Some(item @ Value::Object(_)) => Ok(Some(item)),
        Some(Value::Bool(answer)) => {
            let words = format!(
                "it answers {answer} where the item is expected; write select(…) around the condition"
            );
            Err(session.failure(program, &words))
        }
        Some(other) => {
            let words = format!("it answers {} where the item, an object, is expected", kind(&other));
            Err(session.failure(program, &words))
        }
    }
}

impl Session {
    fn failure(&self, program: usize, words: &str) -> Error {
        Error::new(ErrorKind::Invalid, format!("{}: {words}", self.name(program)))
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
