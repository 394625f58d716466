//! What a user says to read the profiles of a source from HrFlow.ai.

use std::time::Duration;

use hrflow_core::{
    Secret,
    parameters::{Fault, Parameters, Span},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    account::{Account, api_url, blank},
    date::{date, timestamp},
};

/// How many profiles a page holds unless one asks (python-hrflow-api, `hrflow/profile/storing.py`).
pub(super) const DEFAULT_LIMIT: u16 = 30;

const A_TIME: &str = "a date such as 2025-01-31, or a time such as 2025-01-31T08:00:00Z";

/// The parameters of `HrFlow.ai Profiles`, for the profiles of a source.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileListParameters {
    /// API key that may read. Made in the HrFlow.ai portal under API Keys; it starts with `ask_` or `askr_`.
    pub api_secret: Secret,
    /// E-mail address of the HrFlow.ai account that the key belongs to.
    pub api_user: String,
    /// Key of the source that holds the profiles.
    pub source_key: String,
    /// Only profiles of people with this name, as HrFlow.ai finds it.
    #[serde(default)]
    pub name: Option<String>,
    /// Only the profile with this key.
    #[serde(default)]
    pub key: Option<String>,
    /// Only the profile with this reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// Only profiles of people near this latitude, in degrees.
    #[serde(default)]
    #[schemars(range(min = -90.0, max = 90.0))]
    pub location_lat: Option<f64>,
    /// Only profiles of people near this longitude, in degrees.
    #[serde(default)]
    #[schemars(range(min = -180.0, max = 180.0))]
    pub location_lon: Option<f64>,
    /// How near, in kilometres.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub location_dist: Option<f64>,
    /// Only profiles made at this date or time, or later.
    #[serde(default)]
    #[schemars(extend("x-expected" = A_TIME))]
    pub created_at_min: Option<String>,
    /// Only profiles made at this date or time, or earlier.
    #[serde(default)]
    #[schemars(extend("x-expected" = A_TIME))]
    pub created_at_max: Option<String>,
    /// How many profiles to ask for at once. HrFlow.ai may answer fewer, or refuse: no largest number is published.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 1000))]
    pub limit: u16,
    /// Read archived profiles too. They have left the source, and are left out unless you ask for them.
    #[serde(default)]
    pub include_archived: bool,
    /// By how much the list may lag behind writes. Read mode `incremental` reads on from that much before where the
    /// last run ended; what is unchanged is not sent again.
    #[serde(default = "lookup_lag")]
    pub lookup_lag: Span,
    /// Base URL of the API.
    #[serde(default = "api_url")]
    #[schemars(extend("x-address" = true))]
    pub api_url: String,
}

fn limit() -> u16 {
    DEFAULT_LIMIT
}

fn lookup_lag() -> Span {
    Span::from(Duration::from_secs(2))
}

impl ProfileListParameters {
    pub(crate) fn account(&self) -> Account<'_> {
        Account {
            api_secret: &self.api_secret,
            api_user: &self.api_user,
            source_key: &self.source_key,
            api_url: &self.api_url,
        }
    }

    /// The source and the filters, as HrFlow.ai takes them. A list is one parameter that holds a JSON array. The radius has
    /// one name in the Python SDK and another in the reference, and goes under both.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let text = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        let number = |number: Option<f64>| number.map(|number| number.to_string());
        let source = serde_json::json!([self.source_key.trim()]).to_string();
        let filters = [
            ("name", text(&self.name)),
            ("key", text(&self.key)),
            ("reference", text(&self.reference)),
            ("location_lat", number(self.location_lat)),
            ("location_lon", number(self.location_lon)),
            ("location_dist", number(self.location_dist)),
            ("location_distance", number(self.location_dist)),
            ("created_at_min", text(&self.created_at_min)),
            ("created_at_max", text(&self.created_at_max)),
        ];
        let filters = filters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        std::iter::once(("source_keys", source)).chain(filters).collect()
    }

    /// A filter that HrFlow.ai would not see would let everybody pass.
    fn filter_faults(&self) -> Vec<Fault> {
        let texts = [("name", &self.name), ("key", &self.key), ("reference", &self.reference)];
        let blanks = texts.into_iter().filter_map(|(name, text)| blank(name, text.as_deref()?));
        let mut faults: Vec<Fault> =
            blanks.map(|fault| fault.with_hint("leave it out for no such filter")).collect();
        let (lat, lon) = (self.location_lat.is_some(), self.location_lon.is_some());
        let missing = [
            ("location_lat", lat && !lon, "needs location_lon"),
            ("location_lon", lon && !lat, "needs location_lat"),
            (
                "location_dist",
                self.location_dist.is_some() && !lat && !lon,
                "needs location_lat and location_lon",
            ),
        ];
        faults.extend(missing.into_iter().filter(|it| it.1).map(|(name, _, needs)| Fault::rule(name, needs)));
        faults.extend(self.time_faults());
        faults
    }

    fn time_faults(&self) -> Vec<Fault> {
        let times = [("created_at_min", &self.created_at_min), ("created_at_max", &self.created_at_max)];
        let unreadable = times.into_iter().filter_map(|(name, text)| {
            let text = text.as_deref()?;
            timestamp(text).is_none().then(|| Fault::wrong(name, A_TIME).with_came(text))
        });
        let mut faults: Vec<Fault> = unreadable.collect();
        let day = |text: &Option<String>| date(text.as_deref()?);
        if day(&self.created_at_min).zip(day(&self.created_at_max)).is_some_and(|(min, max)| min > max) {
            faults.push(Fault::rule("created_at_min", "is after created_at_max: no profile is in between"));
        }
        faults
    }
}

impl Parameters for ProfileListParameters {
    fn check(&self) -> Vec<Fault> {
        self.account().faults(self.filter_faults())
    }
}
