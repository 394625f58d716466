//! What goes over the wire: every request of the target, and every answer of Teamtailor that is known.

mod answers;
mod candidates;
mod confirm;
mod lost;
mod parameters;
mod steps;
mod vendor;
