//! Ceipal ATS, versions 1 and 2 of its API: applicants, job postings, submissions.

mod answers;
mod applicants;
mod ids;
mod jobs;
mod lists;
mod person;
mod resumes;
mod route;
mod samples;
mod state;
mod switches;
mod tenant;
mod times;
mod tokens;
mod view;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::CeipalCredentials;
use crate::clock::Clock;
use crate::faults::Vendor;
use crate::files::Files;
use crate::form::{self, Part};
use crate::front::Stand;
use crate::server::{Answer, Received};
use route::{Endpoint, Route};
use state::State;
pub use state::{StoredApplicant, StoredFile, StoredJob, StoredSubmission};
pub use switches::{
    CreateFiles, Created, Duplicate, Expired, Next, Refusal, SecondApplication, StatesBy, Switches,
};
pub use tokens::Account;

/// The Ceipal mock server. Clones share its data.
#[derive(Debug, Clone)]
pub struct Ceipal {
    clock: Clock,
    files: Files,
    seed: u64,
    inner: Arc<Mutex<State>>,
}

impl Ceipal {
    pub(crate) fn new(clock: Clock, files: Files, seed: u64) -> Ceipal {
        Ceipal { clock, files, seed, inner: Arc::new(Mutex::new(State::new(seed))) }
    }

    /// Returns all applicants, oldest first.
    pub fn applicants(&self) -> Vec<StoredApplicant> {
        self.lock().applicants().cloned().collect()
    }

    /// Returns one applicant by its encrypted id of either version.
    pub fn applicant(&self, id: &str) -> Option<StoredApplicant> {
        self.lock().applicant(id).cloned()
    }

    /// Returns the applicants with this primary email, in any case.
    pub fn applicants_by_email(&self, email: &str) -> Vec<StoredApplicant> {
        self.lock().with_email(email).cloned().collect()
    }

    /// Returns the number of applicants.
    pub fn applicant_count(&self) -> usize {
        self.lock().applicant_count()
    }

    /// Returns all job postings.
    pub fn jobs(&self) -> Vec<StoredJob> {
        self.lock().jobs().to_vec()
    }

    /// Returns all submissions, oldest first.
    pub fn submissions(&self) -> Vec<StoredSubmission> {
        self.lock().submissions().to_vec()
    }

    /// Adds an applicant without validation and returns its id of version 1. `record` has the fields of the list.
    /// `created_at` and `modify_date` (RFC 3339) default to now. A second applicant with the same email is added too.
    pub fn seed_applicant(&self, record: Value) -> String {
        let mut record = record.as_object().cloned().unwrap_or_default();
        let now = self.clock.now();
        let mut time = |name: &str| match view::time(&record, name) {
            Some(time) => {
                record.remove(name);
                time
            }
            None => now,
        };
        let times = (time("created_at"), time("modify_date"));
        let created_by = record.remove("created_by").unwrap_or_default();
        self.lock().add_applicant(record, BTreeMap::new(), BTreeMap::new(), created_by, times)
    }

    /// Adds a résumé to an applicant. Returns whether the applicant exists.
    pub fn attach(&self, id: &str, file_name: &str, content_type: &str, bytes: impl Into<Bytes>) -> bool {
        let part = Part {
            name: "document_fields.1".to_owned(),
            file_name: Some(file_name.to_owned()),
            content_type: Some(content_type.to_owned()),
            bytes: bytes.into(),
        };
        let files = self.kept(vec![part], self.clock.now());
        self.lock().applicant_mut(id).map(|applicant| applicant.files.extend(files)).is_some()
    }

    /// Adds a job posting and returns its id of version 1. `record` has the fields of the list, with times in RFC 3339.
    pub fn seed_job(&self, record: Value) -> String {
        self.lock().add_job(record.as_object().cloned().unwrap_or_default())
    }

    /// Adds fictional applicants that cover the forms of responses, and returns their ids of version 1. One has all
    /// fields and a résumé, one has nulls, one has empty texts, and two share an email.
    pub fn seed_samples(&self) -> Vec<String> {
        samples::add(self)
    }

    /// Removes an applicant and its submissions. Returns whether it existed.
    pub fn remove_applicant(&self, id: &str) -> bool {
        self.lock().remove_applicant(id)
    }

    /// Removes all applicants and submissions, and restores the tenant. Switches, accounts and tokens stay.
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

    /// Returns the accounts that can log in.
    pub fn accounts(&self) -> Vec<Account> {
        self.lock().accounts.clone()
    }

    /// Replaces the accounts. Tokens issued before stay valid.
    pub fn set_accounts(&self, accounts: Vec<Account>) {
        self.lock().accounts = accounts;
    }

    pub(crate) fn credentials(&self) -> CeipalCredentials {
        let state = self.lock();
        let account = state.accounts.first();
        CeipalCredentials {
            email: account.map(|account| account.email.clone()).unwrap_or_default(),
            password: account.map(|account| account.password.clone()).unwrap_or_default(),
            api_key: account.map(|account| account.api_key.clone()).unwrap_or_default(),
            time_zone: state.switches.time_zone.clone(),
        }
    }

    /// Restores the initial state, including tokens.
    pub(crate) fn reset(&self) {
        *self.lock() = State::new(self.seed);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &Received) -> Result<Answer, Answer> {
        let switches = self.switches();
        let route = Route::of(&request.method, &request.path, &switches);
        let route = route.ok_or_else(|| answers::message(404, "Not Found"))?;
        if switches.v1_redirect && route.is_list() && !route.slash {
            let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
            return Err(Answer::empty(301).with("location", format!("{}/{query}", request.path)));
        }
        let user = match route.endpoint {
            Endpoint::SignIn => return self.sign_in(request, route.version),
            Endpoint::Refresh => return self.refresh(request, route.version),
            _ => self.admit(request, &route)?,
        };
        match route.endpoint {
            Endpoint::CreateApplicant => self.create_applicant(request, &route, &user).await,
            Endpoint::Apply => self.apply(request, &route, &user).await,
            Endpoint::Applicants => self.list_applicants(request, &route),
            Endpoint::Applicant => self.read_applicant(request, &route),
            Endpoint::Resume => self.view_resume(&route),
            Endpoint::Document => self.download(request),
            Endpoint::Jobs => Ok(self.list_jobs(request, &route)),
            Endpoint::Job => self.read_job(request, &route),
            Endpoint::Submissions => Ok(self.list_submissions(request, &route)),
            _ => Ok(self.list_ids(request, &route)),
        }
    }
}

impl Stand for Ceipal {
    fn vendor(&self) -> Vendor {
        Vendor::Ceipal
    }

    fn operation(&self, method: &str, path: &str) -> &'static str {
        Route::of(method, path, &self.lock().switches).map_or("unknown", |route| route.operation())
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(async move { self.answer(&request).await.unwrap_or_else(|refusal| refusal) })
    }

    fn error(&self, status: u16) -> Answer {
        let text = match status {
            401 => "access_token expired",
            429 => "Too many requests",
            _ => "Something went wrong.",
        };
        answers::message(status, text)
    }

    fn shown<'a>(&'a self, request: &'a Received) -> BoxFuture<'a, Option<String>> {
        Box::pin(form::shown(request, &["password", "api_key", "apiKey", "resumeToken"]))
    }
}
