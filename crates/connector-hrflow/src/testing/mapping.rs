//! Holds the table of a default format against the format: a row that says what is not so, and a member that no row
//! speaks of, fail the test.

mod limits;
mod path;
mod specimen;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use hrflow_core::{MappingRow, Result};
use serde::Serialize;
use serde_json::Value;

use self::{
    path::Path,
    specimen::{leaves, other, specimen},
};
use super::{SAMPLES, profile, sample};
use crate::Profile;

/// Holds `rows` against `format`:
///
/// - every member of a profile, changed on its own, changes in the item exactly what the rows that speak of it say, and
///   some row does speak of it;
/// - every row is seen to hold;
/// - every member of an item made of the samples is in some row;
/// - limits are where the rows say, to the character.
///
/// # Panics
///
/// With all that is not so.
pub fn assert_mapping<T: Serialize>(rows: &[MappingRow], format: fn(&Profile) -> Result<T>) {
    let table = Table { rows, format: &|json| formatted(format, json) };
    let mut faults = table.changes();
    faults.extend(table.members());
    faults.extend(rows.iter().filter_map(|row| limits::fault(row, table.format)));
    let mut told = String::new();
    for fault in &faults {
        let _ = write!(told, "\n- {fault}");
    }
    assert!(faults.is_empty(), "mapping.rs and the format do not agree:{told}");
}

/// What HrFlow.ai keeps for itself. A row may speak of it; where none does it changes nothing.
const OWN: [&str; 21] = [
    "source_key",
    "id",
    "consent_algorithmic",
    "source",
    "archive",
    "archived_at",
    "updated_at",
    "created_at",
    "experiences_duration",
    "educations_duration",
    "experiences[].key",
    "experiences[].logo",
    "educations[].key",
    "educations[].logo",
    "attachments[].alt",
    "attachments[].created_at",
    "attachments[].updated_at",
    "labels[].board_key",
    "labels[].job_key",
    "labels[].rating",
    "labels[].date_rating",
];

/// A member of items that holds words for the receipt, and nothing that is sent.
const WARNINGS: &str = "warnings";

/// What becomes of a profile: the item's members, by their paths. Nothing of one that is refused.
type Members = BTreeMap<String, Vec<Value>>;
type Format<'a> = &'a dyn Fn(&Value) -> Members;

fn formatted<T: Serialize>(format: fn(&Profile) -> Result<T>, json: &Value) -> Members {
    let Ok(item) = format(&profile(json.clone())) else { return Members::new() };
    let item = serde_json::to_value(item).expect("an item is JSON");
    let mut members = Members::new();
    collect(&item, String::new(), &mut members);
    members.retain(|member, _| !is_below(member, WARNINGS));
    members
}

fn collect(value: &Value, path: String, members: &mut Members) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            collect(value, path, members);
        }),
        Value::Array(elements) => {
            elements.iter().for_each(|element| collect(element, format!("{path}[]"), members));
        }
        scalar => members.entry(path).or_default().push(scalar.clone()),
    }
}

struct Table<'a> {
    rows: &'a [MappingRow],
    format: Format<'a>,
}

impl Table<'_> {
    /// Changes each member on its own, with everything else there, and without what some row wants missing.
    fn changes(&self) -> Vec<String> {
        let mut faults = BTreeSet::new();
        let mut held = BTreeSet::new();
        let contexts: BTreeSet<&[&str]> =
            self.rows.iter().map(|row| row.without).chain([&[] as &[&str]]).collect();
        for without in contexts {
            let before = specimen_without(without);
            let formatted = (self.format)(&before);
            if formatted.is_empty() {
                faults.insert(format!("a profile without {without:?} is refused"));
            }
            for (leaf, place) in leaves(&before) {
                let mut after = before.clone();
                let value = after.pointer_mut(&place).expect("the member is there");
                *value = other(&leaf, value);
                let changed = difference(&formatted, &(self.format)(&after));
                let speaking = self.speaking_of(&leaf, without);
                if !self.rows.iter().any(|row| speaks_of(row, &leaf)) && !is_own(&leaf) {
                    faults.insert(format!("no row says what becomes of `{leaf}`"));
                }
                for member in changed {
                    let saying = speaking.iter().filter(|index| is_below(&member, self.rows[**index].to));
                    let saying: Vec<usize> = saying.copied().collect();
                    if saying.is_empty() {
                        let when = missing(without);
                        faults.insert(format!("`{leaf}` changes `{member}`, and no row says so{when}"));
                    }
                    held.extend(saying);
                }
            }
        }
        for (index, row) in self.rows.iter().enumerate() {
            if !row.from.is_empty() && !row.to.is_empty() && !held.contains(&index) {
                faults.insert(format!("`{}` does not change `{}`{}", row.from, row.to, missing(row.without)));
            }
        }
        faults.into_iter().collect()
    }

    /// The rows about a member that hold where some others are missing.
    fn speaking_of(&self, leaf: &str, missing: &[&str]) -> Vec<usize> {
        let rows = self.rows.iter().enumerate();
        let speaking =
            rows.filter(|(_, row)| speaks_of(row, leaf) && row.without.iter().all(|it| missing.contains(it)));
        speaking.map(|(index, _)| index).collect()
    }

    /// Members of items that no row speaks of, and those that are not always there as some row says.
    fn members(&self) -> Vec<String> {
        let samples = SAMPLES.iter().map(|(name, _)| sample(name)).chain([specimen()]);
        let mut faults = BTreeSet::new();
        for sample in samples {
            let members = (self.format)(&sample);
            for member in members.keys() {
                if !self.rows.iter().any(|row| is_below(member, row.to)) {
                    faults.insert(format!("no row says where `{member}` of the item comes from"));
                }
            }
            for row in self.rows.iter().filter(|row| row.from.is_empty()) {
                // In a list: of every object there that it is a member of, and there may be none.
                let is_listed = row.to.contains("[]");
                let parent = row.to.rsplit_once('.').map_or("", |(parent, _)| parent);
                let is_due = members.keys().any(|member| !is_listed || is_below(member, parent));
                if is_due && !members.keys().any(|member| is_below(member, row.to)) {
                    faults.insert(format!("`{}` is not always there", row.to));
                }
            }
        }
        faults.into_iter().collect()
    }
}

fn speaks_of(row: &MappingRow, leaf: &str) -> bool {
    !row.from.is_empty() && Path::new(row.from).covers(&Path::new(leaf))
}

fn is_own(leaf: &str) -> bool {
    OWN.iter().any(|own| Path::new(own).covers(&Path::new(leaf)))
}

fn missing(without: &[&str]) -> String {
    if without.is_empty() { String::new() } else { format!(" (without {})", without.join(", ")) }
}

fn specimen_without(members: &[&str]) -> Value {
    let mut specimen = specimen();
    members.iter().for_each(|member| Path::new(member).remove_from(&mut specimen));
    specimen
}

/// The members that are not the same.
fn difference(before: &Members, after: &Members) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// Whether a member of an item is `path`, or below it.
fn is_below(member: &str, path: &str) -> bool {
    let rest = member.strip_prefix(path);
    !path.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const REST: &[&str] = &[
        "key",
        "reference",
        "info",
        "text",
        "text_language",
        "experiences",
        "educations",
        "attachments",
        "skills",
        "languages",
        "certifications",
        "courses",
        "tasks",
        "interests",
        "labels",
        "tags",
        "metadatas",
    ];

    fn rest() -> Vec<MappingRow> {
        REST.iter().map(|member| MappingRow::left_out(member, "for a reason")).collect()
    }

    fn format(profile: &Profile) -> Result<Value> {
        let name: Option<String> = profile.info.first_name.as_ref().map(|it| it.chars().take(10).collect());
        Ok(json!({ "kind": "person", "name": name.or_else(|| profile.info.full_name.clone()) }))
    }

    fn faults(rows: &[MappingRow]) -> String {
        let caught = std::panic::catch_unwind(|| assert_mapping(rows, format));
        let panic = caught.err().map(|panic| *panic.downcast::<String>().expect("a message"));
        panic.unwrap_or_default()
    }

    fn true_rows() -> Vec<MappingRow> {
        let rows = [
            MappingRow::always("kind", "a person"),
            MappingRow::new("info.first_name", "name", "as it is").cut(10),
            MappingRow::new("info.full_name", "name", "as it is").without(&["info.first_name"]),
        ];
        rows.into_iter().chain(rest()).collect()
    }

    #[test]
    fn a_true_table_holds() {
        assert_eq!(faults(&true_rows()), "");
    }

    #[test]
    fn a_table_that_is_not_true_is_found_out() {
        let mut rows = true_rows();
        rows.remove(1);
        assert!(faults(&rows).contains("`info.first_name` changes `name`, and no row says so"));
        rows.retain(|row| row.from != "tags");
        assert!(faults(&rows).contains("no row says what becomes of `tags[].name`"));
        let mut rows = true_rows();
        rows[1] = rows[1].cut(11);
        assert!(faults(&rows).contains("cut at [Some(10), Some(10)], not at 11"));
        let mut rows = true_rows();
        rows.push(MappingRow::new("info.gender", "name", "as it is"));
        assert!(faults(&rows).contains("`info.gender` does not change `name`"));
        let mut rows = true_rows();
        rows.remove(0);
        assert!(faults(&rows).contains("no row says where `kind` of the item comes from"));
        rows.push(MappingRow::always("sort", "a person"));
        assert!(faults(&rows).contains("`sort` is not always there"));
    }
}
