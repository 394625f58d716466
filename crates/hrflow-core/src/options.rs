//! Options: the settings of a run, the same for every connector.

use std::{borrow::Cow, num::NonZeroU16, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    http::RateLimit,
    parameters::{Fault, Parameters, Span},
};

/// How a run goes about its work. Every member has a default.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Writes in flight. Each target has its own default.
    pub concurrency: Option<NonZeroU16>,
    /// The most requests in a time, such as `50/10s`, or `off`. The default is the vendor's published limit.
    pub rate_limit: RateLimitOption,
    /// Tries per request, the first included.
    pub attempts: NonZeroU16,
    /// How long one request may take.
    pub timeout: Span,
    /// How long one item may take, waiting and retries included.
    pub deadline: Span,
    /// What to do with a record that exists at the target already.
    pub on_existing: OnExisting,
    /// Whether documents are sent where the target takes them.
    pub attachments: Attachments,
    /// Let attachment URLs point to private or loopback addresses.
    pub allow_local_urls: bool,
}

impl Parameters for Options {
    fn check(&self) -> Vec<Fault> {
        let spans = [("timeout", self.timeout), ("deadline", self.deadline)];
        let zero = spans.into_iter().filter(|(_, span)| span.is_zero());
        zero.map(|(name, _)| Fault::rule(name, "must be longer than 0s")).collect()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: None,
            rate_limit: RateLimitOption::default(),
            attempts: NonZeroU16::MIN.saturating_add(4),
            timeout: Span::from(Duration::from_secs(30)),
            deadline: Span::from(Duration::from_secs(600)),
            on_existing: OnExisting::default(),
            attachments: Attachments::default(),
            allow_local_urls: false,
        }
    }
}

/// What to do with a record that exists at the target already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnExisting {
    /// Leave it as it is and count a duplicate.
    #[default]
    Report,
    /// Change it to what the item says.
    Update,
}

/// Whether documents are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Attachments {
    /// Never (`false`).
    Never,
    /// For records that hrflow created, and for documents that are new according to the journal (`true`).
    #[default]
    New,
    /// Also for records that existed before (`always`).
    Always,
}

impl Serialize for Attachments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_bool(false),
            Self::New => serializer.serialize_bool(true),
            Self::Always => serializer.serialize_str("always"),
        }
    }
}

impl<'de> Deserialize<'de> for Attachments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelling {
            Flag(bool),
            Word(String),
        }
        match Spelling::deserialize(deserializer)? {
            Spelling::Flag(false) => Ok(Self::Never),
            Spelling::Flag(true) => Ok(Self::New),
            Spelling::Word(word) => match word.as_str() {
                "false" => Ok(Self::Never),
                "true" => Ok(Self::New),
                "always" => Ok(Self::Always),
                _ => Err(D::Error::custom("expected true, false or always")),
            },
        }
    }
}

impl JsonSchema for Attachments {
    fn schema_name() -> Cow<'static, str> {
        "Attachments".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": [true, false, "always"] })
    }
}

/// The rate limit to keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RateLimitOption {
    /// The vendor's published limit.
    #[default]
    Vendor,
    /// No limit (`off`).
    Off,
    /// This limit.
    Limit(RateLimit),
}

impl RateLimitOption {
    /// Returns the limit for a target whose vendor publishes `published`.
    pub fn resolve(&self, published: Option<RateLimit>) -> Option<RateLimit> {
        match self {
            Self::Vendor => published,
            Self::Off => None,
            Self::Limit(limit) => Some(*limit),
        }
    }
}

impl Serialize for RateLimitOption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Vendor => serializer.serialize_none(),
            Self::Off => serializer.serialize_str("off"),
            Self::Limit(limit) => serializer.collect_str(limit),
        }
    }
}

impl<'de> Deserialize<'de> for RateLimitOption {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "off" => Ok(Self::Off),
            limit => RateLimit::from_str(limit).map(Self::Limit).map_err(D::Error::custom),
        }
    }
}

impl JsonSchema for RateLimitOption {
    fn schema_name() -> Cow<'static, str> {
        "RateLimit".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "rate", "pattern": "^(off|[1-9][0-9]*/([0-9]+(ms|s|m|h|d))+)$" })
    }
}
