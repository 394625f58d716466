//! What somebody did and learned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Location, Named, Skill,
    lenient::{self, Record},
};

/// A time at work.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Experience {
    /// HrFlow's name for it.
    #[serde(deserialize_with = "lenient::text")]
    pub key: Option<String>,
    /// The position. May be empty.
    #[serde(deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// What it was about.
    #[serde(deserialize_with = "lenient::text")]
    pub description: Option<String>,
    /// Where.
    #[serde(deserialize_with = "lenient::record")]
    pub location: Location,
    /// Its first day; [`date`](crate::date()) reads it.
    #[serde(deserialize_with = "lenient::date_text")]
    pub date_start: Option<String>,
    /// Its last day; of one that goes on HrFlow may give the day of parsing.
    #[serde(deserialize_with = "lenient::date_text")]
    pub date_end: Option<String>,
    /// Skills used.
    #[serde(deserialize_with = "lenient::list")]
    pub skills: Vec<Skill>,
    /// Certifications earned.
    #[serde(deserialize_with = "lenient::list")]
    pub certifications: Vec<Named>,
    /// Courses taken.
    #[serde(deserialize_with = "lenient::list")]
    pub courses: Vec<Named>,
    /// Tasks done.
    #[serde(deserialize_with = "lenient::list")]
    pub tasks: Vec<Named>,
    /// Languages spoken.
    #[serde(deserialize_with = "lenient::list")]
    pub languages: Vec<Named>,
    /// Interests followed.
    #[serde(deserialize_with = "lenient::list")]
    pub interests: Vec<Named>,
    /// The employer.
    #[serde(deserialize_with = "lenient::text")]
    pub company: Option<String>,
    /// A picture of the employer's logo.
    #[serde(deserialize_with = "lenient::text")]
    pub logo: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Record for Experience {}

/// A time at school.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Education {
    /// HrFlow's name for it.
    #[serde(deserialize_with = "lenient::text")]
    pub key: Option<String>,
    /// The degree. May be empty.
    #[serde(deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// What it was about.
    #[serde(deserialize_with = "lenient::text")]
    pub description: Option<String>,
    /// Where.
    #[serde(deserialize_with = "lenient::record")]
    pub location: Location,
    /// Its first day; [`date`](crate::date()) reads it.
    #[serde(deserialize_with = "lenient::date_text")]
    pub date_start: Option<String>,
    /// Its last day.
    #[serde(deserialize_with = "lenient::date_text")]
    pub date_end: Option<String>,
    /// Skills learned.
    #[serde(deserialize_with = "lenient::list")]
    pub skills: Vec<Skill>,
    /// Certifications earned.
    #[serde(deserialize_with = "lenient::list")]
    pub certifications: Vec<Named>,
    /// Courses taken.
    #[serde(deserialize_with = "lenient::list")]
    pub courses: Vec<Named>,
    /// Tasks done.
    #[serde(deserialize_with = "lenient::list")]
    pub tasks: Vec<Named>,
    /// Languages spoken.
    #[serde(deserialize_with = "lenient::list")]
    pub languages: Vec<Named>,
    /// Interests followed.
    #[serde(deserialize_with = "lenient::list")]
    pub interests: Vec<Named>,
    /// The school.
    #[serde(deserialize_with = "lenient::text")]
    pub school: Option<String>,
    /// A picture of the school's logo.
    #[serde(deserialize_with = "lenient::text")]
    pub logo: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Record for Education {}
