//! What the tenant holds.

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

/// A file that came with an applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// The form's field, under its usual name: `document_fields.1`.
    pub field: String,
    /// The file's name.
    pub file_name: String,
    /// The MIME type claimed.
    pub content_type: String,
    /// SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: usize,
    /// When it came.
    pub at: Timestamp,
}

/// An applicant as it is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredApplicant {
    /// The encrypted id of version 1.
    pub id: String,
    /// The encrypted id of version 2.
    pub id_v2: String,
    /// The readable code.
    pub applicant_id: String,
    /// The form's fields as sent, under their usual names; empty for seeded ones.
    pub fields: BTreeMap<String, String>,
    /// Fields that were sent and are not known to exist: kept, and not shown by the API.
    pub unknown: BTreeMap<String, String>,
    /// What the API shows of it, but for ids, times and files.
    pub record: Map<String, Value>,
    /// Its files, in order: one that came twice is here twice.
    pub files: Vec<StoredFile>,
    /// The user who created it.
    pub created_by: Value,
    /// When it came, by the sandbox's clock.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl StoredApplicant {
    /// The primary e-mail.
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

/// A job posting as it is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredJob {
    /// The encrypted id of version 1.
    pub id: String,
    /// The encrypted id of version 2.
    pub id_v2: String,
    /// What the API shows of it, but for the id; times are in UTC here.
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

/// An application for a job as it is held.
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
    /// Fields that were sent and are not known to exist.
    pub unknown: BTreeMap<String, String>,
    /// The user who submitted it.
    pub submitted_by: Value,
    /// When it came, by the sandbox's clock.
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
    /// In the order they came.
    applicants: BTreeMap<u64, StoredApplicant>,
    jobs: Vec<StoredJob>,
    submissions: Vec<StoredSubmission>,
    /// Applicants by the ids of either version.
    by_id: HashMap<String, u64>,
    /// Applicants by e-mail in lower case.
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

    /// Forgets applicants and submissions, and restores the tenant.
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

    /// A number that no record has, and the ids of a record with it.
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

    /// An applicant by its id of either version.
    pub(crate) fn applicant(&self, id: &str) -> Option<&StoredApplicant> {
        self.applicants.get(self.by_id.get(id)?)
    }

    pub(crate) fn applicant_mut(&mut self, id: &str) -> Option<&mut StoredApplicant> {
        self.applicants.get_mut(self.by_id.get(id)?)
    }

    /// Applicants with this primary e-mail, in any case, oldest first.
    pub(crate) fn with_email(&self, email: &str) -> impl Iterator<Item = &StoredApplicant> {
        let numbers = self.by_email.get(&email.to_lowercase()).into_iter().flatten();
        numbers.filter_map(|number| self.applicants.get(number))
    }

    /// Adds an applicant, answers its id of version 1.
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

    /// A job by its id of that version alone.
    pub(crate) fn job(&self, id: &str, version: Version) -> Option<&StoredJob> {
        self.jobs.iter().find(|job| job.id(version) == id)
    }

    /// Adds a job, answers its id of version 1.
    pub(crate) fn add_job(&mut self, record: Map<String, Value>) -> String {
        let (_, id, id_v2) = self.take("job");
        self.jobs.push(StoredJob { id: id.clone(), id_v2, record });
        id
    }

    pub(crate) fn submissions(&self) -> &[StoredSubmission] {
        &self.submissions
    }

    /// Adds a submission, answers it.
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

    /// Whether lists show what came at `arrived`.
    pub(crate) fn shows(&self, arrived: Timestamp, now: Timestamp) -> bool {
        self.switches.lookup_lag == 0 || later(arrived, self.switches.lookup_lag) <= now
    }
}
