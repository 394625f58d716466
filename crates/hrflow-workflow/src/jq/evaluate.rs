//! Running compiled programs, one item at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hrflow_core::{Redactor, Secret};
use jaq_core::{Ctx, Vars};
use jaq_json::Val;

use super::{
    compile::{self, AtHand, DefaultFormat, Filter, Kind},
    explain::explain,
    json::{self, Unfit},
    wire::{Answer, CompileFault, Setup},
};

/// The programs of a run, ready.
pub(super) struct Evaluator<'f> {
    programs: Vec<(Filter, String)>,
    workflow_id: String,
    /// In whole seconds, as jq counts them.
    now: isize,
    default_format: &'f DefaultFormat,
    redactor: Redactor,
}

impl<'f> Evaluator<'f> {
    /// Compiles all programs, or tells everything that is wrong with them.
    pub(super) fn new(setup: Setup, default_format: &'f DefaultFormat) -> Result<Self, Vec<CompileFault>> {
        let mut programs = Vec::new();
        let mut faults = Vec::new();
        for (number, (role, text)) in setup.programs.into_iter().enumerate() {
            match compile::compile(number, role, &text) {
                Ok(filter) => programs.push((filter, text)),
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let now = isize::try_from(setup.now.as_second()).unwrap_or_default();
        let mut redactor = Redactor::new();
        setup.secrets.into_iter().for_each(|secret| redactor.add(&Secret::new(secret)));
        Ok(Self { programs, workflow_id: setup.workflow_id, now, default_format, redactor })
    }

    /// Runs a program on an item, given as JSON. Answers an [`Answer`] as JSON.
    pub(super) fn answer(&self, program: usize, item: &[u8]) -> Vec<u8> {
        // What the program made is gone before its answer is told: freeing it can fail too.
        let ran = catch_unwind(AssertUnwindSafe(|| self.run(program, item)));
        match ran.unwrap_or_else(|_| Err(Answer::Failed("it panicked".to_owned()))) {
            Ok(text) => [b"{\"One\":", text.as_slice(), b"}"].concat(),
            Err(answer) => serde_json::to_vec(&answer).unwrap_or_default(),
        }
    }

    fn run(&self, program: usize, item: &[u8]) -> Result<Vec<u8>, Answer> {
        let failed = |words: &str| Answer::Failed(words.to_owned());
        let (filter, text) = self.programs.get(program).ok_or_else(|| failed("there is no such program"))?;
        let item: Val = serde_json::from_slice(item).map_err(|_| failed("the item is no JSON"))?;
        let at_hand = AtHand { lut: &filter.lut, default_format: self.default_format };
        let variables = Vars::new([Val::from(self.workflow_id.clone()), Val::from(self.now)]);
        let mut answers = filter.id.run((Ctx::<Kind>::new(at_hand, variables), item)).map(|answer| {
            answer.map_err(|raised| match raised.get_err() {
                Ok(error) => Answer::Failed(explain(error, text, &self.redactor)),
                Err(_) => failed("it broke off"),
            })
        });
        let first = answers.next().unwrap_or(Err(Answer::Nothing))?;
        if answers.next().transpose()?.is_some() {
            return Err(Answer::Several);
        }
        json::text(&first).map_err(|unfit| match unfit {
            Unfit::TooLarge => Answer::TooLarge,
            Unfit::TooDeep => Answer::TooDeep,
            Unfit::Key => failed("the name of a member is no text"),
        })
    }
}

#[cfg(test)]
mod tests;
