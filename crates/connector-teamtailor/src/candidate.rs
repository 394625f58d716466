//! Teamtailor's candidate, as it is created and updated.

use connector_hrflow::{Filled, email};
use hrflow_core::{Attachment, AttachmentKind, TargetItem, Warning, parameters::Fault, text::too_long};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest pitch: Teamtailor calls it a 140-character pitch (API documentation, candidates).
pub(crate) const PITCH_CHARACTERS: usize = 140;

/// A candidate with what belongs to it. `data` is the JSON:API resource that is sent; the other members
/// are sent in requests of their own, where parameters ask for them, and never as part of the body.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// The resource.
    pub data: Data,
    /// Its documents. The one of kind `resume` is the résumé.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The text of a note, for the parameter `notes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Skills, for the parameter `skills_as_tags`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Ids of Teamtailor jobs, for the parameter `job_applications`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub job_applications: Vec<String>,
    /// The profile's key, for the parameter `key_custom_field`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the format dropped, cut or replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Candidate {
    /// The résumé.
    pub(crate) fn resume(&self) -> Option<&Attachment> {
        self.attachments.iter().find(|it| it.kind == AttachmentKind::Resume)
    }

    /// The e-mail address as Teamtailor stores it.
    pub(crate) fn email(&self) -> Option<String> {
        email::normal(&self.data.attributes.email)
    }
}

/// The JSON:API resource.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Data {
    /// Always `candidates`.
    #[serde(rename = "type", default = "resource_type")]
    pub resource_type: String,
    /// What is known of the candidate.
    #[serde(default)]
    pub attributes: Attributes,
    /// Relations to the account's own records, such as locations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationships: Option<Value>,
}

fn resource_type() -> String {
    "candidates".to_owned()
}

impl Default for Data {
    fn default() -> Self {
        Self { resource_type: resource_type(), attributes: Attributes::default(), relationships: None }
    }
}

/// The attributes that a candidate may be created with. What is empty is not sent.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Attributes {
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address: unique in an account, stored in lower case. May only be missing where `sourced` is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A pitch of at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pitch: Option<String>,
    /// The LinkedIn page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkedin_url: Option<String>,
    /// URL of a picture, which Teamtailor fetches while it handles the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// URL of the résumé, where it is not to be the attachment of kind `resume`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// Whether a recruiter added the candidate, who did not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sourced: Option<bool>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Any other attribute, as Teamtailor names it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TargetItem for Candidate {
    const VOLATILE: &'static [&'static str] = &["/data/attributes/picture", "/data/attributes/resume"];

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn is_anonymous(&self) -> bool {
        let it = &self.data.attributes;
        let known = [&it.first_name, &it.last_name, &it.email, &it.phone, &it.resume];
        self.attachments.is_empty() && known.into_iter().all(|text| text.filled().is_none())
    }

    fn violations(&self) -> Vec<Fault> {
        let pitch = self.data.attributes.pitch.as_deref().unwrap_or_default();
        let kind = &self.data.resource_type;
        let other =
            (*kind != resource_type()).then(|| Fault::wrong("data.type", "candidates").with_came(kind));
        let email = email::fault("data.attributes.email", &self.data.attributes.email);
        let pitch = too_long("data.attributes.pitch", pitch, PITCH_CHARACTERS);
        pitch.into_iter().chain(email).chain(other).collect()
    }
}
