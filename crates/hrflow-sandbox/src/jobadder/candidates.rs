//! Creating, changing and reading candidates.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::access::Access;
use super::command::{CANDIDATE, CREATE_ONLY, Member};
use super::errors::{ErrorItem, Refusal};
use super::route::Route;
use super::show::View;
use super::state::{State, StoredCandidate};
use super::switches::Put;
use super::{JobAdder, reader, rules};
use crate::server::{Answer, Received};

impl JobAdder {
    /// `POST /candidates`.
    pub(crate) fn add_candidate(&self, request: &Received, access: &Access) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let mut state = self.lock();
        let members = checked(&state, request, CANDIDATE, true)?;
        admit_email(&mut state, request, &members, None, now)?;
        let candidate = StoredCandidate {
            candidate_id: state.take_candidate_id(),
            members: filled(members),
            created_at: now,
            updated_at: now,
            created_by: access.user,
            updated_by: access.user,
            attachments: Vec::new(),
            photo: None,
            photos_put: 0,
        };
        let shown = View { state: &state, base: &access.base }.candidate(&candidate);
        state.insert(candidate);
        Ok(Answer::json(201, &shown))
    }

    /// `PUT /candidates/{candidateId}`: 200 with an empty body.
    pub(crate) fn update_candidate(
        &self,
        request: &Received,
        route: &Route,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let mut state = self.lock();
        let mut candidate = state.find(route.segment(0)).cloned().ok_or(Refusal::Bare(404))?;
        let replaces = state.switches.put == Put::Replace;
        let update: Vec<&Member> = CANDIDATE.iter().filter(|member| member.name != CREATE_ONLY).collect();
        let members = checked(&state, request, update.iter().copied(), replaces)?;
        admit_email(&mut state, request, &members, Some(&candidate), now)?;
        if replaces {
            candidate.members.retain(|name, _| !update.iter().any(|member| member.name == name));
        }
        for (name, value) in members {
            candidate.members.insert(name, value);
        }
        candidate.members = filled(candidate.members);
        candidate.updated_at = now;
        candidate.updated_by = access.user;
        state.insert(candidate);
        Ok(Answer::empty(200))
    }

    /// `GET /candidates/{candidateId}`.
    pub(crate) fn get_candidate(&self, route: &Route, access: &Access) -> Result<Answer, Refusal> {
        let state = self.lock();
        let id = route.segment(0);
        let candidate = state.find(id).ok_or_else(|| Refusal::not_found("Candidate", id))?;
        Ok(Answer::json(200, &View { state: &state, base: &access.base }.candidate(candidate)))
    }
}

/// Returns the fields of a command after validation.
fn checked<'a>(
    state: &State,
    request: &Received,
    members: impl IntoIterator<Item = &'a Member>,
    whole: bool,
) -> Result<Map<String, Value>, Refusal> {
    let (members, mut errors) = reader::read(request, members, &state.switches)?;
    // An unreadable field is reported once.
    let faults = rules::faults(&members, &state.account, &state.switches, whole);
    let new: Vec<ErrorItem> =
        faults.into_iter().filter(|fault| !errors.iter().any(|known| known.is_same_field(fault))).collect();
    errors.extend(new);
    if errors.is_empty() { Ok(members) } else { Err(Refusal::invalid(errors)) }
}

/// Removes nulls: they mean that there is no value.
fn filled(members: Map<String, Value>) -> Map<String, Value> {
    members.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// Rejects an email that another candidate has, unless the request has a valid override code.
fn admit_email(
    state: &mut State,
    request: &Received,
    members: &Map<String, Value>,
    current: Option<&StoredCandidate>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some(email) = members.get("email").and_then(Value::as_str) else { return Ok(()) };
    let own = |candidate: &StoredCandidate| {
        current.is_some_and(|current| current.candidate_id == candidate.candidate_id)
    };
    let keeps_its_own = current.and_then(|current| current.text("email")) == Some(email);
    if keeps_its_own || !is_taken(state, email, own) {
        return Ok(());
    }
    let code = request.header("x-allow-duplicates").unwrap_or_default();
    if state.overrides.spend(code, email, &state.switches, now) {
        return Ok(());
    }
    let code = state.overrides.issue(email, now);
    let message = "Candidate with this email already exists";
    Err(Refusal::Duplicate { field: "email", message, code })
}

fn is_taken(state: &State, email: &str, own: impl Fn(&StoredCandidate) -> bool) -> bool {
    let switches = &state.switches;
    let same = |other: &str| {
        if switches.duplicates_keep_case {
            other == email
        } else {
            other.to_lowercase() == email.to_lowercase()
        }
    };
    let primary =
        state.with_email(email).any(|candidate| !own(candidate) && candidate.text("email").is_some_and(same));
    let others = |candidate: &StoredCandidate| {
        let others = candidate.members.get("otherEmail").and_then(Value::as_array);
        others.into_iter().flatten().filter_map(Value::as_str).any(same)
    };
    primary
        || (switches.duplicates_in_other_email
            && state.candidates.values().any(|candidate| !own(candidate) && others(candidate)))
}
