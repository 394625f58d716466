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
mod mapping;
mod parameters;
mod places;
mod resume;
mod send;
mod steps;
mod token;
mod warehouse;

use connector_hrflow::{ProfileList, Profiles};
use hrflow_core::{Action, Connector, ConnectorType, FormatName};

pub use applicant::{Applicant, StandardFields};
pub use fields::{Endpoints, FieldMap};
pub use format::format_applicant;
pub use mapping::MAPPING;
pub use parameters::{ApiVersion, Parameters};
pub use warehouse::Applicants;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "ceipal",
        name: "Ceipal",
        connector_type: ConnectorType::Ats,
        url: "https://www.ceipal.com",
        actions: vec![Box::new(push_profile()), Box::new(push_profile_list())],
    }
}

/// Pushes one HrFlow.ai profile into Ceipal.
pub fn push_profile() -> Action<Profiles, Applicants> {
    let what = "Writes a profile of an HrFlow.ai source to Ceipal as an applicant, with its résumé.";
    connector_hrflow::push_profile(what, Applicants, FORMAT, format_applicant).with_mapping(MAPPING)
}

/// Pushes the profiles of an HrFlow.ai source into Ceipal, all of them or those that changed since the last run.
pub fn push_profile_list() -> Action<ProfileList, Applicants> {
    let what = "Writes the profiles of an HrFlow.ai source to Ceipal as applicants, with their résumés: all of them, \
                or with read_mode incremental those that are new or changed since the last run.";
    connector_hrflow::push_profile_list(what, Applicants, FORMAT, format_applicant).with_mapping(MAPPING)
}

const FORMAT: FormatName =
    FormatName { name: "format_applicant", source: "crates/connector-ceipal/src/format.rs" };
