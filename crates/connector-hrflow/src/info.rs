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

    /// First and last name. Where both are missing, the full name is divided at its last blank; of a
    /// single word we say that it is the last name.
    pub fn names(&self) -> (Option<&str>, Option<&str>) {
        let names = (self.first_name.filled(), self.last_name.filled());
        if names != (None, None) {
            return names;
        }
        let Some(full) = self.full_name.filled() else { return names };
        match full.rsplit_once(char::is_whitespace) {
            Some((first, last)) => (first.filled(), Some(last)),
            None => (None, Some(full)),
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
        assert_eq!(names(json!({ "first_name": "Ada", "full_name": "Ada Byron" })), of("Ada", ""));
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
