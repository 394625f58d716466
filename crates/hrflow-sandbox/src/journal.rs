//! What was asked, and what was answered.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::faults::{Fault, Vendor};

/// Longest body kept in an entry, in bytes; the rest is cut.
const BODY_KEPT: usize = 64 * 1024;

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was answered, by the sandbox's clock.
    pub at: Timestamp,
    /// Who was asked.
    pub vendor: Vendor,
    /// The operation's name, as fault rules use it; `unknown` for a route that the vendor does not have.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path, as sent.
    pub path: String,
    /// What followed `?`, as sent.
    pub query: String,
    /// Headers in lower case, credentials masked.
    pub headers: BTreeMap<String, String>,
    /// The body as text, cut at 64 KiB; `<n bytes>` where it is not text. Forms are shown as a JSON object, files
    /// in them by name, type, size and SHA-256; credentials are masked.
    pub body: String,
    /// The status that was answered; none where the connection was reset or left hanging.
    pub status: Option<u16>,
    /// The fault that struck, if one did.
    pub fault: Option<Fault>,
    /// Whether the request reached the vendor's logic (a fault may have kept it away).
    pub executed: bool,
}

/// The requests seen, oldest first, bounded. Clones share it.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Mutex<Log>>,
}

#[derive(Debug)]
struct Log {
    capacity: usize,
    entries: VecDeque<Entry>,
    counts: BTreeMap<(Vendor, String), u64>,
}

impl Journal {
    pub(crate) fn new(capacity: usize) -> Journal {
        Journal {
            inner: Arc::new(Mutex::new(Log { capacity, entries: VecDeque::new(), counts: BTreeMap::new() })),
        }
    }

    /// The entries still held, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.iter().cloned().collect()
    }

    /// The held entries of one operation.
    pub fn of(&self, operation: &str) -> Vec<Entry> {
        self.lock().entries.iter().filter(|entry| entry.operation == operation).cloned().collect()
    }

    /// The held entries of one operation of one vendor.
    pub fn of_vendor(&self, vendor: Vendor, operation: &str) -> Vec<Entry> {
        let log = self.lock();
        let wanted =
            log.entries.iter().filter(|entry| entry.vendor == vendor && entry.operation == operation);
        wanted.cloned().collect()
    }

    /// How many requests named this operation since the start or the last [`Journal::clear`], whether
    /// or not their entries are still held. Several vendors have a `candidates.create`: this adds them
    /// up, [`Journal::count_of`] tells them apart.
    pub fn count(&self, operation: &str) -> u64 {
        let log = self.lock();
        log.counts.iter().filter(|((_, named), _)| named == operation).map(|(_, count)| count).sum()
    }

    /// [`Journal::count`] for one vendor.
    pub fn count_of(&self, vendor: Vendor, operation: &str) -> u64 {
        self.lock().counts.get(&(vendor, operation.to_owned())).copied().unwrap_or_default()
    }

    /// All counts by operation, those of all vendors added up.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for ((_, operation), count) in &self.lock().counts {
            *counts.entry(operation.clone()).or_default() += count;
        }
        counts
    }

    /// [`Journal::counts`] for one vendor.
    pub fn counts_of(&self, vendor: Vendor) -> BTreeMap<String, u64> {
        let log = self.lock();
        let own = log.counts.iter().filter(|((of, _), _)| *of == vendor);
        own.map(|((_, operation), count)| (operation.clone(), *count)).collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut log = self.lock();
        log.entries.clear();
        log.counts.clear();
    }

    pub(crate) fn record(&self, entry: Entry) {
        let mut log = self.lock();
        *log.counts.entry((entry.vendor, entry.operation.clone())).or_default() += 1;
        if log.capacity == 0 {
            return;
        }
        if log.entries.len() >= log.capacity {
            log.entries.pop_front();
        }
        log.entries.push_back(entry);
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body as an entry keeps it.
pub(crate) fn body_text(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) if text.len() <= BODY_KEPT => text.to_owned(),
        Ok(text) => {
            let mut end = BODY_KEPT;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            format!("{}…", &text[..end])
        }
        Err(_) => format!("<{} bytes>", body.len()),
    }
}

/// The header's value with a credential replaced. The scheme of `Authorization` stays readable.
pub(crate) fn masked(name: &str, value: &str) -> String {
    match name {
        "authorization" => match value.split_once("token=") {
            Some((scheme, _)) => format!("{scheme}token=***"),
            None => match value.split_once(' ') {
                Some((scheme, _)) => format!("{scheme} ***"),
                None => "***".to_owned(),
            },
        },
        "x-api-key" | "token" | "cookie" | "proxy-authorization" => "***".to_owned(),
        _ => value.to_owned(),
    }
}
