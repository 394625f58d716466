//! The stored data of the company.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::access::{self, ApiKey};
use super::kinds::Kind;
use super::switches::Switches;

/// A file of a record, fetched or uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// The attribute of the file: `resume`, `picture` or `url`.
    pub attribute: String,
    /// The source: a URL, or the `transient:` address of an earlier upload.
    pub source: String,
    /// The SHA-256 of the content, in lower-case hexadecimal.
    pub sha256: String,
    /// The size in bytes.
    pub size: usize,
    /// The MIME type that its server sent.
    pub content_type: String,
    /// The time of receipt.
    pub at: Timestamp,
}

/// A stored record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The id, a string as in responses.
    pub id: String,
    /// The JSON:API type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The attributes that were set, in kebab-case. Those with a file (`resume`, `original-resume`, `picture`, an
    /// upload's `url`) hold its SHA-256 here. Responses show a signed link instead.
    pub attributes: Map<String, Value>,
    /// Ids by relation.
    pub relationships: BTreeMap<String, Vec<String>>,
    /// The creation time, by the sandbox's clock.
    pub created_at: Timestamp,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// Every file received for it, in order. A file that was sent twice is listed twice.
    pub files: Vec<StoredFile>,
    /// The number of creates that were merged into it.
    pub merges: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) kind: Kind,
    pub(crate) id: u64,
    pub(crate) attributes: Map<String, Value>,
    pub(crate) links: BTreeMap<&'static str, Vec<u64>>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) files: Vec<StoredFile>,
    pub(crate) merges: u64,
}

impl Record {
    pub(crate) fn new(kind: Kind, id: u64, now: Timestamp) -> Record {
        Record {
            kind,
            id,
            attributes: Map::new(),
            links: BTreeMap::new(),
            created: now,
            updated: now,
            files: Vec::new(),
            merges: 0,
        }
    }

    pub(crate) fn linked(&self, relation: &str) -> &[u64] {
        self.links.get(relation).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn text(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn stored(&self) -> Stored {
        let ids = |ids: &Vec<u64>| ids.iter().map(u64::to_string).collect();
        Stored {
            id: self.id.to_string(),
            kind: self.kind.name().to_owned(),
            attributes: self.attributes.clone(),
            relationships: self
                .links
                .iter()
                .map(|(name, linked)| ((*name).to_owned(), ids(linked)))
                .collect(),
            created_at: self.created,
            updated_at: self.updated,
            files: self.files.clone(),
            merges: self.merges,
        }
    }
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) switches: Switches,
    pub(crate) keys: Vec<ApiKey>,
    /// The times of counted requests, by key.
    pub(crate) taken: HashMap<String, VecDeque<Timestamp>>,
    tables: BTreeMap<Kind, BTreeMap<u64, Record>>,
    by_email: HashMap<String, u64>,
    /// SHA-256 and content type of files from `POST /v1/files`, by address.
    pub(crate) transients: HashMap<String, (String, String)>,
    last_id: u64,
}

impl State {
    pub(crate) fn new(now: Timestamp) -> State {
        let mut state = State {
            switches: Switches::default(),
            keys: access::keys(),
            taken: HashMap::new(),
            tables: BTreeMap::new(),
            by_email: HashMap::new(),
            transients: HashMap::new(),
            last_id: 1000,
        };
        for record in super::company::records(now) {
            state.insert(record);
        }
        state
    }

    pub(crate) fn take_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn table(&self, kind: Kind) -> &BTreeMap<u64, Record> {
        static NONE: BTreeMap<u64, Record> = BTreeMap::new();
        self.tables.get(&kind).unwrap_or(&NONE)
    }

    pub(crate) fn get(&self, kind: Kind, id: u64) -> Option<&Record> {
        self.table(kind).get(&id)
    }

    /// Returns a record by the id of a path.
    pub(crate) fn find(&self, kind: Kind, id: &str) -> Option<&Record> {
        self.get(kind, id.parse().ok()?)
    }

    pub(crate) fn candidate_with(&self, email: &str) -> Option<u64> {
        self.by_email.get(&email.to_lowercase()).copied()
    }

    /// Adds or replaces a record. Indexes a candidate's email, and links records that name a candidate to it.
    pub(crate) fn insert(&mut self, record: Record) {
        if record.kind == Kind::Candidate {
            self.unindex(record.id);
            if !record.text("email").is_empty() {
                self.by_email.insert(record.text("email").to_lowercase(), record.id);
            }
        }
        let (candidate_relation, back) = match record.kind {
            Kind::Upload => ("candidate", "uploads"),
            Kind::JobApplication => ("candidate", "job-applications"),
            Kind::CustomFieldValue => ("owner", "custom-field-values"),
            _ => ("", ""),
        };
        if let Some(candidate) = record.linked(candidate_relation).first() {
            self.link(Kind::Candidate, *candidate, back, record.id);
        }
        if record.kind == Kind::JobApplication
            && let (Some(job), Some(candidate)) =
                (record.linked("job").first(), record.linked("candidate").first())
        {
            self.link(Kind::Job, *job, "candidates", *candidate);
        }
        self.last_id = self.last_id.max(record.id);
        self.tables.entry(record.kind).or_default().insert(record.id, record);
    }

    fn link(&mut self, kind: Kind, id: u64, relation: &'static str, to: u64) {
        if let Some(record) = self.tables.get_mut(&kind).and_then(|table| table.get_mut(&id)) {
            let linked = record.links.entry(relation).or_default();
            if !linked.contains(&to) {
                linked.push(to);
            }
        }
    }

    fn unindex(&mut self, candidate: u64) {
        let email = self.get(Kind::Candidate, candidate).map(|old| old.text("email").to_lowercase());
        if let Some(email) = email
            && self.by_email.get(&email) == Some(&candidate)
        {
            self.by_email.remove(&email);
        }
    }

    /// Removes a candidate with its uploads, notes and applications.
    pub(crate) fn remove_candidate(&mut self, id: u64) -> bool {
        self.unindex(id);
        let Some(record) = self.tables.get_mut(&Kind::Candidate).and_then(|table| table.remove(&id)) else {
            return false;
        };
        for (relation, kind) in [
            ("uploads", Kind::Upload),
            ("job-applications", Kind::JobApplication),
            ("custom-field-values", Kind::CustomFieldValue),
        ] {
            for owned in record.linked(relation) {
                self.tables.entry(kind).or_default().remove(owned);
            }
        }
        self.tables.entry(Kind::Note).or_default().retain(|_, note| note.linked("candidate") != [id]);
        for job in self.tables.entry(Kind::Job).or_default().values_mut() {
            if let Some(candidates) = job.links.get_mut("candidates") {
                candidates.retain(|candidate| *candidate != id);
            }
        }
        true
    }
}
