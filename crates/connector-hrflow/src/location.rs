//! Places.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::{
    Filled,
    lenient::{self, Record},
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
    /// The ISO 3166-1 alpha-2 code of the country; see [`country_code`].
    pub fn country_code(&self) -> Option<&'static str> {
        country_code(self.country.filled()?)
    }
}

impl Record for LocationFields {}

/// The ISO 3166-1 alpha-3 code of a country; see [`country_code`].
pub fn country_code_alpha3(text: &str) -> Option<&'static str> {
    country(text).map(|country| country.alpha3)
}

/// The ISO 3166-1 alpha-2 code of a country that is given by a code of two or three letters, or by its English name.
/// Case, blanks and punctuation do not count.
///
/// ```
/// use connector_hrflow::location::country_code;
///
/// for country in ["FRA", "fr", " France "] {
///     assert_eq!(country_code(country), Some("FR"));
/// }
/// assert_eq!(country_code("Atlantis"), None);
/// ```
pub fn country_code(text: &str) -> Option<&'static str> {
    country(text).map(|country| country.alpha2)
}

fn country(text: &str) -> Option<celes::Country> {
    let letters: String = text.replace('&', "and").chars().filter(|it| it.is_alphabetic()).collect();
    match letters.to_ascii_lowercase().as_str() {
        // Codes that people use, and ISO 3166-1 does not.
        "uk" => celes::Country::from_alpha2("GB").ok(),
        "uae" => celes::Country::from_alpha2("AE").ok(),
        // Some names begin with an article in the list, and some do not.
        name => [name, name.strip_prefix("the").unwrap_or_default(), &format!("the{name}")]
            .into_iter()
            .find_map(|name| celes::Country::from_str(name).ok()),
    }
}

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
    fn countries_are_known_by_codes_and_names() {
        for (country, code) in [
            ("USA", "US"),
            ("U.S.A.", "US"),
            ("the United States", "US"),
            ("United States of America", "US"),
            ("UK", "GB"),
            ("England", "GB"),
            ("Netherlands", "NL"),
            ("Bosnia & Herzegovina", "BA"),
            ("Cote d'Ivoire", "CI"),
            ("Türkiye", "TR"),
            ("Republic of Korea", "KR"),
            ("viet nam", "VN"),
            ("Kosovo", "XK"),
        ] {
            assert_eq!(country_code(country), Some(code), "{country}");
        }
        for country in ["", " ", "Ile-de-France", "840", "x", "\u{0}", "日本"] {
            assert_eq!(country_code(country), None, "{country}");
        }
        for (country, code) in [("us", "USA"), ("UK", "GBR"), ("France", "FRA"), ("DEU", "DEU")] {
            assert_eq!(country_code_alpha3(country), Some(code), "{country}");
        }
        assert_eq!(country_code_alpha3("Atlantis"), None);
        assert_eq!(location(json!({ "fields": { "country": " deu " } })).fields.country_code(), Some("DE"));
        assert_eq!(location(json!({ "fields": [] })).fields.country_code(), None);
    }

    #[test]
    fn the_line_may_stand_in_the_fields() {
        assert_eq!(location(json!({ "text": " ", "fields": { "text": "Lyon" } })).line(), Some("Lyon"));
        assert_eq!(location(json!({ "text": null, "fields": [] })).line(), None);
    }
}
