//! What is put into a run beside its parameters: programs, and what an event says.

#[cfg(feature = "jq")]
mod jq;

use std::path::Path;

use hrflow_core::{AnyAction, JsonRun, parameters::Fault};

use crate::{
    error::WorkflowFault,
    json::Resolver,
    programs::{self, Program},
};

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
    /// Why the event cannot be understood.
    pub(crate) refused_event: Option<String>,
}

impl<'r, 'v> Attached<'r, 'v> {
    /// Takes the programs out of the run's parameters.
    pub(crate) fn new(
        run: &'r mut JsonRun,
        directory: &Path,
        text: &'r str,
        resolver: &'r Resolver<'v>,
    ) -> Self {
        let (programs, unread) = programs::take(&mut run.action_parameters, directory, resolver);
        let faults = unread.into_iter().map(|fault| {
            let at = resolver.position(&fault.path);
            fault.at(at)
        });
        let faults = faults.collect();
        Self { run, text, resolver, programs, lacks_event: false, faults, refused_event: None }
    }

    /// There is nobody to run them.
    #[cfg(not(feature = "jq"))]
    pub(crate) fn refuse_programs(&mut self, has_event: bool) {
        let missing = "this program is built without jq (the feature `jq` of hrflow-workflow)";
        let programs = self.programs.iter().map(|program| WorkflowFault::new(&program.path, missing));
        let event = has_event.then(|| WorkflowFault::new("", format!("events cannot be read: {missing}")));
        self.faults.extend(programs.chain(event).collect::<Vec<_>>());
    }

    /// Holds the parameters against what the action takes.
    pub(crate) fn parameters(&mut self, action: &dyn AnyAction, mapping_only: bool) {
        let is_of_interest = |fault: &Fault| {
            !(mapping_only && !fault.path.starts_with("action_parameters")
                || self.lacks_event && fault.path.starts_with("origin_parameters"))
        };
        let faults = action.faults(self.run).into_iter().filter(is_of_interest);
        let faults: Vec<_> = faults.filter_map(|fault| self.resolver.locate(fault)).collect();
        self.faults.extend(faults);
    }
}
