//! Places.

use std::fmt::Display;

use hrflow_core::{Warning, Warnings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::{
    Country, Filled, country,
    lenient::{self, Record},
    plain,
};

/// A place. A bare text in place of the object is its [`text`](Self::text).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Location {
    /// The address in one line.
    #[serde(deserialize_with = "lenient::text")]
    pub text: Option<String>,
    /// Latitude in degrees.
    #[serde(deserialize_with = "lenient::number")]
    pub lat: Option<Number>,
    /// Longitude in degrees.
    #[serde(deserialize_with = "lenient::number")]
    pub lng: Option<Number>,
    /// A link to a map.
    #[serde(deserialize_with = "lenient::text")]
    pub gmaps: Option<String>,
    /// The parts of the address. HrFlow sends `[]` as well as null for none; null is written.
    #[serde(deserialize_with = "fields", serialize_with = "fields_or_null")]
    pub fields: LocationFields,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Location {
    /// The address in one line: [`text`](Self::text), else that of the fields.
    pub fn line(&self) -> Option<&str> {
        self.text.filled().or_else(|| self.fields.text.filled())
    }

    /// Latitude and longitude, if both are there and on the globe.
    pub fn point(&self) -> Option<(f64, f64)> {
        let lat = self.lat.as_ref()?.as_f64().filter(|lat| lat.abs() <= 90.0)?;
        let lng = self.lng.as_ref()?.as_f64().filter(|lng| lng.abs() <= 180.0)?;
        Some((lat, lng))
    }
}

impl Record for Location {
    fn from_text(text: String) -> Option<Self> {
        Some(Self { text: Some(text), ..Self::default() })
    }
}

/// The parts of an address, all free text as it was found: `country` may be `FRA`, `France` or `USA`,
/// and a country may stand in `state`. There are no codes to rely on.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it all, and HrFlow says no more")]
pub struct LocationFields {
    #[serde(deserialize_with = "lenient::text")]
    pub category: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub city: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub city_district: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub country: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub country_region: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub entrance: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub house: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub house_number: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub island: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub level: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub near: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub po_box: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub postcode: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub road: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub staircase: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub state: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub state_district: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub suburb: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub text: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub unit: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub world_region: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl LocationFields {
    /// The country, with a warning for one that ISO 3166-1 does not list. `path` is that of the fields.
    pub fn country(&self, path: impl Display, warnings: &mut Warnings) -> Option<Country> {
        let text = plain(&self.country)?;
        let found = country(&text);
        if found.is_none() {
            let why = "No country of ISO 3166-1 was recognized; left out";
            let warning = Warning::new(format_args!("{path}.country"), why);
            // A country is no personal data; a whole address would be.
            let value = Some(text).filter(|it| {
                it.chars().count() <= LONGEST_NAME
                    && !it.contains(|it: char| it.is_ascii_digit() || it == '@')
            });
            warnings.push(Warning { value, ..warning });
        }
        found
    }
}

/// The longest text that is told as the name of a country, in characters.
const LONGEST_NAME: usize = 40;

impl Record for LocationFields {}

fn fields<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<LocationFields, D::Error> {
    lenient::record(deserializer)
}

fn fields_or_null<S: serde::Serializer>(fields: &LocationFields, serializer: S) -> Result<S::Ok, S::Error> {
    Some(fields).filter(|fields| **fields != LocationFields::default()).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn location(json: Value) -> Location {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_point_is_on_the_globe() {
        assert_eq!(location(json!({ "lat": "47.2", "lng": -1 })).point(), Some((47.2, -1.0)));
        assert_eq!(location(json!({ "lat": 91, "lng": 0 })).point(), None);
        assert_eq!(location(json!({ "lat": 47.2, "lng": null })).point(), None);
    }

    #[test]
    fn a_country_that_is_not_listed_is_told() {
        let read = |name: &str| {
            let mut warnings = Warnings::default();
            let fields = location(json!({ "fields": { "country": name } })).fields;
            let code = fields.country("info.location.fields", &mut warnings).map(|it| it.alpha2);
            (code, warnings.into_vec())
        };
        assert_eq!(read(" deu "), (Some("DE"), Vec::new()));
        assert_eq!(read(" "), (None, Vec::new()));
        let (code, told) = read("Kosovo");
        assert_eq!(
            (code, told[0].field.as_str(), told[0].value.as_deref()),
            (None, "info.location.fields.country", Some("Kosovo"))
        );
        assert_eq!(read("12 Example Street, Lyon").1[0].value, None);
    }

    #[test]
    fn the_line_may_stand_in_the_fields() {
        assert_eq!(location(json!({ "text": " ", "fields": { "text": "Lyon" } })).line(), Some("Lyon"));
        assert_eq!(location(json!({ "text": null, "fields": [] })).line(), None);
    }
}
