//! Records as responses show them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::resumes;
use super::route::Version;
use super::state::{State, StoredApplicant, StoredFile, StoredJob, StoredSubmission};
use super::times;
use crate::server::Received;

/// The context that is required to show a record.
pub(crate) struct View<'a> {
    state: &'a State,
    host: &'a str,
    version: Version,
    zone: TimeZone,
    now: Timestamp,
}

impl<'a> View<'a> {
    pub(crate) fn new(state: &'a State, request: &'a Received, version: Version, now: Timestamp) -> View<'a> {
        let zone = times::zone(&state.switches.time_zone);
        View { state, host: request.header("host").unwrap_or("127.0.0.1"), version, zone, now }
    }

    /// Returns an applicant as in the list.
    pub(crate) fn applicant(&self, applicant: &StoredApplicant) -> Value {
        let mut shown = applicant.record.clone();
        let mut show = |name: &str, value: Value| {
            // A seeded record can set the field to null.
            if shown.get(name) != Some(&Value::Null) {
                shown.insert(name.to_owned(), value);
            }
        };
        show("id", applicant.id(self.version).into());
        show("applicant_id", applicant.applicant_id.as_str().into());
        show("created_by", applicant.created_by.clone());
        show(
            "created_at",
            match self.state.switches.local_created_at {
                true => times::local(applicant.created_at, &self.zone).into(),
                false => times::with_zone(applicant.created_at).into(),
            },
        );
        show("modify_date", times::local(applicant.updated_at, &self.zone).into());
        let (first, last) = (applicant.record.get("firstname"), applicant.record.get("lastname"));
        let names = [first, last].into_iter().flatten().filter_map(Value::as_str);
        show("consultant_name", names.collect::<Vec<_>>().join(" ").into());
        let resume = applicant.files.iter().rev().find(|file| file.field == "document_fields.1");
        let (key, resume) = self.resume(resume);
        show(&key, resume);
        Value::Object(shown)
    }

    /// Returns the résumé: a permanent URL in version 1, an expiring token in version 2.
    fn resume(&self, file: Option<&StoredFile>) -> (String, Value) {
        match self.version {
            Version::One => {
                let url = |file: &StoredFile| format!("http://{}/v1/viewResume/{}", self.host, file.sha256);
                ("resume_path".to_owned(), file.map(url).unwrap_or_default().into())
            }
            Version::Two => {
                let token = |file: &StoredFile| resumes::token(self.state, file, self.now);
                (self.state.switches.resume_token_key.clone(), file.map(token).unwrap_or_default().into())
            }
        }
    }

    /// Returns the details: with documents, without the fields of the list only. Version 2 includes personal
    /// identification numbers, which clients must not copy.
    pub(crate) fn applicant_details(&self, applicant: &StoredApplicant) -> Value {
        let mut shown = self.applicant(applicant);
        let documents: Vec<Value> =
            applicant.files.iter().map(|file| self.document(file, applicant)).collect();
        if let Some(members) = shown.as_object_mut() {
            for name in ["applicant_status", "skills", "job_title"] {
                members.remove(name);
            }
            members.insert("documents".to_owned(), documents.into());
            if self.version == Version::Two {
                members.insert("ssn".to_owned(), "000-00-0000".into());
                members.insert("passport_number".to_owned(), "X0000000".into());
            }
        }
        shown
    }

    fn document(&self, file: &StoredFile, applicant: &StoredApplicant) -> Value {
        let mut document = json!({
            "title": file.file_name,
            "doc_title": "Resume",
            "created_by": applicant.created_by,
            "created_on": times::local(file.at, &self.zone),
            "modified_by": null,
        });
        let (key, resume) = self.resume(Some(file));
        if self.version == Version::Two {
            document[key] = resume;
        }
        document
    }

    /// Returns a job. Times have both formats; version 2 has other keys for the place of work.
    pub(crate) fn job(&self, job: &StoredJob, details: bool) -> Value {
        let mut shown = job.record.clone();
        shown.insert("id".to_owned(), job.id(self.version).into());
        if let Some(time) = time(&shown, "modified") {
            shown.insert("modified".to_owned(), times::local(time, &self.zone).into());
        }
        if !details {
            shown.remove("client");
        }
        if self.version == Version::Two {
            for (name, primary, secondary) in
                [("city", "primary_city", "secondary_cities"), ("state", "primary_state", "secondary_states")]
            {
                let value = shown.remove(name).unwrap_or_default();
                shown.insert(primary.to_owned(), value);
                shown.insert(secondary.to_owned(), json!([]));
            }
        }
        Value::Object(shown)
    }

    pub(crate) fn submission(&self, submission: &StoredSubmission) -> Value {
        let applicant = self.state.applicant(&submission.job_seeker_id);
        let job = self.state.job(&submission.job_id, Version::One);
        let id = match self.version {
            Version::One => &submission.id,
            Version::Two => &submission.id_v2,
        };
        json!({
            "id": id,
            "job_seeker_id": applicant.map(|applicant| applicant.id(self.version)),
            "job_id": job.map(|job| job.id(self.version)),
            "submission_status": "Submitted",
            "pipeline_status": "Pipeline",
            "source": "API",
            "submitted_on": times::local(submission.submitted_on, &self.zone),
            "submitted_by": submission.submitted_by,
        })
    }
}

/// Returns a time of a stored record.
pub(crate) fn time(record: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    record.get(name)?.as_str()?.parse().ok()
}
