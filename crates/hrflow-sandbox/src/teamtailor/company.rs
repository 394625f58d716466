//! The fictional company: its users, jobs, locations and custom fields.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::kinds::Kind;
use super::state::Record;

const COMPANY: &str = include_str!("../../seed/teamtailor_company.json");

#[derive(Deserialize)]
struct Seeded {
    #[serde(rename = "type")]
    kind: String,
    id: u64,
    attributes: Map<String, Value>,
    #[serde(default)]
    relationships: Map<String, Value>,
}

pub(crate) fn records(now: Timestamp) -> Vec<Record> {
    let seeded: Vec<Seeded> = serde_json::from_str(COMPANY).unwrap_or_default();
    seeded.into_iter().filter_map(|seeded| record(seeded, now)).collect()
}

fn record(seeded: Seeded, now: Timestamp) -> Option<Record> {
    let kind = Kind::named(&seeded.kind)?;
    let mut record = Record::new(kind, seeded.id, now);
    record.attributes = seeded.attributes;
    for (name, ids) in &seeded.relationships {
        let relation = kind.relation(name)?;
        let ids = ids.as_array()?.iter().filter_map(Value::as_u64).collect();
        record.links.insert(relation.name, ids);
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_company_is_complete() {
        let records = records(Timestamp::UNIX_EPOCH);
        let seeded: Vec<Value> = serde_json::from_str(COMPANY).unwrap();
        assert_eq!(records.len(), seeded.len());
        for record in &records {
            for name in record.attributes.keys() {
                assert!(record.kind.attributes().contains(&name.as_str()), "{name}");
            }
        }
    }
}
