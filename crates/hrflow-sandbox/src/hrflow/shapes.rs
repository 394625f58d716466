//! The fields of a profile and their different formats.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::query::show_time;
use super::switches::{Consent, EmptyArrays, EmptyFields, Switches, UrlsShape};

const PROFILE: [&str; 27] = [
    "source_key",
    "id",
    "key",
    "reference",
    "consent_algorithmic",
    "source",
    "archive",
    "archived_at",
    "updated_at",
    "created_at",
    "info",
    "text_language",
    "text",
    "experiences_duration",
    "educations_duration",
    "experiences",
    "educations",
    "attachments",
    "skills",
    "languages",
    "certifications",
    "courses",
    "tasks",
    "interests",
    "labels",
    "tags",
    "metadatas",
];

const INFO: [&str; 12] = [
    "full_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "driving_license",
    "date_birth",
    "location",
    "urls",
    "picture",
    "gender",
    "summary",
];

const ARRAYS: [&str; 11] = [
    "experiences",
    "educations",
    "skills",
    "languages",
    "certifications",
    "courses",
    "tasks",
    "interests",
    "labels",
    "tags",
    "metadatas",
];

/// Returns a profile as stored: known fields only, without nulls (`attachments`: `[]`).
pub(crate) fn complete(mut body: Map<String, Value>, now: Timestamp) -> Value {
    let mut profile = Map::new();
    for name in PROFILE {
        profile.insert(name.into(), body.remove(name).unwrap_or_default());
    }
    for name in ["created_at", "updated_at"] {
        if profile[name].is_null() {
            profile.insert(name.into(), show_time(now).into());
        }
    }
    if profile["attachments"].is_null() {
        profile.insert("attachments".into(), json!([]));
    }
    if profile["consent_algorithmic"].is_null() {
        let nobody = json!({"parsing": false, "revealing": false, "embedding": false,
            "searching": false, "scoring": false, "reasoning": false});
        profile.insert("consent_algorithmic".into(), json!({"owner": nobody, "controller": nobody}));
    }
    if let Some(Value::Object(info)) = profile.get_mut("info") {
        let mut known = Map::new();
        for name in INFO {
            known.insert(name.into(), info.remove(name).unwrap_or_default());
        }
        known.insert("location".into(), location(known.get("location")));
        *info = known;
    }
    Value::Object(profile)
}

/// Returns a profile added outside the API: every field in its own format, absent fields null (`attachments`: `[]`,
/// times: now).
pub(crate) fn kept(mut body: Map<String, Value>, now: Timestamp) -> Value {
    for name in PROFILE {
        body.entry(name).or_insert_with(|| match name {
            "created_at" | "updated_at" => show_time(now).into(),
            "attachments" => json!([]),
            _ => Value::Null,
        });
    }
    Value::Object(body)
}

fn location(given: Option<&Value>) -> Value {
    let member = |name: &str| given.and_then(|location| location.get(name)).cloned().unwrap_or_default();
    json!({"text": member("text"), "lat": member("lat"), "lng": member("lng"),
        "gmaps": member("gmaps"), "fields": member("fields")})
}

/// Returns a profile as responses show it.
pub(crate) fn shown(mut profile: Value, switches: &Switches) -> Value {
    if switches.shapes_as_stored() {
        return profile;
    }
    for name in ARRAYS {
        arrays(&mut profile[name], switches.empty_arrays);
    }
    consents(&mut profile["consent_algorithmic"], switches.sixth_consent);
    if let Some(info) = profile.get_mut("info").filter(|info| info.is_object()) {
        urls(&mut info["urls"], switches.urls);
        fields(info.get_mut("location"), switches.location_fields);
    }
    for list in ["experiences", "educations"] {
        for entry in profile.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            fields(entry.get_mut("location"), switches.location_fields);
            for name in ["skills", "certifications", "courses", "tasks", "languages", "interests"] {
                if let Some(list) = entry.get_mut(name) {
                    arrays(list, switches.empty_arrays);
                }
            }
        }
    }
    profile
}

fn arrays(list: &mut Value, shape: EmptyArrays) {
    let empty = list.is_null() || list.as_array().is_some_and(Vec::is_empty);
    match shape {
        EmptyArrays::Null if empty => *list = Value::Null,
        EmptyArrays::Array if empty => *list = json!([]),
        _ => {}
    }
}

fn fields(location: Option<&mut Value>, shape: EmptyFields) {
    let Some(fields) =
        location.filter(|location| location.is_object()).map(|location| &mut location["fields"])
    else {
        return;
    };
    let empty = match &*fields {
        Value::Object(fields) => fields.values().all(Value::is_null),
        Value::Array(fields) => fields.is_empty(),
        other => other.is_null(),
    };
    match shape {
        EmptyFields::Null if empty => *fields = Value::Null,
        EmptyFields::Array if empty => *fields = json!([]),
        EmptyFields::Object if empty => *fields = json!({}),
        _ => {}
    }
}

fn urls(urls: &mut Value, shape: UrlsShape) {
    match shape {
        UrlsShape::AsStored => {}
        UrlsShape::Null => *urls = Value::Null,
        UrlsShape::Object => {
            let mut keyed = Map::new();
            for name in ["from_resume", "linkedin", "twitter", "facebook", "github"] {
                let of_type = |url: &&Value| url.get("type").and_then(Value::as_str) == Some(name);
                let mut found =
                    urls.as_array().into_iter().flatten().filter(of_type).map(|url| url["url"].clone());
                let value = match name {
                    "from_resume" => Value::Array(found.collect()),
                    _ => found.next().unwrap_or_default(),
                };
                keyed.insert(name.into(), value);
            }
            *urls = Value::Object(keyed);
        }
    }
}

fn consents(consent: &mut Value, sixth: Consent) {
    let (from, to) = match sixth {
        Consent::AsStored => return,
        Consent::Reasoning => ("upskilling", "reasoning"),
        Consent::Upskilling => ("reasoning", "upskilling"),
    };
    for side in ["owner", "controller"] {
        if let Some(side) = consent.get_mut(side).and_then(Value::as_object_mut)
            && let Some(value) = side.remove(from)
        {
            side.insert(to.into(), value);
        }
    }
}
