//! What goes over the wire: every request of the target, and every answer of UKG Pro that is known.

mod access;
mod answers;
mod candidates;
mod documents;
mod lists;
mod lost;
mod parameters;
mod vendor;
