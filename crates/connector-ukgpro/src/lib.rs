#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod body;
mod candidate;
mod documents;
mod errors;
mod fit;
mod format;
mod parameters;
mod record;
mod steps;
mod tokens;
mod warehouse;

use connector_hrflow::Profiles;
use hrflow_core::{Action, ActionInfo, ActionType, Connector, ConnectorType, FormatName, TriggerType};

pub use candidate::{
    Address, Candidate, Code, ContactInfo, Education, Hyperlink, License, Month, Name, Named, Phone,
    ProficiencyLevel, Provider, Skill, WorkExperience,
};
pub use format::format_hrflow_profile;
pub use parameters::{AuthData, CountryCodeFormat, Domain, FieldNames, GrantType, Parameters, Scopes};
pub use warehouse::Candidates;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "ukgpro",
        name: "UKG Pro",
        connector_type: ConnectorType::Hcm,
        url: "https://www.ukg.com",
        actions: vec![Box::new(push_profile())],
    }
}

/// Pushes one HrFlow.ai profile into UKG Pro.
pub fn push_profile() -> Action<Profiles, Candidates> {
    Action::new(
        ActionInfo {
            name: "push_profile",
            description: "Writes a profile of an HrFlow.ai source to UKG Pro Recruiting as a candidate, with its documents.",
            trigger_type: TriggerType::Hook,
            action_type: ActionType::Outbound,
        },
        Profiles,
        Candidates,
        FormatName { name: "format_hrflow_profile", source: "crates/connector-ukgpro/src/format.rs" },
        format_hrflow_profile,
    )
}
