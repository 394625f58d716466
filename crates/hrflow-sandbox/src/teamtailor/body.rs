//! The document of a write, with all checks that need no knowledge of the attributes' meaning.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::errors::{self, Error};
use super::kinds::{Kind, Relation};
use super::state::State;
use crate::server::Received;

/// The allowed content of a write.
pub(crate) struct Shape<'a> {
    pub(crate) kind: Kind,
    /// The id in the URL, for updates.
    pub(crate) id: Option<&'a str>,
    pub(crate) attributes: &'a [&'a str],
    pub(crate) relations: &'a [&'a str],
    /// Whether linkage without a type and numeric ids are accepted, as in notes (Teamtailor docs, notes/_create).
    pub(crate) loose_linkage: bool,
}

/// The content of a write.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) attributes: Map<String, Value>,
    pub(crate) links: BTreeMap<&'static str, Vec<u64>>,
}

impl Sent {
    /// Returns the attribute's text. Absent, null, empty and other types are the same.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    /// Returns the record that a to-one relation was set to.
    pub(crate) fn linked(&self, name: &str) -> Option<u64> {
        self.links.get(name).and_then(|ids| ids.first().copied())
    }
}

/// Parses the JSON of the body.
pub(crate) fn json(request: &Received) -> Result<Value, Vec<Error>> {
    serde_json::from_slice(&request.body).map_err(|_| vec![errors::malformed()])
}

pub(crate) fn parse(state: &State, request: &Received, shape: &Shape<'_>) -> Result<Sent, Vec<Error>> {
    let mut document = json(request)?;
    let data = match document.get_mut("data").map(Value::take) {
        None => return Err(vec![errors::missing_parameter("data")]),
        Some(Value::Object(data)) => data,
        Some(_) => return Err(vec![errors::invalid_data()]),
    };
    match data.get("type") {
        None | Some(Value::Null) => return Err(vec![errors::missing_parameter("type")]),
        Some(Value::String(kind)) if kind == shape.kind.name() => {}
        Some(other) => return Err(vec![errors::invalid_resource(&plain(other))]),
    }
    if let Some(expected) = shape.id {
        match data.get("id").map(plain) {
            None => return Err(vec![errors::missing_key()]),
            Some(id) if id != expected => return Err(vec![errors::key_not_in_url(&id)]),
            Some(_) => {}
        }
    }
    let mut faults = Vec::new();
    for name in data.keys() {
        let known = matches!(name.as_str(), "type" | "attributes" | "relationships" | "links" | "meta")
            || (name == "id" && shape.id.is_some());
        if !known {
            faults.push(errors::param_not_allowed(name));
        }
    }
    let attributes = match data.get("attributes") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(attributes)) => attributes.clone(),
        Some(_) => return Err(vec![errors::invalid_data()]),
    };
    for name in attributes.keys().filter(|name| !shape.attributes.contains(&name.as_str())) {
        faults.push(errors::param_not_allowed(name));
    }
    let mut links = BTreeMap::new();
    let relationships = data.get("relationships").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, object) in &relationships {
        let relation = shape.kind.relation(name).filter(|_| shape.relations.contains(&name.as_str()));
        match relation {
            None => faults.push(errors::param_not_allowed(name)),
            Some(relation) => match linkage(state, relation, object, shape.loose_linkage) {
                Ok(ids) => {
                    links.insert(relation.name, ids);
                }
                Err(fault) => faults.push(fault),
            },
        }
    }
    if faults.is_empty() { Ok(Sent { attributes, links }) } else { Err(faults) }
}

/// Returns the ids in `{"data": …}`. All must exist.
pub(crate) fn linkage(
    state: &State,
    relation: &Relation,
    object: &Value,
    loose: bool,
) -> Result<Vec<u64>, Error> {
    let data = object.get("data").ok_or_else(errors::invalid_links)?;
    let identifiers: Vec<&Value> = match (relation.many, data) {
        (false, Value::Null) => Vec::new(),
        (false, Value::Object(_)) => vec![data],
        (true, Value::Array(identifiers)) => identifiers.iter().collect(),
        _ => return Err(errors::invalid_links()),
    };
    identifiers.into_iter().map(|identifier| linked(state, relation, identifier, loose)).collect()
}

fn linked(state: &State, relation: &Relation, identifier: &Value, loose: bool) -> Result<u64, Error> {
    let members = identifier.as_object().ok_or_else(errors::invalid_links)?;
    let id = members.get("id").filter(|id| id.is_string() || id.is_u64()).map(plain);
    let id = id.ok_or_else(errors::invalid_links)?;
    match members.get("type") {
        None if loose => {}
        Some(Value::String(kind)) if members.len() == 2 => {
            if relation.target.is_some_and(|target| target.name() != kind) {
                return Err(errors::type_mismatch(kind));
            }
        }
        _ => return Err(errors::invalid_links()),
    }
    let found = relation.target.and_then(|target| state.find(target, &id));
    found.map(|record| record.id).ok_or_else(|| errors::not_found(&id))
}

/// Returns a scalar without quotation marks.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
