//! UKG Pro's candidate, as it is imported, with its limits.

use connector_hrflow::{Filled, email};
use hrflow_core::{Attachment, TargetItem, Warning, parameters::Fault};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Limits of a candidate's members, in characters (Candidate Import API; OpenAPI of UKG Pro, candidate).
pub(crate) mod limit {
    /// First and last name.
    pub(crate) const NAME: usize = 100;
    /// Phone number.
    pub(crate) const PHONE: usize = 25;
    /// A line of the address, or the city.
    pub(crate) const ADDRESS: usize = 255;
    /// Postal code.
    pub(crate) const POSTAL_CODE: std::ops::RangeInclusive<usize> = 3..=50;
    /// Title and company of a time at work, school and degree of a time at school.
    pub(crate) const TITLE: usize = 100;
    /// Location of a time at work.
    pub(crate) const LOCATION: usize = 20;
    /// Description of a time at work.
    pub(crate) const WORK: usize = 2000;
    /// Description of a time at school.
    pub(crate) const EDUCATION: usize = 1500;
    /// Name of a licence.
    pub(crate) const LICENSE: usize = 250;
    /// Number of a licence.
    pub(crate) const LICENSE_NUMBER: usize = 20;
    /// Name of a skill.
    pub(crate) const SKILL: usize = 80;
    /// Comment.
    pub(crate) const COMMENT: usize = 4000;
}

/// How many years ago a time may have begun at the most (Candidate Import API, work experience and education).
pub(crate) const YEARS_BACK: i16 = 100;
/// How many years ahead a time may end at the most.
pub(crate) const YEARS_AHEAD: i16 = 5;

/// A candidate with what belongs to it. `attachments`, `languages`, `summary` and `warnings` are not sent as
/// they stand here; all else is the body of the request. Members that we do not know are kept.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Candidate {
    /// The name. First and last name are required.
    pub name: Name,
    /// How to reach them. The e-mail address is required.
    pub contact_info: ContactInfo,
    /// When it was made, in UTC with milliseconds. The default is now; a time to come is not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Whether it is an employee.
    pub is_internal: bool,
    /// Has to be empty.
    pub password: String,
    /// Pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hyperlinks: Vec<Hyperlink>,
    /// Times at work. The parameter `field_names` may rename it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workexperience: Vec<WorkExperience>,
    /// Times at school. The parameter `field_names` may rename it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub education: Vec<Education>,
    /// Licences and certifications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License>,
    /// Skills.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Skill>,
    /// Who brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// Its documents, the résumé first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Languages, for the parameter `languages_as_skills`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// The summary, for the parameter `comment_author_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What the format dropped, cut or replaced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Any other member, as UKG Pro names it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Candidate {
    /// The members that are not part of the body.
    pub(crate) const RESERVED: [&'static str; 4] = ["attachments", "languages", "summary", "warnings"];

    /// The e-mail address as look-ups compare it.
    pub(crate) fn email(&self) -> Option<String> {
        email::normal(&self.contact_info.email)
    }
}

impl TargetItem for Candidate {
    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn is_anonymous(&self) -> bool {
        let (name, contact) = (&self.name, &self.contact_info);
        let phones = contact.phone.iter().flat_map(|it| [&it.primary, &it.secondary]);
        let mut known = [&name.first, &name.last, &contact.email].into_iter().chain(phones);
        self.attachments.is_empty() && known.all(|text| text.filled().is_none())
    }

    fn violations(&self) -> Vec<Fault> {
        crate::violations::of(self)
    }
}

/// A name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Name {
    /// First name: required, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// Last name: required, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Any other member, such as `middle` (at most 50 characters) or `prefix` (an id).
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// How to reach somebody.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ContactInfo {
    /// E-mail address: required, at most 254 characters, unique among external candidates, and their login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Any other member.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Phone numbers, at most 25 characters each.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Phone {
    /// The first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// The second one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary: Option<String>,
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Address {
    /// Street and house number, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line1: Option<String>,
    /// More of it, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// City, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State, by a code of at most 6 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Code>,
    /// Postal code, 3 to 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country, by its ISO 3166-1 alpha-3 code. The parameter `country_code_format` may have alpha-2 sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Code>,
}

/// Something that UKG Pro knows by a code.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Code {
    /// The code.
    pub code: String,
}

/// A page.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Hyperlink {
    /// What it is called, 1 to 250 characters.
    pub name: String,
    /// Its absolute URL.
    pub url: String,
}

/// A time at work.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkExperience {
    /// The position: required, at most 100 characters.
    pub job_title: String,
    /// The employer: required, at most 100 characters.
    pub company: String,
    /// Where, in at most 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its first month, no more than 100 years ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Month>,
    /// Its last month, no more than 5 years ahead. One of nulls says that it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Month>,
    /// What it was about, in at most 2000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Any other member.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A month of a year. Both are null for the end of what goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Month {
    /// The year.
    pub year: Option<i16>,
    /// The month, 1 to 12.
    pub month: Option<i8>,
}

/// A time at school.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Education {
    /// The school: required.
    pub school: Named,
    /// The degree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree: Option<Named>,
    /// Its first month: no more than 100 years ago, in no later year than its last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Month>,
    /// Its last month: no more than 100 years ago and 5 years ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Month>,
    /// What it was about, in at most 1500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Any other member, such as `major` or `minor` (ids of fields of study).
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Something that is named. Its id has to stay null.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Named {
    /// The name: at most 100 characters of a school or degree, 250 of a licence, 80 of a skill.
    pub name: String,
    /// Null, always: such ids cannot be read.
    pub id: Option<String>,
}

/// A licence or certification.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct License {
    /// What it is.
    pub license: Named,
    /// Its number, at most 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Any other member, such as `achieved_date` or `renewal_date`.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A skill.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Skill {
    /// What it is.
    pub skill: Named,
    /// How far it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proficiency_level: Option<ProficiencyLevel>,
}

/// How far a skill goes: by the tenant's own id, or by an ordinal that the tenant's level is looked up for.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProficiencyLevel {
    /// The id of the tenant's level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// 1 (novice) to 5 (expert).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u8>,
}

/// Who brought a candidate.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Provider {
    /// Null, always.
    pub id: Option<String>,
    /// Name of the provider, at most 100 characters.
    pub name: String,
    /// `ThirdPartyIntegration`.
    pub r#type: String,
    /// `CandidateImport`.
    pub method: String,
}
