//! The programs of one run: who runs them, and what becomes of one that does not keep to its bounds.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hrflow_core::{Error, ErrorKind, Redactor, Scope, machine};
use serde_json::Value;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::{
    limits,
    wire::{self, Answer, CompileFault, Opening, Setup},
    worker::{Broken, Runner, Worker},
};

/// How long starting and compiling may take.
const OPENING: Duration = Duration::from_secs(30);

/// Why programs cannot be run at all.
pub(super) enum Unopened {
    /// Their text is wrong.
    Faults(Vec<CompileFault>),
    /// Nobody runs them.
    Broken(String),
}

pub(super) struct Session {
    runner: Runner,
    setup: Setup,
    /// What each program is called.
    names: Vec<String>,
    time: Duration,
    redactor: Redactor,
    state: Mutex<State>,
}

struct State {
    worker: Option<Worker>,
    /// How many items have overrun since one did not, for each program: that one is good does not excuse another.
    overruns: Vec<u32>,
}

impl Session {
    pub(super) fn open(
        runner: Runner,
        setup: Setup,
        names: Vec<String>,
        time: Duration,
        redactor: Redactor,
    ) -> Result<Self, Unopened> {
        let worker = blocking(|| open(&runner, &setup))?;
        let overruns = vec![0; setup.programs.len()];
        let state = Mutex::new(State { worker: Some(worker), overruns });
        Ok(Self { runner, setup, names, time, redactor, state })
    }

    /// What a program makes of an item; none where it answers nothing or null.
    ///
    /// # Errors
    ///
    /// Where the program fails, answers more than one value, or does not keep to its bounds. The error that stops the
    /// run is of scope [`Scope::Run`].
    pub(super) fn run(&self, program: usize, item: &Value) -> Result<Option<Value>, Error> {
        let name = self.name(program);
        let failed = |words: String| {
            let words = self.redactor.redact(&words);
            Error::new(ErrorKind::Invalid, format!("{name}: {words}"))
        };
        let request = wire::request(program, item).map_err(|_| failed("the item is no JSON".to_owned()))?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = blocking(|| self.ask(&mut state, request));
        let mut nobody = 0;
        let overruns = state.overruns.get_mut(program).unwrap_or(&mut nobody);
        let overrun = match asked {
            Ok(Answer::TooLarge) => format!("what it answers is larger than {} MiB", limits::OUTPUT >> 20),
            Ok(Answer::TooDeep) => {
                format!("what it answers is nested more than {} levels deep", limits::DEPTH)
            }
            Ok(answer) => {
                *overruns = 0;
                return match answer {
                    Answer::One(Value::Null) | Answer::Nothing => Ok(None),
                    Answer::One(value) => Ok(Some(value)),
                    Answer::Several => Err(failed(
                        "it answers more than one value; put them in a list, or take the first(…)".to_owned(),
                    )),
                    Answer::Failed(words) => Err(failed(words)),
                    Answer::TooLarge | Answer::TooDeep => {
                        Err(failed("it does not keep to its bounds".to_owned()))
                    }
                };
            }
            Err(overrun) => overrun,
        };
        *overruns += 1;
        if *overruns < limits::IN_A_ROW {
            return Err(failed(overrun));
        }
        Err(failed(overrun).with_scope(Scope::Run).advise(format!(
            "That is the {}rd item in a row: the program is wrong, not the items. Try it with `hrflow map`.",
            limits::IN_A_ROW
        )))
    }

    /// What a program is called.
    pub(super) fn name(&self, program: usize) -> &str {
        self.names.get(program).map_or("the program", String::as_str)
    }

    fn ask(&self, state: &mut State, request: Vec<u8>) -> Result<Answer, String> {
        let mut worker = match state.worker.take() {
            Some(worker) => worker,
            None => open(&self.runner, &self.setup).map_err(|error| match error {
                Unopened::Broken(words) => words,
                Unopened::Faults(_) => "it cannot be read any more".to_owned(),
            })?,
        };
        // Who did not answer as is due is not asked again: another one takes the next item.
        let line = worker.ask(request, self.time).map_err(|broken| self.overrun(broken))?;
        let answer = serde_json::from_slice(&line).map_err(|_| "its answer cannot be read".to_owned())?;
        state.worker = Some(worker);
        Ok(answer)
    }

    fn overrun(&self, broken: Broken) -> String {
        match broken {
            Broken::Late => format!(
                "it took longer than {} s for this item (action_parameters.program_timeout)",
                self.time.as_secs_f64()
            ),
            Broken::Stack => "it recurses too deep".to_owned(),
            Broken::Memory => "it took too much memory".to_owned(),
            Broken::Ended => "what runs it ended unexpectedly".to_owned(),
        }
    }
}

/// Why a worker did not start, and what to do.
fn why_not_started(runner: &Runner, error: &io::Error) -> String {
    if machine::is_out_of_descriptors(error) {
        return machine::no_descriptors().to_string();
    }
    match runner {
        Runner::Process { program, .. } => format!(
            "{} cannot be started: {error}. If /proc is not mounted, call the program by its absolute path",
            program.display()
        ),
        Runner::Thread(_) => error.to_string(),
    }
}

fn open(runner: &Runner, setup: &Setup) -> Result<Worker, Unopened> {
    let broken = |words: &str| Unopened::Broken(format!("jq programs cannot be run: {words}"));
    let mut worker = Worker::start(runner).map_err(|error| broken(&why_not_started(runner, &error)))?;
    let mut line = serde_json::to_vec(setup).map_err(|error| broken(&error.to_string()))?;
    line.push(b'\n');
    let opening = worker.ask(line, OPENING).map_err(|ended| match ended {
        Broken::Late => broken("they took too long to be read"),
        Broken::Stack => broken("one is nested too deep"),
        Broken::Memory => broken("they took too much memory to be read"),
        Broken::Ended => broken("what runs them ended unexpectedly"),
    })?;
    match serde_json::from_slice(&opening) {
        Ok(Opening::Ready) => Ok(worker),
        Ok(Opening::Faults(faults)) => Err(Unopened::Faults(faults)),
        Err(_) => Err(broken("what should run them says something else")),
    }
}

/// Waits without keeping a runtime's other tasks from going on.
fn blocking<R>(work: impl FnOnce() -> R) -> R {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
