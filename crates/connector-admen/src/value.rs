//! Values as they travel to the database and back.

use jiff::civil::{Date, DateTime};

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    /// What the database fills in by itself, in a column that cannot be NULL.
    Default,
    Int(i64),
    Float(f64),
    Text(String),
    Date(Date),
    DateTime(DateTime),
}

impl Cell {
    pub(crate) fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// The word that stands for it in a statement, where no value is bound.
    pub(crate) fn word(&self) -> Option<&'static str> {
        match self {
            Self::Null => Some("NULL"),
            Self::Default => Some("DEFAULT"),
            _ => None,
        }
    }

    /// Whether it says nothing: NULL, or text that is blank.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Null | Self::Default => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// How many bytes it takes on its way, at the most.
    pub(crate) fn size(&self) -> usize {
        16 + self.text().map_or(0, str::len)
    }

    /// A whole number, also one that the server writes as text.
    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            // An identity is a decimal number without decimals.
            Self::Float(number) if number.fract() == 0.0 => Some(*number as i64),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// One spelling for what is the same in a column, whatever the column's type makes of it: a date at midnight is
    /// that date, a number in a text column is that number, blanks at the end are none.
    pub(crate) fn spelled(&self) -> Option<String> {
        Some(match self {
            Self::Null | Self::Default => return None,
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Text(text) => match text.trim_end() {
                decimal if decimal.contains('.') => match decimal.parse::<f64>() {
                    Ok(number) => number.to_string(),
                    Err(_) => decimal.to_owned(),
                },
                text => text.to_owned(),
            },
            Self::Date(date) => format!("{date} 00:00:00"),
            Self::DateTime(moment) => moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        })
    }
}
