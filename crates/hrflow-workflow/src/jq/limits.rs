//! What each program may use for one item.
//!
//! jq has no fuel: a program can loop for ever, recurse until the stack is gone, or ask for all memory there is. That ends
//! the process that runs it, which therefore is none that matters; see [`Runner`](super::Runner).

/// The stack of the thread that runs programs, in bytes. A level of recursion takes a few kilobytes of it.
pub(super) const STACK: usize = 256 << 20;
/// All memory of a process that runs programs, in bytes, its stack included.
#[cfg(unix)]
pub(super) const MEMORY: u64 = 1 << 30;
/// Most bytes that an answer may be long, as JSON.
pub(super) const OUTPUT: usize = 8 << 20;
/// How deep an answer may be nested.
pub(super) const DEPTH: usize = 100;
/// On how many items in a row a program may overrun before the run is stopped: then it is the program that is wrong.
pub(super) const IN_A_ROW: u32 = 3;
