//! Job postings, submissions, and the lists of ids.

use jiff::Timestamp;
use serde_json::Value;

use super::Ceipal;
use super::answers::refused;
use super::lists::{self, Order};
use super::route::{Endpoint, Route, Version};
use super::state::{State, StoredJob, StoredSubmission};
use super::times;
use super::view::{self, View};
use crate::server::{Answer, Received};

impl Ceipal {
    /// `GET getJobPostingsList`.
    pub(crate) fn list_jobs(&self, request: &Received, route: &Route) -> Answer {
        let state = self.lock();
        let mut rows: Vec<&StoredJob> =
            state.jobs().iter().filter(|job| fits(job, request, route.version, &state)).collect();
        let order = Order::parse(request, route.version, &["id", "job_code", "created", "modified"]);
        order.sort(&mut rows, |row, key| view::time(&row.record, key).unwrap_or(Timestamp::UNIX_EPOCH));
        let view = View::new(&state, request, route.version, self.clock.now());
        lists::answer(request, route, &state.switches, &rows, |row| view.job(row, false))
    }

    /// `GET getJobPostingDetails`: version 1 by query, version 2 by path.
    pub(crate) fn read_job(&self, request: &Received, route: &Route) -> Result<Answer, Answer> {
        let state = self.lock();
        let id = route.id.clone().or_else(|| lists::parameter(request, "job_id")).unwrap_or_default();
        let missing = || refused(route.version, &state.switches, 404, "Job not found.");
        let job = state.job(&id, route.version).ok_or_else(missing)?;
        let view = View::new(&state, request, route.version, self.clock.now());
        Ok(Answer::json(200, &view.job(job, true)))
    }

    /// `GET getSubmissionsList`.
    pub(crate) fn list_submissions(&self, request: &Received, route: &Route) -> Answer {
        let now = self.clock.now();
        let state = self.lock();
        let (job, person) = match route.version {
            Version::One => (lists::parameter(request, "job_id"), None),
            Version::Two => (lists::parameter(request, "jobId"), lists::parameter(request, "jobSeekerId")),
        };
        let person = person.or_else(|| lists::parameter(request, "job_seeker_id"));
        let view = View::new(&state, request, route.version, now);
        let is = |row: &StoredSubmission, member: &str, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| view.submission(row)[member] == wanted.as_str())
        };
        let mut rows: Vec<&StoredSubmission> = state
            .submissions()
            .iter()
            .filter(|row| state.shows(row.submitted_on, now))
            .filter(|row| is(row, "job_id", &job) && is(row, "job_seeker_id", &person))
            .collect();
        rows.reverse();
        lists::answer(request, route, &state.switches, &rows, |row| view.submission(row))
    }

    /// Lists countries, states, sources, users and job statuses.
    pub(crate) fn list_ids(&self, request: &Received, route: &Route) -> Answer {
        let state = self.lock();
        let tenant = &state.tenant;
        let rows: Vec<Value> = match route.endpoint {
            Endpoint::Countries => tenant.countries.clone(),
            Endpoint::States => {
                let country = lists::parameter(request, "country").unwrap_or_default();
                tenant.states_of(&country, state.switches.states_by)
            }
            Endpoint::Sources => tenant.sources.clone(),
            Endpoint::Users => tenant.users.clone(),
            _ => tenant.job_statuses.clone(),
        };
        match state.switches.paged_master_data {
            true => lists::answer(request, route, &state.switches, &rows, Value::clone),
            false => Answer::json(200, &rows),
        }
    }
}

/// Whether a job matches the filters. Unknown filters are ignored.
fn fits(job: &StoredJob, request: &Received, version: Version, state: &State) -> bool {
    let zone = times::zone(&state.switches.time_zone);
    let parameter = |name: &str| lists::parameter(request, name);
    let member = |name: &str| job.record.get(name).map(lists::plain).unwrap_or_default();
    let status = |ids: String| {
        let mut statuses = state.tenant.job_statuses.iter();
        let of_job = statuses.find(|status| status["name"] == member("job_status").as_str());
        let id = of_job.map(|status| lists::plain(&status["id"])).unwrap_or_default();
        ids.split(',').any(|wanted| wanted.trim() == id)
    };
    let flag = |name: &str, wanted: String| (member(name) == "1") == (wanted == "1");
    let modified = view::time(&job.record, "modified");
    let after = parameter("modifiedAfter").and_then(|text| times::filter(&text, &zone));
    let own = match version {
        Version::One => {
            let created = view::time(&job.record, "created");
            // Without `filter=created` the two dates are ignored.
            let by_date = parameter("filter").as_deref() == Some("created");
            let day =
                |name: &str| parameter(name).filter(|_| by_date).and_then(|text| times::day(&text, &zone));
            let day_after = |day: Timestamp| crate::clock::later(day, 24 * 3600 * 1000);
            parameter("job_status").is_none_or(status)
                && parameter("post_on_careerportal").is_none_or(|wanted| flag("post_on_careerportal", wanted))
                && parameter("business_unit_id").is_none_or(|wanted| member("business_unit_id") == wanted)
                && parameter("searchkey").is_none_or(|wanted| member("job_code") == wanted)
                && day("fromdate").is_none_or(|from| created.is_some_and(|created| created >= from))
                && day("todate").is_none_or(|to| created.is_some_and(|created| created < day_after(to)))
        }
        Version::Two => {
            let active = member("job_status") == "Active";
            parameter("jobStatus").is_none_or(status)
                && parameter("postOnCareerportal").is_none_or(|wanted| flag("post_on_careerportal", wanted))
                && parameter("isActive").is_none_or(|wanted| active == (wanted == "1"))
        }
    };
    own && after.is_none_or(|bound| modified.is_some_and(|modified| modified > bound))
}
