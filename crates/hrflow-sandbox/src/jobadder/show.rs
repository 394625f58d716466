//! Records as responses show them, which differs from commands.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::account::{Account, Kind, only};
use super::state::{State, StoredApplication, StoredAttachment, StoredCandidate};
use super::switches::AbsentMembers;

/// The fields of a row in a list of candidates (API documentation, `CandidateSummaryModel`).
const SUMMARY: [&str; 19] = [
    "candidateId",
    "firstName",
    "lastName",
    "email",
    "phone",
    "mobile",
    "mobileNormalized",
    "contactMethod",
    "salutation",
    "unsubscribed",
    "address",
    "status",
    "rating",
    "source",
    "seeking",
    "createdBy",
    "createdAt",
    "updatedBy",
    "updatedAt",
];

/// The number of leading fields that a candidate within another record has (API documentation, `CandidateNameModel`).
const NAME: usize = 15;

/// The fields of a row in a list of jobs (API documentation, `JobOrderSummaryModel`).
pub(crate) const JOB_SUMMARY: [&str; 15] = [
    "jobId",
    "jobTitle",
    "location",
    "company",
    "contact",
    "status",
    "source",
    "userFavourite",
    "owner",
    "createdBy",
    "createdAt",
    "updatedBy",
    "updatedAt",
    "closedBy",
    "closedAt",
];

/// The fields of a job within an application (API documentation, `JobOrderTitleModel`).
const JOB_TITLE: [&str; 8] =
    ["jobId", "jobTitle", "location", "company", "contact", "status", "source", "owner"];

/// The context that is required to show a record.
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    /// The API's base URL, without a trailing slash.
    pub(crate) base: &'a str,
}

impl View<'_> {
    /// Returns a complete candidate (API documentation, `CandidateRepresentation`).
    pub(crate) fn candidate(&self, candidate: &StoredCandidate) -> Value {
        let account = &self.state.account;
        let member = |name: &str| candidate.members.get(name).cloned().unwrap_or_default();
        let mut shown = self.summary_members(candidate);
        for name in [
            "dateOfBirth",
            "emergencyContact",
            "emergencyPhone",
            "otherEmail",
            "social",
            "summary",
            "availability",
            "education",
            "skillTags",
        ] {
            shown.insert(name.to_owned(), member(name));
        }
        let mut employment = member("employment");
        work_types(&mut employment, account);
        shown.insert("employment".to_owned(), employment);
        shown.insert("custom".to_owned(), custom(&member("custom"), account));
        shown.insert("recruiters".to_owned(), recruiters(candidate, account));
        shown.insert("statistics".to_owned(), self.statistics(candidate.candidate_id));
        shown.insert("links".to_owned(), self.links(candidate));
        self.finish(Value::Object(shown))
    }

    /// Returns a candidate's row in a list, with the requested additional fields.
    pub(crate) fn candidate_row(&self, candidate: &StoredCandidate, fields: &[String]) -> Value {
        let mut shown = self.summary_members(candidate);
        if fields.iter().any(|field| field == "recruiters") {
            shown.insert("recruiters".to_owned(), recruiters(candidate, &self.state.account));
        }
        if fields.iter().any(|field| field == "statistics") {
            shown.insert("statistics".to_owned(), self.statistics(candidate.candidate_id));
        }
        self.finish(Value::Object(shown))
    }

    fn summary_members(&self, candidate: &StoredCandidate) -> Map<String, Value> {
        let account = &self.state.account;
        let member = |name: &str| candidate.members.get(name).cloned().unwrap_or_default();
        let value = |name: &str| match name {
            "candidateId" => candidate.candidate_id.into(),
            "mobileNormalized" => normalized(candidate.text("mobile")),
            "unsubscribed" => candidate.members.get(name).cloned().unwrap_or(false.into()),
            "address" => address(member(name), account),
            "status" => status(&member("statusId"), account),
            "createdBy" => account.user_name(candidate.created_by),
            "updatedBy" => account.user_name(candidate.updated_by),
            "createdAt" => show_time(candidate.created_at).into(),
            "updatedAt" => show_time(candidate.updated_at).into(),
            name => member(name),
        };
        SUMMARY.iter().map(|name| ((*name).to_owned(), value(name))).collect()
    }

    fn statistics(&self, candidate_id: i64) -> Value {
        let own = |application: &&StoredApplication| application.candidate_id == candidate_id;
        let count = self.state.applications.iter().filter(own).count();
        json!({"applications": {"new": count, "active": count, "total": count}, "placements": {"total": 0}})
    }

    fn links(&self, candidate: &StoredCandidate) -> Value {
        let own = format!("{}/candidates/{}", self.base, candidate.candidate_id);
        let mut links = json!({"self": own});
        for name in [
            "skills",
            "notes",
            "attachments",
            "videos",
            "floats",
            "submissions",
            "applications",
            "placements",
        ] {
            links[name] = format!("{own}/{name}").into();
        }
        links["photo"] = candidate.photo.as_ref().map(|_| format!("{own}/photo")).into();
        links
    }

    /// Returns an attachment's row. With `full`, it has a link.
    pub(crate) fn attachment(&self, candidate_id: i64, attachment: &StoredAttachment, full: bool) -> Value {
        let at = show_time(attachment.file.at);
        let extension = attachment.file.file_name.rsplit_once('.').map(|(_, extension)| extension);
        let mut shown = json!({
            "attachmentId": attachment.attachment_id,
            "type": attachment.kind,
            "category": null,
            "fileName": attachment.file.file_name,
            "fileType": extension,
            "expiry": null,
            "createdBy": self.state.account.user_name(attachment.created_by),
            "createdAt": at,
            "updatedAt": at,
            "candidateId": candidate_id,
        });
        if full {
            let id = attachment.attachment_id;
            let own = format!("{}/candidates/{candidate_id}/attachments/{id}", self.base);
            shown["links"] = json!({"self": own});
        }
        self.finish(shown)
    }

    /// Returns a complete job: as stored, with links.
    pub(crate) fn job(&self, job: &Value) -> Value {
        let own = format!("{}/jobs/{}", self.base, job["jobId"]);
        let mut shown = job.clone();
        shown["links"] = json!({
            "self": own,
            "attachments": format!("{own}/attachments"),
            "applications": format!("{own}/applications"),
            "notes": format!("{own}/notes"),
        });
        // Absent and null fields of a job stay as seeded: vendors' responses can have both.
        shown
    }

    /// Returns a job's row in a list, with the requested additional fields.
    pub(crate) fn job_row(&self, job: &Value, fields: &[String]) -> Value {
        let further = ["recruiters", "statistics", "partnerActions"];
        let asked = further.into_iter().filter(|name| fields.iter().any(|field| field == name));
        only(job, &JOB_SUMMARY.into_iter().chain(asked).collect::<Vec<_>>())
    }

    /// Returns an application's row (API documentation, `JobApplicationSummaryModel`).
    pub(crate) fn application(&self, application: &StoredApplication) -> Value {
        let account = &self.state.account;
        let job = account.get(Kind::Job, application.job_id).cloned().unwrap_or_default();
        let candidate = self.state.candidates.get(&application.candidate_id);
        let candidate = candidate.map(|candidate| Value::Object(self.summary_members(candidate)));
        let at = show_time(application.created_at);
        let by = account.user_name(application.created_by);
        self.finish(json!({
            "applicationId": application.application_id,
            "jobTitle": job["jobTitle"],
            "manual": true,
            "source": application.source,
            "status": account.table(Kind::ApplicationStatus).find(|status| status["default"] == true),
            "candidate": candidate.map(|candidate| only(&candidate, &SUMMARY[..NAME])),
            "job": only(&job, &JOB_TITLE),
            "owner": job["owner"],
            "createdBy": by,
            "createdAt": at,
            "updatedBy": by,
            "updatedAt": at,
        }))
    }

    /// Shows fields without a value as the switch sets.
    fn finish(&self, mut shown: Value) -> Value {
        if self.state.switches.absent_members == AbsentMembers::Omit {
            strip(&mut shown);
        }
        shown
    }
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Formats a time in UTC, in whole seconds.
pub(crate) fn show_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn address(mut address: Value, account: &Account) -> Value {
    if let Some(members) = address.as_object_mut() {
        let country =
            members.get("countryCode").and_then(Value::as_str).and_then(|code| account.country(code));
        members.insert("country".to_owned(), country.into());
    }
    address
}

fn status(id: &Value, account: &Account) -> Value {
    let id = id.as_i64().or_else(|| account.default_status());
    id.and_then(|id| account.get(Kind::Status, id)).cloned().unwrap_or_default()
}

/// Replaces `workTypeId` by `workType` with its name, at any depth.
fn work_types(value: &mut Value, account: &Account) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| work_types(member, account));
            if let Some(id) = members.remove("workTypeId") {
                let work_type = id.as_i64().and_then(|id| account.get(Kind::WorkType, id));
                members.insert("workType".to_owned(), work_type.cloned().unwrap_or_default());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| work_types(value, account)),
        _ => {}
    }
}

/// Adds name and type to custom values, which commands do not have.
fn custom(values: &Value, account: &Account) -> Value {
    let Some(values) = values.as_array() else { return Value::Null };
    let shown = values.iter().map(|sent| {
        let definition = sent["fieldId"].as_i64().and_then(|id| account.get(Kind::CustomField, id));
        let mut shown = definition.map(|field| only(field, &["fieldId", "name", "type"])).unwrap_or_default();
        shown["value"] = sent["value"].clone();
        shown
    });
    shown.collect()
}

fn recruiters(candidate: &StoredCandidate, account: &Account) -> Value {
    let Some(ids) = candidate.members.get("recruiterUserId").and_then(Value::as_array) else {
        return Value::Null;
    };
    ids.iter().filter_map(Value::as_i64).map(|id| account.user_name(id)).collect()
}

/// Returns the digits, with a leading plus if there is one.
fn normalized(mobile: Option<&str>) -> Value {
    let Some(mobile) = mobile else { return Value::Null };
    let plus = if mobile.trim_start().starts_with('+') { "+" } else { "" };
    let digits: String = mobile.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { Value::Null } else { format!("{plus}{digits}").into() }
}
