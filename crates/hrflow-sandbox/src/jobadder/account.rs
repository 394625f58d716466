//! The fictional account: its users, lists, custom fields and jobs.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

const ACCOUNT: &str = include_str!("../../seed/jobadder_account.json");
const COUNTRIES: &str = include_str!("../../seed/jobadder_countries.json");

/// The kinds of records besides candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    User,
    /// Statuses of candidates.
    Status,
    Source,
    Rating,
    Salutation,
    /// Custom fields of candidates.
    CustomField,
    WorkType,
    ApplicationStatus,
    Job,
    Country,
}

/// Every kind with its public name, and the field of its id, if it has one.
const KINDS: [(Kind, &str, &str); 10] = [
    (Kind::User, "users", "userId"),
    (Kind::Status, "statuses", "statusId"),
    (Kind::Source, "sources", ""),
    (Kind::Rating, "ratings", ""),
    (Kind::Salutation, "salutations", ""),
    (Kind::CustomField, "custom_fields", "fieldId"),
    (Kind::WorkType, "work_types", "workTypeId"),
    (Kind::ApplicationStatus, "application_statuses", "statusId"),
    (Kind::Job, "jobs", "jobId"),
    (Kind::Country, "countries", ""),
];

impl Kind {
    pub(crate) fn named(name: &str) -> Option<Kind> {
        KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, _, _)| *kind)
    }

    fn id_member(self) -> &'static str {
        KINDS.iter().find(|(kind, _, _)| *kind == self).map_or("", |(_, _, member)| member)
    }
}

#[derive(Debug)]
pub(crate) struct Account {
    /// The account's number, as in the token response.
    pub(crate) number: u64,
    tables: BTreeMap<Kind, BTreeMap<i64, Value>>,
}

impl Account {
    /// Builds the account, the same for the same seed. Another seed gives other ids, so that clients cannot hard-code
    /// them.
    pub(crate) fn new(seed: u64) -> Account {
        let shift = 100 * i64::try_from(seed % 97).unwrap_or_default();
        let mut account = Account { number: 4_200 + seed % 800, tables: BTreeMap::new() };
        let seeded: BTreeMap<String, Vec<Value>> = serde_json::from_str(ACCOUNT).unwrap_or_default();
        for (name, records) in seeded {
            let Some(kind) = Kind::named(&name) else { continue };
            for mut record in records {
                shift_ids(&mut record, shift);
                account.add(kind, record);
            }
        }
        for country in serde_json::from_str::<Vec<Value>>(COUNTRIES).unwrap_or_default() {
            account.add(Kind::Country, country);
        }
        account
    }

    pub(crate) fn table(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        self.tables.get(&kind).into_iter().flat_map(BTreeMap::values)
    }

    pub(crate) fn get(&self, kind: Kind, id: i64) -> Option<&Value> {
        self.tables.get(&kind)?.get(&id)
    }

    /// Whether a record has this name.
    pub(crate) fn lists(&self, kind: Kind, name: &str) -> bool {
        self.table(kind).any(|record| record["name"] == name)
    }

    pub(crate) fn country(&self, code: &str) -> Option<&str> {
        self.table(Kind::Country).find(|country| country["code"] == code)?["name"].as_str()
    }

    /// Returns the status of new candidates that set none.
    pub(crate) fn default_status(&self) -> Option<i64> {
        let default = self.table(Kind::Status).find(|status| status["default"] == true)?;
        default["statusId"].as_i64()
    }

    /// Returns the id of an administrator: only administrators can consent.
    pub(crate) fn administrator(&self) -> i64 {
        let administrator = self.table(Kind::User).find(|user| user["admin"] == true);
        administrator.and_then(|user| user["userId"].as_i64()).unwrap_or_default()
    }

    /// Returns a user as other records show it (API documentation, `UserNameModel`).
    pub(crate) fn user_name(&self, id: i64) -> Value {
        const SHOWN: [&str; 9] = [
            "userId",
            "firstName",
            "lastName",
            "position",
            "email",
            "phone",
            "mobile",
            "inactive",
            "deleted",
        ];
        self.get(Kind::User, id).map_or(Value::Null, |user| only(user, &SHOWN))
    }

    /// Adds a record or replaces the one with its id, and returns the id. A record without an id gets a new one.
    pub(crate) fn add(&mut self, kind: Kind, mut record: Value) -> i64 {
        let table = self.tables.entry(kind).or_default();
        let next = table.last_key_value().map_or(1, |(last, _)| last + 1);
        let member = kind.id_member();
        let id = record.get(member).and_then(Value::as_i64).unwrap_or(next);
        if let (Some(object), false) = (record.as_object_mut(), member.is_empty()) {
            object.insert(member.to_owned(), id.into());
        }
        table.insert(id, record);
        id
    }
}

/// Returns a record with only these fields.
pub(crate) fn only(record: &Value, members: &[&str]) -> Value {
    let shown = members.iter().filter_map(|name| Some(((*name).to_owned(), record.get(name)?.clone())));
    Value::Object(shown.collect::<Map<String, Value>>())
}

/// Shifts every number in a field `…Id`, at any depth.
fn shift_ids(value: &mut Value, shift: i64) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_i64() {
                    Some(id) if name.ends_with("Id") => *member = (id + shift).into(),
                    _ => shift_ids(member, shift),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shift_ids(value, shift)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_complete_and_has_ids_of_its_own() {
        let account = Account::new(0);
        for (kind, name, _) in KINDS {
            assert!(account.table(kind).next().is_some(), "{name}");
        }
        assert_eq!(account.table(Kind::Job).count(), 5);
        assert_eq!(account.country("DE"), Some("Germany"));
        let other = Account::new(3);
        assert_ne!(account.default_status(), other.default_status());
        let job = other.table(Kind::Job).next().unwrap();
        assert_eq!(other.user_name(job["owner"]["userId"].as_i64().unwrap())["firstName"], "Asta");
    }
}
