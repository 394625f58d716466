//! Ids of countries and states.

use hrflow_core::{Status, testing::Reaction};
use serde_json::{Value, json};

use crate::vendor::*;

fn place(key: &str, country: Value, state: Value) -> Value {
    let mut profile = bea(key);
    profile["info"]["location"] = json!({ "fields": { "country": country, "state": state, "city": "Town" } });
    profile
}

fn found(key: &str) -> Reaction {
    list(json!([applicant(key, &format!("{key}@example.com"))]))
}

fn states() -> Reaction {
    list(
        json!([{ "id": 5, "name": "California", "abbreviation": "CA" }, { "id": 33, "name": "New York", "abbreviation": "NY" },
        { "id": 40, "name": "Twin", "abbreviation": "TW" }, { "id": 41, "name": "Twin", "abbreviation": null }]),
    )
}

/// The country and state of the form at a place.
fn ids(vendor: &Vendor, index: usize) -> (Value, Value) {
    let form = vendor.form(index);
    assert_eq!(form["standard_fields.city"], json!("Town"));
    let id = |name: &str| form.get(format!("standard_fields.{name}")).cloned().unwrap_or_default();
    (id("country"), id("state"))
}

#[tokio::test]
async fn ids_come_from_lists_that_are_read_once() {
    let vendor = Vendor::new([
        no_match(),
        countries(),
        states(),
        created(),
        found("p1"),
        no_match(),
        created(),
        found("p2"),
        no_match(),
        created(),
        found("p3"),
    ])
    .await;
    let profiles = [
        place("p1", json!("USA"), json!("ca")),
        place("p2", json!("United States of America"), json!("New York")),
        place("p3", json!("fra"), json!(null)),
    ];
    let result = vendor.push(json!({}), json!({}), &profiles).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 3), "{result:?}");
    assert_eq!(
        vendor.calls(),
        [FIND, COUNTRIES, STATES, CREATE, FIND, FIND, CREATE, FIND, FIND, CREATE, FIND]
    );
    assert_eq!((vendor.query(1), vendor.query(2)), (json!({}), json!({ "country": "US" })));
    assert_eq!(ids(&vendor, 3), (json!("840"), json!("5")));
    assert_eq!(ids(&vendor, 6), (json!("840"), json!("33")));
    assert_eq!(ids(&vendor, 9), (json!("1"), Value::Null));
}

#[tokio::test]
async fn what_is_not_in_a_list_is_left_out() {
    let elsewhere = || list(json!([{ "id": 9, "name": "Alps" }]));
    for (country, state, script, expected) in [
        (json!("Atlantis"), json!("CA"), vec![countries()], (Value::Null, Value::Null)),
        (json!(null), json!("CA"), vec![], (Value::Null, Value::Null)),
        (
            json!("elsewhere"),
            json!("alps"),
            vec![countries(), no_match(), elsewhere()],
            (json!("77"), json!("9")),
        ),
        (json!("US"), json!("Twin"), vec![countries(), states()], (json!("840"), Value::Null)),
        (json!("US"), json!("Ontario"), vec![countries(), states()], (json!("840"), Value::Null)),
        // Ids of a mapping of one's own.
        (json!("12"), json!(null), vec![], (json!("12"), Value::Null)),
        (json!("12"), json!("34"), vec![countries()], (json!("12"), json!("34"))),
        (json!("840"), json!("33"), vec![countries(), states()], (json!("840"), json!("33"))),
        (json!("840"), json!("34"), vec![countries(), states()], (json!("840"), Value::Null)),
        (json!("US"), json!("34"), vec![countries(), states()], (json!("840"), Value::Null)),
        (json!("US"), json!("34"), vec![countries(), no_match(), no_match()], (json!("840"), json!("34"))),
        (json!("Atlantis"), json!("34"), vec![countries()], (Value::Null, Value::Null)),
        (json!(null), json!("34"), vec![], (Value::Null, Value::Null)),
        // A list that does not mind the country.
        (
            json!("US"),
            json!("Georgia"),
            vec![
                countries(),
                list(json!([{ "id": 7, "name": "Georgia", "country_id": 840 },
                { "id": 8, "name": "Georgia", "country_id": 1 }])),
            ],
            (json!("840"), json!("7")),
        ),
        (
            json!("France"),
            json!("Georgia"),
            vec![countries(), list(json!([{ "id": 7, "name": "Georgia", "country": "United States" }]))],
            (json!("1"), Value::Null),
        ),
        (json!("840"), json!("ca"), vec![countries(), states()], (json!("840"), json!("5"))),
        // An account without these lists.
        (json!("US"), json!("CA"), vec![Reaction::answer(404, "")], (Value::Null, Value::Null)),
        (
            json!("US"),
            json!("CA"),
            vec![countries(), Reaction::answer(400, ""), Reaction::answer(400, "")],
            (json!("840"), Value::Null),
        ),
    ] {
        let what = format!("{country} {state}");
        let vendor = Vendor::new([no_match()]).await;
        let lists = script.len();
        vendor.then(script);
        vendor.then([created(), found("p1")]);
        let result = vendor.push(json!({}), json!({}), &[place("p1", country, state)]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls().len(), lists + 3, "{what}");
        assert_eq!(ids(&vendor, lists + 1), expected, "{what}");
    }
}

/// Countries other than the United States may want their id where those have a code.
#[tokio::test]
async fn states_are_asked_for_by_code_and_then_by_id() {
    let regions = answer(200, json!([{ "id": "71", "name": "Bretagne", "abbreviation": "BRE" }]));
    let vendor = Vendor::new([no_match(), countries(), no_match(), regions, created(), found("p1")]).await;
    let result = vendor.push(json!({}), json!({}), &[place("p1", json!("France"), json!("Bretagne"))]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls(), [FIND, COUNTRIES, STATES, STATES, CREATE, FIND]);
    assert_eq!((vendor.query(2), vendor.query(3)), (json!({ "country": "FR" }), json!({ "country": "1" })));
    assert_eq!(ids(&vendor, 4), (json!("1"), json!("71")));
}

/// A list that cannot be read now costs the item, not its country: nothing has been sent.
#[tokio::test]
async fn a_list_that_is_not_answered_is_asked_for_again() {
    let down = || Reaction::answer(503, "");
    let vendor = Vendor::new([no_match(), down(), countries(), created(), found("p1")]).await;
    let result = vendor.push(json!({}), json!({}), &[place("p1", json!("FR"), json!(null))]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls(), [FIND, COUNTRIES, COUNTRIES, CREATE, FIND]);
    assert_eq!(ids(&vendor, 3), (json!("1"), Value::Null));
}

#[tokio::test]
async fn a_list_that_is_down_does_not_make_the_outcome_unknown() {
    let down = || Reaction::answer(503, "");
    let vendor = Vendor::new([no_match(), down(), down()]).await;
    let result = vendor.push(json!({}), json!({}), &[place("p1", json!("FR"), json!(null))]).await;
    assert_eq!(result.failures[0].kind, hrflow_core::ErrorKind::Unavailable, "{result:?}");
}

#[tokio::test]
async fn places_that_are_off_cost_no_lists() {
    let vendor = Vendor::new([no_match(), created(), found("p1")]).await;
    let parameters = json!({ "field_map": { "country": "off", "state": "off" } });
    let result = vendor.push(parameters, json!({}), &[place("p1", json!("FR"), json!("Bretagne"))]).await;
    assert_eq!(result.status, Status::Success, "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
}
