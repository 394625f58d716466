//! What is put into a run beside its parameters: programs, and what an event says.

#[cfg(feature = "jq")]
mod jq;

use std::path::Path;

use futures::{StreamExt, stream};
use hrflow_core::{
    AnyAction, JsonRun, TriggerType,
    parameters::{Fault, FaultKind},
};
use serde_json::{Map, Value};

use crate::{
    error::WorkflowFault,
    json::Resolver,
    prepare::Purpose,
    programs::{self, Program, Role},
};

const ORIGIN: &str = "origin_parameters";

/// A run in the making, and everything that is wrong with it.
pub(crate) struct Attached<'r, 'v> {
    run: &'r mut JsonRun,
    /// The workflow file as it was read.
    #[cfg_attr(not(feature = "jq"), expect(dead_code, reason = "places in programs are looked for in it"))]
    text: &'r str,
    resolver: &'r Resolver<'v>,
    programs: Vec<Program>,
    /// Whether parameters are expected of an event that there are none of.
    lacks_event: bool,
    pub(crate) faults: Vec<WorkflowFault>,
    /// Parameters that an event is to bring.
    pub(crate) awaited: Vec<String>,
    /// Why the event cannot be understood.
    pub(crate) refused_event: Option<String>,
}

impl<'r, 'v> Attached<'r, 'v> {
    /// Takes the programs out of the run's parameters.
    pub(crate) fn new(
        run: &'r mut JsonRun,
        action: Option<&dyn AnyAction>,
        directory: &Path,
        text: &'r str,
        resolver: &'r Resolver<'v>,
    ) -> Self {
        let default_format = action.map(|action| action.describe(&run.connector).format.name);
        let (programs, unread) =
            programs::take(&mut run.action_parameters, default_format, directory, resolver);
        let faults = unread.into_iter().map(|fault| {
            let at = resolver.position(&fault.path);
            fault.at(at)
        });
        let faults = faults.collect();
        let (awaited, refused_event) = (Vec::new(), None);
        Self { run, text, resolver, programs, lacks_event: false, faults, awaited, refused_event }
    }

    /// There is nobody to run them.
    #[cfg(not(feature = "jq"))]
    pub(crate) fn refuse_programs(&mut self, has_event: bool) {
        let missing = "this program is built without jq (the feature `jq` of hrflow-workflow)";
        let programs = self.programs.iter().map(|program| WorkflowFault::new(&program.path, missing));
        let event = has_event.then(|| WorkflowFault::new("", format!("events cannot be read: {missing}")));
        self.faults.extend(programs.chain(event).collect::<Vec<_>>());
    }

    /// Notes what is missing of the origin's parameters, where an event is to bring it. Nothing can be read before.
    pub(crate) fn await_event(&mut self, action: &dyn AnyAction) {
        let is_set_off = action.describe(&self.run.connector).trigger_type == TriggerType::Hook;
        if is_set_off && self.programs.iter().any(|program| program.role == Role::EventParser) {
            let missing =
                action.faults(self.run).into_iter().filter(|fault| fault.kind == FaultKind::Missing);
            self.awaited = missing.map(|fault| fault.path).filter(|path| path.starts_with(ORIGIN)).collect();
        }
    }

    /// Holds the parameters against what the action takes.
    pub(crate) fn parameters(&mut self, action: &dyn AnyAction, purpose: Purpose) {
        let found = self.faults_with_stand_ins(action);
        let is_of_interest = |fault: &Fault| {
            !(self.awaited.contains(&fault.path)
                || !purpose.needs(&fault.path)
                || self.lacks_event && fault.path.starts_with(ORIGIN))
        };
        let faults = found.into_iter().filter(is_of_interest);
        let faults: Vec<_> = faults.filter_map(|fault| self.resolver.locate(fault)).collect();
        self.faults.extend(faults);
        if !self.awaited.is_empty() {
            self.run.items = Some(stream::empty().boxed());
        }
    }

    /// What is wrong with the parameters, with something in place of what an event is to bring: while one is missing, the
    /// others are not held against their own rules.
    fn faults_with_stand_ins(&mut self, action: &dyn AnyAction) -> Vec<Fault> {
        let given = self.run.origin_parameters.clone();
        for name in self.awaited.iter().filter_map(|path| path.strip_prefix(ORIGIN)?.strip_prefix('.')) {
            if self.run.origin_parameters.is_null() {
                self.run.origin_parameters = Value::Object(Map::new());
            }
            if let Value::Object(parameters) = &mut self.run.origin_parameters {
                parameters.insert(name.to_owned(), "to come".into());
            }
        }
        let faults = action.faults(self.run);
        self.run.origin_parameters = given;
        faults
    }
}
