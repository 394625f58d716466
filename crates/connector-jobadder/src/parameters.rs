//! What a user says to write to JobAdder.

use std::{collections::BTreeMap, time::Duration};

use connector_hrflow::Filled;
use hrflow_core::{
    Secret,
    http::Url,
    parameters::{self, Fault, Span},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{access::AuthorizationServer, api::api_base, custom};

/// The scopes that pushing needs, and the one without which there is no refresh token (API documentation, OAuth 2.0).
const SCOPE: &str = "read_candidate write_candidate offline_access";

/// The parameters of `Jobadder Profiles`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Where users consent, `https://id.jobadder.com/connect/authorize`, or where tokens are handed out,
    /// `https://id.jobadder.com/connect/token`: either leads to the other.
    #[schemars(extend("x-address" = true))]
    pub authorization_url: String,
    /// Id of your application, from JobAdder's developer portal.
    pub client_id: String,
    /// Secret of your application.
    pub client_secret: Secret,
    /// The code that a user's consent ended with. It can be used once, within five minutes, and is exchanged for a grant
    /// that is stored and renewed from then on. Leave it empty once a grant is stored, as after `hrflow auth`.
    pub authorization_code: Secret,
    /// The redirect URI of the consent. It must be exactly one of those that are registered for the application.
    #[schemars(extend("x-address" = true))]
    pub redirect_uri: String,
    /// Create a candidate even where one has the same e-mail address. JobAdder asks for a code that it names itself in its
    /// refusal; this lets us use it.
    #[serde(rename = "XAllowDuplicates", default)]
    #[schemars(rename = "XAllowDuplicates")]
    pub x_allow_duplicates: bool,
    /// Number of the JobAdder account, where users of several accounts have consented to the same application.
    #[serde(default)]
    pub account: Option<String>,
    /// Base URL of the API. The default is what JobAdder names along with the token.
    #[serde(default)]
    #[schemars(extend("x-address" = true))]
    pub api_url: Option<String>,
    /// Scopes to ask for, separated by blanks. The default is `read_candidate write_candidate offline_access`, and
    /// `write_jobapplication` where `job_applications` needs it.
    #[serde(default)]
    pub scope: Option<String>,
    /// Source of created candidates, at most 50 characters; empty for none. It is looked up in the account's list once per
    /// run. If the list lacks it, candidates are created without it, each with a warning.
    #[serde(default = "default_source")]
    pub source: String,
    /// Id of the status that created candidates get.
    #[serde(default)]
    pub status_id: Option<u32>,
    /// Ids of the users who are the recruiters of created candidates.
    #[serde(default)]
    pub recruiter_user_ids: Vec<u32>,
    /// Whether created candidates are looking for a job.
    #[serde(default)]
    pub seeking: Option<Seeking>,
    /// Rating of created candidates, one of the account's own.
    #[serde(default)]
    pub rating: Option<String>,
    /// Salutation of created candidates, one of the account's own.
    #[serde(default)]
    pub salutation: Option<String>,
    /// Which of JobAdder's two numbers the phone number becomes.
    #[serde(default)]
    pub phone_as: PhoneTarget,
    /// Add the names of certifications to the skill tags.
    #[serde(default)]
    pub certifications_as_skills: bool,
    /// Add the names of languages to the skill tags.
    #[serde(default)]
    pub languages_as_skills: bool,
    /// Custom fields by what they take: `languages`, `certifications`, `courses`, `interests`, `tags`, `metadatas`, or one
    /// tag or metadata by its name, such as `tags.availability`; each with the id of the field.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, u32>,
    /// Id of a custom text field that takes the profile's reference, or else its key.
    #[serde(default)]
    pub reference_field_id: Option<u32>,
    /// Upload other documents too, not only résumé and cover letter.
    #[serde(default)]
    pub other_attachments: bool,
    /// Upload the picture.
    #[serde(default)]
    pub photo: bool,
    /// Apply for the jobs that the profile is labelled `yes` for, where their reference is the id of a JobAdder job.
    /// Candidates who were there already apply too. An application that JobAdder rejects is a failure of its own.
    #[serde(default)]
    pub job_applications: bool,
    /// By how much look-ups may lag behind writes. After an answer was lost, a candidate that is not found is sent again
    /// only when this time has passed.
    #[serde(default = "lookup_lag")]
    pub lookup_lag: Span,
}

pub(crate) fn default_source() -> String {
    "HrFlow.ai".to_owned()
}

fn lookup_lag() -> Span {
    Span::from(Duration::from_secs(2))
}

/// Whether somebody is looking for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Seeking {
    /// They are.
    Yes,
    /// They might be.
    Maybe,
    /// They are not.
    No,
}

/// Which of JobAdder's numbers a phone number becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PhoneTarget {
    /// `phone`.
    #[default]
    Phone,
    /// `mobile`.
    Mobile,
    /// Both.
    Both,
}

impl Parameters {
    /// The scopes to ask for.
    pub(crate) fn scope(&self) -> String {
        match self.scope.filled() {
            Some(scope) => scope.to_owned(),
            None if self.job_applications => format!("{SCOPE} write_jobapplication"),
            None => SCOPE.to_owned(),
        }
    }

    /// The account that is meant, where one has to be.
    pub(crate) fn account(&self) -> Option<String> {
        self.account.filled().map(str::to_owned)
    }
}

impl parameters::Parameters for Parameters {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Err(error) = AuthorizationServer::of(self) {
            let fault =
                Fault::wrong("authorization_url", "a URL such as https://id.jobadder.com/connect/authorize");
            faults.push(fault.with_hint(error.message()));
        }
        if self.client_id.filled().is_none() {
            faults.push(Fault::wrong("client_id", "the id of an application, and not blank text"));
        }
        if self.client_secret.expose().filled().is_none() {
            faults.push(Fault::wrong("client_secret", "the secret of an application, and not blank text"));
        }
        if Url::parse(self.redirect_uri.trim()).is_err() {
            let fault =
                Fault::wrong("redirect_uri", "an absolute URL, one that is registered for the application");
            faults.push(fault.with_came(&self.redirect_uri));
        }
        if let Some(Err(error)) = self.api_url.filled().map(api_base) {
            let fault = Fault::wrong("api_url", "an https URL, or http to loopback");
            faults.push(fault.with_hint(error.message()));
        }
        let limited = [
            ("source", Some(&self.source), 50),
            ("rating", self.rating.as_ref(), 50),
            ("salutation", self.salutation.as_ref(), 20),
        ];
        for (name, text, most) in limited {
            if text.is_some_and(|text| text.trim().chars().count() > most) {
                faults.push(Fault::wrong(name, format!("at most {most} characters")));
            }
        }
        for name in self.custom_fields.keys().filter(|name| !custom::is_known(name)) {
            let expected =
                format!("one of {}, or a tag or metadata as in tags.NAME", custom::KNOWN.join(", "));
            faults.push(Fault::wrong("custom_fields", expected).with_came(name));
        }
        faults
    }
}
