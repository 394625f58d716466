//! Homes of state: the same promises from each, and what only the file promises.

mod file;
mod promises;
mod support;
