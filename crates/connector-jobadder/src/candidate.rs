//! JobAdder's candidate, as it is created and updated.

use std::collections::BTreeMap;

use connector_hrflow::{Filled, email};
use hrflow_core::{Attachment, TargetItem, Warning, parameters::Fault, text::too_long};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest first or last name.
pub(crate) const NAME_CHARACTERS: usize = 50;
/// The longest e-mail address.
pub(crate) const EMAIL_CHARACTERS: usize = 100;
/// The longest phone number.
pub(crate) const PHONE_CHARACTERS: usize = 50;
/// The most skill tags. The API documentation gives the list as a whole a `maxLength` of 100; as many tags, each as
/// long, keep to every reading of that.
pub(crate) const SKILL_TAGS: usize = 100;
/// The longest skill tag.
pub(crate) const SKILL_TAG_CHARACTERS: usize = 100;

/// The members of a [`Candidate`] that are never part of the body.
pub(crate) const OWN: [&str; 6] =
    ["attachments", "picture", "reference", "customValues", "jobApplications", "warnings"];

/// A candidate with what belongs to it. Members as JobAdder names them (API documentation, candidates); those of the
/// second part are sent in requests of their own, where parameters ask for them, and never as part of the body.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// First name, at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name, at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address, at most 100 characters. A second candidate with the same one is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number, at most 50 characters. `phone_as` says whether it is sent as this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Mobile number, at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Birth date, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// Summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Pages by site: `linkedin`, `twitter`, `facebook`, `googleplus`, `youtube`, `other`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub social: BTreeMap<String, String>,
    /// What they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employment: Option<Employment>,
    /// What they learned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub education: Vec<Education>,
    /// Skills, at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skill_tags: Vec<String>,
    /// Any other member, as JobAdder names it: `custom`, `availability`, `statusId`, …
    #[serde(flatten)]
    pub other: Map<String, Value>,

    /// Its documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// URL of a picture, for the parameter `photo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The profile's reference, or else its key, for the parameter `reference_field_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Texts by name, for the parameter `custom_fields`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_values: BTreeMap<String, Vec<String>>,
    /// Ids of JobAdder jobs, for the parameter `job_applications`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub job_applications: Vec<String>,
    /// What the format dropped, cut or replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Candidate {
    /// The e-mail address in the form in which it is compared.
    pub(crate) fn email(&self) -> Option<String> {
        email::normal(&self.email)
    }
}

impl TargetItem for Candidate {
    const VOLATILE: &'static [&'static str] = &["/picture"];

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn is_anonymous(&self) -> bool {
        let known = [&self.first_name, &self.last_name, &self.email, &self.phone, &self.mobile];
        self.attachments.is_empty() && known.into_iter().all(|text| text.filled().is_none())
    }

    fn violations(&self) -> Vec<Fault> {
        let texts = [
            ("firstName", &self.first_name, NAME_CHARACTERS),
            ("lastName", &self.last_name, NAME_CHARACTERS),
            ("email", &self.email, EMAIL_CHARACTERS),
            ("phone", &self.phone, PHONE_CHARACTERS),
            ("mobile", &self.mobile, PHONE_CHARACTERS),
        ];
        let texts = texts.into_iter().filter_map(|(name, text, most)| too_long(name, text.as_deref()?, most));
        let tags = self.skill_tags.iter().enumerate();
        let tags = tags
            .filter_map(|(index, tag)| too_long(&format!("skillTags[{index}]"), tag, SKILL_TAG_CHARACTERS));
        let count = self.skill_tags.len();
        let many = (count > SKILL_TAGS)
            .then(|| Fault::rule("skillTags", format!("at most {SKILL_TAGS} of them, came {count}")));
        texts.chain(tags).chain(many).chain(email::fault("email", &self.email)).collect()
    }
}

/// An address.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Lines of the street: always a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub street: Vec<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Post code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code of the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Any other member.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What somebody did.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Employment {
    /// The present position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Position>,
    /// Positions, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Period>,
    /// Any other member, such as `ideal`.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The present position.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// The employer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employer: Option<String>,
    /// The position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Any other member, such as `salary`.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A time at work.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    /// The employer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employer: Option<String>,
    /// The position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Its first day, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Its last day in the same forms, or `Present`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Any other member.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Something learned.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Education {
    /// The school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    /// The course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
    /// When it was completed, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Any other member.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}
