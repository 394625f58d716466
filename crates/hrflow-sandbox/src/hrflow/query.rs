//! Query parameters of HrFlow.ai: JSON arrays in one parameter, Python's booleans, dates.

use jiff::Timestamp;
use jiff::civil;

use super::envelope;
use super::switches::OverCap;
use crate::server::{Answer, Received};

pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(request: &Received) -> Query {
        Query(request.pairs())
    }

    /// Returns a parameter. An empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }

    /// Returns a parameter that holds a JSON array of texts, with or without spaces.
    pub(crate) fn array(&self, name: &str) -> Result<Vec<String>, Answer> {
        let parsed = self.get(name).and_then(|text| serde_json::from_str::<Vec<String>>(text).ok());
        match parsed {
            Some(keys) if !keys.is_empty() => Ok(keys),
            _ => Err(envelope::failure(400, "Bad Request. Invalid source array")),
        }
    }

    /// Returns a boolean: `True`, `true`, `1` and their opposites.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Answer> {
        match self.get(name) {
            None | Some("False" | "false" | "0") => Ok(false),
            Some("True" | "true" | "1") => Ok(true),
            Some(_) => Err(invalid(name)),
        }
    }

    /// Returns the page (from 1) and the limit (default 30).
    pub(crate) fn paging(&self, cap: usize, over_cap: OverCap) -> Result<(u64, usize), Answer> {
        let number = |name: &str, default: u64| match self.get(name) {
            None => Ok(default),
            Some(text) => text.parse::<u64>().ok().filter(|n| *n > 0).ok_or_else(|| invalid(name)),
        };
        let page = number("page", 1)?;
        let limit = usize::try_from(number("limit", 30)?).unwrap_or(usize::MAX);
        if limit > cap && over_cap == OverCap::Refuse {
            return Err(invalid("limit"));
        }
        Ok((page, limit.min(cap.max(1))))
    }

    /// Whether `order_by` is descending, the default. `asc` is ascending.
    pub(crate) fn descending(&self) -> Result<bool, Answer> {
        match self.get("order_by") {
            None | Some("desc") => Ok(true),
            Some("asc") => Ok(false),
            Some(_) => Err(invalid("order_by")),
        }
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, Answer> {
        self.get(name).map(|text| text.parse().map_err(|_| invalid(name))).transpose()
    }

    /// Returns an inclusive bound. A date becomes its first or last instant.
    pub(crate) fn bound(&self, name: &str, end_of_day: bool) -> Result<Option<Timestamp>, Answer> {
        let Some(text) = self.get(name) else { return Ok(None) };
        if let Ok(date) = text.parse::<civil::Date>()
            && text.len() == 10
        {
            let time =
                if end_of_day { civil::time(23, 59, 59, 999_000_000) } else { civil::Time::midnight() };
            let instant = jiff::tz::TimeZone::UTC.to_timestamp(date.to_datetime(time));
            return instant.map(Some).map_err(|_| invalid(name));
        }
        parse_time(text).map(Some).ok_or_else(|| invalid(name))
    }
}

pub(crate) fn invalid(name: &str) -> Answer {
    envelope::failure(400, format!("Invalid parameters. Invalid value: {name}"))
}

/// Returns the items of one page. Pages past the end are empty.
pub(crate) fn page_of<T>(items: &[T], page: u64, limit: usize) -> &[T] {
    let start = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(limit).min(items.len());
    &items[start..start.saturating_add(limit).min(items.len())]
}

/// Parses a time in any format that HrFlow accepts. A time without an offset is UTC.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    if let Ok(zoned) =
        jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).and_then(|t| t.to_timestamp())
    {
        return Some(zoned);
    }
    let civil: civil::DateTime = text.parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}

/// Formats a time as `YYYY-MM-DDTHH:MM:SS+0000`.
pub(crate) fn show_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
