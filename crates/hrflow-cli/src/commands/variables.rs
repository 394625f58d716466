//! Which environment variable stands for which parameter.
//!
//! `HRFLOW_` and the parameter's name in capitals at the end of HrFlow.ai, and the connector's id in place of `HRFLOW` at
//! the vendor's: `HRFLOW_API_SECRET`, `TEAMTAILOR_AUTHORIZATION`. A member of an object has the object's name in front.

use hrflow_core::{ActionType, connector::ActionDescription};

/// What the variables of the origin and of the target start with.
pub(super) fn prefixes(action: &ActionDescription) -> [String; 2] {
    let (hrflow, vendor) = ("HRFLOW".to_owned(), in_capitals(&action.connector));
    match action.action_type {
        ActionType::Outbound => [hrflow, vendor],
        ActionType::Inbound => [vendor, hrflow],
    }
}

/// The variable of a parameter.
pub(super) fn name(prefix: &str, parameter: &str) -> String {
    format!("{prefix}_{}", in_capitals(parameter))
}

fn in_capitals(name: &str) -> String {
    let fitting =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    name.chars().map(fitting).collect()
}
