#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod candidate;
mod errors;
mod format;
mod parameters;
mod steps;
mod warehouse;

use connector_hrflow::Profiles;
use hrflow_core::{Action, ActionInfo, ActionType, Connector, ConnectorType, FormatName, TriggerType};

pub use candidate::{Attributes, Candidate, Data};
pub use format::format_profile;
pub use parameters::Parameters;
pub use warehouse::Candidates;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "teamtailor",
        name: "Teamtailor",
        connector_type: ConnectorType::Ats,
        url: "https://www.teamtailor.com",
        actions: vec![Box::new(push_profile())],
    }
}

/// Pushes one HrFlow.ai profile into Teamtailor.
pub fn push_profile() -> Action<Profiles, Candidates> {
    Action::new(
        ActionInfo {
            name: "push_profile",
            description: "Writes a profile of an HrFlow.ai source to Teamtailor as a candidate, with its résumé.",
            trigger_type: TriggerType::Hook,
            action_type: ActionType::Outbound,
        },
        Profiles,
        Candidates,
        FormatName { name: "format_profile", source: "crates/connector-teamtailor/src/format.rs" },
        format_profile,
    )
}
