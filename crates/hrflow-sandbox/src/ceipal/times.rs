//! Times: with `Z`, or without a zone in the tenant's local time.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

const LOCAL: &str = "%Y-%m-%d %H:%M:%S";

/// Returns the tenant's time zone by its IANA name.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Formats a time as `2026-05-12T06:38:35Z`.
pub(crate) fn with_zone(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Formats a time as `2026-05-12 06:31:23`, in the tenant's time.
pub(crate) fn local(time: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(time).strftime(LOCAL).to_string()
}

/// Parses the time of a filter. Accepts only `YYYY-MM-DD HH:MM:SS`, in the tenant's time.
pub(crate) fn filter(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(DateTime::strptime(LOCAL, text).ok()?).ok()
}

/// Parses `mm-dd-yyyy` as the start of the day in the tenant's time.
pub(crate) fn day(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(Date::strptime("%m-%d-%Y", text).ok()?.at(0, 0, 0, 0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_have_summer_and_winter() {
        let zone = zone("America/New_York");
        for (utc, shown) in
            [("2026-01-15T12:00:00Z", "2026-01-15 07:00:00"), ("2026-07-15T12:00:00Z", "2026-07-15 08:00:00")]
        {
            let time: Timestamp = utc.parse().unwrap();
            assert_eq!(local(time, &zone), shown);
            assert_eq!(filter(shown, &zone), Some(time));
        }
        assert_eq!(filter("2026-01-15T12:00:00Z", &zone), None);
    }
}
