//! A duration in text form.

use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A duration such as `250ms`, `30s`, `1m30s`, `2h` or `1d`: numbers with a unit each, larger units first. A number
/// without a unit is rejected, because `30` could mean seconds or milliseconds.
///
/// The resolution is 1 ms, in values and in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(Duration);

impl Span {
    /// Creates a duration of whole milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(Duration::from_millis(milliseconds))
    }

    /// Creates a duration of whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Returns the duration as [`Duration`].
    pub const fn duration(self) -> Duration {
        self.0
    }

    /// Returns whether the duration is 0.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        span.0
    }
}

/// The error of a text that is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a duration such as 250ms, 30s, 1m30s or 2h")]
pub struct SpanError;

/// Returns the most likely meaning of a number without a unit: `30s` for `30`.
pub(super) fn with_unit(text: &str) -> Option<String> {
    let number: u64 = text.trim().parse().ok()?;
    Some(format!("{number}s"))
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let mut rest = text.trim();
        let mut units = UNITS.iter();
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(SpanError);
        }
        while !rest.is_empty() {
            let (number, after) = split(rest, |letter| letter.is_ascii_digit());
            let (unit, after) = split(after, |letter| !letter.is_ascii_digit());
            // Units are in descending order, each at most once.
            let (_, factor) = units.find(|(name, _)| *name == unit).ok_or(SpanError)?;
            let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor));
            total = part.and_then(|part| total.checked_add(part)).ok_or(SpanError)?;
            rest = after;
        }
        Ok(Self::from_millis(total))
    }
}

/// Splits a text after its leading characters for which `belongs` is true.
fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|letter| !belongs(letter)).unwrap_or(text.len()))
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_millis();
        if milliseconds == 0 {
            return f.write_str("0s");
        }
        // Hours are the largest unit in text: `24h` is more usual than `1d`.
        let unit = UNITS[1..].iter().find(|(_, factor)| milliseconds.is_multiple_of(u128::from(*factor)));
        let (name, factor) = unit.unwrap_or(&("ms", 1));
        write!(f, "{}{name}", milliseconds / u128::from(*factor))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "duration" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        for (text, milliseconds, shown) in [
            ("250ms", 250, "250ms"),
            ("30s", 30_000, "30s"),
            ("1m30s", 90_000, "90s"),
            ("1d2h3m4s5ms", 93_784_005, "93784005ms"),
            ("1h0m", 3_600_000, "1h"),
            ("600s", 600_000, "10m"),
            (" 2h ", 7_200_000, "2h"),
            ("1d", 86_400_000, "24h"),
            ("0ms", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span, Span::from_millis(milliseconds), "{text}");
            assert_eq!(span.to_string(), shown);
            assert_eq!(shown.parse(), Ok(span));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.5h",
            "10 m",
            "30m1h",
            "1s1s",
            "1m30",
            "30S",
            "99999999999999999999",
            "213503982334602d",
        ] {
            assert_eq!(text.parse::<Span>(), Err(SpanError), "{text}");
        }
    }

    #[test]
    fn json_holds_it_as_text() {
        assert_eq!(serde_json::from_str::<Span>("\"45s\"").unwrap(), Span::from_secs(45));
        assert!(serde_json::from_str::<Span>("45").is_err());
        assert_eq!(serde_json::to_string(&Span::from_secs(45)).unwrap(), "\"45s\"");
    }
}
