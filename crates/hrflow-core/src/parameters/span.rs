//! A duration as people write it.

use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A duration such as `250ms`, `30s`, `10m`, `2h` or `1d`; a number without a unit is seconds.
///
/// Exact to the millisecond, which is also how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(Duration);

impl Span {
    /// Whole milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(Duration::from_millis(milliseconds))
    }

    /// Whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The duration itself.
    pub const fn duration(self) -> Duration {
        self.0
    }

    /// Whether it lasts no time at all.
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

/// The text is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a duration such as 250ms, 30s, 10m or 2h")]
pub struct SpanError;

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let text = text.trim();
        let unit_at = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(unit_at);
        let number: u64 = number.parse().map_err(|_| SpanError)?;
        let unit = if unit.is_empty() { "s" } else { unit };
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(SpanError)?;
        number.checked_mul(*factor).map(Self::from_millis).ok_or(SpanError)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_millis();
        if milliseconds == 0 {
            return f.write_str("0s");
        }
        // Up to hours: `24h` is more usual than `1d`.
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
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Seconds(u64),
            Text(String),
        }
        match Written::deserialize(deserializer).map_err(|_| serde::de::Error::custom(SpanError))? {
            Written::Seconds(seconds) => Ok(Self::from_secs(seconds)),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
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
            ("90", 90_000, "90s"),
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
        for text in
            ["", "s", "-1s", "1.5h", "10 m", "1h30m", "30S", "99999999999999999999", "213503982334602d"]
        {
            assert_eq!(text.parse::<Span>(), Err(SpanError), "{text}");
        }
    }

    #[test]
    fn a_json_number_is_seconds() {
        assert_eq!(serde_json::from_str::<Span>("45").unwrap(), Span::from_secs(45));
        assert_eq!(serde_json::to_string(&Span::from_secs(45)).unwrap(), "\"45s\"");
        assert!(serde_json::from_str::<Span>("-1").is_err());
    }
}
