//! Ceipal's applicant, as it is created.

use std::collections::BTreeMap;

use connector_hrflow::{Filled, email};
use hrflow_core::{Attachment, AttachmentKind, TargetItem, Warning, parameters::Fault};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// An applicant with what belongs to it. What stands in an object goes into the form under the names of both, such as
/// `standard_fields.firstname`; the members from `skills` on are sent only where parameters ask for them.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Applicant {
    /// What every Ceipal account has fields for.
    #[serde(default)]
    pub standard_fields: StandardFields,
    /// What the account has fields of its own for, by their keys.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub custom_fields: Map<String, Value>,
    /// Its documents. The one of kind `resume` is sent along; Ceipal takes no others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Skills, for `field_map.skills`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// The title of the latest experience, for `field_map.job_title`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// The LinkedIn page, for `field_map.linkedin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
    /// The postal code, for `field_map.postcode`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// Tags and metadatas by their names, for `custom_field_map`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What the format dropped, cut or replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Any other field of the form, by its whole name or by its group.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Applicant {
    /// The résumé.
    pub(crate) fn resume(&self) -> Option<&Attachment> {
        self.attachments.iter().find(|it| it.kind == AttachmentKind::Resume)
    }

    /// The email address as it is sent; case does not count when two are compared.
    pub(crate) fn email(&self) -> Option<String> {
        email::as_written(&self.standard_fields.email)
    }
}

/// The fields that every account has (names as the create and apply calls of public clients have them). What is empty
/// is not sent.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StandardFields {
    /// First name. Required.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub firstname: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub lastname: Option<String>,
    /// E-mail address. Required: it is what applicants are told apart by.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub email: Option<String>,
    /// Phone number, as it was found; a plus sign and digits of it are sent.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub mobile_number: Option<String>,
    /// The address in one line.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub address: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub city: Option<String>,
    /// The name or abbreviation of a state, of which the id is sent; digits are an id already.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub state: Option<String>,
    /// The name or code of a country, of which the id is sent; digits are an id already.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub country: Option<String>,
    /// Any other standard field, as Ceipal names it.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Text; a number, such as an id in a mapping of a user's own, is its text.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(Option::<Scalar>::deserialize(deserializer)?.map(|scalar| match scalar {
        Scalar::Text(text) => text,
        Scalar::Number(number) => number.to_string(),
    }))
}

impl TargetItem for Applicant {
    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn is_anonymous(&self) -> bool {
        let it = &self.standard_fields;
        let known = [&it.firstname, &it.lastname, &it.email, &it.mobile_number];
        self.attachments.is_empty() && known.into_iter().all(|text| text.filled().is_none())
    }

    fn violations(&self) -> Vec<Fault> {
        email::fault("standard_fields.email", &self.standard_fields.email).into_iter().collect()
    }
}
