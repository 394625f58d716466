//! The query of a read: filters, order, page, included relations, fields.

use std::collections::BTreeSet;

use super::document::{Fields, Includes};
use super::errors::{self, Error};
use super::kinds::Kind;
use super::switches::Switches;
use crate::clock::parse_time;
use crate::server::Received;

const DEFAULT_SIZE: usize = 10;
const LARGEST_SIZE: usize = 30;

pub(crate) struct Filter {
    pub(crate) name: String,
    /// `from` or `to`, if the filter has bounds.
    pub(crate) bound: String,
    pub(crate) value: String,
}

/// A parsed query.
pub(crate) struct Query {
    pub(crate) includes: Includes,
    pub(crate) fields: Fields,
    pub(crate) filters: Vec<Filter>,
    pub(crate) sort: Vec<(String, bool)>,
    pub(crate) size: usize,
    pub(crate) number: usize,
    pub(crate) after: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) by_cursor: bool,
}

impl Default for Query {
    fn default() -> Query {
        Query {
            includes: Includes::default(),
            fields: Fields::new(),
            filters: Vec::new(),
            sort: Vec::new(),
            size: DEFAULT_SIZE,
            number: 1,
            after: None,
            before: None,
            by_cursor: false,
        }
    }
}

impl Query {
    /// Parses the query. Returns all errors together, as jsonapi-resources does.
    pub(crate) fn parse(kind: Kind, request: &Received, switches: &Switches) -> Result<Query, Vec<Error>> {
        let mut errors = Vec::new();
        let mut query = Query { by_cursor: switches.cursor_lists.contains(kind.name()), ..Query::default() };
        for (key, value) in request.pairs() {
            let (family, members) = family(&key);
            match (family, members.as_slice()) {
                ("include", []) => query.includes = Includes::parse(kind, &value, &mut errors),
                ("sort", []) => query.parse_sort(kind, &value, &mut errors),
                ("fields", [named]) => query.parse_fields(named, &value, &mut errors),
                ("filter", [name, rest @ ..]) => {
                    let name = name.replace('_', "-");
                    if !kind.filters().contains(&name.as_str()) {
                        errors.push(errors::filter_not_allowed(&name));
                        continue;
                    }
                    let bound = rest.first().copied().unwrap_or_default().to_owned();
                    let dated = name.ends_with("-at");
                    let known =
                        if dated { matches!(bound.as_str(), "from" | "to") } else { bound.is_empty() };
                    if !known || (dated && parse_time(&value).is_none()) {
                        errors.push(errors::invalid_filter_value(&name.replace('-', "_"), &value));
                        continue;
                    }
                    query.filters.push(Filter { name, bound, value });
                }
                ("page", [name]) => query.parse_page(name, &value, switches, &mut errors),
                _ => {}
            }
        }
        if errors.is_empty() { Ok(query) } else { Err(errors) }
    }

    fn parse_sort(&mut self, kind: Kind, value: &str, errors: &mut Vec<Error>) {
        for criterion in value.split(',').map(str::trim).filter(|criterion| !criterion.is_empty()) {
            let (descending, name) = match criterion.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, criterion),
            };
            let name = name.replace('_', "-");
            let known = name == "id"
                || kind.attributes().contains(&name.as_str())
                || (kind == Kind::Job && name == "date");
            match known {
                true => self.sort.push((name, descending)),
                false => errors.push(errors::invalid_sort(&name, kind.name())),
            }
        }
    }

    fn parse_fields(&mut self, named: &str, value: &str, errors: &mut Vec<Error>) {
        let Some(kind) = Kind::named(named) else {
            errors.push(errors::invalid_resource(named));
            return;
        };
        let names: BTreeSet<String> =
            value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        for name in &names {
            let known =
                name == "id" || kind.attributes().contains(&name.as_str()) || kind.relation(name).is_some();
            if !known {
                errors.push(errors::invalid_field(name, kind.name()));
            }
        }
        self.fields.insert(named.to_owned(), names);
    }

    fn parse_page(&mut self, name: &str, value: &str, switches: &Switches, errors: &mut Vec<Error>) {
        let positive = value.parse::<usize>().ok().filter(|number| *number > 0);
        match (name, positive) {
            ("size", Some(size)) if size > LARGEST_SIZE => errors.push(errors::page_too_large(LARGEST_SIZE)),
            ("size", Some(size)) => self.size = size,
            ("number", Some(number)) if !self.by_cursor => self.number = number,
            ("size", None) => errors.push(errors::invalid_page_value(name, value)),
            ("number", None) if !self.by_cursor => errors.push(errors::invalid_page_value(name, value)),
            ("after", _) if self.by_cursor => self.after = Some(value.to_owned()),
            ("before", _) if self.by_cursor => self.before = Some(value.to_owned()),
            ("number" | "after" | "before", _) if !switches.refuse_other_paging => {}
            _ => errors.push(errors::page_param_not_allowed(name)),
        }
    }
}

/// Splits a key: `filter[created-at][from]` is `filter` with `created-at` and `from`.
fn family(key: &str) -> (&str, Vec<&str>) {
    match key.split_once('[') {
        None => (key, Vec::new()),
        Some((family, rest)) => (family, rest.trim_end_matches(']').split("][").collect()),
    }
}
