//! What is said to who runs programs, and what comes back: a line each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::programs::Role;

/// The first line: everything that holds for all items.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    /// The action, whose default format is at hand.
    pub(super) connector: String,
    pub(super) action: String,
    pub(super) programs: Vec<(Role, String)>,
    /// Words of the programs that must not be told again.
    pub(super) secrets: Vec<String>,
    pub(super) workflow_id: String,
    pub(super) now: Timestamp,
}

/// The answer to it.
#[derive(Serialize, Deserialize)]
pub(super) enum Opening {
    /// Every program is understood.
    Ready,
    /// These are not.
    Faults(Vec<CompileFault>),
}

/// What is wrong with a program's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CompileFault {
    /// Which program it is in, in the order in which they were given.
    pub(crate) program: usize,
    /// The line in the program, from 1 on.
    pub(crate) line: usize,
    /// The column, in characters, from 1 on.
    pub(crate) column: usize,
    /// What is wrong. It holds nothing but words of the program.
    pub(crate) message: String,
}

/// What a program made of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// One value.
    One(Value),
    /// No value.
    Nothing,
    /// More than one.
    Several,
    /// It failed, and says so in words that hold no value.
    Failed(String),
    /// What it answers is too large.
    TooLarge,
    /// What it answers is nested too deep.
    TooDeep,
}

/// A request: the program's number and the item, on one line.
pub(super) fn request(program: usize, item: &Value) -> serde_json::Result<Vec<u8>> {
    let mut line = format!("{program} ").into_bytes();
    serde_json::to_writer(&mut line, item)?;
    line.push(b'\n');
    Ok(line)
}

/// The program's number and the item's JSON.
pub(super) fn read_request(line: &[u8]) -> Option<(usize, &[u8])> {
    let blank = line.iter().position(|byte| *byte == b' ')?;
    let program = std::str::from_utf8(&line[..blank]).ok()?.parse().ok()?;
    Some((program, line[blank + 1..].trim_ascii_end()))
}
