//! Dates in bodies and queries.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::errors::Findings;
use super::node::Node;

/// Returns the current year.
pub(crate) fn year(now: Timestamp) -> i64 {
    i64::from(TimeZone::UTC.to_datetime(now).year())
}

/// Formats a time as in responses, for example `2016-12-20T11:24:06.726Z` (developer hub).
pub(crate) fn show(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Parses a time in UTC, or a date as its midnight.
pub(crate) fn bound(text: &str) -> Option<Timestamp> {
    match text.parse::<Timestamp>() {
        Ok(time) => Some(time),
        Err(_) => TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok(),
    }
}

/// Checks that the value is a past time in UTC.
pub(crate) fn past(node: &Node<'_>, now: Timestamp, findings: &mut Findings) {
    if node.is_absent() {
        return;
    }
    let time = node.value.as_str().filter(|text| text.ends_with('Z')).and_then(|text| text.parse().ok());
    match time {
        Some(time) if time <= now => {}
        Some::<Timestamp>(_) => findings.add(&node.path, "Range", "The time must not be in the future."),
        None => findings.add(
            &node.path,
            "Invalid",
            "The value must be a time in UTC, as 2016-12-20T11:24:06.726Z.",
        ),
    }
}

/// Parses a date with a time of day. The zone is ignored.
pub(crate) fn dated(node: &Node<'_>, findings: &mut Findings) -> Option<DateTime> {
    if node.is_absent() {
        return None;
    }
    let text = node.value.as_str().filter(|text| text.len() >= 16);
    let time = text.and_then(|text| text.strip_suffix('Z').unwrap_or(text).parse().ok());
    if time.is_none() {
        findings.add(&node.path, "Invalid", "The value must be a date with a time.");
    }
    time
}

/// Checks `{month, year}` with the year within the bounds, and returns the year. A month requires a year.
pub(crate) fn month_and_year(node: &Node<'_>, least: i64, most: i64, findings: &mut Findings) -> Option<i64> {
    node.object(&["month", "year"], findings)?;
    let month = node.child("month").integer(1, 12, findings);
    let year = node.child("year");
    if month.is_some() && year.is_absent() {
        findings.add(&year.path, "Required", "A month needs its year.");
    }
    year.integer(least, most, findings)
}
