//! The account's custom fields, and what they take.

use connector_hrflow::{Filled, date};
use hrflow_core::{Error, ErrorKind, Result, text::cut};
use serde_json::{Map, Value, json};

use crate::{api::Api, candidate::Candidate, parameters::Parameters};

pub(crate) const LANGUAGES: &str = "languages";
pub(crate) const CERTIFICATIONS: &str = "certifications";
pub(crate) const COURSES: &str = "courses";
pub(crate) const INTERESTS: &str = "interests";
pub(crate) const TAGS: &str = "tags";
pub(crate) const METADATAS: &str = "metadatas";

/// What `custom_fields` knows.
pub(crate) const KNOWN: [&str; 6] = [LANGUAGES, CERTIFICATIONS, COURSES, INTERESTS, TAGS, METADATAS];

/// Whether `custom_fields` knows a name: a list, or one of the tags or metadatas.
pub(crate) fn is_known(name: &str) -> bool {
    let one_of = |list: &str| name.strip_prefix(list).and_then(|rest| rest.strip_prefix('.'));
    KNOWN.contains(&name)
        || [TAGS, METADATAS].iter().any(|list| one_of(list).is_some_and(|it| it.filled().is_some()))
}

/// The custom fields that a run fills.
#[derive(Default)]
pub(crate) struct CustomFields {
    named: Vec<(String, Field)>,
    reference: Option<Field>,
}

/// A custom field as the account defines it (API documentation, candidate custom fields).
struct Field {
    id: u64,
    kind: Kind,
    longest: Option<usize>,
    several: bool,
    /// The choices of a list; none where the account does not tell them.
    choices: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `Text` and `Url`.
    Text,
    List,
    Date,
}

impl CustomFields {
    /// The fields that the parameters name, as the account defines them.
    pub(crate) async fn open(api: &Api, parameters: &Parameters) -> Result<Self> {
        if parameters.custom_fields.is_empty() && parameters.reference_field_id.is_none() {
            return Ok(Self::default());
        }
        let defined = api.custom_fields().await?;
        let field = |id: u32, parameter: &str| {
            let defined =
                defined.iter().find(|it| it.get("fieldId").and_then(Value::as_u64) == Some(id.into()));
            let defined = defined
                .ok_or_else(|| unusable(parameter, &format!("the account has no custom field {id}")))?;
            Field::read(id.into(), defined)
                .map_err(|kind| unusable(parameter, &format!("the custom field {id} is of the type {kind}")))
        };
        let named = parameters
            .custom_fields
            .iter()
            .map(|(name, id)| Ok((name.clone(), field(*id, "custom_fields")?)));
        let named: Vec<(String, Field)> = named.collect::<Result<_>>()?;
        let reference =
            parameters.reference_field_id.map(|id| field(id, "reference_field_id")).transpose()?;
        if reference.as_ref().is_some_and(|field| field.kind != Kind::Text) {
            return Err(unusable("reference_field_id", "the custom field takes no text"));
        }
        Ok(Self { named, reference })
    }

    /// The values of `custom` for a candidate.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] where the reference is too long for its field: cut, it would be another one.
    pub(crate) fn values(&self, item: &Candidate) -> Result<Vec<Value>> {
        let mut values = Vec::new();
        for (name, field) in &self.named {
            let texts = item.custom_values.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
            let texts: Vec<&str> = texts.flat_map(|(_, texts)| texts).filter_map(Filled::filled).collect();
            values.extend(field.value(&texts).map(|value| json!({ "fieldId": field.id, "value": value })));
        }
        if let (Some(field), Some(reference)) = (&self.reference, item.reference.filled()) {
            let longest = field.longest.unwrap_or(usize::MAX);
            if reference.chars().count() > longest {
                let message =
                    format!("the reference is longer than the {longest} characters that its field takes");
                return Err(Error::new(ErrorKind::Invalid, message).with("field", field.id));
            }
            values.push(json!({ "fieldId": field.id, "value": reference }));
        }
        Ok(values)
    }
}

fn unusable(parameter: &str, why: &str) -> Error {
    Error::new(ErrorKind::Config, why).with("field", parameter).advise(format!("Check {parameter}."))
}

impl Field {
    /// Of the types, `Lookup` is the one of which nothing says how it is written.
    fn read(id: u64, defined: &Map<String, Value>) -> Result<Self, String> {
        let kind = match defined.get("type").and_then(Value::as_str).unwrap_or("Text") {
            "Text" | "Url" => Kind::Text,
            "List" => Kind::List,
            "Date" => Kind::Date,
            other => return Err(other.to_owned()),
        };
        let choices = defined.get("values").and_then(Value::as_array).into_iter().flatten();
        let choice = |it: &Value| {
            let text = it.as_str().or_else(|| it.get("name")?.as_str()).or_else(|| it.get("value")?.as_str());
            text.and_then(Filled::filled).map(str::to_owned)
        };
        let longest = defined.get("maxLength").and_then(Value::as_u64).filter(|longest| *longest > 0);
        Ok(Self {
            id,
            kind,
            longest: longest.and_then(|it| usize::try_from(it).ok()),
            several: defined.get("multiSelect").and_then(Value::as_bool).unwrap_or(true),
            choices: choices.filter_map(choice).collect(),
        })
    }

    fn value(&self, texts: &[&str]) -> Option<Value> {
        match self.kind {
            Kind::Text => {
                let longest = self.longest.unwrap_or(usize::MAX);
                let fits = |count: &usize| texts[..*count].join(", ").chars().count() <= longest;
                let whole = (1..=texts.len()).take_while(fits).last().unwrap_or(1).min(texts.len());
                let text = texts[..whole].join(", ");
                cut(&text, longest).filled().map(Value::from)
            }
            // A list takes a list, even for one choice (API documentation, candidate custom fields).
            Kind::List => {
                let most = if self.several { usize::MAX } else { 1 };
                let chosen: Vec<&str> =
                    texts.iter().filter_map(|text| self.choice(text)).take(most).collect();
                (!chosen.is_empty()).then(|| Value::from(chosen))
            }
            Kind::Date => texts.iter().find_map(|text| date(text)).map(|date| Value::from(date.to_string())),
        }
    }

    /// A text as the account spells it among its choices.
    fn choice<'a>(&'a self, text: &'a str) -> Option<&'a str> {
        if self.choices.is_empty() {
            return Some(text);
        }
        self.choices.iter().map(String::as_str).find(|choice| choice.to_lowercase() == text.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(defined: Value) -> Result<Field, String> {
        Field::read(7, defined.as_object().expect("an object"))
    }

    #[test]
    fn each_type_has_its_value() {
        let value = |defined: Value, texts: &[&str]| field(defined).ok().and_then(|field| field.value(texts));
        let text = json!({ "type": "Text", "maxLength": 12 });
        assert_eq!(value(text.clone(), &["French", "Dutch"]), Some(json!("French")));
        assert_eq!(value(json!({ "type": "Url" }), &["a", "b"]), Some(json!("a, b")));
        assert_eq!(value(text.clone(), &["A very long language"]), Some(json!("A very long")));
        assert_eq!(value(text, &[]), None);
        let list = |more: Value| {
            let mut list = json!({ "type": "List", "values": ["French", { "name": "Dutch" }] });
            for (name, value) in more.as_object().cloned().unwrap_or_default() {
                list[name] = value;
            }
            list
        };
        assert_eq!(value(list(json!({})), &["dutch", "Klingon", "FRENCH"]), Some(json!(["Dutch", "French"])));
        assert_eq!(
            value(list(json!({ "multiSelect": false })), &["dutch", "french"]),
            Some(json!(["Dutch"]))
        );
        assert_eq!(value(list(json!({})), &["Klingon"]), None);
        assert_eq!(value(json!({ "type": "List" }), &["any"]), Some(json!(["any"])));
        assert_eq!(
            value(json!({ "type": "Date" }), &["soon", "2026-05-18T00:00:00"]),
            Some(json!("2026-05-18"))
        );
        assert_eq!(field(json!({ "type": "Lookup" })).err().as_deref(), Some("Lookup"));
    }

    #[test]
    fn names_are_lists_or_one_of_two() {
        for known in ["languages", "tags", "tags.availability", "metadatas.a.b"] {
            assert!(is_known(known), "{known}");
        }
        for unknown in ["Languages", "skills", "tags.", "tags. ", "languages.french", "tagsx", ""] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }
}
