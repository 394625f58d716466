//! Candidates: create, lookup, read.

use serde_json::{Map, Value, json};

use super::UkgPro;
use super::body::{self, Context};
use super::clients::Grant;
use super::errors::{self, Findings};
use super::lists::{self, Query};
use super::node::Node;
use super::parts;
use super::route::Part;
use super::state::{State, StoredCandidate};
use super::view::View;
use crate::clock::later;
use crate::form;
use crate::server::{Answer, Received};

/// Parses the JSON of a body.
pub(crate) fn json(request: &Received) -> Result<Value, Answer> {
    if form::media_type(request) != "application/json" {
        return Err(errors::short(415, "The body must be application/json."));
    }
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    let object = body.filter(Value::is_object);
    object.ok_or_else(|| errors::refused(400, "", "Invalid", "The body must be a JSON object."))
}

impl UkgPro {
    /// `POST /candidates`.
    pub(crate) fn create_candidate(&self, request: &Received, grant: &Grant) -> Result<Answer, Answer> {
        let body = json(request)?;
        let now = self.clock.now();
        let mut state = self.lock();
        let (fields, findings) = body::candidate(&body, Context { state: &state, now });
        findings.verdict()?;
        let candidate = record(&mut state, fields, findings, Some(grant.client_id.clone()), now);
        let taken = !candidate.internal && state.with_email(candidate.email()).next().is_some();
        if taken {
            let message = "The email address is already in use by another candidate.";
            let status = state.switches.duplicate_status;
            return Err(errors::refused(status, "contact_info.email", "Duplicate", message));
        }
        let view = View { state: &state, host: host(request) };
        let answer = Answer::json(201, &view.created(&candidate));
        state.add_candidate(candidate);
        Ok(answer)
    }

    /// `POST /candidates-lookup`.
    pub(crate) fn look_up(&self, request: &Received) -> Result<Answer, Answer> {
        let body = json(request)?;
        let mut findings = Findings::default();
        let email = Node::root(&body).child("email");
        let email = email.required_text(254, &mut findings).unwrap_or_default();
        findings.verdict()?;
        let now = self.clock.now();
        let state = self.lock();
        let found: Vec<&StoredCandidate> =
            state.with_email(email).filter(|candidate| state.shows(candidate.created_at, now)).collect();
        let has_account = |candidate: &StoredCandidate| {
            candidate.account && later(candidate.created_at, state.switches.account_lag) <= now
        };
        match found.as_slice() {
            [] => {
                let message = "No external candidate has this email address.";
                Ok(errors::short(state.switches.lookup_absent_status, message))
            }
            [one] if has_account(one) => {
                let mut answer = Map::new();
                answer.insert(state.switches.lookup_id_key.clone(), one.id.as_str().into());
                Ok(Answer::json(200, &answer))
            }
            [_] => Err(errors::short(409, "The candidate record has no user account.")),
            _ => Err(errors::short(409, "More than one candidate record has this email address.")),
        }
    }

    /// `GET /candidates`.
    pub(crate) fn list_candidates(&self, request: &Received) -> Result<Answer, Answer> {
        let now = self.clock.now();
        let state = self.lock();
        let query = Query::parse(request, &state.switches)?;
        let rows: Vec<&StoredCandidate> = state
            .candidates()
            .filter(|candidate| state.shows(candidate.created_at, now) && query.lets(candidate.updated_at))
            .collect();
        let view = View { state: &state, host: host(request) };
        lists::page(request, &state.switches, &query, &rows, |row| &row.id, |row| view.candidate(row))
    }

    /// `GET /candidates/{id}`. With `brief`, only its name and email.
    pub(crate) fn read_candidate(&self, request: &Received, id: &str, brief: bool) -> Result<Answer, Answer> {
        let state = self.lock();
        let candidate = state.candidate(id).ok_or_else(|| errors::not_found("The candidate"))?;
        let view = View { state: &state, host: host(request) };
        let shown = if brief { view.name_and_email(candidate) } else { view.candidate(candidate) };
        Ok(Answer::json(200, &shown))
    }

    /// `GET /candidates/{id}/{part}`.
    pub(crate) fn list_part(&self, request: &Received, id: &str, part: Part) -> Result<Answer, Answer> {
        let state = self.lock();
        let candidate = state.candidate(id).ok_or_else(|| errors::not_found("The candidate"))?;
        let view = View { state: &state, host: host(request) };
        Ok(Answer::json(200, &view.part(candidate, part)))
    }

    /// `POST /candidates/{id}/{part}`.
    pub(crate) fn create_part(&self, request: &Received, id: &str, part: Part) -> Result<Answer, Answer> {
        let mut body = json(request)?;
        let now = self.clock.now();
        let mut state = self.lock();
        let mut findings = Findings::default();
        parts::check_entry(part, &Node::root(&body), Context { state: &state, now }, &mut findings);
        let guid = state.guid();
        let candidate = state.candidate_mut(id).ok_or_else(|| errors::not_found("The candidate"))?;
        findings.verdict()?;
        body["id"] = guid.as_str().into();
        let list = candidate.fields.entry(part.member()).or_insert(Value::Null);
        match list {
            Value::Array(entries) => entries.push(body.clone()),
            list => *list = json!([body]),
        }
        candidate.updated_at = now;
        Ok(Answer::json(201, &body))
    }
}

/// Returns the host of the request.
pub(crate) fn host(request: &Received) -> &str {
    request.header("host").unwrap_or("127.0.0.1")
}

/// Builds the record of a new candidate.
pub(crate) fn record(
    state: &mut State,
    fields: Map<String, Value>,
    findings: Findings,
    created_by: Option<String>,
    now: jiff::Timestamp,
) -> StoredCandidate {
    StoredCandidate {
        id: state.guid(),
        internal: fields.get("is_internal") == Some(&Value::Bool(true)),
        fields,
        unknown: findings.unknown,
        account: true,
        created_by,
        created_at: now,
        updated_at: now,
        documents: Vec::new(),
    }
}
