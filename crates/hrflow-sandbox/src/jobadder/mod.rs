//! JobAdder's API (version 2) with its identity host: candidates with their attachments and applications, jobs, the
//! account.

mod access;
mod account;
mod applications;
mod candidates;
mod command;
mod consents;
mod errors;
mod filters;
mod grants;
mod identity;
mod lists;
mod lookups;
mod overrides;
mod pages;
mod query;
mod reader;
mod route;
mod rules;
mod scopes;
mod show;
mod state;
mod switches;
mod throttle;
mod uploads;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::faults::Vendor;
use crate::files::Files;
use crate::form;
use crate::front::Stand;
use crate::server::{Answer, Received};
use access::Access;
use account::Kind;
pub(crate) use consents::ALL_SCOPES;
use errors::{ErrorItem, Refusal};
pub use grants::{Application, Tokens};
pub(crate) use identity::Identity;
use route::{Action, Route};
use state::State;
pub use state::{StoredApplication, StoredAttachment, StoredCandidate, StoredFile};
pub use switches::{
    AbsentMembers, ApiForm, EmailFilter, ErrorsForm, Put, RefusalBody, RevokedGrant, Switches,
};

/// `instance` in the token response.
const INSTANCE: &str = "sandbox2";

/// The JobAdder mock server. Clones share its data.
#[derive(Debug, Clone)]
pub struct JobAdder {
    clock: Clock,
    files: Files,
    seed: u64,
    /// The API's host, without a trailing slash.
    host: String,
    inner: Arc<Mutex<State>>,
}

impl JobAdder {
    pub(crate) fn new(clock: Clock, files: Files, seed: u64, host: String) -> JobAdder {
        JobAdder { clock, files, seed, host, inner: Arc::new(Mutex::new(State::new(seed))) }
    }

    /// Returns all candidates, by id.
    pub fn candidates(&self) -> Vec<StoredCandidate> {
        self.lock().candidates.values().cloned().collect()
    }

    /// Returns one candidate.
    pub fn candidate(&self, id: i64) -> Option<StoredCandidate> {
        self.lock().candidates.get(&id).cloned()
    }

    /// Returns all candidates with this email, in any case.
    pub fn candidates_by_email(&self, email: &str) -> Vec<StoredCandidate> {
        self.lock().with_email(email).cloned().collect()
    }

    /// Returns the number of candidates.
    pub fn candidate_count(&self) -> usize {
        self.lock().candidates.len()
    }

    /// Returns all job applications, oldest first.
    pub fn job_applications(&self) -> Vec<StoredApplication> {
        self.lock().applications.clone()
    }

    /// Returns all jobs, by id, as `GET /jobs/{jobId}` shows them.
    pub fn jobs(&self) -> Vec<Value> {
        self.held(Kind::Job)
    }

    /// Returns all users, by id. The first administrator is the user who consents.
    pub fn users(&self) -> Vec<Value> {
        self.held(Kind::User)
    }

    /// Returns the definitions of candidates' custom fields, by id.
    pub fn custom_fields(&self) -> Vec<Value> {
        self.held(Kind::CustomField)
    }

    /// Returns the statuses of candidates, by id.
    pub fn statuses(&self) -> Vec<Value> {
        self.held(Kind::Status)
    }

    /// Returns the sources of candidates.
    pub fn sources(&self) -> Vec<Value> {
        self.held(Kind::Source)
    }

    /// Returns the account's records of a kind, by id: `jobs`, `users`, `custom_fields`, `statuses`, `sources`,
    /// `ratings`, `salutations`, `work_types`, `application_statuses`, `countries`.
    pub fn records(&self, kind: &str) -> Vec<Value> {
        Kind::named(kind).map(|kind| self.held(kind)).unwrap_or_default()
    }

    /// Whether this kind of records exists.
    pub fn knows(&self, kind: &str) -> bool {
        Kind::named(kind).is_some()
    }

    /// Adds a record of a kind unchanged, or replaces the one with its id. Returns its id; a record without an id gets
    /// a new one. Returns `None` if the kind does not exist.
    pub fn seed_record(&self, kind: &str, record: Value) -> Option<i64> {
        let kind = Kind::named(kind)?;
        record.is_object().then(|| self.lock().account.add(kind, record))
    }

    /// Adds a candidate without validation and returns its id. `members` holds the fields of a command, all optional.
    /// `otherEmail`, `contactMethod`, `candidateId`, `createdAt` and `updatedAt` can be set too.
    pub fn seed_candidate(&self, members: Value) -> i64 {
        let mut members = match members {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let now = self.clock.now();
        let mut time = |name: &str| -> Option<Timestamp> { members.remove(name)?.as_str()?.parse().ok() };
        let created_at = time("createdAt").unwrap_or(now);
        let updated_at = time("updatedAt").unwrap_or(created_at);
        let mut state = self.lock();
        let given = members.remove("candidateId").and_then(|id| id.as_i64());
        let candidate_id = given.unwrap_or_else(|| state.take_candidate_id());
        let user = state.account.administrator();
        let candidate = StoredCandidate {
            candidate_id,
            members,
            created_at,
            updated_at,
            created_by: user,
            updated_by: user,
            attachments: Vec::new(),
            photo: None,
            photos_put: 0,
        };
        state.insert(candidate);
        candidate_id
    }

    /// Removes a candidate with its attachments and applications. Returns whether it existed.
    pub fn remove_candidate(&self, id: i64) -> bool {
        self.lock().remove(id)
    }

    /// Removes all candidates with their attachments and applications, and restores the account. Switches and grants
    /// stay.
    pub fn clear(&self) {
        self.lock().clear(self.seed);
    }

    /// Restores the initial state, including grants and applications.
    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        state.clear(self.seed);
        state.throttle = throttle::Throttle::default();
        state.grants.reset(self.seed);
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

    /// Makes all requests of the account get 429 for this many seconds.
    pub fn throttle(&self, seconds: u64) {
        let now = self.clock.now();
        self.lock().throttle.stop(seconds, now);
    }

    /// Returns the account's number, as in the token response.
    pub fn account(&self) -> u64 {
        self.lock().account.number
    }

    /// Returns the base URL, as in the token response.
    pub(crate) fn api(&self, switches: &Switches) -> String {
        let base = self.base(switches);
        match switches.api_form {
            ApiForm::Slash => format!("{base}/"),
            ApiForm::NoSlash => base,
            ApiForm::Host => base.trim_end_matches("/v2").to_owned(),
        }
    }

    /// Returns the base URL, without a trailing slash.
    fn base(&self, switches: &Switches) -> String {
        format!("{}{}/v2", self.host, switches.api_prefix)
    }

    fn held(&self, kind: Kind) -> Vec<Value> {
        self.lock().account.table(kind).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn route(&self, method: &str, path: &str) -> Option<Route> {
        let below = path.strip_prefix(self.lock().switches.api_prefix.as_str())?.strip_prefix("/v2/")?;
        Route::of(method, below)
    }

    async fn answer(self: Arc<Self>, request: Received) -> Answer {
        let Some(route) = self.route(&request.method, &request.path) else { return Answer::empty(404) };
        let access = match self.admit(&request, &route) {
            Ok(access) => access,
            Err(refusal) => return refusal,
        };
        let answer = self.perform(&request, &route, &access).await;
        answer.unwrap_or_else(|refusal| refusal.answer(&self.lock().switches))
    }

    fn admit(&self, request: &Received, route: &Route) -> Result<Access, Answer> {
        let mut state = self.lock();
        let base = self.base(&state.switches);
        access::admit(&mut state, request, route, base, self.clock.now())
    }

    async fn perform(&self, request: &Received, route: &Route, access: &Access) -> Result<Answer, Refusal> {
        match route.action {
            Action::FindCandidates => self.find_candidates(request, access),
            Action::AddCandidate => self.add_candidate(request, access),
            Action::GetCandidate => self.get_candidate(route, access),
            Action::UpdateCandidate => self.update_candidate(request, route, access),
            Action::FindAttachments => self.find_attachments(request, route, access),
            Action::AddAttachment => self.add_attachment(request, route, access).await,
            Action::GetAttachment => self.get_attachment(route),
            Action::GetPhoto => self.get_photo(route),
            Action::UpdatePhoto => self.update_photo(request, route).await,
            Action::DeletePhoto => self.delete_photo(route),
            Action::GetCandidateApplications => self.get_candidate_applications(request, route, access),
            Action::AddJobs => self.add_jobs(request, route, access),
            Action::FindJobs => self.find_jobs(request, access),
            Action::GetJob => self.get_job(route, access),
            Action::GetJobApplications => self.get_job_applications(request, route, access),
            Action::AddCandidates => self.add_candidates(request, route, access),
            Action::FindEmailAddress => self.find_email_address(request),
            Action::FindUsers => self.find_users(request, access),
            Action::CurrentUser => self.current_user(access),
            Action::StatusList
            | Action::SourceList
            | Action::RatingList
            | Action::SalutationList
            | Action::CustomFields
            | Action::WorkTypes
            | Action::Countries => self.look_up(route.action, request, access),
        }
    }
}

impl Stand for JobAdder {
    fn vendor(&self) -> Vendor {
        Vendor::JobAdder
    }

    fn operation(&self, method: &str, path: &str) -> &'static str {
        self.route(method, path).map_or("unknown", |route| route.operation)
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(self.answer(request))
    }

    fn shown<'a>(&'a self, request: &'a Received) -> BoxFuture<'a, Option<String>> {
        Box::pin(form::shown(request, &[]))
    }

    fn error(&self, status: u16) -> Answer {
        let refusal = match status {
            401 | 403 | 429 => Refusal::Bare(status),
            422 => Refusal::invalid(vec![ErrorItem::invalid("", "The request is not acceptable.")]),
            status => {
                return Answer::json(status, &json!({"message": "An error has occurred."}));
            }
        };
        refusal.answer(&self.switches())
    }
}
