//! Helpers for the tests of connectors, with the feature `testing`.

mod scripted_server;
pub mod target;

pub use scripted_server::{Reaction, RecordedRequest, ScriptedServer};
