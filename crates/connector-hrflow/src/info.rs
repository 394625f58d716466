//! Who somebody is, and how to reach them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{
    Filled, Location,
    lenient::{self, Record},
};

/// Who somebody is, and how to reach them.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Info {
    /// First and last name.
    #[serde(deserialize_with = "lenient::text")]
    pub full_name: Option<String>,
    /// The given name.
    #[serde(deserialize_with = "lenient::text")]
    pub first_name: Option<String>,
    /// The family name.
    #[serde(deserialize_with = "lenient::text")]
    pub last_name: Option<String>,
    /// The e-mail address as it was found; [`email`](Self::email()) checks it.
    #[serde(deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// The phone number as it was found.
    #[serde(deserialize_with = "lenient::text")]
    pub phone: Option<String>,
    /// The class of the driving licence.
    #[serde(deserialize_with = "lenient::text")]
    pub driving_license: Option<String>,
    /// The date of birth; [`date`](crate::date()) reads it.
    #[serde(deserialize_with = "lenient::date_text")]
    pub date_birth: Option<String>,
    /// Where they live.
    #[serde(deserialize_with = "lenient::record")]
    pub location: Location,
    /// Their pages. HrFlow has them as a list, as an object by type, or null; a list is written.
    #[serde(deserialize_with = "urls")]
    pub urls: Vec<Url>,
    /// The URL of a picture.
    #[serde(deserialize_with = "lenient::text")]
    pub picture: Option<String>,
    /// `male`, `female` or `undefined`.
    #[serde(deserialize_with = "lenient::text")]
    pub gender: Option<String>,
    /// A few words about them.
    #[serde(deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Info {
    /// The e-mail address, trimmed and in lower case, if it looks like one.
    pub fn email(&self) -> Option<String> {
        self.email.filled().map(str::to_lowercase).filter(|address| looks_like_an_address(address))
    }

    /// First and last name. What one of them lacks may stand in the full name: the rest of it besides the other one, else
    /// what its last blank divides. Of a single word we say that it is the last name.
    pub fn names(&self) -> (Option<&str>, Option<&str>) {
        let (first, last) = (said(&self.first_name), said(&self.last_name));
        let Some(full) = said(&self.full_name) else { return (first, last) };
        let (before, after) = divided(full);
        match (first, last) {
            (None, None) => (before, Some(after)),
            (Some(first), None) => (Some(first), without_start(full, first).unwrap_or(Some(after))),
            (None, Some(last)) => (without_end(full, last).unwrap_or(before), Some(last)),
            both => both,
        }
    }

    /// The first URL of a type such as `github`, as it was found.
    pub fn url_of(&self, wanted: &str) -> Option<&str> {
        self.urls.iter().filter(|url| url.is_of_type(wanted)).find_map(|url| url.links().next())
    }

    /// The LinkedIn page: the URL of that type, else any URL of that site.
    pub fn linkedin(&self) -> Option<&str> {
        let of_site = || self.urls.iter().flat_map(Url::links).find(|link| is_at_linkedin(link));
        self.url_of("linkedin").or_else(of_site)
    }
}

impl Record for Info {}

/// One or several URLs of a type.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Url {
    /// `from_resume`, `linkedin`, `twitter`, `facebook` or `github`.
    #[serde(deserialize_with = "lenient::text")]
    pub r#type: Option<String>,
    /// The URL, or for `from_resume` perhaps several.
    pub url: Links,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Url {
    /// The URLs that say something.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.url.0.iter().filter_map(Filled::filled)
    }

    fn is_of_type(&self, wanted: &str) -> bool {
        self.r#type.filled().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
    }
}

impl Record for Url {
    fn from_text(text: String) -> Option<Self> {
        Some(Self { url: Links(vec![text]), ..Self::default() })
    }
}

/// The URLs of a type. None is written as null, one as text, several as a list.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Links(pub Vec<String>);

impl From<Value> for Links {
    fn from(value: Value) -> Self {
        let elements = match value {
            Value::Array(elements) => elements,
            other => vec![other],
        };
        let texts = elements.into_iter().filter_map(|element| match element {
            Value::String(text) => Some(text),
            _ => None,
        });
        Self(texts.collect())
    }
}

impl<'de> Deserialize<'de> for Links {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [] => serializer.serialize_none(),
            [one] => serializer.serialize_str(one),
            several => several.serialize(serializer),
        }
    }
}

impl JsonSchema for Links {
    fn schema_name() -> Cow<'static, str> {
        "Links".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "array", "null"], "items": { "type": "string" } })
    }
}

/// URLs as a list, as an object by type, or a single one.
fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Url>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(elements) => elements.into_iter().filter_map(|element| url(None, element)).collect(),
        single @ Value::Object(_) if single.get("url").is_some() => url(None, single).into_iter().collect(),
        Value::Object(members) => {
            members.into_iter().filter_map(|(name, value)| url(Some(name), value)).collect()
        }
        _ => Vec::new(),
    })
}

fn url(r#type: Option<String>, value: Value) -> Option<Url> {
    if value.is_object() {
        let url: Url = serde_json::from_value(value).ok()?;
        return Some(Url { r#type: url.r#type.or(r#type), ..url });
    }
    let url = Url { url: Links::from(value), r#type, ..Url::default() };
    (url.r#type.is_some() || url.links().next().is_some()).then_some(url)
}

/// Text with more in it than blanks and control characters.
fn said(text: &Option<String>) -> Option<&str> {
    text.filled().filter(|text| !text.chars().all(is_blank))
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// What stands before the last word of a name, and that word.
fn divided(full: &str) -> (Option<&str>, &str) {
    match full.rsplit_once(is_blank) {
        Some((before, last)) => (before.filled(), last),
        None => (None, full),
    }
}

/// What follows the first name in a full name, if that begins with it.
fn without_start<'a>(full: &'a str, first: &str) -> Option<Option<&'a str>> {
    let (start, rest) = full.split_at_checked(first.len())?;
    (same(start, first) && (rest.is_empty() || rest.starts_with(is_blank))).then(|| rest.filled())
}

/// What precedes the last name in a full name, if that ends with it.
fn without_end<'a>(full: &'a str, last: &str) -> Option<Option<&'a str>> {
    let (rest, end) = full.split_at_checked(full.len().checked_sub(last.len())?)?;
    (same(end, last) && (rest.is_empty() || rest.ends_with(is_blank))).then(|| rest.filled())
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// One `@` between a name and a host with a dot, and nothing that addresses do not hold.
fn looks_like_an_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || r#"@,;:<>()[]"\"#.contains(letter);
    let labels_are_filled = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    !name.is_empty() && labels_are_filled && text.len() <= 254 && !name.contains(odd) && !host.contains(odd)
}

fn is_at_linkedin(link: &str) -> bool {
    let link = link.split_once("://").map_or(link, |(_, rest)| rest);
    let host = link.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
    host == "linkedin.com" || host.ends_with(".linkedin.com")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn info(json: Value) -> Info {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn an_address_is_normalised_or_refused() {
        for (text, email) in [
            (" Maren.Oduya@Example.COM\n", Some("maren.oduya@example.com")),
            ("o'neil+jobs@mail.example.co.uk", Some("o'neil+jobs@mail.example.co.uk")),
            ("élodie@exämple.com", Some("élodie@exämple.com")),
            ("a@b@example.com", None),
            ("a@example.com, b@example.com", None),
            ("Ada <ada@example.com>", None),
            ("mailto:ada@example.com", None),
            ("ada@localhost", None),
            ("ada@example..com", None),
            ("@example.com", None),
            ("not given", None),
            ("", None),
        ] {
            assert_eq!(info(json!({ "email": text })).email().as_deref(), email, "{text}");
        }
        assert_eq!(info(json!({ "email": null })).email(), None);
    }

    #[test]
    fn names_may_stand_in_the_full_name() {
        let names = |json| {
            let info = info(json);
            let (first, last) = info.names();
            (first.map(str::to_owned), last.map(str::to_owned))
        };
        let of = |first: &str, last: &str| {
            let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
            (name(first), name(last))
        };
        assert_eq!(names(json!({ "first_name": " Ada ", "last_name": "Byron" })), of("Ada", "Byron"));
        assert_eq!(
            names(json!({ "first_name": "", "full_name": "Ada King Byron" })),
            of("Ada King", "Byron")
        );
        let named = |first: &str, last: &str, full: &str| {
            names(json!({ "first_name": first, "last_name": last, "full_name": full }))
        };
        assert_eq!(named("Ada", "", "Ada Byron"), of("Ada", "Byron"));
        assert_eq!(named("ADA", "", "Ada King Byron"), of("ADA", "King Byron"));
        assert_eq!(named("Augusta", "", "Ada King Byron"), of("Augusta", "Byron"));
        assert_eq!(named("Ad", "", "Ada Byron"), of("Ad", "Byron"));
        assert_eq!(named("", "Byron", "Ada Byron"), of("Ada", "Byron"));
        assert_eq!(named("\u{0}", "King Byron", "Ada  King Byron"), of("Ada", "King Byron"));
        assert_eq!(named("", "Lovelace", "Ada King Byron"), of("Ada King", "Lovelace"));
        // A single word is not both.
        assert_eq!(named("Ada", "", "Ada"), of("Ada", ""));
        assert_eq!(named("", "Ada", "ada"), of("", "Ada"));
        assert_eq!(named("Ada", "", "Byron"), of("Ada", "Byron"));
        assert_eq!(named("", "Byron", "Ada"), of("", "Byron"));
        assert_eq!(named("Ada", "", ""), of("Ada", ""));
        assert_eq!(names(json!({ "full_name": "Ada" })), of("", "Ada"));
        assert_eq!(names(json!({ "full_name": " " })), of("", ""));
    }

    #[test]
    fn urls_come_in_many_shapes() {
        let resume = ["https://a.example.com", "https://b.example.com"];
        let page = "https://in.example.com";
        for json in [
            json!([{ "type": "from_resume", "url": resume }, { "type": "linkedin", "url": page }]),
            json!({ "from_resume": resume, "linkedin": page, "github": null }),
            json!({ "0": { "type": "from_resume", "url": resume }, "3": { "type": "LinkedIn", "url": page } }),
        ] {
            let info = info(json!({ "urls": json }));
            assert_eq!(info.linkedin(), Some(page));
            assert_eq!(info.url_of("from_resume"), Some(resume[0]));
            assert_eq!(info.url_of("github"), None);
            assert_eq!(info.urls.iter().flat_map(Url::links).count(), 3);
        }
        for json in [json!(null), json!([]), json!({}), json!([null, 7, " "]), json!("x")] {
            assert_eq!(info(json!({ "urls": json })).linkedin(), None);
        }
        assert_eq!(
            info(json!({ "urls": ["www.LinkedIn.com/in/ada"] })).linkedin(),
            Some("www.LinkedIn.com/in/ada")
        );
        assert_eq!(info(json!({ "urls": ["https://notlinkedin.com/in/ada"] })).linkedin(), None);
    }
}
