//! `/profile/indexing` and the paths below it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::envelope;
use super::query::{Query, show_time};
use super::shapes;
use super::store::{Store, Stored};
use crate::random::Random;
use crate::server::{Answer, Received};

/// Finds the profile that the query names by `key` or `reference`. If both are given, the reference is used
/// (python-hrflow-api, Documentation.md).
fn named(store: &Store, query: &Query) -> Result<Arc<Stored>, Answer> {
    let source_key = store.source(query.get("source_key").unwrap_or_default())?.key.clone();
    let found = match (query.get("reference"), query.get("key")) {
        (Some(reference), _) => store.by_reference(&source_key, reference),
        (None, Some(key)) => store.by_key(&source_key, key),
        (None, None) => None,
    };
    found.ok_or_else(|| envelope::unable_to_find("profile"))
}

/// `GET /profile/indexing`. Returns archived profiles too.
pub(crate) fn get(store: &Store, query: &Query) -> Result<Answer, Answer> {
    let profile = named(store, query)?;
    Ok(envelope::success(200, "Profile details", &shapes::shown(profile.value(), &store.switches)))
}

/// `GET /profile/indexing/attachments`.
pub(crate) fn attachments(store: &Store, query: &Query) -> Result<Answer, Answer> {
    let profile = named(store, query)?.value();
    let attachments = profile.get("attachments").filter(|list| list.is_array()).cloned().unwrap_or(json!([]));
    Ok(envelope::success(200, "Profile attachment list", &attachments))
}

/// `POST /profile/indexing`.
pub(crate) fn create(
    store: &mut Store,
    request: &Received,
    now: Timestamp,
    random: &mut Random,
) -> Result<Answer, Answer> {
    let (source_key, mut body) = body_of(store, request)?;
    let info = info_of(&body)?;
    if store.switches.email_required && blank(info.get("email")) {
        return Err(envelope::failure(400, "Invalid parameters. Missing field: info.email"));
    }
    if let Some(reference) = text_of(&body, "reference")?
        && store.by_reference(&source_key, &reference).is_some()
    {
        let message = format!("Cannot create profile with this reference: {reference}. Already used!");
        return Err(envelope::failure(400, message));
    }
    // A key that is not null is kept.
    match text_of(&body, "key")? {
        Some(key) if store.by_key(&source_key, &key).is_some() => {
            return Err(envelope::failure(
                400,
                format!("Cannot create profile with this key: {key}. Already used!"),
            ));
        }
        Some(_) => {}
        None => {
            body.insert("key".into(), random.key().into());
        }
    }
    body.remove("id");
    body.insert("updated_at".into(), show_time(now).into());
    for server_owned in ["archive", "archived_at", "source"] {
        body.remove(server_owned);
    }
    let stored = put(store, &source_key, body, now, random);
    Ok(envelope::success(201, "Profile created", &shapes::shown(stored.value(), &store.switches)))
}

/// `PUT /profile/indexing`: replaces the profile. Fields that are not sent are removed.
pub(crate) fn edit(
    store: &mut Store,
    request: &Received,
    now: Timestamp,
    random: &mut Random,
) -> Result<Answer, Answer> {
    let (source_key, mut body) = body_of(store, request)?;
    let reference = text_of(&body, "reference")?;
    let found = match (text_of(&body, "key")?, &reference) {
        (Some(key), _) => store.by_key(&source_key, &key),
        (None, Some(reference)) => store.by_reference(&source_key, reference),
        (None, None) => None,
    };
    let current = found.ok_or_else(|| envelope::unable_to_find("profile"))?;
    info_of(&body)?;
    if let Some(reference) = &reference
        && store.by_reference(&source_key, reference).is_some_and(|other| other.key != current.key)
    {
        let message = format!("Cannot create profile with this reference: {reference}. Already used!");
        return Err(envelope::failure(400, message));
    }
    let kept = current.value();
    for name in ["id", "key", "created_at", "archive", "archived_at", "consent_algorithmic", "source"] {
        body.insert(name.into(), kept.get(name).cloned().unwrap_or_default());
    }
    if !body.contains_key("attachments") {
        body.insert("attachments".into(), kept.get("attachments").cloned().unwrap_or_default());
    }
    body.insert("updated_at".into(), show_time(now).into());
    let arrived = current.arrived;
    let stored = put(store, &source_key, body, arrived, random);
    Ok(envelope::success(200, "Profile edited", &shapes::shown(stored.value(), &store.switches)))
}

/// `PATCH /profile/indexing/archive`.
pub(crate) fn archive(store: &mut Store, request: &Received, now: Timestamp) -> Result<Answer, Answer> {
    let body = object_of(request)?;
    let source_key =
        store.source(body.get("source_key").and_then(Value::as_str).unwrap_or_default())?.key.clone();
    let found = match (text_of(&body, "reference")?, text_of(&body, "key")?) {
        (Some(reference), _) => store.by_reference(&source_key, &reference),
        (None, Some(key)) => store.by_key(&source_key, &key),
        (None, None) => None,
    };
    let current = found.ok_or_else(|| envelope::unable_to_find("profile"))?;
    let archived = match body.get("is_archive") {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Bool(false)) => false,
        Some(Value::Number(number)) if number.as_u64() == Some(1) => true,
        Some(Value::Number(number)) if number.as_u64() == Some(0) => false,
        Some(_) => return Err(super::query::invalid("is_archive")),
    };
    let at = if archived { Value::from(show_time(now)) } else { Value::Null };
    let mut profile = current.value();
    for name in ["archive", "archived_at"] {
        profile[name] = at.clone();
    }
    profile["updated_at"] = show_time(now).into();
    store.put(&source_key, &profile, current.arrived);
    Ok(envelope::success(200, "Profile archived", &json!({"key": current.key})))
}

/// Adds the fields that the server fills in, and stores the profile.
fn put(
    store: &mut Store,
    source_key: &str,
    mut body: Map<String, Value>,
    now: Timestamp,
    random: &mut Random,
) -> Arc<Stored> {
    own(store, source_key, &mut body, random);
    store.put(source_key, &shapes::complete(body, now), now)
}

/// Stores a profile without changing the format of its fields.
pub(crate) fn put_as_is(
    store: &mut Store,
    source_key: &str,
    mut body: Map<String, Value>,
    now: Timestamp,
    random: &mut Random,
) -> Arc<Stored> {
    own(store, source_key, &mut body, random);
    store.put(source_key, &shapes::kept(body, now), now)
}

/// Sets key, id and source, which the server assigns.
fn own(store: &mut Store, source_key: &str, body: &mut Map<String, Value>, random: &mut Random) {
    if blank(body.get("key")) {
        body.insert("key".into(), random.key().into());
    }
    if !body.get("id").is_some_and(Value::is_u64) {
        body.insert("id".into(), store.take_id().into());
    }
    let source = store.source(source_key).map(|source| (source.key.clone(), source.name.clone()));
    let (key, name) = source.unwrap_or_default();
    let embedded =
        json!({"key": key, "name": name, "type": "api", "subtype": "http_api", "environment": "production"});
    body.insert("source".into(), embedded);
    body.insert("source_key".into(), source_key.into());
}

/// Returns the profile of the body: flat (as the SDK sends it) or under `profile` (as in the reference).
fn body_of(store: &Store, request: &Received) -> Result<(String, Map<String, Value>), Answer> {
    let mut body = object_of(request)?;
    let source_key =
        store.source(body.get("source_key").and_then(Value::as_str).unwrap_or_default())?.key.clone();
    let profile = match body.remove("profile") {
        Some(Value::Object(profile)) => profile,
        Some(_) => return Err(super::query::invalid("profile")),
        None => body,
    };
    Ok((source_key, profile))
}

fn object_of(request: &Received) -> Result<Map<String, Value>, Answer> {
    let media_type = request.header("content-type").and_then(|value| value.split(';').next());
    if !media_type.is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json")) {
        return Err(envelope::failure(400, "Bad Request. Invalid content type"));
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(body)) => Ok(body),
        _ => Err(envelope::failure(400, "Bad Request. Invalid JSON body")),
    }
}

fn info_of(body: &Map<String, Value>) -> Result<&Map<String, Value>, Answer> {
    let info = body.get("info").and_then(Value::as_object);
    info.ok_or_else(|| envelope::failure(400, "Invalid parameters. Missing field: info"))
}

/// Returns a text field. Absent, null and empty are the same; another type is rejected.
fn text_of(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Answer> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(super::query::invalid(name)),
    }
}

fn blank(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str).is_none_or(|text| text.trim().is_empty())
}
