//! Ids of countries and states, which Ceipal wants in place of names. Its lists are read when first needed, once per run.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use connector_hrflow::country as known_country;
use hrflow_core::{Error, Result};
use tokio::sync::OnceCell;

use crate::{api::Api, body, errors::is_no_list, form::Form, lists::Row, parameters::Parameters};

/// The lists as far as they were needed. One that Ceipal refuses is empty.
#[derive(Default)]
pub(crate) struct Places {
    countries: OnceCell<Vec<Country>>,
    /// By the country's id.
    states: Mutex<HashMap<String, Arc<OnceCell<Vec<State>>>>>,
}

struct Country {
    id: String,
    name: String,
    iso: String,
}

struct State {
    id: String,
    names: Vec<String>,
}

impl Places {
    /// Puts ids where a form has a country's and a state's name. What is not in the lists is left out, and a state
    /// without a country too. Ids of a user's own are kept, unless the lists show that the state is another country's.
    pub(crate) async fn put_ids(&self, api: &Api, parameters: &Parameters, form: &mut Form) -> Result<()> {
        let (country_field, state_field) = (parameters.field_map.country(), parameters.field_map.state());
        let named = |field: Option<&str>| field.and_then(|field| form.get(field)).map(str::to_owned);
        let (country, state) = (named(country_field), named(state_field));
        let mut known = None;
        if let (Some(field), Some(country)) = (country_field, &country) {
            if !is_id(country) || state.is_some() {
                known = find_country(self.countries(api).await?, country);
            }
            match known {
                _ if is_id(country) => {}
                Some(known) => form.set(field, known.id.clone()),
                None => form.leave_out(field, "The country is not in Ceipal's list", Some(country)),
            }
        }
        let (Some(field), Some(state)) = (state_field, state) else { return Ok(()) };
        let Some(country) = known else {
            if !is_id(&state) || country_field.is_some_and(|field| form.get(field).is_none()) {
                form.leave_out(field, "Its country is not known", None);
            }
            return Ok(());
        };
        let states = self.states(api, country).await?;
        let states = states.get().map(Vec::as_slice).unwrap_or_default();
        match id_of(states, &state) {
            Some(id) => form.set(field, id),
            // An account without that list: the id is all there is.
            None if is_id(&state) && states.is_empty() => {}
            None => form.leave_out(field, "The state is not in Ceipal's list of the country", None),
        }
        Ok(())
    }

    async fn countries(&self, api: &Api) -> Result<&[Country]> {
        let read = || async {
            let rows = unless_refused(api.countries().await)?;
            Ok::<_, Error>(rows.iter().filter_map(country).collect())
        };
        Ok(self.countries.get_or_try_init(read).await?)
    }

    /// The states of a country, read once.
    async fn states(&self, api: &Api, country: &Country) -> Result<Arc<OnceCell<Vec<State>>>> {
        let cell = {
            let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
            states.entry(country.id.clone()).or_default().clone()
        };
        let read = || async {
            // Only seen with the code of the United States; the application form takes the id.
            let mut rows = unless_refused(api.states(&country.iso).await)?;
            if rows.is_empty() {
                rows = unless_refused(api.states(&country.id).await)?;
            }
            // A filter that is not known is ignored in silence.
            Ok::<_, Error>(rows.iter().filter(|row| is_of(row, country)).filter_map(state).collect())
        };
        cell.get_or_try_init(read).await?;
        Ok(cell)
    }
}

/// The id of a state by its name, abbreviation or id; none where two have it.
fn id_of(states: &[State], wanted: &str) -> Option<String> {
    let is_wanted = |state: &&State| state.id == wanted || state.names.iter().any(|name| same(name, wanted));
    let mut ids = states.iter().filter(is_wanted).map(|it| &it.id);
    let first = ids.next()?;
    ids.all(|id| id == first).then(|| first.clone())
}

/// Whether a state is of a country, where it tells its country.
fn is_of(state: &Row, country: &Country) -> bool {
    let told = ["country_id", "country", "country_code", "country_name"];
    let mut told = told.iter().filter_map(|name| body::text(state, name));
    told.all(|it| [&country.id, &country.iso, &country.name].into_iter().any(|known| same(known, &it)))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// By the code, else by the name, else by the id.
fn find_country<'a>(countries: &'a [Country], wanted: &str) -> Option<&'a Country> {
    let code = known_country(wanted);
    let has_code = |text: &str| code.is_some() && known_country(text) == code;
    let find = |is: &dyn Fn(&Country) -> bool| countries.iter().find(|country| is(country));
    find(&|it| has_code(&it.iso))
        .or_else(|| find(&|it| same(&it.name, wanted) || has_code(&it.name)))
        .or_else(|| find(&|it| it.id == wanted))
}

fn country(row: &Row) -> Option<Country> {
    let text = |name| body::text(row, name);
    Some(Country {
        id: text("id")?,
        name: text("name").unwrap_or_default(),
        iso: text("iso").unwrap_or_default(),
    })
}

fn state(row: &Row) -> Option<State> {
    let names = ["name", "abbreviation"].iter().filter_map(|name| body::text(row, name)).collect();
    Some(State { id: body::text(row, "id")?, names })
}

/// A list that the account does not have is empty: it costs the ids, not the applicants.
fn unless_refused(rows: Result<Vec<Row>>) -> Result<Vec<Row>> {
    rows.or_else(|error| match is_no_list(&error) {
        true => {
            tracing::warn!(%error, "Ceipal does not hand out a list of places");
            Ok(Vec::new())
        }
        false => Err(error),
    })
}
