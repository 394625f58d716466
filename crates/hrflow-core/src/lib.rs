//! Warehouses, actions, read modes and the run engine of HrFlow connectors.
//!
//! A *connector* is the *actions* of one vendor. An action takes items from an *origin* to a
//! *target*: each is read, turned by a *format* into the target's shape, kept, changed or discarded by
//! *logics*, and written. Every item ends in a *receipt* or a *dead letter*, and in exactly one count of
//! the [`RunResult`].
//!
//! This crate knows no vendor. A connector crate implements [`Origin`] and [`Target`], and says so in a
//! [`Connector`].

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod action;
pub mod bounded_read;
pub mod check;
pub mod connector;
pub mod consent;
mod engine;
pub mod error;
mod file_name;
pub mod http;
pub mod item;
mod links;
mod lost;
pub mod machine;
pub mod manifest;
pub mod mapping;
pub mod options;
pub mod origin;
pub mod parameters;
pub mod receipt;
mod redact;
pub mod repair;
pub mod result;
pub mod secret;
mod shape;
pub mod state;
pub mod target;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod warehouse;
pub mod warning;

pub use action::{Action, ActionInfo, ActionType, FormatName, ReadMode, Run, TriggerType};
pub use async_trait::async_trait;
pub use check::{CheckReport, Finding};
pub use connector::{AnyAction, Connector, ConnectorType, JsonRun};
pub use consent::Consent;
pub use engine::{BoxError, DryRun, Environment, Retry, RetryDocuments};
pub use error::{Error, ErrorKind, Execution, Result, Scope};
pub use futures::stream::BoxStream;
pub use item::{Attachment, AttachmentKind, ContentHash, DataType, Identity, Item, ItemKey, TargetItem};
pub use lost::LostAnswers;
pub use mapping::MappingRow;
pub use options::Options;
pub use origin::{ItemStream, Origin, ReadOrder, ReadRequest, Rejection};
pub use receipt::{
    Confirmation, Found, Outcome, Receipt, Step, StepDue, StepTrace, Trace, Unconfirmed, VendorId,
};
pub use result::{Events, RunResult, Status};
pub use secret::{Redactor, Secret};
pub use target::{Capabilities, OpenContext, Target, TargetId, Write, Writer};
pub use tokio_util::sync::CancellationToken;
pub use warehouse::{Endpoint, Warehouse};
pub use warning::{Warning, Warnings};
