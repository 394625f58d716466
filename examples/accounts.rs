//! The accounts that the examples use, from environment variables. `sandbox.env` sets those of the sandbox.

use std::env::{self, var};

use anyhow::Context;
use hrflow_connectors::{
    core::{Options, parameters::read},
    hrflow::{ProfileListParameters, ProfileParameters},
    teamtailor,
};
use serde_json::{Value, json};

/// The profile `HRFLOW_PROFILE_KEY`.
///
/// # Errors
///
/// If a variable is missing, or holds a value that cannot be used.
pub fn profile() -> anyhow::Result<ProfileParameters> {
    let mut parameters = hrflow()?;
    parameters["profile_key"] = variable("HRFLOW_PROFILE_KEY")?.into();
    Ok(read("origin_parameters", &parameters)?)
}

/// All profiles of the source `HRFLOW_SOURCE_KEY`.
///
/// # Errors
///
/// If a variable is missing, or holds a value that cannot be used.
pub fn source() -> anyhow::Result<ProfileListParameters> {
    Ok(read("origin_parameters", &hrflow()?)?)
}

/// The Teamtailor account of the key `TEAMTAILOR_AUTHORIZATION`.
///
/// # Errors
///
/// If a variable is missing, or holds a value that cannot be used.
pub fn teamtailor() -> anyhow::Result<teamtailor::Parameters> {
    let mut parameters =
        json!({ "Authorization": variable("TEAMTAILOR_AUTHORIZATION")?, "X_Api_Version": "20240904" });
    if let Ok(url) = var("TEAMTAILOR_API_URL") {
        parameters["api_url"] = url.into();
    }
    Ok(read("target_parameters", &parameters)?)
}

/// Options for these accounts. The sandbox serves résumés on loopback, which is rejected unless it is allowed.
///
/// # Errors
///
/// None in practice: all values are ours.
pub fn options() -> anyhow::Result<Options> {
    Ok(read("options", &json!({ "allow_local_urls": env::var_os("HRFLOW_API_URL").is_some() }))?)
}

fn hrflow() -> anyhow::Result<Value> {
    let mut parameters = json!({
        "api_secret": variable("HRFLOW_API_SECRET")?,
        "api_user": variable("HRFLOW_API_USER")?,
        "source_key": variable("HRFLOW_SOURCE_KEY")?,
    });
    if let Ok(url) = var("HRFLOW_API_URL") {
        parameters["api_url"] = url.into();
    }
    Ok(parameters)
}

fn variable(name: &str) -> anyhow::Result<String> {
    var(name).with_context(|| format!("the environment variable {name} is not set"))
}
