//! What is wrong with a workflow file.

use std::{fmt, io};

use hrflow_core::{
    RunResult,
    parameters::{Fault, first_lines},
    text::excerpt,
};

/// How much of a path is shown, in characters: it is made of names that the user chose.
const SHOWN_PATH: usize = 300;
/// How much of a message is shown, in characters: it may repeat what the user wrote.
const SHOWN_MESSAGE: usize = 2_000;

/// A place in a workflow file; both numbers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What sort of fault a workflow has.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkflowErrorKind {
    /// The file cannot be read, or is too large.
    Unreadable,
    /// It is not YAML, or YAML of a kind that is not taken here.
    Syntax,
    /// It does not say which action of which connector to run, or says more than a workflow can.
    Shape,
    /// The action is known, and its parameters, options or programs cannot be used.
    Parameters,
    /// The workflow is fine, and the event that it is to be run for is not.
    Event,
}

/// One fault. `Display` is its path, if it has one, and the message.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowFault {
    /// The file that the position is in, where that is not the workflow file: one with a program.
    pub file: Option<String>,
    /// Where in the file, if it is about something that stands there.
    pub position: Option<Position>,
    /// The path of the field, such as `target_parameters.api_url`. Empty where no field is concerned.
    pub path: String,
    /// What is wrong and what to do. Never holds a secret.
    pub message: String,
}

impl WorkflowFault {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: None, position: None, path: path.into(), message: message.into() }
    }

    pub(crate) fn at(mut self, position: Option<Position>) -> Self {
        self.position = position;
        self
    }

    /// The fault with its place in front, in the workflow file of this name unless it is in another one.
    pub(crate) fn line(&self, name: &str) -> String {
        let name = self.file.as_deref().unwrap_or(name);
        match self.position {
            Some(position) => format!("{name}:{position}: {self}"),
            None => format!("{name}: {self}"),
        }
    }
}

impl From<Fault> for WorkflowFault {
    fn from(fault: Fault) -> Self {
        let line = fault.to_string();
        let message = line.strip_prefix(&format!("{}: ", fault.path)).unwrap_or(&line).to_owned();
        Self::new(fault.path, message)
    }
}

impl fmt::Display for WorkflowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", excerpt(&self.path, SHOWN_PATH))?;
        }
        f.write_str(&excerpt(&self.message, SHOWN_MESSAGE))
    }
}

/// A workflow that cannot be run, with everything that is wrong with it. `Display` puts one fault on
/// each line, and counts those after the 20th, as `file:line:column: path: message`.
#[derive(Debug, thiserror::Error)]
#[error("{}", lines(.name, .faults))]
pub struct WorkflowError {
    name: String,
    kind: WorkflowErrorKind,
    faults: Vec<WorkflowFault>,
    result: Option<Box<RunResult>>,
    source: Option<io::Error>,
}

impl WorkflowError {
    pub(crate) fn new(name: &str, kind: WorkflowErrorKind, faults: Vec<WorkflowFault>) -> Self {
        Self { name: name.to_owned(), kind, faults, result: None, source: None }
    }

    pub(crate) fn unreadable(name: &str, message: impl Into<String>, source: Option<io::Error>) -> Self {
        let fault = WorkflowFault::new("", message);
        Self { source, ..Self::new(name, WorkflowErrorKind::Unreadable, vec![fault]) }
    }

    pub(crate) fn with_result(mut self, result: RunResult) -> Self {
        self.result = Some(Box::new(result));
        self
    }

    /// What sort of fault it is.
    pub fn kind(&self) -> WorkflowErrorKind {
        self.kind
    }

    /// Everything that is wrong.
    pub fn faults(&self) -> &[WorkflowFault] {
        &self.faults
    }

    /// The result that the run would have ended in: a fatal one with a `bad_…` reason, or `event_parsing_failure`. There is
    /// one for [`WorkflowErrorKind::Parameters`] and [`WorkflowErrorKind::Event`]; the others are faults of the file, not of a run.
    pub fn result(&self) -> Option<&RunResult> {
        self.result.as_deref()
    }
}

fn lines(name: &str, faults: &[WorkflowFault]) -> String {
    first_lines(faults.iter().map(|fault| fault.line(name))).join("\n")
}
