//! What a user says to write to Ceipal.

use std::{collections::BTreeMap, time::Duration};

use connector_hrflow::Filled;
use hrflow_core::{
    Secret,
    http::BaseUrl,
    parameters::{self, Fault, Span},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::fields::{Endpoints, FieldMap};

/// The parameters of `Ceipal Profiles`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// E-mail address of the Ceipal user that signs in.
    pub email: String,
    /// Password of that user.
    pub password: Secret,
    /// API key of the Ceipal account.
    pub api_key: Secret,
    /// Base URL of the API, its version included.
    #[serde(default = "api_url")]
    #[schemars(extend("x-address" = true))]
    pub api_url: String,
    /// Version of the API: `v1` or `v2`. The default is `v2` where `api_url` ends in it, else `v1`, the only one that
    /// is known to create applicants.
    #[serde(default)]
    pub api_version: Option<ApiVersion>,
    /// Id of a job posting to apply for, as Ceipal's API shows it. Applicants are then created by applying; applicants
    /// that already exist apply once.
    #[serde(default)]
    pub job_id: Option<String>,
    /// Id of the source that every applicant gets, from Ceipal's list of sources.
    #[serde(default)]
    pub source_id: Option<String>,
    /// Form fields that carry other names in your account than the usual ones, or are not to be sent: `off`.
    #[serde(default)]
    pub field_map: FieldMap,
    /// Form fields that every applicant gets, by their full names, such as `standard_fields.work_authorization: "3"`. They
    /// replace what a profile says, save the e-mail address and the résumé, and may not be blank.
    #[serde(default)]
    pub extra_fields: BTreeMap<String, String>,
    /// Which tags and metadatas of a profile go into which custom fields: the tag's name, and the key of the field.
    #[serde(default)]
    pub custom_field_map: BTreeMap<String, String>,
    /// Paths of the API that differ from the usual ones in your account, relative to `api_url`, or from the root of its
    /// host where they begin with a slash.
    #[serde(default)]
    pub endpoints: Endpoints,
    /// The longest text of a field, in characters. Longer text is cut, with a warning.
    #[serde(default = "text_limit")]
    pub text_limit: u16,
    /// The longest text of the skills and of a custom field, in characters.
    #[serde(default = "long_text_limit")]
    pub long_text_limit: u16,
    /// The largest résumé, in megabytes.
    #[serde(default = "resume_megabytes")]
    pub resume_megabytes: u16,
    /// By how much lookups may lag behind writes. An applicant that was created, or whose response was lost, is searched
    /// for until this time has passed.
    #[serde(default = "lookup_lag")]
    pub lookup_lag: Span,
    /// How long to wait where Ceipal answers 403 to a new access token: it answers so to too many calls.
    #[serde(default = "throttle_wait")]
    pub throttle_wait: Span,
}

/// A version of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApiVersion {
    /// Version 1: parameters in snake_case, errors also in answers that are 200.
    V1,
    /// Version 2: parameters in camelCase, paths that end in a slash.
    V2,
}

fn api_url() -> String {
    "https://api.ceipal.com/v1".to_owned()
}

fn text_limit() -> u16 {
    250
}

fn long_text_limit() -> u16 {
    4_000
}

fn resume_megabytes() -> u16 {
    10
}

fn lookup_lag() -> Span {
    Span::from(Duration::from_secs(2))
}

fn throttle_wait() -> Span {
    Span::from(Duration::from_secs(60))
}

impl Parameters {
    pub(crate) fn base_url(&self) -> hrflow_core::Result<BaseUrl> {
        BaseUrl::parse(&self.api_url, "api_url")
    }

    pub(crate) fn version(&self) -> ApiVersion {
        self.api_version.unwrap_or_else(|| match self.api_url.trim().trim_end_matches('/').ends_with("/v2") {
            true => ApiVersion::V2,
            false => ApiVersion::V1,
        })
    }

    pub(crate) fn job_id(&self) -> Option<&str> {
        self.job_id.filled()
    }

    /// The form field that takes the job's id.
    pub(crate) fn job_field(&self) -> &'static str {
        match self.version() {
            ApiVersion::V1 => "job_id",
            ApiVersion::V2 => "jobId",
        }
    }

    /// A constant in the place of what tells applicants apart, of the file or of the job would make one of all of them.
    fn faults_of_extra_fields(&self) -> Vec<Fault> {
        let names = &self.field_map;
        let job = self.job_id().map(|_| self.job_field());
        let taken = [
            (names.email(), "is the e-mail address, which applicants are told apart by"),
            (names.resume(), "is the résumé's file"),
            (job, "is the job: set job_id instead"),
        ];
        let mut faults = Vec::new();
        for (name, value) in &self.extra_fields {
            let path = format!("extra_fields.{name}");
            if let Some((_, why)) = taken.iter().find(|(taken, _)| *taken == Some(name.trim())) {
                faults.push(Fault::rule(path, *why));
            } else if value.filled().is_none() {
                faults.push(Fault::rule(path, "is blank: to leave a field out, set it to off in field_map"));
            }
        }
        faults
    }

    /// The largest résumé, in bytes.
    pub(crate) fn resume_bytes(&self) -> usize {
        usize::from(self.resume_megabytes) * 1_000_000
    }
}

impl parameters::Parameters for Parameters {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (field, text, what) in [
            ("email", self.email.as_str(), "an e-mail address"),
            ("password", self.password.expose(), "a password"),
            ("api_key", self.api_key.expose(), "an API key"),
        ] {
            if text.filled().is_none() {
                faults.push(Fault::wrong(field, format!("{what}, and not blank text")));
            }
        }
        match self.base_url() {
            Ok(base) => faults.extend(self.endpoints.faults(&base)),
            Err(error) => faults.push(
                Fault::wrong("api_url", "an https URL, or http to loopback").with_hint(error.message()),
            ),
        }
        if self.field_map.email().is_none() {
            faults.push(Fault::rule(
                "field_map.email",
                "cannot be off: applicants are found by their e-mail address",
            ));
        }
        faults.extend(self.faults_of_extra_fields());
        for (field, limit) in [("text_limit", self.text_limit), ("long_text_limit", self.long_text_limit)] {
            if limit == 0 {
                faults.push(Fault::wrong(field, "a number of characters, 1 or more"));
            }
        }
        faults
    }
}
