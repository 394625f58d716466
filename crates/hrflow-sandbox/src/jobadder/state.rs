//! The stored data of the account.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::account::Account;
use super::grants::Grants;
use super::overrides::Overrides;
use super::switches::Switches;
use super::throttle::Throttle;

/// An uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// The file name as sent.
    pub file_name: String,
    /// The MIME type of its part in the form.
    pub content_type: String,
    /// The SHA-256 of the content, in lower-case hexadecimal.
    pub sha256: String,
    /// The size in bytes.
    pub size: usize,
    /// The time of the upload.
    pub at: Timestamp,
}

/// An attachment of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAttachment {
    /// The id, larger than 32 bits.
    pub attachment_id: i64,
    /// `Resume`, `CoverLetter`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The user whose token uploaded it.
    pub created_by: i64,
    /// The content.
    #[serde(flatten)]
    pub file: StoredFile,
}

/// A stored candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredCandidate {
    /// The id.
    pub candidate_id: i64,
    /// The fields as in commands (`statusId`, `recruiterUserId`, `custom` with ids and values), and those outside
    /// commands (`otherEmail`, `contactMethod`).
    pub members: Map<String, Value>,
    /// The creation time, by the sandbox's clock. Responses and filters use whole seconds.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// The user whose token created it.
    pub created_by: i64,
    /// The user whose token last changed it.
    pub updated_by: i64,
    /// Every attachment in order. An attachment that was uploaded twice is listed twice.
    pub attachments: Vec<StoredAttachment>,
    /// The photo.
    pub photo: Option<StoredFile>,
    /// The number of photo uploads, including replaced photos.
    pub photos_put: u64,
}

impl StoredCandidate {
    /// Returns a field's text. Absent, null and other types are the same.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member).and_then(Value::as_str)
    }
}

/// A candidate's application to a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredApplication {
    /// The id, larger than 32 bits.
    pub application_id: i64,
    /// The candidate's id.
    pub candidate_id: i64,
    /// The job's id.
    pub job_id: i64,
    /// The source of the application.
    pub source: Option<String>,
    /// The time of the application.
    pub created_at: Timestamp,
    /// The user whose token created it.
    pub created_by: i64,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) switches: Switches,
    pub(crate) account: Account,
    pub(crate) grants: Grants,
    pub(crate) throttle: Throttle,
    pub(crate) overrides: Overrides,
    pub(crate) candidates: BTreeMap<i64, StoredCandidate>,
    /// Ids by email in lower case.
    by_email: HashMap<String, BTreeSet<i64>>,
    pub(crate) applications: Vec<StoredApplication>,
    last_candidate: i64,
    /// The last id of attachments and applications.
    last_long: i64,
}

impl State {
    pub(crate) fn new(seed: u64) -> State {
        let shift = i64::try_from(seed % 97).unwrap_or_default();
        State {
            switches: Switches::default(),
            account: Account::new(seed),
            grants: Grants::new(seed),
            throttle: Throttle::default(),
            overrides: Overrides::new(seed),
            candidates: BTreeMap::new(),
            by_email: HashMap::new(),
            applications: Vec::new(),
            last_candidate: 500_000 + 1_000 * shift,
            last_long: 5_000_000_000 + 1_000 * shift,
        }
    }

    /// Removes candidates with their attachments and applications, and restores the account.
    pub(crate) fn clear(&mut self, seed: u64) {
        self.account = Account::new(seed);
        self.candidates.clear();
        self.by_email.clear();
        self.applications.clear();
    }

    pub(crate) fn take_candidate_id(&mut self) -> i64 {
        self.last_candidate += 1;
        self.last_candidate
    }

    pub(crate) fn take_long_id(&mut self) -> i64 {
        self.last_long += 1;
        self.last_long
    }

    /// Returns a candidate by the id of a path.
    pub(crate) fn find(&self, id: &str) -> Option<&StoredCandidate> {
        self.candidates.get(&id.parse().ok()?)
    }

    /// Returns the candidates with this email, in any case.
    pub(crate) fn with_email(&self, email: &str) -> impl Iterator<Item = &StoredCandidate> {
        let ids = self.by_email.get(&email.to_lowercase());
        ids.into_iter().flatten().filter_map(|id| self.candidates.get(id))
    }

    /// Adds or replaces a candidate.
    pub(crate) fn insert(&mut self, candidate: StoredCandidate) {
        let id = candidate.candidate_id;
        self.unindex(id);
        if let Some(email) = candidate.text("email") {
            self.by_email.entry(email.to_lowercase()).or_default().insert(id);
        }
        self.last_candidate = self.last_candidate.max(id);
        self.candidates.insert(id, candidate);
    }

    /// Removes a candidate with its attachments and applications.
    pub(crate) fn remove(&mut self, id: i64) -> bool {
        self.unindex(id);
        self.applications.retain(|application| application.candidate_id != id);
        self.candidates.remove(&id).is_some()
    }

    fn unindex(&mut self, id: i64) {
        let email = self.candidates.get(&id).and_then(|candidate| candidate.text("email"));
        let Some(email) = email.map(str::to_lowercase) else { return };
        if let Some(ids) = self.by_email.get_mut(&email) {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_email.remove(&email);
            }
        }
    }
}
