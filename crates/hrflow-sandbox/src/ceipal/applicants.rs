//! Applicants: create, apply for a job, read.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Ceipal;
use super::answers::{refused, softly};
use super::lists::{self, Order};
use super::person::{self, Sent};
use super::route::{Route, Version};
use super::state::{State, StoredApplicant};
use super::switches::{CreateFiles, Created, Duplicate, SecondApplication};
use super::times;
use super::view::View;
use crate::server::{Answer, Received};

impl Ceipal {
    /// `POST createApplicant`.
    pub(crate) async fn create_applicant(
        &self,
        request: &Received,
        route: &Route,
        user: &str,
    ) -> Result<Answer, Answer> {
        let switches = self.switches();
        let refuse = |text: &str| refused(route.version, &switches, 400, text);
        let sent = person::sent(request, &switches, false, "").await;
        let mut sent = sent.ok_or_else(|| refuse("The request must be a form."))?;
        let mut state = self.lock();
        let required = person::required(&switches, false);
        let record = sent.check(&state, &required).map_err(|text| refuse(&text))?;
        match switches.create_files {
            CreateFiles::Keep => sent.check_files(&switches).map_err(|text| refuse(&text))?,
            CreateFiles::Ignore => sent.files.clear(),
            CreateFiles::Refuse if sent.files.is_empty() => {}
            CreateFiles::Refuse => return Err(refuse("Documents are not allowed here.")),
        }
        if state.with_email(sent.text("email").unwrap_or_default()).next().is_some() {
            const TEXT: &str = "Applicant already exists with this email.";
            match switches.duplicate {
                Duplicate::Soft => return Err(softly(&switches, 201, TEXT)),
                Duplicate::Hard => return Err(refuse(TEXT)),
                Duplicate::Allow => {}
            }
        }
        if switches.created == Created::Refused {
            return Err(softly(&switches, 200, "The applicant could not be created."));
        }
        let created_by = state.tenant.user(user);
        let id = self.add(&mut state, sent, record, created_by);
        let applicant = state.applicant(&id);
        let ids = applicant.map(|applicant| (applicant.id(route.version), applicant.applicant_id.as_str()));
        let (id, applicant_id) = ids.unwrap_or_default();
        Ok(match switches.created {
            Created::Id => {
                let body = json!({"status": 201, "success": 1, "id": id, "applicant_id": applicant_id});
                Answer::json(201, &body)
            }
            Created::Data => {
                let data = json!({"id": id, "applicant_id": applicant_id});
                Answer::json(201, &json!({"status": 201, "success": 1, "data": data}))
            }
            Created::Empty => Answer::empty(201),
            Created::Bare | Created::Refused => Answer::json(201, &json!({"status": 201, "success": 1})),
        })
    }

    /// `POST applyJobWithOutRegistration`: creates a submission, and an applicant unless the email exists.
    pub(crate) async fn apply(
        &self,
        request: &Received,
        route: &Route,
        user: &str,
    ) -> Result<Answer, Answer> {
        let switches = self.switches();
        let refuse = |text: &str| refused(route.version, &switches, 400, text);
        let job_field = match route.version {
            Version::One => "job_id",
            Version::Two => "jobId",
        };
        let sent = person::sent(request, &switches, true, job_field).await;
        let sent = sent.ok_or_else(|| refuse("The request must be multipart/form-data."))?;
        let mut state = self.lock();
        let job_id = sent.fields.get(job_field).map(String::as_str).unwrap_or_default();
        if job_id.is_empty() {
            return Err(refuse(&format!("The {job_field} field is required.")));
        }
        let Some(job) = state.job(job_id, route.version).cloned() else {
            let status = if route.version == Version::One { 400 } else { 404 };
            return Err(refused(route.version, &switches, status, "Job not found."));
        };
        if job.record.get("job_status") != Some(&"Active".into()) {
            return Err(refuse("This job is not open."));
        }
        let required = person::required(&switches, true);
        let record = sent.check(&state, &required).map_err(|text| refuse(&text))?;
        sent.check_files(&switches).map_err(|text| refuse(&text))?;
        let known =
            state.with_email(sent.text("email").unwrap_or_default()).next().map(|known| known.id.clone());
        let again = known.as_ref().is_some_and(|id| {
            state.submissions().iter().any(|one| one.job_seeker_id == *id && one.job_id == job.id)
        });
        if again {
            const TEXT: &str = "You have already applied for this job.";
            return Err(match switches.second_application {
                SecondApplication::Soft => softly(&switches, 201, TEXT),
                SecondApplication::Hard => refuse(TEXT),
            });
        }
        let by = state.tenant.user(user);
        let form = (sent.fields.clone(), sent.unknown.clone());
        let applicant = match known {
            Some(id) => {
                let now = self.clock.now();
                let files = self.kept(sent.files, now);
                if let Some(applicant) = state.applicant_mut(&id) {
                    applicant.files.extend(files);
                    applicant.updated_at = now;
                }
                id
            }
            None => self.add(&mut state, sent, record, by.clone()),
        };
        let submission = state.add_submission(&applicant, &job.id, form, by, self.clock.now());
        let text = "You have applied for the job successfully.";
        Ok(match route.version {
            Version::One => Answer::json(201, &json!({"status": 201, "success": 1, "message": text})),
            Version::Two => Answer::json(201, &json!({"message": text, "submissionId": submission.id_v2})),
        })
    }

    fn add(
        &self,
        state: &mut State,
        sent: Sent,
        record: serde_json::Map<String, Value>,
        created_by: Value,
    ) -> String {
        let now = self.clock.now();
        let files = self.kept(sent.files, now);
        let id = state.add_applicant(record, sent.fields, sent.unknown, created_by, (now, now));
        if let Some(applicant) = state.applicant_mut(&id) {
            applicant.files = files;
        }
        id
    }

    /// `GET getApplicantsList`.
    pub(crate) fn list_applicants(&self, request: &Received, route: &Route) -> Result<Answer, Answer> {
        let now = self.clock.now();
        let state = self.lock();
        let filters = Filters::parse(request, route.version, &state)?;
        let email = if state.switches.ignore_email_filter { None } else { filters.email.as_deref() };
        let candidates: Vec<&StoredApplicant> = match email {
            Some(email) => state.with_email(email).filter(|row| filters.is_email(row, &state)).collect(),
            None => state.applicants().collect(),
        };
        let shown = candidates.into_iter().filter(|row| state.shows(row.created_at, now));
        let mut rows: Vec<&StoredApplicant> = shown.filter(|row| filters.fit(row)).collect();
        filters.order.sort(&mut rows, |row, key| match key {
            "modify_date" => row.updated_at,
            _ => row.created_at,
        });
        let view = View::new(&state, request, route.version, now);
        Ok(lists::answer(request, route, &state.switches, &rows, |row| view.applicant(row)))
    }

    /// `GET getApplicantDetails`: version 1 by query, version 2 by path.
    pub(crate) fn read_applicant(&self, request: &Received, route: &Route) -> Result<Answer, Answer> {
        let state = self.lock();
        let id = route.id.clone().or_else(|| lists::parameter(request, "applicant_id")).unwrap_or_default();
        let applicant = state.applicant(&id).filter(|applicant| applicant.id(route.version) == id);
        let missing = || refused(route.version, &state.switches, 404, "Applicant not found.");
        let view = View::new(&state, request, route.version, self.clock.now());
        Ok(Answer::json(200, &view.applicant_details(applicant.ok_or_else(missing)?)))
    }
}

/// The filters of each version. Other filters are ignored.
struct Filters {
    email: Option<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    /// Fields of the record with their required values.
    members: Vec<(&'static str, String)>,
    skills: Vec<String>,
    order: Order,
}

impl Filters {
    fn parse(request: &Received, version: Version, state: &State) -> Result<Filters, Answer> {
        let zone = times::zone(&state.switches.time_zone);
        let mut filters = Filters {
            email: None,
            after: None,
            before: None,
            members: Vec::new(),
            skills: Vec::new(),
            order: Order::parse(request, version, &["id", "created_at", "modify_date"]),
        };
        for (name, value) in request.pairs() {
            let time = || match (times::filter(&value, &zone), version) {
                (None, Version::Two) => Err(super::answers::message(400, &format!("{name} is not valid."))),
                (time, _) => Ok(time),
            };
            match (name.as_str(), version) {
                ("email", _) => filters.email = Some(value),
                ("modifiedAfter", _) => filters.after = time()?,
                ("modifiedBefore", _) => filters.before = time()?,
                ("source", _) => filters.members.push(("source", value)),
                ("created_by", Version::One) | ("createdBy", Version::Two) => {
                    filters.members.push(("created_by", value));
                }
                ("applicant_status", Version::One) => filters.members.push(("applicant_status", value)),
                ("applicantId", Version::Two) => filters.members.push(("applicant_id", value)),
                ("workAuthorization", Version::Two) => {
                    filters.members.push(("work_authorization_id", value));
                }
                ("skills", Version::Two) => {
                    filters.skills = value.split(',').map(|skill| skill.trim().to_lowercase()).collect();
                }
                _ => {}
            }
        }
        Ok(filters)
    }

    fn is_email(&self, row: &StoredApplicant, state: &State) -> bool {
        state.switches.email_filter_any_case || self.email.as_deref() == Some(row.email())
    }

    fn fit(&self, row: &StoredApplicant) -> bool {
        let member = |name: &str| match name {
            "created_by" => lists::plain(&row.created_by),
            "applicant_id" => row.applicant_id.clone(),
            name => row.record.get(name).map(lists::plain).unwrap_or_default(),
        };
        let skills = member("skills").to_lowercase();
        let has = |wanted: &String| skills.split(',').any(|skill| skill.trim() == wanted);
        self.after.is_none_or(|bound| row.updated_at > bound)
            && self.before.is_none_or(|bound| row.updated_at < bound)
            && self.members.iter().all(|(name, wanted)| member(name) == *wanted)
            && (self.skills.is_empty() || self.skills.iter().any(has))
    }
}
