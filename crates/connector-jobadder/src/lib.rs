#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod api;
mod blame;
mod body;
mod candidate;
mod custom;
mod errors;
mod format;
mod mapping;
mod merge;
mod parameters;
mod record;
mod source;
mod steps;
mod warehouse;

use connector_hrflow::{ProfileList, Profiles};
use hrflow_core::{Action, Connector, ConnectorType, FormatName};

pub use candidate::{Address, Candidate, Education, Employment, Period, Position};
pub use format::format_profile_to_jobadder;
pub use mapping::MAPPING;
pub use parameters::{Parameters, PhoneTarget, Seeking};
pub use warehouse::Candidates;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "jobadder",
        name: "JobAdder",
        connector_type: ConnectorType::Ats,
        url: "https://www.jobadder.com",
        actions: vec![Box::new(push_profile()), Box::new(push_profile_list())],
    }
}

/// Pushes one HrFlow.ai profile into JobAdder.
pub fn push_profile() -> Action<Profiles, Candidates> {
    let what = "Writes a profile of an HrFlow.ai source to JobAdder as a candidate, with its résumé.";
    connector_hrflow::push_profile(what, Candidates, FORMAT, format_profile_to_jobadder).with_mapping(MAPPING)
}

/// Pushes the profiles of an HrFlow.ai source into JobAdder, all of them or those that changed since the last run.
pub fn push_profile_list() -> Action<ProfileList, Candidates> {
    let what = "Writes the profiles of an HrFlow.ai source to JobAdder as candidates, with their résumés: all of them, \
                or with read_mode incremental those that are new or changed since the last run.";
    connector_hrflow::push_profile_list(what, Candidates, FORMAT, format_profile_to_jobadder)
        .with_mapping(MAPPING)
}

const FORMAT: FormatName =
    FormatName { name: "format_profile_to_jobadder", source: "crates/connector-jobadder/src/format.rs" };
