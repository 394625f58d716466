//! The stored data of the tenant.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::clients::{self, Client, Grant};
use super::switches::Switches;
use super::tenant::Tenant;
use crate::clock::later;
use crate::random::Random;
use crate::window::Window;

/// A document of a candidate or an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocument {
    /// The document's id.
    pub id: String,
    /// The `file_name` of its metadata.
    pub file_name: String,
    /// The `document_type` of its metadata.
    pub document_type: String,
    /// The `description` of its metadata.
    pub description: Option<String>,
    /// The file name in its part of the form.
    pub part_file_name: String,
    /// The MIME type of its part of the form.
    pub content_type: String,
    /// The SHA-256 of the content, in lower-case hexadecimal.
    pub sha256: String,
    /// The size in bytes.
    pub size: usize,
    /// The time of the upload.
    pub at: Timestamp,
}

/// A stored candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredCandidate {
    /// The id, a GUID.
    pub id: String,
    /// The fields as sent, with lists under the names of the read model (`work_experience`, `educations`, `behaviors`).
    pub fields: Map<String, Value>,
    /// Paths as sent that the vendor does not know. They are ignored without an error.
    pub unknown: Vec<String>,
    /// Whether it is an internal candidate, an employee.
    pub internal: bool,
    /// Whether it has a user account. Without one, the lookup by email returns 409.
    pub account: bool,
    /// The API client that created it. `None` for seeded candidates.
    pub created_by: Option<String>,
    /// The creation time, by the sandbox's clock.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// Its documents in order. A document that was sent twice is listed twice.
    pub documents: Vec<StoredDocument>,
}

impl StoredCandidate {
    /// Returns the email as sent.
    pub fn email(&self) -> &str {
        self.fields.get("contact_info").and_then(|info| info["email"].as_str()).unwrap_or_default()
    }

    /// Returns the entries of one of its lists.
    pub(crate) fn entries(&self, member: &str) -> &[Value] {
        self.fields.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A stored application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredApplication {
    /// The id, a GUID.
    pub id: String,
    /// The candidate's id.
    pub candidate_id: String,
    /// The opportunity's id.
    pub opportunity_id: String,
    /// The fields as sent.
    pub fields: Map<String, Value>,
    /// Paths as sent that the vendor does not know. They are ignored without an error.
    pub unknown: Vec<String>,
    /// The creation time, by the sandbox's clock.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// Its documents, in order.
    pub documents: Vec<StoredDocument>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) switches: Switches,
    pub(crate) clients: Vec<Client>,
    pub(crate) grants: HashMap<String, Grant>,
    pub(crate) tokens_issued: u64,
    /// Admitted calls, by client.
    pub(crate) windows: HashMap<String, Window>,
    pub(crate) tenant: Tenant,
    /// In order of creation.
    candidates: BTreeMap<u64, StoredCandidate>,
    applications: BTreeMap<u64, StoredApplication>,
    numbers: HashMap<String, u64>,
    /// External candidates by email, trimmed and in lower case.
    by_email: HashMap<String, Vec<u64>>,
    random: Random,
    last: u64,
}

impl State {
    pub(crate) fn new(seed: u64) -> State {
        State {
            switches: Switches::default(),
            clients: clients::clients(),
            grants: HashMap::new(),
            tokens_issued: 0,
            windows: HashMap::new(),
            tenant: Tenant::seeded(),
            candidates: BTreeMap::new(),
            applications: BTreeMap::new(),
            numbers: HashMap::new(),
            by_email: HashMap::new(),
            random: Random::new(seed ^ 0x756B_6770),
            last: 0,
        }
    }

    /// Removes candidates and applications, and restores the tenant.
    pub(crate) fn clear(&mut self) {
        self.tenant = Tenant::seeded();
        self.candidates.clear();
        self.applications.clear();
        self.numbers.clear();
        self.by_email.clear();
    }

    pub(crate) fn guid(&mut self) -> String {
        self.random.guid()
    }

    pub(crate) fn candidates(&self) -> impl DoubleEndedIterator<Item = &StoredCandidate> {
        self.candidates.values()
    }

    pub(crate) fn candidate_count(&self) -> usize {
        self.candidates.len()
    }

    pub(crate) fn candidate(&self, id: &str) -> Option<&StoredCandidate> {
        self.candidates.get(self.numbers.get(id)?)
    }

    pub(crate) fn candidate_mut(&mut self, id: &str) -> Option<&mut StoredCandidate> {
        self.candidates.get_mut(self.numbers.get(id)?)
    }

    /// Returns the external candidates with this email, in any case.
    pub(crate) fn with_email(&self, email: &str) -> impl Iterator<Item = &StoredCandidate> {
        let numbers = self.by_email.get(&key(email)).into_iter().flatten();
        numbers.filter_map(|number| self.candidates.get(number))
    }

    pub(crate) fn add_candidate(&mut self, candidate: StoredCandidate) {
        let number = self.number(&candidate.id);
        if !candidate.internal && !candidate.email().is_empty() {
            self.by_email.entry(key(candidate.email())).or_default().push(number);
        }
        self.candidates.insert(number, candidate);
    }

    /// Removes a candidate and its applications.
    pub(crate) fn remove_candidate(&mut self, id: &str) -> bool {
        let Some(number) = self.numbers.remove(id) else { return false };
        let Some(candidate) = self.candidates.remove(&number) else { return false };
        if let Some(numbers) = self.by_email.get_mut(&key(candidate.email())) {
            numbers.retain(|known| *known != number);
        }
        self.applications.retain(|_, application| application.candidate_id != id);
        true
    }

    pub(crate) fn applications(&self) -> impl DoubleEndedIterator<Item = &StoredApplication> {
        self.applications.values()
    }

    pub(crate) fn application(&self, id: &str) -> Option<&StoredApplication> {
        self.applications.get(self.numbers.get(id)?)
    }

    pub(crate) fn application_mut(&mut self, id: &str) -> Option<&mut StoredApplication> {
        self.applications.get_mut(self.numbers.get(id)?)
    }

    pub(crate) fn add_application(&mut self, application: StoredApplication) {
        let number = self.number(&application.id);
        self.applications.insert(number, application);
    }

    /// Whether lookups and lists show a record that was created at `arrived`.
    pub(crate) fn shows(&self, arrived: Timestamp, now: Timestamp) -> bool {
        self.switches.lookup_lag == 0 || later(arrived, self.switches.lookup_lag) <= now
    }

    fn number(&mut self, id: &str) -> u64 {
        self.last += 1;
        self.numbers.insert(id.to_owned(), self.last);
        self.last
    }
}

fn key(email: &str) -> String {
    email.trim().to_lowercase()
}
