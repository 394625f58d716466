//! The body of a candidate, with what the parameters add.

use connector_hrflow::{Filled, line};
use hrflow_core::Warnings;
use serde_json::{Map, Value, json};

use crate::{
    candidate::{Candidate, OWN},
    custom::{CERTIFICATIONS, LANGUAGES},
    format::skill_tags,
    parameters::{Parameters, PhoneTarget},
};

/// What an item says, without what is empty: null is not taken everywhere (API documentation, candidates).
pub(crate) fn body(parameters: &Parameters, item: &Candidate, custom: Vec<Value>) -> Map<String, Value> {
    let mut item = item.clone();
    item.email = item.email();
    item.skill_tags = tags(parameters, &item);
    let phone = item.phone.clone();
    match parameters.phone_as {
        PhoneTarget::Phone => {}
        PhoneTarget::Mobile => item.mobile = item.mobile.take().or_else(|| item.phone.take()),
        PhoneTarget::Both => item.mobile = item.mobile.take().or(phone),
    }
    let Value::Object(mut body) = json!(item) else { return Map::new() };
    body.retain(|name, _| !OWN.contains(&name.as_str()));
    if !custom.is_empty() {
        let own = body.remove("custom").and_then(|own| own.as_array().cloned()).unwrap_or_default();
        body.insert("custom".to_owned(), Value::Array(by_field(custom, own)));
    }
    filled(Value::Object(body)).and_then(|body| body.as_object().cloned()).unwrap_or_default()
}

/// The same for a candidate that is created: with where it comes from, its status and its recruiters, unless the item
/// says them itself. `source` is the one to send, if any: see [`Source`](crate::source::Source).
pub(crate) fn creation(
    parameters: &Parameters,
    source: Option<&str>,
    mut body: Map<String, Value>,
) -> Map<String, Value> {
    let recruiters = &parameters.recruiter_user_ids;
    let settings = [
        ("source", source.map(Value::from)),
        ("statusId", parameters.status_id.map(Value::from)),
        ("recruiterUserId", (!recruiters.is_empty()).then(|| json!(recruiters))),
        ("seeking", parameters.seeking.map(|seeking| json!(seeking))),
        ("rating", parameters.rating.filled().map(Value::from)),
        ("salutation", parameters.salutation.filled().map(Value::from)),
    ];
    for (name, value) in settings {
        if let Some(value) = value {
            body.entry(name).or_insert(value);
        }
    }
    body
}

fn tags(parameters: &Parameters, item: &Candidate) -> Vec<String> {
    let values = |wanted: bool, name: &str| {
        let values = item.custom_values.get(name).filter(|_| wanted);
        values.into_iter().flatten().cloned()
    };
    let certifications = values(parameters.certifications_as_skills, CERTIFICATIONS);
    let languages = values(parameters.languages_as_skills, LANGUAGES);
    let skills = item.skill_tags.iter().cloned();
    let tags = skills.chain(certifications).chain(languages).filter_map(|tag| line(&tag));
    // The format has told what of the skills does not fit.
    skill_tags(tags, &mut Warnings::default())
}

/// Values of custom fields; where two are for one field, the later one stands.
pub(crate) fn by_field(values: Vec<Value>, later: Vec<Value>) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::new();
    for value in values.into_iter().chain(later) {
        merged.retain(|it| it.get("fieldId") != value.get("fieldId"));
        merged.push(value);
    }
    merged
}

/// A value without what is empty; nothing where nothing is left.
pub(crate) fn filled(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.trim().is_empty()).then_some(Value::String(text)),
        Value::Array(elements) => {
            let elements: Vec<Value> = elements.into_iter().filter_map(filled).collect();
            (!elements.is_empty()).then_some(Value::Array(elements))
        }
        Value::Object(members) => {
            let members = members.into_iter().filter_map(|(name, value)| Some((name, filled(value)?)));
            let members: Map<String, Value> = members.collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        scalar => Some(scalar),
    }
}
