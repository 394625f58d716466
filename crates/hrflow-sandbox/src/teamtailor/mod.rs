//! Teamtailor's public API: candidates with their uploads, notes and applications, jobs, the company.

mod access;
mod arrivals;
mod body;
mod candidates;
mod company;
mod document;
mod errors;
mod extras;
mod kinds;
mod lists;
mod order;
mod query;
mod route;
mod state;
mod switches;
mod validate;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::faults::Vendor;
use crate::files::Files;
use crate::front::Stand;
use crate::server::{Answer, Received};
use access::Access;
pub(crate) use access::CURRENT;
pub use access::{ApiKey, Permission, Scope};
use document::{Fields, Includes, View};
use errors::{Error, MEDIA_TYPE};
use kinds::Kind;
use query::Query;
use route::{Action, Route};
use state::{Record, State};
pub use state::{Stored, StoredFile};
pub use switches::{FilesAnswer, MergeTags, SecondValue, Switches, TooManyBody, Unreachable};

/// The Teamtailor mock server. Clones share its data.
#[derive(Debug, Clone)]
pub struct Teamtailor {
    clock: Clock,
    files: Files,
    inner: Arc<Mutex<State>>,
}

impl Teamtailor {
    pub(crate) fn new(clock: Clock, files: Files) -> Teamtailor {
        let inner = Arc::new(Mutex::new(State::new(clock.now())));
        Teamtailor { clock, files, inner }
    }

    /// Returns all candidates, by id.
    pub fn candidates(&self) -> Vec<Stored> {
        self.stored(Kind::Candidate)
    }

    /// Returns one candidate.
    pub fn candidate(&self, id: &str) -> Option<Stored> {
        self.lock().find(Kind::Candidate, id).map(Record::stored)
    }

    /// Returns the candidate with this email.
    pub fn candidate_by_email(&self, email: &str) -> Option<Stored> {
        let state = self.lock();
        state.candidate_with(email).and_then(|id| state.get(Kind::Candidate, id)).map(Record::stored)
    }

    /// Returns the number of candidates.
    pub fn candidate_count(&self) -> usize {
        self.lock().table(Kind::Candidate).len()
    }

    /// Returns all uploads, by id. An upload that was sent twice is listed twice.
    pub fn uploads(&self) -> Vec<Stored> {
        self.stored(Kind::Upload)
    }

    /// Returns all notes, by id. A note that was sent twice is listed twice.
    pub fn notes(&self) -> Vec<Stored> {
        self.stored(Kind::Note)
    }

    /// Returns all job applications, by id.
    pub fn job_applications(&self) -> Vec<Stored> {
        self.stored(Kind::JobApplication)
    }

    /// Returns all values of custom fields, by id.
    pub fn custom_field_values(&self) -> Vec<Stored> {
        self.stored(Kind::CustomFieldValue)
    }

    /// Returns the records of a JSON:API type (`jobs`, `users`, `custom-fields`, …), by id.
    pub fn records(&self, kind: &str) -> Vec<Stored> {
        Kind::named(kind).map(|kind| self.stored(kind)).unwrap_or_default()
    }

    /// Whether the mock server stores this JSON:API type.
    pub fn knows(&self, kind: &str) -> bool {
        Kind::named(kind).is_some()
    }

    /// Adds a candidate without validation and returns its id. Attributes are in kebab-case, and the email is put in
    /// lower case. An email that is in use moves to the new candidate.
    pub fn seed_candidate(&self, attributes: Value) -> String {
        let mut state = self.lock();
        let id = state.take_id();
        let mut record = Record::new(Kind::Candidate, id, self.clock.now());
        record.attributes = match attributes {
            Value::Object(attributes) => attributes,
            _ => Map::new(),
        };
        if let Some(Value::String(email)) = record.attributes.get_mut("email") {
            *email = email.to_lowercase();
        }
        state.insert(record);
        id.to_string()
    }

    /// Adds a record of another type (`jobs`, `users`, `custom-fields`, `departments`, …) with the given id. Relations
    /// are by name, ids are numbers. Returns `None` if the type or a relation does not exist.
    pub fn seed_record(
        &self,
        kind: &str,
        attributes: Value,
        relationships: &[(&str, Vec<u64>)],
    ) -> Option<String> {
        let kind = Kind::named(kind)?;
        let mut state = self.lock();
        let id = state.take_id();
        let mut record = Record::new(kind, id, self.clock.now());
        record.attributes = attributes.as_object().cloned()?;
        for (name, ids) in relationships {
            record.links.insert(kind.relation(name)?.name, ids.clone());
        }
        state.insert(record);
        Some(id.to_string())
    }

    /// Removes a candidate with its uploads, notes and applications. Returns whether it existed.
    pub fn remove_candidate(&self, id: &str) -> bool {
        id.parse().is_ok_and(|id| self.lock().remove_candidate(id))
    }

    /// Removes all candidates with their uploads, notes and applications, and restores the company. Switches and keys
    /// stay.
    pub fn clear(&self) {
        let mut state = self.lock();
        let (switches, keys) = (state.switches.clone(), state.keys.clone());
        *state = State::new(self.clock.now());
        state.switches = switches;
        state.keys = keys;
    }

    /// Returns the current switches.
    pub fn switches(&self) -> Switches {
        self.lock().switches.clone()
    }

    /// Replaces the switches.
    pub fn set_switches(&self, switches: Switches) {
        self.lock().switches = switches;
    }

    /// Changes some of the switches.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.lock().switches);
    }

    /// Returns the API keys.
    pub fn keys(&self) -> Vec<ApiKey> {
        self.lock().keys.clone()
    }

    /// Replaces the API keys, for example to revoke one.
    pub fn set_keys(&self, keys: Vec<ApiKey>) {
        self.lock().keys = keys;
    }

    fn stored(&self, kind: Kind) -> Vec<Stored> {
        self.lock().table(kind).values().map(Record::stored).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(self: Arc<Self>, request: Received) -> Answer {
        let Some(route) = Route::of(&request.method, &request.path) else {
            return access::uncounted(&self.switches(), Answer::empty(404));
        };
        let access = match access::admit(&mut self.lock(), &request, &route, self.clock.now()) {
            Ok(access) => access,
            Err(refusal) => return refusal,
        };
        let rate = access.rate;
        let version = access.version;
        let answer = Arc::clone(&self).perform(&request, &route, access).await;
        let answer = answer.unwrap_or_else(|faults| errors::answer(&faults));
        let answer = if answer.status < 400 { answer.with("x-api-version", version) } else { answer };
        rate.on(answer)
    }

    async fn perform(
        self: Arc<Self>,
        request: &Received,
        route: &Route,
        access: Access,
    ) -> Result<Answer, Vec<Error>> {
        let base = format!("http://{}", request.header("host").unwrap_or("127.0.0.1"));
        let (includes, fields) = match route.action {
            Action::Create | Action::Update => candidates::parameters(request, route.kind, &self.switches())?,
            _ => (Includes::default(), Fields::new()),
        };
        let render = |state: &State, status: u16, record: &Record| {
            let now = self.clock.now();
            let view =
                View { state, files: &self.files, now, scope: access.scope, base: &base, written: true };
            let answer = view.single(status, Some(record), &includes, &fields);
            match status {
                201 => answer.with("location", format!("{base}/v1/{}/{}", record.kind.name(), record.id)),
                _ => answer,
            }
        };
        match (route.action, route.kind) {
            (Action::File, _) => Ok(Arc::clone(&self).take_file(request).await),
            (Action::Create, Kind::Candidate) => self.create_candidate(request, render).await,
            (Action::Update, Kind::Candidate) => self.update_candidate(request, &route.id, render).await,
            (Action::Delete, _) => self.delete_candidate(&route.id),
            (Action::Relationship, _) => self.change_relation(request, route),
            (Action::Create, Kind::Upload) => self.create_upload(request, &render).await,
            (Action::Create, Kind::Note) => self.create_note(request, &render),
            (Action::Create, Kind::JobApplication) => self.create_application(request, &render),
            (Action::Create, _) => self.create_value(request, &render),
            (Action::Update, _) => self.update_value(request, &route.id, &render),
            (Action::List | Action::Get | Action::Related, _) => {
                let state = self.lock();
                let now = self.clock.now();
                let view = View {
                    state: &state,
                    files: &self.files,
                    now,
                    scope: access.scope,
                    base: &base,
                    written: false,
                };
                read(&view, request, route, &access)
            }
        }
    }
}

fn read(view: &View<'_>, request: &Received, route: &Route, access: &Access) -> Result<Answer, Vec<Error>> {
    if route.action == Action::List {
        let legacy =
            route.kind == Kind::Note && access.version < "20240404" && view.state.switches.legacy_notes;
        let answer = lists::list(view, route.kind, request)?;
        return Ok(if legacy { legacy_notes(&answer) } else { answer });
    }
    let query = match route.action {
        Action::Get => Query::parse(route.kind, request, &view.state.switches)?,
        _ => Query::default(),
    };
    let record = view
        .state
        .find(route.kind, &route.id)
        .filter(|record| route.kind != Kind::Job || lists::job_visible(record, view.scope))
        .ok_or_else(|| vec![errors::not_found(&route.id)])?;
    if route.action == Action::Get {
        return Ok(view.single(200, Some(record), &query.includes, &query.fields));
    }
    let Some(relation) = route.kind.relation(&route.relation) else { return Ok(Answer::empty(404)) };
    let linked = view.linked(record, relation);
    if !relation.many {
        return Ok(view.single(200, linked.first().copied(), &query.includes, &query.fields));
    }
    let meta = json!({"record-count": linked.len(), "page-count": 1});
    Ok(view.many(&linked, &query.includes, &query.fields, json!({}), meta))
}

/// Builds the documented list of notes, which has its own format (Teamtailor docs, notes/_list).
fn legacy_notes(answer: &Answer) -> Answer {
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let notes = document["data"].as_array().into_iter().flatten().map(|note| json!({"data": note}));
    Answer::new(200, MEDIA_TYPE, json!({"notes": notes.collect::<Vec<_>>()}).to_string())
}

impl Stand for Teamtailor {
    fn vendor(&self) -> Vendor {
        Vendor::Teamtailor
    }

    fn operation(&self, method: &str, path: &str) -> &'static str {
        Route::of(method, path).map_or("unknown", |route| route.operation())
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(self.answer(request))
    }

    fn error(&self, status: u16) -> Answer {
        let switches = self.switches();
        let answer = match status {
            401 | 403 => Answer::empty(status),
            429 => access::too_many(&switches),
            status => {
                let body = json!({"errors": [{"title": "Error", "detail": "Something went wrong.",
                    "code": status.to_string(), "status": status.to_string()}]});
                Answer::new(status, MEDIA_TYPE, body.to_string())
            }
        };
        access::uncounted(&switches, answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_show_milliseconds_and_a_local_offset() {
        assert_eq!(document::show_time(jiff::Timestamp::UNIX_EPOCH), "1970-01-01T02:00:00.000+02:00");
    }
}
