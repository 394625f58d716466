//! Workflow files for HrFlow connectors: YAML, with secrets from the environment and from files.
//!
//! ```no_run
//! # async fn push() -> Result<(), hrflow_workflow::WorkflowError> {
//! use hrflow_workflow::Workflow;
//!
//! let mut workflow = Workflow::load("candidates.yaml".as_ref())?;
//! workflow.set("origin_parameters.profile_key=5f2a")?;
//! let prepared = workflow.prepare(None)?;
//! let result = prepared.run().await;
//! # Ok(())
//! # }
//! ```
//!
//! A file is read in three steps, and a fault of one step keeps the next from being taken:
//!
//! 1. The text becomes a tree that keeps every scalar as it is written. An unquoted `20240904` stays
//!    that text; what it means is decided by the field that it is given for.
//! 2. `${NAME}`, `${NAME:-default}` and `${file:PATH}` are replaced in scalar values. What comes in is
//!    text, is never read as YAML, and is never repeated in a message.
//! 3. Connector and action are looked up, jq programs are compiled, and all parameters are held against what they
//!    take. All faults of steps 2 and 3 are reported together.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attach;
mod error;
#[cfg_attr(not(feature = "jq"), allow(dead_code, reason = "without jq, programs and events are refused"))]
mod event;
pub mod items;
#[cfg(feature = "jq")]
pub mod jq;
mod json;
#[cfg(feature = "jq")]
mod place;
mod placeholder;
mod prepare;
#[cfg_attr(not(feature = "jq"), allow(dead_code, reason = "without jq, programs and events are refused"))]
mod programs;
mod refusal;
mod set;
mod substitute;
mod surrogates;
mod workflow;
mod yaml;

pub use error::{Position, WorkflowError, WorkflowErrorKind, WorkflowFault};
pub use event::Event;
pub use prepare::{Prepared, Purpose, Surroundings};
pub use substitute::Variables;
pub use workflow::{FIELDS, MAX_BYTES, Workflow};
