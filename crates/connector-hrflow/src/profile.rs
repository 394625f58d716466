//! A profile.

use std::fmt;

use hrflow_core::Warnings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::{
    Attachment, Education, Experience, Filled, Info, Named, Skill,
    content::says_something,
    lenient::{self, Record},
    reading::{Reading, reading},
    traits::named,
    web_url,
};

/// A candidate in a source of HrFlow.ai.
///
/// `Debug` shows no personal data, not even the reference, which is often an e-mail address.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Profile {
    /// The key of the source that holds it.
    #[serde(deserialize_with = "lenient::text")]
    pub source_key: Option<String>,
    /// HrFlow's number for it.
    #[serde(deserialize_with = "lenient::whole")]
    pub id: Option<i64>,
    /// HrFlow's key for it, unique in its source.
    #[serde(deserialize_with = "lenient::text")]
    pub key: Option<String>,
    /// The caller's own key for it, unique in its source.
    #[serde(deserialize_with = "lenient::text")]
    pub reference: Option<String>,
    /// What algorithms may do with it, as it came.
    pub consent_algorithmic: Value,
    /// The source that holds it.
    #[serde(deserialize_with = "lenient::record")]
    pub source: Container,
    /// The older twin of [`archived_at`](Self::archived_at).
    #[serde(deserialize_with = "lenient::date_text")]
    pub archive: Option<String>,
    /// When it was archived, if it is.
    #[serde(deserialize_with = "lenient::date_text")]
    pub archived_at: Option<String>,
    /// When it changed last; [`timestamp`](crate::timestamp) reads it.
    #[serde(deserialize_with = "lenient::date_text")]
    pub updated_at: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "lenient::date_text")]
    pub created_at: Option<String>,
    /// Who it is, and how to reach them.
    #[serde(deserialize_with = "lenient::record")]
    pub info: Info,
    /// The language of the text, as in ISO 639-1.
    #[serde(deserialize_with = "lenient::text")]
    pub text_language: Option<String>,
    /// The full text of the résumé.
    #[serde(deserialize_with = "lenient::text")]
    pub text: Option<String>,
    /// Time at work, in years of 365 days.
    #[serde(deserialize_with = "lenient::number")]
    pub experiences_duration: Option<Number>,
    /// Time at school, in years of 365 days.
    #[serde(deserialize_with = "lenient::number")]
    pub educations_duration: Option<Number>,
    /// What they did.
    #[serde(deserialize_with = "lenient::list")]
    pub experiences: Vec<Experience>,
    /// What they learned.
    #[serde(deserialize_with = "lenient::list")]
    pub educations: Vec<Education>,
    /// Documents.
    #[serde(deserialize_with = "lenient::list")]
    pub attachments: Vec<Attachment>,
    /// Skills.
    #[serde(deserialize_with = "lenient::list")]
    pub skills: Vec<Skill>,
    /// Languages.
    #[serde(deserialize_with = "lenient::list")]
    pub languages: Vec<Named>,
    /// Certifications.
    #[serde(deserialize_with = "lenient::list")]
    pub certifications: Vec<Named>,
    /// Courses.
    #[serde(deserialize_with = "lenient::list")]
    pub courses: Vec<Named>,
    /// Tasks.
    #[serde(deserialize_with = "lenient::list")]
    pub tasks: Vec<Named>,
    /// Interests.
    #[serde(deserialize_with = "lenient::list")]
    pub interests: Vec<Named>,
    /// How far they got with jobs.
    #[serde(deserialize_with = "lenient::list")]
    pub labels: Vec<Label>,
    /// Short notes that can be searched for.
    #[serde(deserialize_with = "lenient::list")]
    pub tags: Vec<Named>,
    /// Notes that cannot be searched for.
    #[serde(deserialize_with = "lenient::list")]
    pub metadatas: Vec<Named>,
    /// What reading it had to repair, under the name `$reading`. It is no field of HrFlow.ai.
    #[serde(rename = "$reading", deserialize_with = "reading", skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub reading: Option<Box<Reading>>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Profile {
    /// Returns what it is known by: `source_key/key`, else `source_key/reference`; without a source, the bare key or
    /// reference. A profile with neither key nor reference has no name of its own. One whose key is damaged is known by
    /// where it was read.
    pub fn item_key(&self) -> Option<String> {
        if let Some(Reading { key: Some(place), .. }) = self.reading.as_deref() {
            return Some(place.clone());
        }
        let key = self.key.filled().or_else(|| self.reference.filled())?;
        match self.source_key.filled().or_else(|| self.source.key.filled()) {
            Some(source) => Some(format!("{source}/{key}")),
            None => Some(key.to_owned()),
        }
    }

    /// Whether it is archived; HrFlow hands out archived profiles like any other.
    pub fn is_archived(&self) -> bool {
        is_archived([&self.archived_at, &self.archive])
    }

    /// Whether its key or its source is damaged, so that it cannot be told from others by them. It is never sent.
    pub(crate) fn has_damaged_key(&self) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.key.is_some())
    }

    /// The first document of a type such as `resume`, one that can be downloaded before others.
    pub fn attachment_of_type(&self, wanted: &str) -> Option<&Attachment> {
        let mut of_type = self.attachments.iter().filter(|attachment| attachment.is_of_type(wanted));
        let downloadable = |attachment: &&Attachment| attachment.public_url.filled().is_some();
        of_type.clone().find(downloadable).or_else(|| of_type.next())
    }

    /// The first URL of a type such as `github`, as it was found.
    pub fn url_of(&self, wanted: &str) -> Option<&str> {
        self.info.url_of(wanted)
    }

    /// The LinkedIn page.
    pub fn linkedin(&self) -> Option<&str> {
        self.info.linkedin()
    }

    /// The documents that can be downloaded, with their web addresses, and a warning for each other one.
    pub fn documents(&self, warnings: &mut Warnings) -> Vec<(&Attachment, String)> {
        let mut documents = Vec::new();
        for (index, it) in self.attachments.iter().enumerate() {
            let reason = match (it.public_url.filled(), it.public_url.filled().and_then(web_url)) {
                (_, Some(url)) => {
                    documents.push((it, url));
                    continue;
                }
                (Some(_), None) => "No web address; the document is left out",
                (None, None) if says_something(it) => "It has no URL; the document is left out",
                (None, None) => continue,
            };
            warnings.add(format_args!("attachments[{index}].public_url"), reason);
        }
        documents
    }

    /// The tag of this name.
    pub fn tag(&self, name: &str) -> Option<&Named> {
        named(&self.tags, name)
    }

    /// The metadata of this name.
    pub fn metadata(&self, name: &str) -> Option<&Named> {
        named(&self.metadatas, name)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("key", &self.key.filled()).finish_non_exhaustive()
    }
}

/// The source that holds a profile, or the board that holds a job.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Container {
    /// Its key.
    #[serde(deserialize_with = "lenient::text")]
    pub key: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Its type: `api`.
    #[serde(deserialize_with = "lenient::text")]
    pub r#type: Option<String>,
    /// Its subtype.
    #[serde(deserialize_with = "lenient::text")]
    pub subtype: Option<String>,
    /// `production` or `test`.
    #[serde(deserialize_with = "lenient::text")]
    pub environment: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Record for Container {
    /// A bare text is the key.
    fn from_text(key: String) -> Option<Self> {
        Some(Self { key: Some(key), ..Self::default() })
    }
}

/// How far a candidate got with a job.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Label {
    /// The board of the job.
    #[serde(deserialize_with = "lenient::text")]
    pub board_key: Option<String>,
    /// The job.
    #[serde(deserialize_with = "lenient::text")]
    pub job_key: Option<String>,
    /// The caller's own key for the job.
    #[serde(deserialize_with = "lenient::text")]
    pub job_reference: Option<String>,
    /// `new`, `yes`, `later` or `no`.
    #[serde(deserialize_with = "lenient::text")]
    pub stage: Option<String>,
    /// Since when, as it came: text, or milliseconds since 1970.
    pub date_stage: Value,
    /// The rating as it came: 1 to 5 by some sources, 0 to 1 by others.
    pub rating: Value,
    /// When it was rated, as it came.
    pub date_rating: Value,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Record for Label {}

/// Whether one of the dates says so; the older member has also held a plain no.
pub(crate) fn is_archived(dates: [&Option<String>; 2]) -> bool {
    dates.into_iter().filter_map(Filled::filled).any(|date| !matches!(date, "false" | "0"))
}
