//! What a user says to write to Teamtailor.

use std::time::Duration;

use hrflow_core::{
    Secret,
    http::BaseUrl,
    parameters::{self, Fault, Span},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The parameters of `Teamtailor Profiles`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// API key of the Teamtailor account, with scope Admin and the permission to write; to update what
    /// exists, to read and write. Made under Settings, Integrations, API keys.
    #[serde(rename = "Authorization")]
    #[schemars(rename = "Authorization")]
    pub authorization: Secret,
    /// Version of the API, a date such as `20240904`, which is the newest one known to work.
    #[serde(rename = "X_Api_Version")]
    #[schemars(rename = "X_Api_Version")]
    pub x_api_version: String,
    /// Base URL of the API. The account's API keys page shows the right one:
    /// `https://api.teamtailor.com` for Europe, `https://api.na.teamtailor.com` for North America.
    #[serde(default = "api_url")]
    #[schemars(extend("x-address" = true))]
    pub api_url: String,
    /// Let Teamtailor merge a profile into the candidate that has its e-mail address. This changes
    /// what exists, whatever `on_existing` says.
    #[serde(default)]
    pub merge: bool,
    /// Mark candidates as added by a recruiter. A candidate without an e-mail address has to be.
    #[serde(default = "yes")]
    pub sourced: bool,
    /// Tags that every candidate gets.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How many of a profile's skills become tags.
    #[serde(default)]
    pub skills_as_tags: u16,
    /// Write experiences, educations, skills and the whole summary into a note.
    #[serde(default)]
    pub notes: bool,
    /// Id of the user who signs the notes. The default is the first user of the account.
    #[serde(default)]
    pub note_user_id: Option<String>,
    /// Upload cover letters and other documents too, not only the résumé.
    #[serde(default)]
    pub other_attachments: bool,
    /// Apply for the jobs that the profile is labelled `yes` for, where their reference is a Teamtailor job id.
    #[serde(default)]
    pub job_applications: bool,
    /// The API name of a text field that takes the profile's key.
    #[serde(default)]
    pub key_custom_field: Option<String>,
    /// Start the retention period of consent. Only where the candidate has given it.
    #[serde(default)]
    pub set_consent_expiration: bool,
    /// By how much look-ups may lag behind writes. After an answer was lost, a candidate that is not
    /// found is sent again only when this time has passed.
    #[serde(default = "lookup_lag")]
    pub lookup_lag: Span,
}

fn api_url() -> String {
    "https://api.teamtailor.com".to_owned()
}

fn yes() -> bool {
    true
}

fn lookup_lag() -> Span {
    Span::from(Duration::from_secs(2))
}

impl Parameters {
    /// The key, also where it was copied with the scheme of its header.
    pub(crate) fn key(&self) -> Secret {
        let key = self.authorization.expose().trim();
        Secret::new(key.strip_prefix("Token token=").unwrap_or(key).trim())
    }

    /// The base URL; a trailing `/v1`, which the paths hold already, is left out.
    pub(crate) fn base_url(&self) -> hrflow_core::Result<BaseUrl> {
        let url = self.api_url.trim().trim_end_matches('/');
        BaseUrl::parse(url.strip_suffix("/v1").unwrap_or(url), "api_url")
    }
}

impl parameters::Parameters for Parameters {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.key().expose().is_empty() {
            faults.push(Fault::wrong("Authorization", "an API key, and not blank text"));
        }
        if let Err(error) = self.base_url() {
            faults.push(
                Fault::wrong("api_url", "an https URL, or http to loopback").with_hint(error.message()),
            );
        }
        let version = self.x_api_version.trim();
        if version.len() != 8 || !version.bytes().all(|digit| digit.is_ascii_digit()) {
            let fault = Fault::wrong("X_Api_Version", "a date of eight digits such as 20240904");
            faults.push(fault.with_came(&self.x_api_version));
        }
        faults
    }
}
