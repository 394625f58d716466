//! What a user says to read from HrFlow.ai.

use hrflow_core::{
    Secret,
    http::BaseUrl,
    parameters::{Fault, Parameters},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The parameters of `HrFlow.ai Profiles`, for one profile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileParameters {
    /// API key that may read. Made in the HrFlow.ai portal under API Keys; it starts with `ask_` or `askr_`.
    pub api_secret: Secret,
    /// E-mail address of the HrFlow.ai account that the key belongs to.
    pub api_user: String,
    /// Key of the source that holds the profile.
    pub source_key: String,
    /// Key of the profile.
    pub profile_key: String,
    /// Base URL of the API.
    #[serde(default = "api_url")]
    pub api_url: String,
}

fn api_url() -> String {
    "https://api.hrflow.ai/v1/".to_owned()
}

impl Parameters for ProfileParameters {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.api_secret.expose().trim().is_empty() {
            faults.push(Fault::wrong("api_secret", "text that is not blank"));
        }
        for (name, value) in [
            ("api_user", &self.api_user),
            ("source_key", &self.source_key),
            ("profile_key", &self.profile_key),
        ] {
            if value.trim().is_empty() {
                faults.push(Fault::wrong(name, "text that is not blank").with_came(value));
            }
        }
        if let Err(error) = BaseUrl::parse(&self.api_url, "api_url") {
            faults.push(
                Fault::wrong("api_url", "an https URL, or http to loopback").with_hint(error.message()),
            );
        }
        faults
    }
}
