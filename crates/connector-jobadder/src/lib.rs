#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod api;
mod body;
mod candidate;
mod custom;
mod errors;
mod format;
mod merge;
mod parameters;
mod record;
mod steps;
mod warehouse;

use connector_hrflow::Profiles;
use hrflow_core::{Action, ActionInfo, ActionType, Connector, ConnectorType, FormatName, TriggerType};

pub use candidate::{Address, Candidate, Education, Employment, Period, Position};
pub use format::format_profile_to_jobadder;
pub use parameters::{Parameters, PhoneTarget, Seeking};
pub use warehouse::Candidates;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "jobadder",
        name: "JobAdder",
        connector_type: ConnectorType::Ats,
        url: "https://www.jobadder.com",
        actions: vec![Box::new(push_profile())],
    }
}

/// Pushes one HrFlow.ai profile into JobAdder.
pub fn push_profile() -> Action<Profiles, Candidates> {
    Action::new(
        ActionInfo {
            name: "push_profile",
            description: "Writes a profile of an HrFlow.ai source to JobAdder as a candidate, with its résumé.",
            trigger_type: TriggerType::Hook,
            action_type: ActionType::Outbound,
        },
        Profiles,
        Candidates,
        FormatName { name: "format_profile_to_jobadder", source: "crates/connector-jobadder/src/format.rs" },
        format_profile_to_jobadder,
    )
}
