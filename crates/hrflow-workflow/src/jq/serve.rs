//! Who runs programs: a thread with a large stack, in this process or in one that is there for nothing else.

use std::{
    io::{self, BufRead, Write},
    sync::mpsc,
    thread,
};

use hrflow_core::Connector;
use serde_json::Value;

use super::{
    evaluate::Evaluator,
    limits,
    wire::{self, Opening, Setup},
};
use crate::prepare::default_format;

/// Runs jq programs for the process that started this one, until that closes standard input. A program that lets users
/// write jq calls it where it is started with the arguments of its [`Runner`](super::Runner), first thing.
///
/// The process takes no more memory than a gibibyte from then on, where the system can be told so.
///
/// # Errors
///
/// Where standard input or output break.
pub fn serve(catalogue: fn() -> Vec<Connector>) -> io::Result<()> {
    restrict();
    // Whatever a panic says may hold something of an item.
    std::panic::set_hook(Box::new(|_| {}));
    let (sender, lines) = mpsc::channel();
    let mut stdin = io::stdin().lock();
    spawn(catalogue, lines, |line| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&line).and_then(|()| stdout.flush()).is_ok()
    })?;
    // This thread goes on reading whatever a program does: who wants the answers may be gone, and then so is this process.
    loop {
        let mut line = Vec::new();
        if stdin.read_until(b'\n', &mut line)? == 0 || sender.send(line).is_err() {
            return Ok(());
        }
    }
}

/// Keeps this process within bounds. Where a bound cannot be set there is none: some systems have no such thing.
fn restrict() {
    #[cfg(unix)]
    for (resource, most) in [
        (rlimit::Resource::AS, limits::MEMORY),
        // It would hold somebody's profile.
        (rlimit::Resource::CORE, 0),
    ] {
        let allowed = resource.get_hard().unwrap_or(most);
        let _ = resource.set(most.min(allowed), most.min(allowed));
    }
}

/// Starts the thread. `tell` is given each answer, and says whether somebody still wants more.
pub(super) fn spawn(
    catalogue: fn() -> Vec<Connector>,
    lines: mpsc::Receiver<Vec<u8>>,
    tell: impl FnMut(Vec<u8>) -> bool + Send + 'static,
) -> io::Result<()> {
    let thread = thread::Builder::new().name("hrflow-jq".to_owned()).stack_size(limits::STACK);
    thread.spawn(move || answer_all(catalogue, &lines, tell)).map(drop)
}

fn answer_all(
    catalogue: fn() -> Vec<Connector>,
    lines: &mpsc::Receiver<Vec<u8>>,
    mut tell: impl FnMut(Vec<u8>) -> bool,
) {
    let Ok(first) = lines.recv() else { return };
    let Ok(setup) = serde_json::from_slice::<Setup>(&first) else { return };
    let connector = catalogue().into_iter().find(|it| it.id == setup.connector);
    let action = setup.action.clone();
    let made_by_default = move |item: Value| {
        let action = connector.as_ref().and_then(|it| it.action(&action));
        let action = action.ok_or("there is none")?;
        default_format(action, item)
    };
    let evaluator = Evaluator::new(setup, &made_by_default);
    let opening = match &evaluator {
        Ok(_) => Opening::Ready,
        Err(faults) => Opening::Faults(faults.clone()),
    };
    let mut opening = serde_json::to_vec(&opening).unwrap_or_default();
    opening.push(b'\n');
    let Ok(evaluator) = evaluator else {
        tell(opening);
        return;
    };
    let mut goes_on = tell(opening);
    while goes_on && let Ok(line) = lines.recv() {
        let Some((program, item)) = wire::read_request(&line) else { return };
        let mut answer = evaluator.answer(program, item);
        answer.push(b'\n');
        goes_on = tell(answer);
    }
}
