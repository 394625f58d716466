//! What goes over the wire: every request of the target, and every answer of JobAdder that is known.

mod access;
mod answers;
mod candidates;
mod lost;
mod parameters;
mod settings;
mod source;
mod steps;
mod update;
mod vendor;
