//! The profiles, in the order of lists.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::envelope;
use super::query::{parse_time, show_time};
use super::switches::Switches;
use crate::server::Answer;

/// A source of the fictional account or of another account.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) sync_parsing: bool,
    pub(crate) foreign: bool,
}

/// One profile as JSON, with the fields that lists sort and filter by.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) source_key: String,
    pub(crate) key: String,
    pub(crate) reference: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// The time at which the server received it, which can differ from `created_at`.
    pub(crate) arrived: Timestamp,
    pub(crate) archived: bool,
    pub(crate) json: String,
}

impl Stored {
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.json).unwrap_or_default()
    }
}

/// The sort orders of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Created,
    Updated,
}

/// The profiles of one source. Lists are sorted on request and stay sorted until a change. Filling a source and reading
/// all its pages therefore needs one sort.
#[derive(Debug, Default)]
struct Shelf {
    by_key: HashMap<String, Arc<Stored>>,
    by_reference: HashMap<String, String>,
    by_created: Vec<Arc<Stored>>,
    by_updated: Vec<Arc<Stored>>,
    created_sorted: bool,
    updated_sorted: bool,
}

#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) switches: Switches,
    pub(crate) sources: Vec<Source>,
    pub(crate) started: String,
    shelves: HashMap<String, Shelf>,
    next_id: u64,
}

impl Store {
    pub(crate) fn new(now: Timestamp, sources: Vec<Source>) -> Store {
        Store {
            switches: Switches::default(),
            sources,
            started: show_time(now),
            shelves: HashMap::new(),
            next_id: 10_000,
        }
    }

    /// Returns the source, or an error: 400 for an unknown source, 401 for a source of another account.
    pub(crate) fn source(&self, key: &str) -> Result<&Source, Answer> {
        match self.sources.iter().find(|source| source.key == key) {
            None => Err(envelope::unable_to_find("source")),
            Some(source) if source.foreign => {
                Err(envelope::failure(401, format!("Unauthorized Access to source key: {key}")))
            }
            Some(source) => Ok(source),
        }
    }

    pub(crate) fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn size_of(&self, source_key: &str) -> usize {
        self.shelves.get(source_key).map_or(0, |shelf| shelf.by_key.len())
    }

    pub(crate) fn by_key(&self, source_key: &str, key: &str) -> Option<Arc<Stored>> {
        self.shelves.get(source_key)?.by_key.get(key).cloned()
    }

    pub(crate) fn by_reference(&self, source_key: &str, reference: &str) -> Option<Arc<Stored>> {
        let shelf = self.shelves.get(source_key)?;
        shelf.by_key.get(shelf.by_reference.get(reference)?).cloned()
    }

    /// Stores a complete profile, replacing one with the same key.
    pub(crate) fn put(&mut self, source_key: &str, profile: &Value, arrived: Timestamp) -> Arc<Stored> {
        let text = |name: &str| profile.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| text(name).and_then(|text| parse_time(&text)).unwrap_or(arrived);
        let stored = Arc::new(Stored {
            source_key: source_key.to_owned(),
            key: text("key").unwrap_or_default(),
            reference: text("reference"),
            created: time("created_at"),
            updated: time("updated_at"),
            arrived,
            archived: profile.get("archived_at").is_some_and(|at| !at.is_null()),
            json: profile.to_string(),
        });
        self.remove(source_key, &stored.key);
        let shelf = self.shelves.entry(source_key.to_owned()).or_default();
        if let Some(reference) = &stored.reference {
            shelf.by_reference.insert(reference.clone(), stored.key.clone());
        }
        shelf.by_key.insert(stored.key.clone(), Arc::clone(&stored));
        shelf.by_created.push(Arc::clone(&stored));
        shelf.by_updated.push(Arc::clone(&stored));
        shelf.created_sorted = false;
        shelf.updated_sorted = false;
        stored
    }

    pub(crate) fn remove(&mut self, source_key: &str, key: &str) -> bool {
        let Some(shelf) = self.shelves.get_mut(source_key) else { return false };
        let Some(removed) = shelf.by_key.remove(key) else { return false };
        if let Some(reference) = &removed.reference {
            shelf.by_reference.remove(reference);
        }
        shelf.by_created.retain(|stored| !Arc::ptr_eq(stored, &removed));
        shelf.by_updated.retain(|stored| !Arc::ptr_eq(stored, &removed));
        true
    }

    pub(crate) fn clear(&mut self) {
        self.shelves.clear();
    }

    /// Returns a source's profiles, oldest first. Equal times are sorted by key.
    pub(crate) fn sorted(&mut self, source_key: &str, order: Order) -> &[Arc<Stored>] {
        let Some(shelf) = self.shelves.get_mut(source_key) else { return &[] };
        match order {
            Order::Created => {
                if !shelf.created_sorted {
                    shelf.by_created.sort_by(|a, b| (a.created, &a.key).cmp(&(b.created, &b.key)));
                    shelf.created_sorted = true;
                }
                &shelf.by_created
            }
            Order::Updated => {
                if !shelf.updated_sorted {
                    shelf.by_updated.sort_by(|a, b| (a.updated, &a.key).cmp(&(b.updated, &b.key)));
                    shelf.updated_sorted = true;
                }
                &shelf.by_updated
            }
        }
    }

    /// Returns all profiles of all sources, oldest first within a source.
    pub(crate) fn all(&mut self) -> Vec<Arc<Stored>> {
        let keys: Vec<String> = self.sources.iter().map(|source| source.key.clone()).collect();
        keys.iter().flat_map(|key| self.sorted(key, Order::Created).to_vec()).collect()
    }

    pub(crate) fn max_page(&self, total: usize, limit: usize) -> u64 {
        match total {
            0 => self.switches.empty_max_page,
            total => total.div_ceil(limit.max(1)) as u64,
        }
    }
}
