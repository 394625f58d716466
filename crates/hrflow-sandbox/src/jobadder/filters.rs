//! Filters and sort orders of lists.

use std::cmp::Reverse;

use jiff::Timestamp;
use serde_json::Value;

use super::query::{Bound, Query};

/// What a filter compares. Paths have dots; a list within a path contributes each of its entries.
#[derive(Debug)]
pub(crate) enum By {
    /// An id that equals one of the requested ids.
    Id(&'static [&'static str]),
    /// A text that contains the requested text, in any case. One of several fields is enough.
    Text(&'static [&'static str]),
    Flag(&'static str),
    Time(&'static str),
    /// A field that the mock server does not store: no record matches.
    Nothing,
}

/// A record that returns the values at a path.
pub(crate) trait Fields {
    fn at(&self, path: &str) -> Vec<Value>;
}

impl Fields for Value {
    fn at(&self, path: &str) -> Vec<Value> {
        let mut values = Vec::new();
        collect(self, path, &mut values);
        values
    }
}

fn collect(value: &Value, path: &str, into: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, path, into)),
        Value::Null => {}
        value if path.is_empty() => into.push(value.clone()),
        value => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            collect(&value[name], rest, into);
        }
    }
}

/// A requested filter.
#[derive(Debug)]
pub(crate) enum Wanted {
    Ids(&'static [&'static str], Vec<i64>),
    Text(&'static [&'static str], String),
    Flag(&'static str, bool),
    Times(&'static str, Vec<Bound>),
    Nothing,
}

impl Wanted {
    /// Returns the filters of the table that the query contains.
    pub(crate) fn all(table: &'static [(&'static str, By)], query: &mut Query) -> Vec<Wanted> {
        let wanted = table.iter().filter_map(|(name, by)| match by {
            By::Id(paths) => Some(Wanted::Ids(paths, query.ids(name))),
            By::Text(paths) => query.text(name).map(|text| Wanted::Text(paths, text.to_lowercase())),
            By::Flag(path) => query.flag(name).map(|flag| Wanted::Flag(path, flag)),
            By::Time(path) => Some(Wanted::Times(path, query.bounds(name))),
            By::Nothing => query.text(name).map(|_| Wanted::Nothing),
        });
        wanted
            .filter(|wanted| match wanted {
                Wanted::Ids(_, ids) => !ids.is_empty(),
                Wanted::Times(_, bounds) => !bounds.is_empty(),
                _ => true,
            })
            .collect()
    }

    pub(crate) fn fits(&self, record: &impl Fields) -> bool {
        match self {
            Wanted::Ids(paths, ids) => {
                let mut found = paths.iter().flat_map(|path| record.at(path));
                found.any(|id| id.as_i64().is_some_and(|id| ids.contains(&id)))
            }
            Wanted::Text(paths, text) => paths.iter().any(|path| {
                let words: Vec<String> =
                    record.at(path).iter().filter_map(Value::as_str).map(str::to_lowercase).collect();
                words.iter().any(|word| word.contains(text))
            }),
            Wanted::Flag(path, flag) => record.at(path).iter().any(|value| value.as_bool() == Some(*flag)),
            Wanted::Times(path, bounds) => {
                let time = record.at(path).first().and_then(|time| time.as_str()?.parse::<Timestamp>().ok());
                time.is_some_and(|time| bounds.iter().all(|bound| bound.holds(time)))
            }
            Wanted::Nothing => false,
        }
    }
}

/// Sorts the records stably in the requested order.
pub(crate) fn sort<R: Fields>(records: &mut [R], order: &[(&'static str, bool)]) {
    if order.is_empty() {
        return;
    }
    records.sort_by_cached_key(|record| {
        let keys = order.iter().map(|(path, descending)| {
            let key = Key::of(record.at(path).first());
            if *descending { Directed::Down(Reverse(key)) } else { Directed::Up(key) }
        });
        keys.collect::<Vec<_>>()
    });
}

/// A sort key. Records without a value are first; letter case is ignored.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Nothing,
    Number(i64),
    Text(String),
}

impl Key {
    fn of(value: Option<&Value>) -> Key {
        match value {
            Some(Value::String(text)) => Key::Text(text.to_lowercase()),
            Some(Value::Number(number)) => Key::Number(number.as_i64().unwrap_or_default()),
            _ => Key::Nothing,
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Directed {
    Up(Key),
    Down(Reverse<Key>),
}
