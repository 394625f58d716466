//! Creating, changing and removing candidates.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Teamtailor;
use super::arrivals::Arrival;
use super::body::{self, Shape};
use super::document::{Fields, Includes, show_time};
use super::errors::{self, Error};
use super::kinds::Kind;
use super::route::Route;
use super::state::{Record, State};
use super::switches::{MergeTags, Switches};
use super::validate;
use crate::server::{Answer, Received};

/// A checked write.
struct Draft {
    attributes: Map<String, Value>,
    links: BTreeMap<&'static str, Vec<u64>>,
    resume: Arrival,
    picture: Arrival,
}

impl Teamtailor {
    /// `POST /v1/candidates`.
    pub(crate) async fn create_candidate(
        &self,
        request: &Received,
        render: impl Fn(&State, u16, &Record) -> Answer,
    ) -> Result<Answer, Vec<Error>> {
        let (attributes, links) = {
            let state = self.lock();
            let relations: &[&str] =
                if state.switches.relationships_in_create { &["department", "locations"] } else { &[] };
            let shape = Shape {
                kind: Kind::Candidate,
                id: None,
                attributes: &validate::CREATE,
                relations,
                loose_linkage: false,
            };
            let sent = body::parse(&state, request, &shape)?;
            let (attributes, mut faults) = validate::attributes(&sent.attributes, &state.switches);
            faults.extend(email_faults(&state, &attributes, None));
            if !faults.is_empty() {
                return Err(faults);
            }
            (attributes, sent.links)
        };
        let draft = self.fetch_files(attributes, links).await?;

        let now = self.clock.now();
        let mut state = self.lock();
        // Another request may have used the email while the files were fetched.
        let faults = email_faults(&state, &draft.attributes, None);
        if !faults.is_empty() {
            return Err(faults);
        }
        let email = draft.attributes.get("email").and_then(Value::as_str);
        let existing = email.and_then(|email| state.candidate_with(email));
        let (mut record, status) = match existing.and_then(|id| state.get(Kind::Candidate, id)) {
            Some(existing) => {
                let mut merged = existing.clone();
                merged.merges += 1;
                (merged, state.switches.merge_status)
            }
            None => (Record::new(Kind::Candidate, state.take_id(), now), 201),
        };
        let merging = existing.is_some().then(|| state.switches.clone());
        apply(&mut record, draft, merging.as_ref(), now);
        let answer = render(&state, status, &record);
        state.insert(record);
        Ok(answer)
    }

    /// `PATCH /v1/candidates/:id`.
    pub(crate) async fn update_candidate(
        &self,
        request: &Received,
        id: &str,
        render: impl Fn(&State, u16, &Record) -> Answer,
    ) -> Result<Answer, Vec<Error>> {
        let (attributes, links) = {
            let state = self.lock();
            let shape = Shape {
                kind: Kind::Candidate,
                id: Some(id),
                attributes: &validate::update(&state.switches),
                relations: &["department"],
                loose_linkage: false,
            };
            let mut sent = body::parse(&state, request, &shape)?;
            let current = state.find(Kind::Candidate, id).ok_or_else(|| vec![errors::not_found(id)])?;
            sent.attributes.remove("sourced");
            sent.attributes.remove("merge");
            let (attributes, mut faults) = validate::attributes(&sent.attributes, &state.switches);
            faults.extend(email_faults(&state, &attributes, Some(current)));
            if !faults.is_empty() {
                return Err(faults);
            }
            (attributes, sent.links)
        };
        let draft = self.fetch_files(attributes, links).await?;

        let now = self.clock.now();
        let mut state = self.lock();
        let Some(mut record) = state.find(Kind::Candidate, id).cloned() else {
            return Err(vec![errors::not_found(id)]);
        };
        let faults = email_faults(&state, &draft.attributes, Some(&record));
        if !faults.is_empty() {
            return Err(faults);
        }
        apply(&mut record, draft, None, now);
        let answer = render(&state, 200, &record);
        state.insert(record);
        Ok(answer)
    }

    /// `DELETE /v1/candidates/:id`.
    pub(crate) fn delete_candidate(&self, id: &str) -> Result<Answer, Vec<Error>> {
        let removed = id.parse().is_ok_and(|id| self.lock().remove_candidate(id));
        if removed { Ok(Answer::empty(204)) } else { Err(vec![errors::not_found(id)]) }
    }

    /// `PATCH` or `POST /v1/candidates/:id/relationships/:relation`.
    pub(crate) fn change_relation(&self, request: &Received, route: &Route) -> Result<Answer, Vec<Error>> {
        // Setting the role gets "role is not allowed". Relations that other resources own cannot be set here.
        let settable = matches!(route.relation.as_str(), "department" | "locations");
        let Some(relation) = Kind::Candidate.relation(&route.relation).filter(|_| settable) else {
            return Err(vec![errors::param_not_allowed(&route.relation)]);
        };
        if relation.many && route.method == "PATCH" {
            return Err(vec![errors::replacement_forbidden()]);
        }
        let sent = body::json(request)?;
        let mut state = self.lock();
        let ids = body::linkage(&state, relation, &sent, false).map_err(|fault| vec![fault])?;
        let Some(mut record) = state.find(Kind::Candidate, &route.id).cloned() else {
            return Err(vec![errors::not_found(&route.id)]);
        };
        let linked = record.links.entry(relation.name).or_default();
        if !relation.many {
            linked.clear();
        }
        for id in ids {
            if !linked.contains(&id) {
                linked.push(id);
            }
        }
        record.updated = self.clock.now();
        state.insert(record);
        Ok(Answer::empty(204))
    }

    async fn fetch_files(
        &self,
        mut attributes: Map<String, Value>,
        links: BTreeMap<&'static str, Vec<u64>>,
    ) -> Result<Draft, Vec<Error>> {
        let resume = self.receive("resume", attributes.remove("resume").as_ref()).await;
        let picture = self.receive("picture", attributes.remove("picture").as_ref()).await;
        match (resume, picture) {
            (Ok(resume), Ok(picture)) => Ok(Draft { attributes, links, resume, picture }),
            (resume, picture) => Err([resume.err(), picture.err()].into_iter().flatten().collect()),
        }
    }
}

/// Checks the email. It is required unless the candidate is sourced. It must be unique unless the create is a merge
/// (Teamtailor docs, candidates/_create).
fn email_faults(state: &State, sent: &Map<String, Value>, current: Option<&Record>) -> Vec<Error> {
    let pointer = "attributes/email";
    let flag = |name: &str| sent.get(name) == Some(&Value::Bool(true));
    let sourced = flag("sourced")
        || current.is_some_and(|record| record.attributes.get("sourced") == Some(&Value::Bool(true)));
    match sent.get("email").and_then(Value::as_str) {
        None if current.is_some() && !sent.contains_key("email") => Vec::new(),
        None if sourced => Vec::new(),
        None => vec![errors::unprocessable(pointer, "can't be blank")],
        Some(email) => match (state.candidate_with(email), current) {
            (None, _) => Vec::new(),
            (Some(owner), Some(record)) if owner == record.id => Vec::new(),
            (Some(_), None) if flag("merge") => Vec::new(),
            _ => vec![errors::unprocessable(pointer, "has already been taken")],
        },
    }
}

fn apply(record: &mut Record, draft: Draft, merging: Option<&Switches>, now: Timestamp) {
    for (name, value) in draft.attributes {
        match (name.as_str(), merging) {
            (
                "merge" | "send-welcome-message" | "set-consent-expiration" | "consent-given-future-jobs",
                _,
            ) => {
                if name == "consent-given-future-jobs" && value == Value::Bool(true) {
                    record.attributes.insert("consent-future-jobs-at".into(), show_time(now).into());
                }
                continue;
            }
            (_, Some(switches)) if value.is_null() && !switches.merge_nulls_clear => continue,
            ("tags", Some(switches)) if switches.merge_tags == MergeTags::Union => {
                let mut tags =
                    record.attributes.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
                for tag in value.as_array().into_iter().flatten() {
                    if !tags.contains(tag) {
                        tags.push(tag.clone());
                    }
                }
                record.attributes.insert(name, Value::Array(tags));
            }
            ("referring-url", _) => {
                let host =
                    value.as_str().and_then(|url| url::Url::parse(url).ok()?.host_str().map(str::to_owned));
                record.attributes.insert("referring-site".into(), host.into());
                record.attributes.insert(name, value);
            }
            _ => {
                record.attributes.insert(name, value);
            }
        }
    }
    for (relation, ids) in draft.links {
        record.links.insert(relation, ids);
    }
    let keeps_resume = merging.is_some_and(|switches| !switches.merge_replaces_resume)
        && record.attributes.get("resume").is_some_and(|resume| !resume.is_null());
    match draft.resume {
        Arrival::None => {}
        _ if keeps_resume => {}
        Arrival::Cleared if merging.is_some_and(|switches| !switches.merge_nulls_clear) => {}
        Arrival::Cleared => {
            for name in ["resume", "original-resume", "resume-updated-at"] {
                record.attributes.insert(name.into(), Value::Null);
            }
        }
        Arrival::Came { file, shown } => {
            record.attributes.insert("resume".into(), shown.into());
            record.attributes.insert("original-resume".into(), file.sha256.as_str().into());
            record.attributes.insert("resume-updated-at".into(), show_time(now).into());
            record.files.push(file);
        }
    }
    match draft.picture {
        Arrival::None => {}
        Arrival::Cleared if merging.is_some_and(|switches| !switches.merge_nulls_clear) => {}
        Arrival::Cleared => {
            record.attributes.insert("picture".into(), Value::Null);
        }
        Arrival::Came { file, shown } => {
            record.attributes.insert("picture".into(), shown.into());
            record.files.push(file);
        }
    }
    record.updated = now;
}

/// Reads `include` and `fields`, which also apply to the response of a write.
pub(crate) fn parameters(
    request: &Received,
    kind: Kind,
    switches: &Switches,
) -> Result<(Includes, Fields), Vec<Error>> {
    let query = super::query::Query::parse(kind, request, switches)?;
    Ok((query.includes, query.fields))
}
