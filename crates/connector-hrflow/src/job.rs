//! A job.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::{
    Container, Filled, Location, Named, Skill,
    lenient::{self, Record},
    profile::is_archived,
    traits::named,
};

/// A job on a board of HrFlow.ai.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Job {
    /// HrFlow's number for it.
    #[serde(deserialize_with = "lenient::whole")]
    pub id: Option<i64>,
    /// HrFlow's key for it, unique on its board.
    #[serde(deserialize_with = "lenient::text")]
    pub key: Option<String>,
    /// The caller's own key for it, unique on its board.
    #[serde(deserialize_with = "lenient::text")]
    pub reference: Option<String>,
    /// The key of the board that holds it.
    #[serde(deserialize_with = "lenient::text")]
    pub board_key: Option<String>,
    /// The board that holds it.
    #[serde(deserialize_with = "lenient::record")]
    pub board: Container,
    /// The position.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Its page.
    #[serde(deserialize_with = "lenient::text")]
    pub url: Option<String>,
    /// The URL of a picture.
    #[serde(deserialize_with = "lenient::text")]
    pub picture: Option<String>,
    /// A few words about it.
    #[serde(deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// Where.
    #[serde(deserialize_with = "lenient::record")]
    pub location: Location,
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
    /// The parts of its text, which may be HTML.
    #[serde(deserialize_with = "lenient::list")]
    pub sections: Vec<Section>,
    /// What the company is like.
    #[serde(deserialize_with = "lenient::text")]
    pub culture: Option<String>,
    /// What there is to do.
    #[serde(deserialize_with = "lenient::text")]
    pub responsibilities: Option<String>,
    /// What is asked for.
    #[serde(deserialize_with = "lenient::text")]
    pub requirements: Option<String>,
    /// What is offered.
    #[serde(deserialize_with = "lenient::text")]
    pub benefits: Option<String>,
    /// How one gets it.
    #[serde(deserialize_with = "lenient::text")]
    pub interviews: Option<String>,
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
    /// Short notes that can be searched for.
    #[serde(deserialize_with = "lenient::list")]
    pub tags: Vec<Named>,
    /// Notes that cannot be searched for.
    #[serde(deserialize_with = "lenient::list")]
    pub metadatas: Vec<Named>,
    /// Numbers from and to, such as the salary.
    #[serde(deserialize_with = "lenient::list")]
    pub ranges_float: Vec<RangeFloat>,
    /// Dates from and to, such as the start.
    #[serde(deserialize_with = "lenient::list")]
    pub ranges_date: Vec<RangeDate>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Job {
    /// What it is known by: `board_key/key`, else `board_key/reference`. A job without a board, or with
    /// neither key nor reference, has no name of its own.
    pub fn item_key(&self) -> Option<String> {
        let board = self.board_key.filled().or_else(|| self.board.key.filled())?;
        let key = self.key.filled().or_else(|| self.reference.filled())?;
        Some(format!("{board}/{key}"))
    }

    /// Whether it is archived; HrFlow hands out archived jobs like any other.
    pub fn is_archived(&self) -> bool {
        is_archived([&self.archived_at, &self.archive])
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

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("key", &self.key.filled()).finish_non_exhaustive()
    }
}

/// A part of a job's text.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Section {
    /// What it is, for programs.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Its heading.
    #[serde(deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// Its text, which may be HTML.
    #[serde(deserialize_with = "lenient::text")]
    pub description: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Record for Section {}

/// Numbers from and to; either end may be open.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RangeFloat {
    /// What it is: `salary`.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// From.
    #[serde(deserialize_with = "lenient::number")]
    pub value_min: Option<Number>,
    /// To.
    #[serde(deserialize_with = "lenient::number")]
    pub value_max: Option<Number>,
    /// Of what: `eur`.
    #[serde(deserialize_with = "lenient::text")]
    pub unit: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Record for RangeFloat {}

/// Dates from and to; either end may be open.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RangeDate {
    /// What it is: `start_date`.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// From; [`date`](crate::date()) reads it.
    #[serde(deserialize_with = "lenient::date_text")]
    pub value_min: Option<String>,
    /// To.
    #[serde(deserialize_with = "lenient::date_text")]
    pub value_max: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Record for RangeDate {}
