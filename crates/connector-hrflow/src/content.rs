//! Whether a profile says anything about a candidate.

use hrflow_core::{Error, ErrorKind, Rejection};
use serde::Serialize;
use serde_json::Value;

use crate::{Filled, Profile};

impl Profile {
    /// Returns whether no field that this crate knows says anything about a candidate. Keys, dates and the source say
    /// nothing about a candidate; an attachment alone does.
    pub fn is_empty(&self) -> bool {
        let info = &self.info;
        // Nearly every profile has one of these.
        let texts =
            [&info.email, &info.full_name, &info.first_name, &info.last_name, &info.phone, &self.text];
        texts.into_iter().all(|text| text.filled().is_none())
            && !says_something(info)
            && !any(&self.experiences)
            && !any(&self.educations)
            && !any(&self.attachments)
            && !any(&self.skills)
            && !any(&self.labels)
            && ![
                &self.languages,
                &self.certifications,
                &self.courses,
                &self.tasks,
                &self.interests,
                &self.tags,
                &self.metadatas,
            ]
            .into_iter()
            .any(|list| any(list))
    }
}

/// Checks that a profile holds something to send.
///
/// # Errors
///
/// [`Rejection::Empty`].
pub(crate) fn vet(profile: &Profile) -> Result<(), Rejection> {
    if !profile.is_empty() {
        return Ok(());
    }
    let message = "the profile is empty: it has no name, contact, experience, education, text, skill, tag or attachment";
    let error = Error::new(ErrorKind::Invalid, message)
        .advise("Complete it at its source, in the fields of HrFlow.ai's profiles, such as info.email.");
    Err(Rejection::Empty(error))
}

fn any<T: Serialize + Default>(list: &[T]) -> bool {
    list.iter().any(says_something)
}

/// Whether a documented field of a record has a value. Records are written with all of these, filled or not, so that the
/// empty record names them.
pub fn says_something<T: Serialize + Default>(record: &T) -> bool {
    let (Ok(record), Ok(Value::Object(documented))) =
        (serde_json::to_value(record), serde_json::to_value(T::default()))
    else {
        return false;
    };
    documented.keys().any(|name| record.get(name).is_some_and(has_value))
}

fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => text.filled().is_some(),
        Value::Array(values) => values.iter().any(has_value),
        Value::Object(fields) => fields.values().any(has_value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_empty(profile: Value) -> bool {
        serde_json::from_value::<Profile>(profile).unwrap().is_empty()
    }

    #[test]
    fn keys_dates_and_unknown_fields_do_not_fill_a_profile() {
        for profile in [
            json!({}),
            json!({ "key": "k", "reference": "r", "source": { "key": "s", "name": "n" }, "id": 7 }),
            json!({ "created_at": "2025-01-01", "updated_at": "2025-01-01", "text_language": "en" }),
            json!({ "info": { "email": " ", "first_name": "", "urls": [], "location": { "text": null, "lat": 0 } } }),
            json!({ "experiences": [{}, { "title": "" }], "skills": [{ "name": null }], "attachments": [{}] }),
            json!({ "code": 200, "email": "ada@example.com", "info": { "mail": "ada@example.com" } }),
            json!({ "experiences_duration": 0, "consent_algorithmic": { "owner": true } }),
        ] {
            assert!(is_empty(profile.clone()), "{profile}");
            let profile = serde_json::from_value(profile).unwrap();
            assert!(matches!(vet(&profile), Err(Rejection::Empty(_))));
        }
    }

    #[test]
    fn one_known_field_is_enough() {
        for profile in [
            json!({ "info": { "last_name": "Example" } }),
            json!({ "info": { "phone": 33600000001_u64 } }),
            json!({ "info": { "urls": [{ "type": "github", "url": "https://example.com/ada" }] } }),
            json!({ "info": { "location": { "text": "Lille" } } }),
            json!({ "text": "Ada Example, engineer" }),
            json!({ "experiences": [{ "title": "Engineer" }] }),
            json!({ "educations": [{ "school": "Example University" }] }),
            json!({ "skills": [{ "name": "rust" }] }),
            json!({ "languages": [{ "name": "fr" }] }),
            json!({ "tags": [{ "name": "campaign", "value": "spring" }] }),
            json!({ "attachments": [{ "type": "resume", "public_url": "https://example.com/cv.pdf" }] }),
        ] {
            assert!(!is_empty(profile.clone()), "{profile}");
            assert!(vet(&serde_json::from_value(profile).unwrap()).is_ok());
        }
    }
}
