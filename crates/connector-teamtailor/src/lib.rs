#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod candidate;
mod errors;
mod format;
mod parameters;
mod steps;
mod warehouse;

use connector_hrflow::{Profile, ProfileList, Profiles};
use hrflow_core::{
    Action, ActionInfo, ActionType, Connector, ConnectorType, FormatName, Origin, TriggerType,
};

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
        actions: vec![Box::new(push_profile()), Box::new(push_profile_list())],
    }
}

/// Pushes one HrFlow.ai profile into Teamtailor.
pub fn push_profile() -> Action<Profiles, Candidates> {
    let what = "Writes a profile of an HrFlow.ai source to Teamtailor as a candidate, with its résumé.";
    push("push_profile", what, TriggerType::Hook, Profiles)
}

/// Pushes the profiles of an HrFlow.ai source into Teamtailor, all of them or those that changed since the last run.
pub fn push_profile_list() -> Action<ProfileList, Candidates> {
    let what = "Writes the profiles of an HrFlow.ai source to Teamtailor as candidates, with their résumés: all of them, \
                or with read_mode incremental those that are new or changed since the last run.";
    push("push_profile_list", what, TriggerType::Schedule, ProfileList)
}

/// What the actions share: everything but how profiles are read.
fn push<O: Origin<Item = Profile>>(
    name: &'static str,
    description: &'static str,
    trigger_type: TriggerType,
    origin: O,
) -> Action<O, Candidates> {
    let info = ActionInfo { name, description, trigger_type, action_type: ActionType::Outbound };
    let format = FormatName { name: "format_profile", source: "crates/connector-teamtailor/src/format.rs" };
    Action::new(info, origin, Candidates, format, format_profile)
}
