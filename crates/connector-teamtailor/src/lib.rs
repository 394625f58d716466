#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod candidate;
mod confirm;
mod errors;
mod format;
mod mapping;
mod parameters;
mod steps;
mod warehouse;

use connector_hrflow::{ProfileList, Profiles};
use hrflow_core::{Action, Connector, ConnectorType, FormatName};

pub use candidate::{Attributes, Candidate, Data};
pub use format::format_profile;
pub use mapping::MAPPING;
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
    connector_hrflow::push_profile(what, Candidates, FORMAT, format_profile).with_mapping(MAPPING)
}

/// Pushes the profiles of an HrFlow.ai source into Teamtailor, all of them or those that changed since the last run.
pub fn push_profile_list() -> Action<ProfileList, Candidates> {
    let what = "Writes the profiles of an HrFlow.ai source to Teamtailor as candidates, with their résumés: all of them, \
                or with read_mode incremental those that are new or changed since the last run.";
    connector_hrflow::push_profile_list(what, Candidates, FORMAT, format_profile).with_mapping(MAPPING)
}

const FORMAT: FormatName =
    FormatName { name: "format_profile", source: "crates/connector-teamtailor/src/format.rs" };
