//! Homes of state: the same promises from each, and what only the file promises.

mod file;
mod migration;
mod payloads;
mod promises;
mod support;
