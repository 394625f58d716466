//! Text, from any scalar.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Text; a number or a boolean is its text.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Text { members: &[] })
}

/// A date as text, which older and parsed data wrap into `{iso8601, text, timestamp}` or split into `{year, month, day}`.
pub(crate) fn date_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Text { members: &["iso8601", "text", "date", "year", "month", "day"] })
}

/// Where the year stands among the members of a date, with month and day behind it.
const YEAR: usize = 3;

/// `2019-3-5`, `2019-3` or `2019`; nothing without a year, or with a day and no month.
fn of_parts([year, month, day]: [Option<String>; 3]) -> Option<String> {
    let year = year?;
    Some(match (month, day) {
        (None, _) => year,
        (Some(month), None) => format!("{year}-{month}"),
        (Some(month), Some(day)) => format!("{year}-{month}-{day}"),
    })
}

/// Reads text; of an object, that of the first of `members` that has some.
#[derive(Clone, Copy)]
struct Text {
    members: &'static [&'static str],
}

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text))
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Self::Value, E> {
        Ok(Some(bool.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut texts: Vec<Option<String>> = vec![None; self.members.len()];
        while let Some(name) = members.next_key::<String>()? {
            let text = members.next_value_seed(Self { members: &[] })?;
            if let Some(rank) = self.members.iter().position(|known| *known == name) {
                texts[rank] = text.filter(|it| !it.trim().is_empty());
            }
        }
        let mut texts = texts.into_iter();
        let whole = texts.by_ref().take(YEAR).flatten().next();
        let mut part = || texts.next().flatten();
        Ok(whole.or_else(|| of_parts([part(), part(), part()])))
    }
}
