//! What reading a profile had to repair.

use hrflow_core::{
    Error, ErrorKind, Rejection, Warning,
    repair::{Repair, Step, shown_path},
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{Filled, Profile};

/// The name under which a profile holds its [`Reading`]. HrFlow.ai's fields have no `$`.
pub(crate) const FIELD: &str = "$reading";

/// Names of fields that are never repaired at the end of their path, apart from the keys.
const ADDRESSES: [&str; 7] = ["email", "emails", "picture", "logo", "url", "urls", "public_url"];
/// The fields that a profile is known by.
const KEYS: [&str; 4] = ["key", "reference", "source", "source_key"];

/// What reading a profile had to repair. It stays with the profile until it is settled, in dead letters too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// What the profile is known by if its own key cannot be read: where it was, such as `page 3, item 7` or `line 12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Damaged fields that are never repaired: the keys, emails and URLs. Such a profile is not sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Warning>,
    /// What was repaired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// Notes in a profile's JSON what was repaired in it; `place` is where it was read. Nothing is noted if nothing was
    /// repaired.
    pub fn note(profile: &mut Map<String, Value>, repairs: &[Repair], place: &str) {
        if repairs.is_empty() {
            return;
        }
        let mut reading: Self = profile.remove(FIELD).map(read).unwrap_or_default();
        for Repair { path, damage } in repairs {
            let field = shown_path(path);
            let (list, warning) = match is_repaired(path) {
                true => (&mut reading.warnings, Warning::new(field, damage.repaired())),
                false => (&mut reading.unreadable, Warning::new(field, damage.found())),
            };
            if !list.contains(&warning) {
                list.push(warning);
            }
        }
        let is_damaged = |name: &str| repairs.iter().any(|it| root(&it.path) == Some(name));
        let has_key =
            profile.get("key").is_some_and(|key| key.is_number() || key.as_str().filled().is_some());
        if ["key", "source", "source_key"].into_iter().any(is_damaged) || !has_key && is_damaged("reference")
        {
            reading.key = Some(place.to_owned());
        }
        reading.put_into(profile);
    }

    /// Adds a warning to what is noted in a profile's JSON.
    pub fn warn(profile: &mut Map<String, Value>, warning: Warning) {
        let mut reading: Self = profile.remove(FIELD).map(read).unwrap_or_default();
        reading.warnings.push(warning);
        reading.put_into(profile);
    }

    fn put_into(self, profile: &mut Map<String, Value>) {
        if self != Self::default()
            && let Ok(reading) = serde_json::to_value(self)
        {
            profile.insert(FIELD.to_owned(), reading);
        }
    }
}

/// Whether a damaged value may be repaired. A wrong key makes another item of it, and a wrong address reaches another
/// person.
fn is_repaired(path: &[Step]) -> bool {
    let is_address = |step: &Step| matches!(step, Step::Field(name) if is_address(name));
    !is_key(path) && !path.iter().any(is_address)
}

fn is_key(path: &[Step]) -> bool {
    root(path).is_some_and(|name| KEYS.contains(&name))
}

fn root(path: &[Step]) -> Option<&str> {
    match path.first() {
        Some(Step::Field(name)) => Some(name),
        _ => None,
    }
}

fn is_address(name: &str) -> bool {
    ADDRESSES.contains(&name) || name.ends_with("_url")
}

/// Reads what is noted; anything else that stands there is nothing.
pub(crate) fn reading<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<Reading>>, D::Error> {
    let reading = read(Value::deserialize(deserializer)?);
    Ok((reading != Reading::default()).then(|| Box::new(reading)))
}

fn read(value: Value) -> Reading {
    serde_json::from_value(value).unwrap_or_default()
}

/// Checks that nothing is damaged that must not be repaired.
///
/// # Errors
///
/// [`ErrorKind::Invalid`], which names the field and never its value.
pub(crate) fn vet(profile: &Profile) -> Result<(), Rejection> {
    match profile.reading.as_deref().map(|reading| reading.unreadable.as_slice()) {
        None | Some([]) => Ok(()),
        Some([first, ..]) => {
            let message =
                format!("{} has {}, and keys, emails and URLs are not repaired", first.field, first.reason);
            let error = Error::new(ErrorKind::Invalid, message).advise("Correct the profile at its source.");
            Err(Rejection::Unreadable(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use hrflow_core::repair;
    use serde_json::json;

    use super::*;

    fn noted(json: &str) -> Profile {
        let (mut value, repairs) = repair::read::<Value>(json.as_bytes()).unwrap();
        Reading::note(value.as_object_mut().unwrap(), &repairs, "line 12");
        // As a dead letter and a file hold it.
        let written = serde_json::to_value(serde_json::from_value::<Profile>(value).unwrap()).unwrap();
        serde_json::from_value(written).unwrap()
    }

    #[test]
    fn texts_and_numbers_are_repaired_with_a_warning() {
        let profile = noted(
            r#"{"key": "k", "info": {"summary": "a\ud800b\ud801", "location": {"lat": NaN}}, "skills": [{"name": "\ud800"}]}"#,
        );
        assert_eq!(profile.info.summary.as_deref(), Some("a\u{fffd}b\u{fffd}"));
        let reading = profile.reading.as_deref().unwrap();
        let warnings: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
        let expected = [
            "info.summary: Replaced half of a surrogate pair by U+FFFD",
            "info.location.lat: Replaced NaN, an infinity or a number that is too large by null",
            "skills[0].name: Replaced half of a surrogate pair by U+FFFD",
        ];
        assert_eq!(warnings, expected);
        assert!(vet(&profile).is_ok());
        assert_eq!(profile.item_key().as_deref(), Some("k"));
    }

    #[test]
    fn keys_and_addresses_are_not_repaired() {
        for (json, field, key) in [
            (r#"{"key": "\ud800", "source": {"key": "s"}}"#, "key", "line 12"),
            (r#"{"reference": "r\ud800", "key": "k"}"#, "reference", "k"),
            (r#"{"reference": "r\ud800", "key": ""}"#, "reference", "line 12"),
            (r#"{"key": "k", "source": {"key": "\ud800"}}"#, "source.key", "line 12"),
            (r#"{"key": "k", "source_key": NaN}"#, "source_key", "line 12"),
            (r#"{"key": "k", "info": {"email": "a\ud800@example.com"}}"#, "info.email", "k"),
            (
                r#"{"key": "k", "info": {"urls": [{"url": "https://example.com/\ud800"}]}}"#,
                "info.urls[0].url",
                "k",
            ),
            (r#"{"key": "k", "attachments": [{"public_url": "\ud800"}]}"#, "attachments[0].public_url", "k"),
        ] {
            let profile = noted(json);
            assert_eq!(profile.item_key().as_deref(), Some(key), "{json}");
            let Err(Rejection::Unreadable(error)) = vet(&profile) else { panic!("{json}") };
            let error = error.to_string();
            assert!(error.starts_with(&format!("{field} has ")) && !error.contains("example.com"), "{error}");
        }
    }

    #[test]
    fn a_profile_without_damage_says_nothing_of_reading() {
        let profile = noted(r#"{"key": "k"}"#);
        assert_eq!(profile.reading, None);
        assert!(serde_json::to_value(&profile).unwrap().get(FIELD).is_none());
        for junk in [json!(7), json!({ "warnings": 7 }), json!(null)] {
            let profile: Profile = serde_json::from_value(json!({ FIELD: junk })).unwrap();
            assert_eq!(profile.reading, None);
        }
    }
}
