//! From the tree to JSON: every scalar a string with its text, `${…}` replaced.

use std::collections::{HashMap, HashSet};

use hrflow_core::{
    Redactor, Secret,
    parameters::{Fault, FaultKind},
};
use serde_json::{Map, Value};

use crate::{
    error::{Position, WorkflowFault},
    substitute::Substitution,
    yaml::{Kind, Node},
};

/// Resolves sections one after another, and knows afterwards where everything stood.
pub(crate) struct Resolver<'v> {
    substitution: Substitution<'v>,
    positions: HashMap<String, Position>,
    /// What was put into values, by their paths.
    substituted: HashMap<String, Vec<Secret>>,
    /// Empty variables, by the paths of the values that name them.
    empty: HashMap<String, Vec<String>>,
    /// Paths of values that something could not be put into; in the JSON they are null.
    unresolved: HashSet<String>,
    given_up: Vec<String>,
    redactor: Redactor,
    faults: Vec<WorkflowFault>,
}

impl<'v> Resolver<'v> {
    pub(crate) fn new(substitution: Substitution<'v>) -> Self {
        Self {
            substitution,
            positions: HashMap::new(),
            substituted: HashMap::new(),
            empty: HashMap::new(),
            unresolved: HashSet::new(),
            given_up: Vec::new(),
            redactor: Redactor::new(),
            faults: Vec::new(),
        }
    }

    /// The value of a node, which stands at `path`.
    pub(crate) fn value(&mut self, node: &Node, path: &str) -> Value {
        if let Some(at) = node.at {
            self.positions.insert(path.to_owned(), at);
        }
        match &node.kind {
            Kind::Null => Value::Null,
            Kind::Text(text) => self.text(text, path).map_or(Value::Null, Value::String),
            Kind::List(nodes) => {
                let values = nodes.iter().enumerate();
                values.map(|(index, node)| self.value(node, &format!("{path}[{index}]"))).collect()
            }
            Kind::Object(members) => {
                let mut object = Map::new();
                for (name, node) in members {
                    let value = self.value(node, &format!("{path}.{name}"));
                    object.insert(name.clone(), value);
                }
                Value::Object(object)
            }
        }
    }

    fn text(&mut self, text: &str, path: &str) -> Option<String> {
        match self.substitution.apply(text) {
            Ok(done) => {
                if !done.empty.is_empty() {
                    self.empty.insert(path.to_owned(), done.empty);
                }
                let pieces: Vec<Secret> = done.pieces.into_iter().map(Secret::new).collect();
                pieces.iter().for_each(|piece| self.redactor.add(piece));
                if !pieces.is_empty() {
                    self.substituted.insert(path.to_owned(), pieces);
                }
                Some(done.text)
            }
            Err(faults) => {
                self.unresolved.insert(path.to_owned());
                let at = self.positions.get(path).copied();
                self.faults.extend(faults.into_iter().map(|fault| WorkflowFault::new(path, fault).at(at)));
                None
            }
        }
    }

    /// The value at `path` is at fault itself: nothing more is to be said about what is in it.
    pub(crate) fn give_up(&mut self, path: &str) {
        self.given_up.push(format!("{path}."));
    }

    /// Whether something was put into the value at `path`.
    pub(crate) fn is_substituted(&self, path: &str) -> bool {
        self.substituted.contains_key(path)
    }

    /// What was put into the value at `path`.
    pub(crate) fn put_in(&self, path: &str) -> &[Secret] {
        self.substituted.get(path).map_or(&[], Vec::as_slice)
    }

    /// Says which variable of the value at `path` is empty, if one is.
    pub(crate) fn empty_variable(&self, path: &str) -> Option<String> {
        let names = self.empty.get(path)?;
        Some(match names.as_slice() {
            [one] => format!("the environment variable {one} is empty"),
            several => format!("the environment variables {} are empty", several.join(", ")),
        })
    }

    /// Takes everything that was put in out of a text.
    #[cfg(feature = "jq")]
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    pub(crate) fn position(&self, path: &str) -> Option<Position> {
        self.positions.get(path).copied()
    }

    /// What could not be put in.
    pub(crate) fn take_faults(&mut self) -> Vec<WorkflowFault> {
        std::mem::take(&mut self.faults)
    }

    /// A fault that the core found, with its position and without anything that was put in. `None` if it
    /// only follows from a fault that is known already.
    pub(crate) fn locate(&self, mut fault: Fault) -> Option<WorkflowFault> {
        let is_given_up = self.given_up.iter().any(|path| fault.path.starts_with(path));
        if is_given_up || self.unresolved.contains(&fault.path) {
            return None;
        }
        let is_empty = self.empty_variable(&fault.path);
        if is_empty.is_some() {
            fault.came = None;
        } else if self.is_substituted(&fault.path) && fault.came.is_some() {
            fault.came = Some("what its ${…} stands for".to_owned());
        }
        // What a field expects is ours to say; the rest may repeat what was given.
        fault.hint = is_empty.or_else(|| fault.hint.map(|hint| self.redactor.redact(&hint)));
        if fault.kind == FaultKind::Rule {
            fault.expected = self.redactor.redact(&fault.expected);
        }
        let position = self.position(&fault.path);
        Some(WorkflowFault::from(fault).at(position))
    }
}
