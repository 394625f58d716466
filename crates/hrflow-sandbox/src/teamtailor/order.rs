//! Positions of records in an order, and the cursors that encode them.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::state::Record;

/// The position of a record in an order; the content of a cursor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Position {
    keys: Vec<String>,
    pub(crate) id: u64,
}

impl Position {
    pub(crate) fn of(record: &Record, order: &[(String, bool)]) -> Position {
        let key = |name: &str| match name {
            "id" => format!("{:020}", record.id),
            "created-at" => format!("{:020}", record.created.as_millisecond()),
            "updated-at" => format!("{:020}", record.updated.as_millisecond()),
            "date" => record.text("start-date").to_owned(),
            name => match record.attributes.get(name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.to_lowercase(),
                Some(other) => other.to_string(),
            },
        };
        Position { keys: order.iter().map(|(name, _)| key(name)).collect(), id: record.id }
    }

    pub(crate) fn compare(&self, other: &Position, order: &[(String, bool)]) -> Ordering {
        for (index, (_, descending)) in order.iter().enumerate() {
            let compared = self.keys.get(index).cmp(&other.keys.get(index));
            let compared = if *descending { compared.reverse() } else { compared };
            if compared.is_ne() {
                return compared;
            }
        }
        self.id.cmp(&other.id)
    }

    pub(crate) fn encode(&self) -> String {
        base16ct::lower::encode_string(json!([self.keys, self.id]).to_string().as_bytes())
    }

    pub(crate) fn decode(text: &str) -> Option<Position> {
        let bytes = base16ct::lower::decode_vec(text).ok()?;
        let (keys, id) = serde_json::from_slice(&bytes).ok()?;
        Some(Position { keys, id })
    }
}

/// A position with its order, for sorting.
pub(crate) struct Keyed {
    pub(crate) position: Position,
    pub(crate) order: Vec<(String, bool)>,
}

impl Ord for Keyed {
    fn cmp(&self, other: &Keyed) -> Ordering {
        self.position.compare(&other.position, &self.order)
    }
}

impl PartialOrd for Keyed {
    fn partial_cmp(&self, other: &Keyed) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Keyed) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Keyed {}
