//! UKG Pro Recruiting: the identity server, and the API for candidates, applications and opportunities.

mod access;
mod applications;
mod body;
mod candidates;
mod clients;
mod dates;
mod documents;
mod errors;
mod identity;
mod lists;
mod node;
mod parts;
mod route;
mod samples;
mod state;
mod switches;
mod tenant;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::UkgProCredentials;
use crate::clock::Clock;
use crate::faults::Vendor;
use crate::files::Files;
use crate::form;
use crate::front::Stand;
use crate::server::{Answer, Received};
pub use clients::Client;
use clients::SCOPES;
use documents::Owner;
use errors::Findings;
pub(crate) use identity::Identity;
use lists::Query;
use route::{Part, Route, TENANT};
use state::State;
pub use state::{StoredApplication, StoredCandidate, StoredDocument};
pub use switches::{CountryCodes, ListShape, Prefix, ReadKeys, Switches};

/// The UKG Pro mock server. Clones share its data.
#[derive(Debug, Clone)]
pub struct UkgPro {
    clock: Clock,
    files: Files,
    seed: u64,
    inner: Arc<Mutex<State>>,
}

impl UkgPro {
    pub(crate) fn new(clock: Clock, files: Files, seed: u64) -> UkgPro {
        UkgPro { clock, files, seed, inner: Arc::new(Mutex::new(State::new(seed))) }
    }

    /// Returns all candidates, oldest first.
    pub fn candidates(&self) -> Vec<StoredCandidate> {
        self.lock().candidates().cloned().collect()
    }

    /// Returns one candidate.
    pub fn candidate(&self, id: &str) -> Option<StoredCandidate> {
        self.lock().candidate(id).cloned()
    }

    /// Returns the external candidates with this email, in any case.
    pub fn candidates_by_email(&self, email: &str) -> Vec<StoredCandidate> {
        self.lock().with_email(email).cloned().collect()
    }

    /// Returns the number of candidates.
    pub fn candidate_count(&self) -> usize {
        self.lock().candidate_count()
    }

    /// Returns all applications, oldest first.
    pub fn applications(&self) -> Vec<StoredApplication> {
        self.lock().applications().cloned().collect()
    }

    /// Returns all opportunities, as in responses.
    pub fn opportunities(&self) -> Vec<Value> {
        self.lock().tenant.opportunities.clone()
    }

    /// Returns the users of the tenant, who can write comments.
    pub fn users(&self) -> Vec<Value> {
        self.lock().tenant.users.clone()
    }

    /// Adds a candidate without validation and returns its id. `body` is that of `POST /candidates`, in either
    /// spelling. A second candidate with the same email is added too.
    pub fn seed_candidate(&self, body: Value) -> String {
        let mut fields = body.as_object().cloned().unwrap_or_default();
        for part in Part::ALL {
            if let Some(list) = fields.remove(part.imported()) {
                fields.insert(part.member().to_owned(), list);
            }
        }
        self.add(fields)
    }

    /// Sets whether a candidate has a user account. Returns whether the candidate exists.
    pub fn set_account(&self, id: &str, account: bool) -> bool {
        let mut state = self.lock();
        let candidate = state.candidate_mut(id);
        candidate.map(|candidate| candidate.account = account).is_some()
    }

    /// Adds an opportunity and returns its id. `opportunity` is the response of reads; without an id, it gets a new
    /// one.
    pub fn seed_opportunity(&self, mut opportunity: Value) -> String {
        let mut state = self.lock();
        let id = match opportunity["id"].as_str() {
            Some(id) => id.to_ascii_lowercase(),
            None => state.guid(),
        };
        opportunity["id"] = id.as_str().into();
        state.tenant.opportunities.push(opportunity);
        id
    }

    /// Adds fictional candidates that cover the forms of responses, and returns their ids. One has all fields, one has
    /// nulls, two share an email, one has no user account, one is internal.
    pub fn seed_samples(&self) -> Vec<String> {
        samples::add(self)
    }

    /// Removes a candidate and its applications. Returns whether it existed.
    pub fn remove_candidate(&self, id: &str) -> bool {
        self.lock().remove_candidate(id)
    }

    /// Removes all candidates and applications, and restores the tenant. Switches, clients and tokens stay.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Invalidates all access tokens issued so far.
    pub fn revoke_tokens(&self) {
        self.lock().grants.clear();
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

    /// Returns the API clients.
    pub fn clients(&self) -> Vec<Client> {
        self.lock().clients.clone()
    }

    /// Replaces the API clients. Tokens issued before stay valid.
    pub fn set_clients(&self, clients: Vec<Client>) {
        self.lock().clients = clients;
    }

    pub(crate) fn credentials(&self) -> UkgProCredentials {
        let clients = self.clients();
        let first = clients.first();
        UkgProCredentials {
            tenant: TENANT.to_owned(),
            client_id: first.map(|client| client.client_id.clone()).unwrap_or_default(),
            client_secret: first.map(|client| client.client_secret.clone()).unwrap_or_default(),
            scopes: SCOPES.map(str::to_owned).into(),
            clients,
        }
    }

    /// Restores the initial state, including tokens.
    pub(crate) fn reset(&self) {
        *self.lock() = State::new(self.seed);
    }

    fn add(&self, fields: Map<String, Value>) -> String {
        let mut state = self.lock();
        let candidate = candidates::record(&mut state, fields, Findings::default(), None, self.clock.now());
        let id = candidate.id.clone();
        state.add_candidate(candidate);
        id
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn route(&self, method: &str, path: &str) -> Option<Route> {
        Route::of(method, path, self.lock().switches.prefix)
    }

    async fn answer(&self, request: &Received) -> Result<Answer, Answer> {
        let route = self.route(&request.method, &request.path);
        let route = route.ok_or_else(|| errors::not_found("The resource"))?;
        let grant = access::admit(&mut self.lock(), request, &route, self.clock.now())?;
        match &route {
            Route::Candidates => self.list_candidates(request),
            Route::CreateCandidate => self.create_candidate(request, &grant),
            Route::Candidate(id) => self.read_candidate(request, id, false),
            Route::NameEmail(id) => self.read_candidate(request, id, true),
            Route::Lookup => self.look_up(request),
            Route::UploadDocument(id) => self.upload(request, Owner::Candidate(id)).await,
            Route::DownloadDocument(id, document) => self.download(Owner::Candidate(id), document),
            Route::Parts(id, part) => self.list_part(request, id, *part),
            Route::CreatePart(id, part) => self.create_part(request, id, *part),
            Route::Applications => self.list_applications(request, None),
            Route::ApplicationsOf(id) => self.list_applications(request, Some(id)),
            Route::CreateApplication => self.create_application(request),
            Route::Application(id) => self.read_application(request, id),
            Route::UploadApplicationDocument(id) => self.upload(request, Owner::Application(id)).await,
            Route::DownloadApplicationDocument(id, document) => {
                self.download(Owner::Application(id), document)
            }
            Route::Opportunities => self.list_opportunities(request),
            Route::Opportunity(id) => {
                let state = self.lock();
                let opportunity = state.tenant.opportunity(id);
                Ok(Answer::json(200, opportunity.ok_or_else(|| errors::not_found("The opportunity"))?))
            }
            Route::Questions(id, questions) => {
                let state = self.lock();
                state.tenant.opportunity(id).ok_or_else(|| errors::not_found("The opportunity"))?;
                Ok(Answer::json(200, &state.tenant.questions(id, *questions)))
            }
            Route::List(list) => Ok(Answer::json(200, &self.lock().tenant.list(*list))),
        }
    }

    fn list_opportunities(&self, request: &Received) -> Result<Answer, Answer> {
        let state = self.lock();
        let query = Query::parse(request, &state.switches)?;
        let changed = |opportunity: &Value| {
            let text = opportunity["updated_at"].as_str().or(opportunity["created_at"].as_str());
            text.and_then(dates::bound)
        };
        let lets = |opportunity: &&Value| changed(opportunity).is_none_or(|updated| query.lets(updated));
        let rows: Vec<&Value> = state.tenant.opportunities.iter().filter(lets).collect();
        lists::page(
            request,
            &state.switches,
            &query,
            &rows,
            |row| row["id"].as_str().unwrap_or_default(),
            |row| (*row).clone(),
        )
    }
}

impl Stand for UkgPro {
    fn vendor(&self) -> Vendor {
        Vendor::UkgPro
    }

    fn operation(&self, method: &str, path: &str) -> &'static str {
        self.route(method, path).map_or("unknown", |route| route.operation())
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(async move { self.answer(&request).await.unwrap_or_else(|refusal| refusal) })
    }

    fn error(&self, status: u16) -> Answer {
        match status {
            401 => errors::unauthorized(),
            429 => access::too_many(),
            400 => errors::refused(400, "", "Invalid", "Something went wrong."),
            status => errors::short(status, "Something went wrong."),
        }
    }

    fn shown<'a>(&'a self, request: &'a Received) -> BoxFuture<'a, Option<String>> {
        Box::pin(form::shown(request, &[]))
    }
}
