//! Applications of candidates to jobs.

use serde_json::{Map, Value};

use super::JobAdder;
use super::access::Access;
use super::account::Kind;
use super::command::{ADD_CANDIDATES, ADD_JOBS, Member};
use super::errors::{Code, ErrorItem, Refusal};
use super::pages::paged;
use super::query::{Page, Query};
use super::reader;
use super::route::Route;
use super::show::View;
use super::state::{State, StoredApplication};
use crate::server::{Answer, Received};

/// Pairs of a candidate and the job to add it to.
type Pairs = Vec<(i64, i64)>;

impl JobAdder {
    /// `POST /jobs/{jobId}/applications`.
    pub(crate) fn add_candidates(
        &self,
        request: &Received,
        route: &Route,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let id = route.segment(0);
        let job = id.parse().ok().filter(|job| self.lock().account.get(Kind::Job, *job).is_some());
        let job = job.ok_or_else(|| Refusal::not_found("Job", id))?;
        let known = |state: &State, candidate| state.candidates.contains_key(&candidate);
        self.add(request, access, ADD_CANDIDATES, known, |candidate| (candidate, job))
    }

    /// `POST /candidates/{candidateId}/applications`.
    pub(crate) fn add_jobs(
        &self,
        request: &Received,
        route: &Route,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let id = route.segment(0);
        let candidate = self.lock().find(id).map(|candidate| candidate.candidate_id);
        let candidate = candidate.ok_or_else(|| Refusal::not_found("Candidate", id))?;
        let known = |state: &State, job| state.account.get(Kind::Job, job).is_some();
        self.add(request, access, ADD_JOBS, known, |job| (candidate, job))
    }

    /// Adds all applications, or none if one already exists.
    fn add(
        &self,
        request: &Received,
        access: &Access,
        command: &[Member],
        known: impl Fn(&State, i64) -> bool,
        pair: impl Fn(i64) -> (i64, i64),
    ) -> Result<Answer, Refusal> {
        let mut state = self.lock();
        let (members, mut errors) = reader::read(request, command, &state.switches)?;
        let listed = command.first().map_or("", |member| member.name);
        let ids: Vec<i64> = ids(&members, listed);
        if ids.is_empty() && errors.is_empty() {
            errors.push(ErrorItem::missing(listed));
        }
        for (index, id) in ids.iter().enumerate().filter(|(_, id)| !known(&state, **id)) {
            let field = format!("{listed}[{index}]");
            errors.push(ErrorItem::new(Code::Missing, &field, format!("{id} does not exist.")));
        }
        if !errors.is_empty() {
            return Err(Refusal::invalid(errors));
        }
        let mut pairs: Pairs = Vec::new();
        for pair in ids.into_iter().map(pair) {
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        let there =
            |application: &StoredApplication| pairs.contains(&(application.candidate_id, application.job_id));
        if state.applications.iter().any(there) {
            return Err(Refusal::already_exists(listed, "Job application already exists"));
        }
        let source = members.get("source").and_then(Value::as_str).map(str::to_owned);
        let made: Vec<StoredApplication> = pairs
            .into_iter()
            .map(|(candidate_id, job_id)| StoredApplication {
                application_id: state.take_long_id(),
                candidate_id,
                job_id,
                source: source.clone(),
                created_at: self.clock.now(),
                created_by: access.user,
            })
            .collect();
        state.applications.extend(made.iter().cloned());
        let view = View { state: &state, base: &access.base };
        let page = Page { offset: 0, limit: made.len() };
        let mut answer = paged(request, &access.address, page, made.len(), || rows(&view, &made));
        answer.status = 201;
        Ok(answer)
    }

    /// `GET /jobs/{jobId}/applications`.
    pub(crate) fn get_job_applications(
        &self,
        request: &Received,
        route: &Route,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let job = route.segment(0).parse::<i64>().ok();
        self.applications_of(request, access, |application| Some(application.job_id) == job)
    }

    /// `GET /candidates/{candidateId}/applications`.
    pub(crate) fn get_candidate_applications(
        &self,
        request: &Received,
        route: &Route,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let candidate = route.segment(0).parse::<i64>().ok();
        self.applications_of(request, access, |application| Some(application.candidate_id) == candidate)
    }

    fn applications_of(
        &self,
        request: &Received,
        access: &Access,
        wanted: impl Fn(&StoredApplication) -> bool,
    ) -> Result<Answer, Refusal> {
        let state = self.lock();
        let mut query = Query::of(request);
        let page = query.page(&state.switches);
        query.checked()?;
        let found: Vec<StoredApplication> =
            state.applications.iter().filter(|application| wanted(application)).cloned().collect();
        let view = View { state: &state, base: &access.base };
        Ok(paged(request, &access.address, page, found.len(), || {
            let end = page.offset.saturating_add(page.limit).min(found.len());
            rows(&view, found.get(page.offset..end).unwrap_or_default())
        }))
    }
}

fn rows(view: &View<'_>, applications: &[StoredApplication]) -> Vec<Value> {
    applications.iter().map(|application| view.application(application)).collect()
}

fn ids(members: &Map<String, Value>, name: &str) -> Vec<i64> {
    members.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect()
}
