//! Dates in the forms in which HrFlow's data has them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// The calendar date at the start of `text`, as it stands there: no time zone moves a date of birth.
///
/// Read are `2020-05-18` and date-times that start so: with `Z`, `+00:00`, `+0000` or no offset, to the
/// minute, the second or a fraction of it.
///
/// ```
/// use jiff::civil;
///
/// assert_eq!(connector_hrflow::date("1995-11-23T00:00:00+0000"), Some(civil::date(1995, 11, 23)));
/// assert_eq!(connector_hrflow::date("since May"), None);
/// ```
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, time) = text.split_at_checked("0000-00-00".len())?;
    let looks_like_time = |time: &str| {
        let mut letters = time.chars();
        matches!(letters.next(), Some('T' | 't' | ' '))
            && letters.next().is_some_and(|it| it.is_ascii_digit())
    };
    if !time.is_empty() && !looks_like_time(time) {
        return None;
    }
    let mut parts =
        day.split('-').map(|part| part.bytes().all(|it| it.is_ascii_digit()).then(|| part.parse().ok()));
    let mut part = || parts.next()??;
    let (year, month, day): (i16, i16, i16) = (part()?, part()?, part()?);
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// The instant that `text` names; without an offset it is in UTC, a date alone is its midnight.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    #[test]
    fn every_form_of_a_date_is_read() {
        for text in [
            "2020-05-18",
            "2020-05-18T21:59",
            "2020-05-18T21:59:07",
            "2020-05-18 21:59:07",
            " 2020-05-18T21:59:07Z ",
            "2020-05-18T21:59:07+00:00",
            "2020-05-18T21:59:07+0000",
            "2020-05-18T23:59:07-0800",
            "2020-05-18T21:59:07.123456",
        ] {
            assert_eq!(date(text), Some(civil::date(2020, 5, 18)), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_date() {
        for text in [
            "",
            "2020",
            "2020-05",
            "2020-13-01",
            "2021-02-29",
            "18.05.2020",
            "2020-05-18x",
            "+020-05-18",
            "2020/05/18",
            "2020-05-1é",
            "ééééééééééé",
            "2020-05-18T",
            "-020-05-18",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn every_form_of_an_instant_is_read() {
        for text in [
            "2020-05-18T21:59:00Z",
            "2020-05-18T21:59:00+0000",
            "2020-05-18T23:59:00+02:00",
            "2020-05-18T21:59:00",
            "2020-05-18T21:59",
            "2020-05-18T21:59:00.000",
        ] {
            assert_eq!(
                timestamp(text).map(|it| it.to_string()).as_deref(),
                Some("2020-05-18T21:59:00Z"),
                "{text}"
            );
        }
        assert_eq!(timestamp("2020-05-18").map(|it| it.to_string()).as_deref(), Some("2020-05-18T00:00:00Z"));
        assert_eq!(timestamp("yesterday"), None);
    }
}
