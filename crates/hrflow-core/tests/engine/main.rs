//! The run engine against a target that fails in every way: every item is accounted for.

mod confirm;
mod identity;
mod intents;
mod known_steps;
mod retry;
mod runs;
mod support;
mod updates;
