//! What the account's stand-in holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::account::Account;
use super::grants::Grants;
use super::overrides::Overrides;
use super::switches::Switches;
use super::throttle::Throttle;

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// The name that it came with.
    pub file_name: String,
    /// The MIME type that its part claimed.
    pub content_type: String,
    /// SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: usize,
    /// When it came.
    pub at: Timestamp,
}

/// An attachment of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAttachment {
    /// The id, beyond 32 bits.
    pub attachment_id: i64,
    /// `Resume`, `CoverLetter`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The user whose token it came with.
    pub created_by: i64,
    /// The content.
    #[serde(flatten)]
    pub file: StoredFile,
}

/// A candidate as it is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredCandidate {
    /// The id.
    pub candidate_id: i64,
    /// Members as a command has them (`statusId`, `recruiterUserId`, `custom` with ids and values), and
    /// those that no command has (`otherEmail`, `contactMethod`).
    pub members: Map<String, Value>,
    /// When it was created, by the sandbox's clock; answers and filters go by whole seconds.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The user whose token created it.
    pub created_by: i64,
    /// The user whose token last changed it.
    pub updated_by: i64,
    /// Every attachment, in order: one that came twice is here twice.
    pub attachments: Vec<StoredAttachment>,
    /// The photo.
    pub photo: Option<StoredFile>,
    /// Photos that were put, one that was replaced included.
    pub photos_put: u64,
}

impl StoredCandidate {
    /// A member's text; absent, null and other types are the same.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member).and_then(Value::as_str)
    }
}

/// A candidate's application to a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredApplication {
    /// The id, beyond 32 bits.
    pub application_id: i64,
    /// Who applies.
    pub candidate_id: i64,
    /// For what.
    pub job_id: i64,
    /// Where from.
    pub source: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The user whose token made it.
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
    /// Ids by e-mail in lower case.
    by_email: HashMap<String, BTreeSet<i64>>,
    pub(crate) applications: Vec<StoredApplication>,
    last_candidate: i64,
    /// Of attachments and applications.
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

    /// Without candidates and what belongs to them, the account as at the start.
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

    /// A candidate by an id as a path has it.
    pub(crate) fn find(&self, id: &str) -> Option<&StoredCandidate> {
        self.candidates.get(&id.parse().ok()?)
    }

    /// Those with this e-mail, whatever its case.
    pub(crate) fn with_email(&self, email: &str) -> impl Iterator<Item = &StoredCandidate> {
        let ids = self.by_email.get(&email.to_lowercase());
        ids.into_iter().flatten().filter_map(|id| self.candidates.get(id))
    }

    /// Adds a candidate, or puts it in place of itself.
    pub(crate) fn insert(&mut self, candidate: StoredCandidate) {
        let id = candidate.candidate_id;
        self.unindex(id);
        if let Some(email) = candidate.text("email") {
            self.by_email.entry(email.to_lowercase()).or_default().insert(id);
        }
        self.last_candidate = self.last_candidate.max(id);
        self.candidates.insert(id, candidate);
    }

    /// Removes a candidate and what belongs to it.
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
