#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod charset;
mod check;
mod database;
mod draft;
mod errors;
mod format;
mod holders;
mod look;
mod mapping;
mod open;
mod parameters;
mod person;
mod schema;
mod sql;
mod store;
mod update;
mod value;
mod warehouse;
mod writer;

use connector_hrflow::{ProfileList, Profiles};
use hrflow_core::{Action, Connector, ConnectorType, FormatName};

pub use format::format_hrflow_profile_to_admen;
pub use mapping::MAPPING;
pub use parameters::{EngineChoice, Parameters, Tls};
pub use person::{Experience, Person};
pub use warehouse::Persons;

/// The connector and its actions.
pub fn connector() -> Connector {
    Connector {
        id: "admen",
        name: "AD-MEN",
        connector_type: ConnectorType::Crm,
        url: "https://www.ad-rh.com",
        actions: vec![Box::new(push_profile()), Box::new(push_profile_list())],
    }
}

/// Pushes one HrFlow.ai profile into AD-MEN.
pub fn push_profile() -> Action<Profiles, Persons> {
    let what =
        "Writes a profile of an HrFlow.ai source to AD-MEN's database as a person with their experiences.";
    connector_hrflow::push_profile(what, Persons, FORMAT, format_hrflow_profile_to_admen)
        .with_mapping(MAPPING)
}

/// Pushes the profiles of an HrFlow.ai source into AD-MEN, all of them or those that changed since the last run.
pub fn push_profile_list() -> Action<ProfileList, Persons> {
    let what = "Writes the profiles of an HrFlow.ai source to AD-MEN's database as persons with their experiences: all of \
                them, or with read_mode incremental those that are new or changed since the last run.";
    connector_hrflow::push_profile_list(what, Persons, FORMAT, format_hrflow_profile_to_admen)
        .with_mapping(MAPPING)
}

const FORMAT: FormatName =
    FormatName { name: "format_hrflow_profile_to_admen", source: "crates/connector-admen/src/format.rs" };
