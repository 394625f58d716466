//! The parameters of a read. Names are case-insensitive: the current documentation has PascalCase, that of 2019
//! camelCase. Unknown parameters are ignored, as web frameworks do.

use jiff::Timestamp;
use jiff::civil::Date;

use super::errors::{ErrorItem, Refusal};
use super::switches::Switches;
use crate::clock::parse_time;
use crate::server::Received;

const DEFAULT_LIMIT: usize = 100;
const LARGEST_LIMIT: usize = 1000;

/// A bound of a date filter. Both bounds are inclusive (API documentation, candidates).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    At(Timestamp),
    From(Timestamp),
    Until(Timestamp),
}

impl Bound {
    fn parse(text: &str) -> Option<Bound> {
        match (text.strip_prefix('>'), text.strip_prefix('<')) {
            (Some(rest), _) => Some(Bound::From(parse_moment(rest)?)),
            (_, Some(rest)) => Some(Bound::Until(parse_moment(rest)?)),
            _ => Some(Bound::At(parse_moment(text)?)),
        }
    }

    /// Whether a time is within the bound, compared in whole seconds as responses show it.
    pub(crate) fn holds(self, time: Timestamp) -> bool {
        let shown = Timestamp::from_second(time.as_second()).unwrap_or(time);
        match self {
            Bound::At(at) => shown == at,
            Bound::From(from) => shown >= from,
            Bound::Until(until) => shown <= until,
        }
    }
}

/// Parses a time, or a date as its midnight.
fn parse_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    parse_time(text).or_else(|| {
        let day: Date = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()
    })
}

/// The rows of a page: `limit` rows from `offset`. A limit of 0 requests only the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// The parameters with the errors found in them.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    errors: Vec<ErrorItem>,
}

impl Query {
    pub(crate) fn of(request: &Received) -> Query {
        let pairs = request.pairs().into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        Query { pairs: pairs.collect(), errors: Vec::new() }
    }

    /// Returns every value of a parameter. Arrays repeat the parameter.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let name = name.to_ascii_lowercase();
        let values = self.pairs.iter().filter(|(sent, _)| *sent == name).map(|(_, value)| value.clone());
        values.filter(|value| !value.is_empty()).collect()
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    pub(crate) fn ids(&mut self, name: &str) -> Vec<i64> {
        self.each(name, "an integer", |value| value.parse().ok())
    }

    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        let flags = self.each(name, "true or false", |value| value.to_ascii_lowercase().parse().ok());
        flags.into_iter().next()
    }

    pub(crate) fn bounds(&mut self, name: &str) -> Vec<Bound> {
        self.each(name, "an ISO date-time, after > or < for a range", Bound::parse)
    }

    /// Returns values out of `known`, in the vendor's spelling.
    pub(crate) fn words(&mut self, name: &str, known: &[&'static str]) -> Vec<String> {
        self.each(name, &format!("one of {}", known.join(", ")), |value| {
            let word = known.iter().find(|word| word.eq_ignore_ascii_case(value))?;
            Some((*word).to_owned())
        })
    }

    /// Returns the sort fields, most important first, with `true` for descending.
    pub(crate) fn sort(&mut self, known: &[&'static str]) -> Vec<(&'static str, bool)> {
        self.each("Sort", &format!("one of {}, - before it for descending", known.join(", ")), |value| {
            let (descending, name) = match value.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, value),
            };
            let name = known.iter().find(|word| word.eq_ignore_ascii_case(name))?;
            Some((*name, descending))
        })
    }

    pub(crate) fn page(&mut self, switches: &Switches) -> Page {
        let offset = self.each("Offset", "an integer from 0", |value| value.parse().ok());
        let limit: Vec<usize> = self.each("Limit", "an integer from 0 to 1000", |value| {
            let limit = value.parse().ok()?;
            (limit <= LARGEST_LIMIT || !switches.refuse_over_limit).then_some(limit)
        });
        let limit = limit.first().copied().unwrap_or(DEFAULT_LIMIT).min(LARGEST_LIMIT);
        Page { offset: offset.first().copied().unwrap_or_default(), limit }
    }

    /// Returns all errors of the query as one response, if any.
    pub(crate) fn checked(self) -> Result<(), Refusal> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::invalid(self.errors)) }
    }

    fn each<T>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut parsed = Vec::new();
        for value in self.all(name) {
            match parse(&value) {
                Some(value) => parsed.push(value),
                None => self.errors.push(ErrorItem::invalid(name, format!("The value must be {expected}."))),
            }
        }
        parsed
    }
}
