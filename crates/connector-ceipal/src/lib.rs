#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod applicant;
mod body;
mod errors;
mod fields;
mod form;
mod format;
mod lists;
mod parameters;
mod places;
mod resume;
mod send;
mod steps;
mod token;
mod warehouse;

use connector_hrflow::Profiles;
use hrflow_core::{Action, ActionInfo, ActionType, Connector, ConnectorType, FormatName, TriggerType};

pub use applicant::{Applicant, StandardFields};
pub use fields::{Endpoints, FieldMap};
pub use format::format_applicant;
pub use parameters::{ApiVersion, Parameters};
pub use warehouse::Applicants;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "ceipal",
        name: "Ceipal",
        connector_type: ConnectorType::Ats,
        url: "https://www.ceipal.com",
        actions: vec![Box::new(push_profile())],
    }
}

/// Pushes one HrFlow.ai profile into Ceipal.
pub fn push_profile() -> Action<Profiles, Applicants> {
    Action::new(
        ActionInfo {
            name: "push_profile",
            description: "Writes a profile of an HrFlow.ai source to Ceipal as an applicant, with its résumé.",
            trigger_type: TriggerType::Hook,
            action_type: ActionType::Outbound,
        },
        Profiles,
        Applicants,
        FormatName { name: "format_applicant", source: "crates/connector-ceipal/src/format.rs" },
        format_applicant,
    )
}
