//! Who somebody is, and how to reach them.

use std::borrow::Cow;

use hrflow_core::{Error, ErrorKind, Result, Warnings};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{
    Filled, Location, Phone, country, email,
    lenient::{self, Record},
    names, phone, web_page, web_url,
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
    /// The email address as it was found; [`email`](Self::email()) finds and checks it.
    #[serde(deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// The phone number as it was found; [`phone`](Self::phone()) finds it.
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
    /// The email address in its [normal form](crate::email), with a warning for a placeholder and for further addresses.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] for text that is neither a usable address nor a placeholder: without its address, a candidate
    /// could be created twice.
    pub fn email(&self, warnings: &mut Warnings) -> Result<Option<String>> {
        Ok(self.email_as_written(warnings)?.map(|it| it.to_lowercase()))
    }

    /// [`email`](Self::email()) with its case as it is written, for targets that look addresses up by it.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn email_as_written(&self, warnings: &mut Warnings) -> Result<Option<String>> {
        let Some(text) = &self.email else { return Ok(None) };
        match email::find(text) {
            Ok(email::Found::Address { address, has_others }) => {
                if has_others {
                    warnings.add("info.email", "Holds more than one address; the first usable one is used");
                }
                Ok(Some(address))
            }
            Ok(email::Found::Nothing) => {
                warnings.add("info.email", "Empty or a placeholder; left out");
                Ok(None)
            }
            Err(why) => {
                Err(Error::new(ErrorKind::Invalid, format!("info.email is no usable email address: {why}"))
                    .advise("Correct it in HrFlow.ai, or set it with a format of your own."))
            }
        }
    }

    /// The phone number that the text holds, with a warning for what is left out or repaired.
    pub fn phone(&self, warnings: &mut Warnings) -> Option<Phone> {
        let country = self.location.fields.country.filled().and_then(country);
        let found = phone::find(self.phone.as_deref()?, country.map(|it| it.alpha2));
        if let Some(told) = found.told {
            warnings.add("info.phone", told);
        }
        found.phone
    }

    /// First and last name. What one of them lacks may stand in the full name: the rest of it besides the other one, at
    /// either end, else what its comma or its last space divides. Of a single word we say that it is the last name.
    pub fn names(&self) -> (Option<&str>, Option<&str>) {
        names::names(said(&self.first_name), said(&self.last_name), said(&self.full_name))
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

impl Info {
    /// The first web address among the URLs of a type such as `github`, in its normal form.
    pub fn page_of(&self, wanted: &str) -> Option<String> {
        self.urls.iter().filter(|url| url.is_of_type(wanted)).flat_map(Url::links).find_map(web_page)
    }

    /// The LinkedIn page, in its normal form: the first web address of that type, else the first one of that site.
    pub fn linkedin_page(&self) -> Option<String> {
        let of_site =
            || self.urls.iter().flat_map(Url::links).filter(|link| is_at_linkedin(link)).find_map(web_page);
        self.page_of("linkedin").or_else(of_site)
    }

    /// Adds a warning for each URL of some types, or of any type if there are none, that is no web address or is not among
    /// the pages that are `sent`, for this reason.
    pub fn warn_of_unsent_urls(
        &self,
        types: &[&str],
        is_sent: impl Fn(&str) -> bool,
        why: &str,
        warnings: &mut Warnings,
    ) {
        for (index, url) in self.urls.iter().enumerate() {
            let is_wanted = types.is_empty() || types.iter().any(|wanted| url.is_of_type(wanted));
            for link in url.links().filter(|_| is_wanted) {
                let reason = match web_page(link) {
                    None => "No web address; left out",
                    Some(page) if !is_sent(&page) => why,
                    Some(_) => continue,
                };
                warnings.add(format_args!("info.urls[{index}].url"), reason);
            }
        }
    }

    /// The URL of the picture, with a warning for text that is no web address.
    pub fn picture(&self, warnings: &mut Warnings) -> Option<String> {
        let text = self.picture.filled()?;
        let url = web_url(text);
        if url.is_none() {
            warnings.add("info.picture", "No web address; left out");
        }
        url
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
    text.filled().filter(|text| !text.chars().all(names::is_blank))
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
    fn what_is_wrong_with_an_address_is_told() {
        let read = |text: Value| {
            let mut warnings = Warnings::default();
            let email = info(json!({ "email": text })).email(&mut warnings);
            (email.map_err(|error| error.to_string()), warnings.into_vec().len())
        };
        assert_eq!(read(json!("Ada <ada@example.com>")), (Ok(Some("ada@example.com".to_owned())), 0));
        assert_eq!(
            read(json!("ada@example.com; b@example.com")),
            (Ok(Some("ada@example.com".to_owned())), 1)
        );
        assert_eq!(read(json!("N/A")), (Ok(None), 1));
        assert_eq!(read(json!(null)), (Ok(None), 0));
        let (error, _) = read(json!("ada..x@example.com"));
        let error = error.unwrap_err();
        assert!(error.contains("info.email") && !error.contains("ada"), "{error}");
    }

    #[test]
    fn a_phone_number_is_found_and_its_country_helps() {
        let mut warnings = Warnings::default();
        let phone =
            info(json!({ "phone": "1-800-FLOWERS", "location": { "fields": { "country": "États-Unis" } } }));
        assert_eq!(phone.phone(&mut warnings).unwrap().number, "+1 800-356-9377");
        assert_eq!(warnings.into_vec()[0].field, "info.phone");
    }

    #[test]
    fn urls_that_are_not_sent_are_told() {
        let info = info(json!({
            "picture": "none",
            "urls": [{ "type": "linkedin", "url": "n/a" }, { "type": "LinkedIn", "url": "linkedin.com/in/ada" },
                { "type": "linkedin", "url": "linkedin.com/in/b" }, { "type": "github", "url": ["javascript:1", " "] }],
        }));
        let page = info.linkedin_page();
        assert_eq!(page.as_deref(), Some("https://linkedin.com/in/ada"));
        let told = |types: &[&str]| {
            let mut warnings = Warnings::default();
            info.warn_of_unsent_urls(types, |it| Some(it) == page.as_deref(), "Another one", &mut warnings);
            assert_eq!(info.picture(&mut warnings), None);
            warnings.into_vec().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let linkedin = [
            "info.urls[0].url: No web address; left out",
            "info.urls[2].url: Another one",
            "info.picture: No web address; left out",
        ];
        assert_eq!(told(&["linkedin"]), linkedin);
        assert_eq!(told(&[])[2], "info.urls[3].url: No web address; left out");
    }

    #[test]
    fn names_may_stand_in_the_full_name() {
        let names = |json| {
            let info = info(json);
            let (first, last) = info.names();
            (first.map(str::to_owned), last.map(str::to_owned))
        };
        let of = |first: &str, last: &str| (Some(first.to_owned()), Some(last.to_owned()));
        assert_eq!(names(json!({ "first_name": " Ada ", "last_name": "Byron" })), of("Ada", "Byron"));
        assert_eq!(
            names(json!({ "first_name": "", "full_name": "Ada King Byron" })),
            of("Ada King", "Byron")
        );
        assert_eq!(names(json!({ "last_name": "\u{0}", "full_name": "Byron, Ada" })), of("Ada", "Byron"));
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
