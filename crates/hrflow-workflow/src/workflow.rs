//! A workflow file, read but not yet understood.

use std::path::{Path, PathBuf};

use hrflow_core::{
    BoxStream,
    bounded_read::{self, Unread},
};
use serde_json::Value;

use crate::{
    error::{WorkflowError, WorkflowErrorKind, WorkflowFault},
    prepare::{self, Prepared, Surroundings},
    set, surrogates,
    yaml::{self, Kind, Node},
};

/// Most bytes that a workflow file may hold.
pub const MAX_BYTES: usize = 1 << 20;

/// The fields of a workflow.
pub const FIELDS: [&str; 7] = [
    "workflow_id",
    "connector",
    "action",
    "action_parameters",
    "origin_parameters",
    "target_parameters",
    "options",
];

/// A workflow file: one configured action. Its secrets are still `${NAME}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    pub(crate) name: String,
    pub(crate) directory: PathBuf,
    pub(crate) root: Node,
    /// What was read, to find places in it again.
    pub(crate) text: String,
}

impl Workflow {
    /// Reads a file. `${file:…}` in it are relative to where it stands.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and where it cannot be read.
    pub fn load(path: &Path) -> Result<Self, WorkflowError> {
        let name = path.display().to_string();
        let text = read(path, &name)?;
        let mut workflow = Self::parse(&text, &name)?;
        workflow.directory = path.parent().unwrap_or_else(|| Path::new("")).to_owned();
        Ok(workflow)
    }

    /// Reads a text; messages call it `name`. `${file:…}` in it are relative to the current directory.
    ///
    /// # Errors
    ///
    /// Where it is no YAML, is more than [`MAX_BYTES`] long, is nested too deep, gives a name twice, or uses
    /// anchors, aliases or tags.
    pub fn parse(text: &str, name: &str) -> Result<Self, WorkflowError> {
        let syntax = |faults| WorkflowError::new(name, WorkflowErrorKind::Syntax, faults);
        if text.len() > MAX_BYTES {
            return Err(WorkflowError::unreadable(name, too_large(), None));
        }
        let text = surrogates::as_yaml(text).into_owned();
        let root = yaml::parse(&text).map_err(syntax)?;
        if !matches!(root.kind, Kind::Object(_)) {
            let message =
                format!("expected fields such as \"connector: teamtailor\", came {}", root.kind.word());
            return Err(syntax(vec![WorkflowFault::new("", message).at(root.at)]));
        }
        Ok(Self { name: name.to_owned(), directory: PathBuf::new(), root, text })
    }

    /// Sets a value in place of what the file says: `path=value`, such as
    /// `origin_parameters.profile_key=5f2a`. The value is text; `${NAME}` in it is replaced too.
    ///
    /// # Errors
    ///
    /// Where it is not of that form, or a workflow has no such field.
    pub fn set(&mut self, assignment: &str) -> Result<(), WorkflowError> {
        set::set(&mut self.root, assignment)
            .map_err(|fault| WorkflowError::new("--set", WorkflowErrorKind::Shape, vec![fault]))
    }

    /// Makes it ready to run, with the connectors that are compiled in and the variables of the environment.
    /// With `items`, those are taken instead of reading the origin, which then needs no parameters. jq programs run in a
    /// thread of this process: they have to be trusted like code. [`prepare_with`](Self::prepare_with) can have them run
    /// in another one.
    ///
    /// # Errors
    ///
    /// As [`prepare_with`](Self::prepare_with).
    pub fn prepare(
        self,
        items: Option<BoxStream<'static, hrflow_core::Result<Value>>>,
    ) -> Result<Prepared, WorkflowError> {
        self.prepare_with(Surroundings { items, ..Surroundings::default() })
    }

    /// Makes it ready to run.
    ///
    /// # Errors
    ///
    /// All faults at once: fields that a workflow does not have, an unknown connector or action, what cannot
    /// be put in for `${…}`, parameters and options that the action does not take, programs that cannot be compiled. Also
    /// where an event cannot be understood.
    pub fn prepare_with(self, surroundings: Surroundings<'_>) -> Result<Prepared, WorkflowError> {
        prepare::prepare(self, surroundings)
    }
}

fn read(path: &Path, name: &str) -> Result<String, WorkflowError> {
    bounded_read::text(path, MAX_BYTES).map_err(|unread| {
        let message = match &unread {
            Unread::TooLarge(_) => too_large(),
            unread => format!("cannot read the file: {unread}"),
        };
        let source = if let Unread::Io(error) = unread { Some(error) } else { None };
        WorkflowError::unreadable(name, message, source)
    })
}

fn too_large() -> String {
    format!("a workflow file of more than {} MiB is not read", MAX_BYTES >> 20)
}
