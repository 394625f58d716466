//! The fictional tenant: its lists of ids, and its seeded jobs.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::switches::StatesBy;

const TENANT: &str = include_str!("../../seed/ceipal_tenant.json");

/// Records that are returned unchanged, except jobs.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) countries: Vec<Value>,
    states: Vec<Value>,
    pub(crate) sources: Vec<Value>,
    pub(crate) users: Vec<Value>,
    pub(crate) job_statuses: Vec<Value>,
    pub(crate) job_postings: Vec<Map<String, Value>>,
}

impl Tenant {
    pub(crate) fn seeded() -> Tenant {
        serde_json::from_str(TENANT).unwrap_or_default()
    }

    /// Returns a country by its id, as in a form.
    pub(crate) fn country(&self, id: &str) -> Option<&Value> {
        self.countries.iter().find(|country| is_id(country, id))
    }

    /// Returns a state by its id, only within that country.
    pub(crate) fn state(&self, id: &str, country: &Value) -> Option<&Value> {
        self.states.iter().find(|state| is_id(state, id) && state["country_id"] == country["id"])
    }

    /// Returns the states of a country, without its id.
    pub(crate) fn states_of(&self, wanted: &str, by: StatesBy) -> Vec<Value> {
        let is_it = |country: &&Value| {
            let iso = by != StatesBy::Id && country["iso"] == wanted;
            iso || (by != StatesBy::Iso && is_id(country, wanted))
        };
        let Some(country) = self.countries.iter().find(is_it) else { return Vec::new() };
        let of = |state: &&Value| state["country_id"] == country["id"];
        let mut states: Vec<Value> = self.states.iter().filter(of).cloned().collect();
        for state in states.iter_mut().filter_map(Value::as_object_mut) {
            state.remove("country_id");
        }
        states
    }

    /// Returns the id of a user by email.
    pub(crate) fn user(&self, email: &str) -> Value {
        let user = self.users.iter().find(|user| user["email_id"] == email);
        user.map(|user| user["id"].clone()).unwrap_or_default()
    }
}

fn is_id(record: &Value, id: &str) -> bool {
    record["id"].as_u64().is_some_and(|known| id.parse() == Ok(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_is_complete() {
        let tenant = Tenant::seeded();
        assert!(!tenant.job_postings.is_empty());
        for state in &tenant.states {
            assert!(tenant.countries.iter().any(|country| country["id"] == state["country_id"]), "{state}");
        }
        // No id equals an ISO 3166 number, so that a client with guessed ids fails.
        assert!(tenant.country("840").is_none());
    }
}
