#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod body;
mod candidate;
mod documents;
mod errors;
mod fit;
mod format;
mod mapping;
mod parameters;
mod record;
mod steps;
mod tokens;
mod violations;
mod warehouse;

use connector_hrflow::{ProfileList, Profiles};
use hrflow_core::{Action, Connector, ConnectorType, FormatName};

pub use candidate::{
    Address, Candidate, Code, ContactInfo, Education, Hyperlink, License, Month, Name, Named, Phone,
    ProficiencyLevel, Provider, Skill, WorkExperience,
};
pub use format::format_hrflow_profile;
pub use mapping::MAPPING;
pub use parameters::{AuthData, CountryCodeFormat, Domain, FieldNames, GrantType, Parameters, Scopes};
pub use warehouse::Candidates;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "ukgpro",
        name: "UKG Pro",
        connector_type: ConnectorType::Hcm,
        url: "https://www.ukg.com",
        actions: vec![Box::new(push_profile()), Box::new(push_profile_list())],
    }
}

/// Pushes one HrFlow.ai profile into UKG Pro.
pub fn push_profile() -> Action<Profiles, Candidates> {
    let what =
        "Writes a profile of an HrFlow.ai source to UKG Pro Recruiting as a candidate, with its documents.";
    connector_hrflow::push_profile(what, Candidates, FORMAT, format_hrflow_profile).with_mapping(MAPPING)
}

/// Pushes the profiles of an HrFlow.ai source into UKG Pro, all of them or those that changed since the last run.
pub fn push_profile_list() -> Action<ProfileList, Candidates> {
    let what = "Writes the profiles of an HrFlow.ai source to UKG Pro Recruiting as candidates, with their documents: all of them, \
                or with read_mode incremental those that are new or changed since the last run.";
    connector_hrflow::push_profile_list(what, Candidates, FORMAT, format_hrflow_profile).with_mapping(MAPPING)
}

const FORMAT: FormatName =
    FormatName { name: "format_hrflow_profile", source: "crates/connector-ukgpro/src/format.rs" };
