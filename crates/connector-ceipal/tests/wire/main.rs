//! What goes over the wire: every request of the target, and every answer of Ceipal that is known.

mod answers;
mod applicants;
mod jobs;
mod lists;
mod lost;
mod parameters;
mod places;
mod resume;
mod tokens;
mod vendor;
