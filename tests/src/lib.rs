//! The end-to-end suite: one list of behaviours, run against every target.
//!
//! A [`Subject`](subject::Subject) is a target with a vendor that can be made to fail. A new connector joins the suite
//! with one file in `subjects/` and one line in [`subjects::all`].

pub mod behaviours;
#[cfg(doctest)]
mod documents;
pub mod hostile;
pub mod people;
pub mod program;
pub mod run;
pub mod subject;
pub mod subjects;
pub mod torture;
