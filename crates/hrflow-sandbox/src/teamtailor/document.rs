//! Responses in JSON:API format: attributes, relations, included records, sparse fieldsets.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::access::Scope;
use super::errors::{self, Error, MEDIA_TYPE};
use super::kinds::{Kind, Relation};
use super::state::{Record, State};
use crate::clock::later;
use crate::files::Files;
use crate::server::Answer;

/// The relations to include, nested.
#[derive(Debug, Clone, Default)]
pub(crate) struct Includes(BTreeMap<&'static str, Includes>);

impl Includes {
    /// Parses `include=a,b.c` for a type.
    pub(crate) fn parse(kind: Kind, text: &str, errors: &mut Vec<Error>) -> Includes {
        let mut includes = Includes::default();
        for path in text.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            let mut here = &mut includes;
            let mut of = Some(kind);
            for name in path.split('.') {
                let Some(relation) = of.and_then(|kind| kind.relation(name)) else {
                    errors.push(errors::invalid_include(name, of.map_or("resource", Kind::name)));
                    break;
                };
                here = here.0.entry(relation.name).or_default();
                of = relation.target;
            }
        }
        includes
    }
}

/// Sparse fieldsets by type.
pub(crate) type Fields = BTreeMap<String, BTreeSet<String>>;

/// The context that is required to build a response.
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    pub(crate) files: &'a Files,
    pub(crate) now: Timestamp,
    pub(crate) scope: Scope,
    /// `http://host:port`, as in the client's request.
    pub(crate) base: &'a str,
    /// Whether this is the response of a write, which does not show new files yet.
    pub(crate) written: bool,
}

impl View<'_> {
    /// Builds a document of one record, or of none.
    pub(crate) fn single(
        &self,
        status: u16,
        record: Option<&Record>,
        includes: &Includes,
        fields: &Fields,
    ) -> Answer {
        let mut included = Included::default();
        let data = record.map(|record| self.resource(record, includes, fields, &mut included));
        let mut document = json!({"data": data});
        included.add_to(&mut document);
        answer(status, &document)
    }

    /// Builds a document of many records. The caller adds links and meta.
    pub(crate) fn many(
        &self,
        records: &[&Record],
        includes: &Includes,
        fields: &Fields,
        links: Value,
        meta: Value,
    ) -> Answer {
        let mut included = Included::default();
        let data: Vec<Value> =
            records.iter().map(|record| self.resource(record, includes, fields, &mut included)).collect();
        let mut document = json!({"data": data, "links": links, "meta": meta});
        included.add_to(&mut document);
        answer(200, &document)
    }

    fn resource(
        &self,
        record: &Record,
        includes: &Includes,
        fields: &Fields,
        included: &mut Included,
    ) -> Value {
        let kind = record.kind;
        let own = format!("{}/v1/{}/{}", self.base, kind.name(), record.id);
        let wanted = fields.get(kind.name());
        let shown = |name: &str| wanted.is_none_or(|wanted| wanted.contains(name));

        let mut attributes = Map::new();
        for name in kind.attributes().iter().filter(|name| shown(name)) {
            attributes.insert((*name).to_owned(), self.attribute(record, name));
        }
        let mut relationships = Map::new();
        for relation in kind.relations() {
            let nested = includes.0.get(relation.name);
            if let Some(nested) = nested {
                for linked in self.linked(record, relation) {
                    if included.seen.insert((linked.kind, linked.id)) {
                        let resource = self.resource(linked, nested, fields, included);
                        included.resources.push(resource);
                    }
                }
            }
            if !shown(relation.name) {
                continue;
            }
            let mut object = json!({"links": {
                "self": format!("{own}/relationships/{}", relation.name),
                "related": format!("{own}/{}", relation.name),
            }});
            if nested.is_some() {
                object["data"] = self.linkage(record, relation);
            } else if relation.name == "answers" && self.state.switches.stray_linkage {
                object["data"] = json!([]);
            }
            relationships.insert(relation.name.to_owned(), object);
        }
        let mut resource = json!({
            "id": record.id.to_string(),
            "type": kind.name(),
            "links": {"self": own},
            "attributes": attributes,
        });
        if !relationships.is_empty() {
            resource["relationships"] = Value::Object(relationships);
        }
        if kind == Kind::Job {
            let site = format!("https://career.example.com/jobs/{}", record.id);
            resource["links"]["careersite-job-url"] = site.as_str().into();
            resource["links"]["careersite-job-apply-url"] = format!("{site}/applications/new").into();
            resource["links"]["careersite-job-apply-iframe-url"] =
                format!("{site}/applications/new?iframe=true").into();
            if record.attributes.get("internal") == Some(&Value::Bool(true)) {
                resource["links"]["careersite-job-internal-url"] = format!("{site}/internal").into();
            }
        }
        resource
    }

    /// Returns the related records.
    pub(crate) fn linked(&self, record: &Record, relation: &Relation) -> Vec<&Record> {
        let Some(target) = relation.target else { return Vec::new() };
        record.linked(relation.name).iter().filter_map(|id| self.state.get(target, *id)).collect()
    }

    fn linkage(&self, record: &Record, relation: &Relation) -> Value {
        let mut linked = self
            .linked(record, relation)
            .into_iter()
            .map(|linked| json!({"type": linked.kind.name(), "id": linked.id.to_string()}));
        if relation.many { linked.collect() } else { linked.next().unwrap_or_default() }
    }

    fn attribute(&self, record: &Record, name: &str) -> Value {
        let switches = &self.state.switches;
        let held = record.attributes.get(name).cloned().unwrap_or_default();
        match (record.kind, name) {
            // Only Admin keys see tags and creation time of jobs (Teamtailor docs, jobs).
            (Kind::Job, "created-at" | "tags") if self.scope != Scope::Admin => Value::Null,
            (_, "created-at") => show_time(record.created).into(),
            (_, "updated-at") => show_time(record.updated).into(),
            (Kind::Candidate, "resume" | "original-resume" | "resume-updated-at") => {
                let Some(last) = record.files.iter().rev().find(|file| file.attribute == "resume") else {
                    return Value::Null;
                };
                // The response of the write that adds a résumé does not show it.
                let came_now = self.written && record.text("resume-updated-at") == show_time(record.updated);
                let ready = !came_now && later(last.at, switches.resume_delay) <= self.now;
                match held.as_str() {
                    Some(_) if !ready => Value::Null,
                    Some(hash) if name != "resume-updated-at" => {
                        let shown_as = if name == "resume" { "resume.pdf" } else { "original" };
                        let expires = later(self.now, switches.resume_link_seconds * 1000);
                        self.files.sign(hash, shown_as, expires).into()
                    }
                    _ => held,
                }
            }
            (Kind::Candidate, "picture") => match held.as_str() {
                Some(hash) => {
                    let expires = later(self.now, 10 * 365 * 86_400_000);
                    self.files.sign(hash, "picture", expires).into()
                }
                None => Value::Null,
            },
            (Kind::Candidate, "profile-url") => {
                format!("https://app.example.com/companies/1/candidates/{}", record.id).into()
            }
            (Kind::Candidate, "tags") if held.is_null() => json!([]),
            (Kind::Candidate, "connected" | "internal" | "referred" | "sourced" | "unsubscribed")
                if held.is_null() =>
            {
                Value::Bool(false)
            }
            (Kind::Upload, "url") => {
                let expires = later(self.now, switches.upload_link_seconds * 1000);
                self.files.sign(held.as_str().unwrap_or_default(), record.text("file-name"), expires).into()
            }
            _ => held,
        }
    }
}

#[derive(Default)]
struct Included {
    seen: HashSet<(Kind, u64)>,
    resources: Vec<Value>,
}

impl Included {
    fn add_to(self, document: &mut Value) {
        if !self.resources.is_empty() {
            document["included"] = Value::Array(self.resources);
        }
    }
}

fn answer(status: u16, document: &Value) -> Answer {
    Answer::new(status, MEDIA_TYPE, serde_json::to_vec(document).unwrap_or_default())
}

/// Formats a time with milliseconds and a local offset, here always two hours east.
pub(crate) fn show_time(time: Timestamp) -> String {
    let local = later(time, 7_200_000);
    local.strftime("%Y-%m-%dT%H:%M:%S.%3f+02:00").to_string()
}
