//! The journal of requests and responses.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::faults::{Fault, Vendor};

/// The largest body kept in an entry, in bytes. Longer bodies are cut.
const BODY_KEPT: usize = 64 * 1024;

/// One request with its response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The time of the response, by the sandbox's clock.
    pub at: Timestamp,
    /// The server that received the request.
    pub vendor: Vendor,
    /// The operation's name, as in fault rules. `unknown` if the vendor has no such route.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path, as sent.
    pub path: String,
    /// The query string, as sent, without `?`.
    pub query: String,
    /// The headers, with names in lower case and credentials masked.
    pub headers: BTreeMap<String, String>,
    /// The body as text, cut at 64 KiB, or `<n bytes>` if it is not text. Forms appear as a JSON object, with files by
    /// name, type, size and SHA-256. Credentials are masked.
    pub body: String,
    /// The status of the response. `None` if the connection was reset or left open.
    pub status: Option<u16>,
    /// The fault that was applied, if any.
    pub fault: Option<Fault>,
    /// Whether the request reached the vendor's logic. Some faults prevent that.
    pub executed: bool,
}

/// The requests received, oldest first, with a size limit. Clones share it.
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

    /// Returns the entries still held, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.iter().cloned().collect()
    }

    /// Returns the held entries of one operation.
    pub fn of(&self, operation: &str) -> Vec<Entry> {
        self.lock().entries.iter().filter(|entry| entry.operation == operation).cloned().collect()
    }

    /// Returns the held entries of one operation of one vendor.
    pub fn of_vendor(&self, vendor: Vendor, operation: &str) -> Vec<Entry> {
        let log = self.lock();
        let wanted =
            log.entries.iter().filter(|entry| entry.vendor == vendor && entry.operation == operation);
        wanted.cloned().collect()
    }

    /// Counts the requests of this operation since the start or the last [`Journal::clear`], including entries no
    /// longer held. Operations of the same name of several vendors are added up. [`Journal::count_of`] counts one
    /// vendor.
    pub fn count(&self, operation: &str) -> u64 {
        let log = self.lock();
        log.counts.iter().filter(|((_, named), _)| named == operation).map(|(_, count)| count).sum()
    }

    /// [`Journal::count`] for one vendor.
    pub fn count_of(&self, vendor: Vendor, operation: &str) -> u64 {
        self.lock().counts.get(&(vendor, operation.to_owned())).copied().unwrap_or_default()
    }

    /// Returns all counts by operation, with all vendors added up.
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

    /// Removes all entries and counts.
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

/// Returns the body as an entry stores it.
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

/// Returns the header's value with credentials masked. The scheme of `Authorization` stays readable.
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
