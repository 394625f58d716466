//! The stored data of the tenant.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ids;
use super::route::Version;
use super::switches::Switches;
use super::tenant::Tenant;
use super::tokens::{self, Account, Grant};
use crate::clock::later;
use crate::window::Window;

/// A file of an applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// The form's field, under its usual name: `document_fields.1`.
    pub field: String,
    /// The file's name.
    pub file_name: String,
    /// The MIME type as sent.
    pub content_type: String,
    /// The SHA-256 of the content, in lower-case hexadecimal.
    pub sha256: String,
    /// The size in bytes.
    pub size: usize,
    /// The time of the upload.
    pub at: Timestamp,
}

/// A stored applicant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredApplicant {
    /// The encrypted id of version 1.
    pub id: String,
    /// The encrypted id of version 2.
    pub id_v2: String,
    /// The readable applicant code.
    pub applicant_id: String,
    /// The form's fields as sent, under their usual names. Empty for seeded applicants.
    pub fields: BTreeMap<String, String>,
    /// Unknown fields as sent. The API does not show them.
    pub unknown: BTreeMap<String, String>,
    /// The fields that the API shows, except ids, times and files.
    pub record: Map<String, Value>,
    /// Its files in order. A file that was sent twice is listed twice.
    pub files: Vec<StoredFile>,
    /// The user who created it.
    pub created_by: Value,
    /// The creation time, by the sandbox's clock.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub updated_at: Timestamp,
}

impl StoredApplicant {
    /// Returns the primary email.
    pub fn email(&self) -> &str {
        self.record.get("email").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn id(&self, version: Version) -> &str {
        match version {
            Version::One => &self.id,
            Version::Two => &self.id_v2,
        }
    }
}

/// A stored job posting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredJob {
    /// The encrypted id of version 1.
    pub id: String,
    /// The encrypted id of version 2.
    pub id_v2: String,
    /// The fields that the API shows, except the id. Times are in UTC.
    pub record: Map<String, Value>,
}

impl StoredJob {
    pub(crate) fn id(&self, version: Version) -> &str {
        match version {
            Version::One => &self.id,
            Version::Two => &self.id_v2,
        }
    }
}

/// A stored application for a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredSubmission {
    /// The encrypted id of version 1.
    pub id: String,
    /// The encrypted id of version 2.
    pub id_v2: String,
    /// The applicant's encrypted id of version 1.
    pub job_seeker_id: String,
    /// The job's encrypted id of version 1.
    pub job_id: String,
    /// The form's fields as sent, under their usual names.
    pub fields: BTreeMap<String, String>,
    /// Unknown fields as sent.
    pub unknown: BTreeMap<String, String>,
    /// The user who submitted it.
    pub submitted_by: Value,
    /// The time of the submission, by the sandbox's clock.
    pub submitted_on: Timestamp,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) switches: Switches,
    pub(crate) accounts: Vec<Account>,
    pub(crate) grants: HashMap<String, Grant>,
    pub(crate) tokens_issued: u64,
    pub(crate) window: Window,
    pub(crate) tenant: Tenant,
    seed: u64,
    last: u64,
    /// In order of creation.
    applicants: BTreeMap<u64, StoredApplicant>,
    jobs: Vec<StoredJob>,
    submissions: Vec<StoredSubmission>,
    /// Applicants by the ids of either version.
    by_id: HashMap<String, u64>,
    /// Applicants by email in lower case.
    by_email: HashMap<String, Vec<u64>>,
}

impl State {
    pub(crate) fn new(seed: u64) -> State {
        let mut state = State {
            switches: Switches::default(),
            accounts: tokens::accounts(),
            grants: HashMap::new(),
            tokens_issued: 0,
            window: Window::default(),
            tenant: Tenant::default(),
            seed,
            last: 0,
            applicants: BTreeMap::new(),
            jobs: Vec::new(),
            submissions: Vec::new(),
            by_id: HashMap::new(),
            by_email: HashMap::new(),
        };
        state.clear();
        state
    }

    /// Removes applicants and submissions, and restores the tenant.
    pub(crate) fn clear(&mut self) {
        self.tenant = Tenant::seeded();
        self.applicants.clear();
        self.by_id.clear();
        self.by_email.clear();
        self.submissions.clear();
        self.jobs.clear();
        for record in self.tenant.job_postings.clone() {
            self.add_job(record);
        }
    }

    /// Returns an unused number, and the ids of a record with it.
    fn take(&mut self, kind: &str) -> (u64, String, String) {
        self.last += 1;
        let id = ids::encrypted(kind, self.last, Version::One, self.seed);
        let other = ids::encrypted(kind, self.last, Version::Two, self.seed);
        (self.last, id, other)
    }

    pub(crate) fn applicants(&self) -> impl DoubleEndedIterator<Item = &StoredApplicant> {
        self.applicants.values()
    }

    pub(crate) fn applicant_count(&self) -> usize {
        self.applicants.len()
    }

    /// Returns an applicant by its id of either version.
    pub(crate) fn applicant(&self, id: &str) -> Option<&StoredApplicant> {
        self.applicants.get(self.by_id.get(id)?)
    }

    pub(crate) fn applicant_mut(&mut self, id: &str) -> Option<&mut StoredApplicant> {
        self.applicants.get_mut(self.by_id.get(id)?)
    }

    /// Returns the applicants with this primary email, in any case, oldest first.
    pub(crate) fn with_email(&self, email: &str) -> impl Iterator<Item = &StoredApplicant> {
        let numbers = self.by_email.get(&email.to_lowercase()).into_iter().flatten();
        numbers.filter_map(|number| self.applicants.get(number))
    }

    /// Adds an applicant and returns its id of version 1.
    pub(crate) fn add_applicant(
        &mut self,
        record: Map<String, Value>,
        fields: BTreeMap<String, String>,
        unknown: BTreeMap<String, String>,
        created_by: Value,
        times: (Timestamp, Timestamp),
    ) -> String {
        let (number, id, id_v2) = self.take("applicant");
        let applicant = StoredApplicant {
            id: id.clone(),
            id_v2,
            applicant_id: format!("APP-{number:06}"),
            fields,
            unknown,
            record,
            files: Vec::new(),
            created_by,
            created_at: times.0,
            updated_at: times.1,
        };
        self.by_id.insert(id.clone(), number);
        self.by_id.insert(applicant.id_v2.clone(), number);
        if !applicant.email().is_empty() {
            self.by_email.entry(applicant.email().to_lowercase()).or_default().push(number);
        }
        self.applicants.insert(number, applicant);
        id
    }

    /// Removes an applicant and its submissions.
    pub(crate) fn remove_applicant(&mut self, id: &str) -> bool {
        let Some(number) = self.by_id.get(id).copied() else { return false };
        let Some(applicant) = self.applicants.remove(&number) else { return false };
        self.by_id.retain(|_, known| *known != number);
        if let Some(numbers) = self.by_email.get_mut(&applicant.email().to_lowercase()) {
            numbers.retain(|known| *known != number);
        }
        self.submissions.retain(|submission| submission.job_seeker_id != applicant.id);
        true
    }

    pub(crate) fn jobs(&self) -> &[StoredJob] {
        &self.jobs
    }

    /// Returns a job by its id of that version only.
    pub(crate) fn job(&self, id: &str, version: Version) -> Option<&StoredJob> {
        self.jobs.iter().find(|job| job.id(version) == id)
    }

    /// Adds a job and returns its id of version 1.
    pub(crate) fn add_job(&mut self, record: Map<String, Value>) -> String {
        let (_, id, id_v2) = self.take("job");
        self.jobs.push(StoredJob { id: id.clone(), id_v2, record });
        id
    }

    pub(crate) fn submissions(&self) -> &[StoredSubmission] {
        &self.submissions
    }

    /// Adds a submission and returns it.
    pub(crate) fn add_submission(
        &mut self,
        applicant: &str,
        job: &str,
        sent: (BTreeMap<String, String>, BTreeMap<String, String>),
        submitted_by: Value,
        now: Timestamp,
    ) -> StoredSubmission {
        let (_, id, id_v2) = self.take("submission");
        let submission = StoredSubmission {
            id,
            id_v2,
            job_seeker_id: applicant.to_owned(),
            job_id: job.to_owned(),
            fields: sent.0,
            unknown: sent.1,
            submitted_by,
            submitted_on: now,
        };
        self.submissions.push(submission.clone());
        submission
    }

    /// Whether lists show a record that was created at `arrived`.
    pub(crate) fn shows(&self, arrived: Timestamp, now: Timestamp) -> bool {
        self.switches.lookup_lag == 0 || later(arrived, self.switches.lookup_lag) <= now
    }
}
