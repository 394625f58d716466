//! What a user says to read one profile from HrFlow.ai.

use hrflow_core::{
    Secret,
    parameters::{Fault, Parameters},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::account::{Account, api_url, blank};

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
    #[schemars(extend("x-address" = true))]
    pub api_url: String,
}

impl ProfileParameters {
    pub(crate) fn account(&self) -> Account<'_> {
        Account {
            api_secret: &self.api_secret,
            api_user: &self.api_user,
            source_key: &self.source_key,
            api_url: &self.api_url,
        }
    }
}

impl Parameters for ProfileParameters {
    fn check(&self) -> Vec<Fault> {
        self.account().faults(blank("profile_key", &self.profile_key))
    }
}
