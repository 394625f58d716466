//! What becomes of a profile: snapshots over samples, and limits that hold for any profile.

use connector_admen::{MAPPING, Person, format_hrflow_profile_to_admen};
use connector_hrflow::testing::{
    assert_mapping, assert_reads_back, is_web, nothing_blank, profile, profiles, sample, shortened,
};
use hrflow_core::{TargetItem, Warning};
use proptest::prelude::*;
use serde_json::{Value, json};

fn format(json: Value) -> Person {
    format_hrflow_profile_to_admen(&profile(json)).expect("every profile makes a person")
}

fn json_of(profile: Value) -> Value {
    serde_json::to_value(format(profile)).expect("a person is JSON")
}

macro_rules! snapshots {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            insta::assert_json_snapshot!(shortened(json_of(sample(stringify!($name)))));
        }
    )*};
}

snapshots!(complete, minimal, null_ridden, unicode, over_long, hostile);

#[test]
fn the_table_tells_what_the_format_does() {
    assert_mapping(MAPPING, format_hrflow_profile_to_admen);
}

#[test]
fn days_months_and_years_are_real_dates() {
    let experience = |start: Value, end: Value| {
        let person =
            json_of(json!({ "experiences": [{ "title": "t", "date_start": start, "date_end": end }] }));
        let experience = person["experiences"][0].clone();
        (experience["DATE_EXP"].clone(), experience["DATE_FIN"].clone(), experience["EN_COURS"].clone())
    };
    let dates = |start: Value, end: Value, ongoing: Option<u8>| (start, end, json!(ongoing));
    assert_eq!(
        experience(json!("2020-05-18T00:00:00+0000"), json!("2021-06-30")),
        dates(json!("2020-05-18"), json!("2021-06-30"), Some(0))
    );
    assert_eq!(
        experience(json!("2020-02"), json!("2020-02")),
        dates(json!("2020-02-01"), json!("2020-02-29"), Some(0))
    );
    assert_eq!(
        experience(json!("2020"), json!("2021")),
        dates(json!("2020-01-01"), json!("2021-12-31"), Some(0))
    );
    assert_eq!(experience(json!("03/2020"), json!(null)), dates(json!("2020-03-01"), json!(null), Some(1)));
    assert_eq!(experience(json!(null), json!("Present")), dates(json!(null), json!(null), Some(1)));
    assert_eq!(
        experience(json!("mars 2020"), json!("à ce jour")),
        dates(json!("2020-03-01"), json!(null), Some(1))
    );
    assert_eq!(
        experience(json!({ "year": 2019 }), json!({ "iso8601": "2020-05-18T00:00:00" })),
        dates(json!("2019-01-01"), json!("2020-05-18"), Some(0))
    );
    // What is not understood neither goes on nor has ended.
    assert_eq!(experience(json!("0000-00-00"), json!("soon")), dates(json!(null), json!(null), None));
    assert_eq!(experience(json!("someday"), json!(null)), dates(json!(null), json!(null), None));
    let told = format(json!({ "experiences": [{ "title": "t", "date_start": "2020", "date_end": "soon" }] }))
        .warnings;
    assert_eq!(told, [Warning::new("experiences[0].date_end", "No date was recognized; left out")]);
    let moments = json_of(
        json!({ "created_at": "2024-01-02T23:59:59+0000", "updated_at": "2024-01-02T23:30:00.987-01:00",
        "info": { "date_birth": "1990-02-30" } }),
    );
    assert_eq!(moments["DATE_CREATION"], json!("2024-01-02"));
    assert_eq!(moments["DATE_MAJ"], json!("2024-01-03T00:30:00"));
    assert_eq!(moments.get("DATE_NAISSANCE"), None);
}

#[test]
fn what_says_nothing_is_no_experience_and_a_malformed_address_is_told() {
    let person = json_of(json!({
        "info": { "email": "not given", "full_name": "Ada Byron", "location": "12 Rue Daru, Paris",
            "urls": [{ "type": "viadeo", "url": "viadeo.example.com/ada" }, { "type": "facebook", "url": "javascript:1" }] },
        "experiences": [{ "date_start": "2020-01-01" }, { "company": "Engines Ltd" }, { "description": "<p>Much<br>more</p>" }],
    }));
    assert_eq!(
        person,
        json!({ "NOM": "Byron", "PRENOM": "Ada", "ADRESSE": "12 Rue Daru, Paris",
            "VIADEOPUBLICPROFIL": "https://viadeo.example.com/ada",
            "warnings": [
                { "field": "info.urls[1].url", "reason": "No web address; left out" },
                { "field": "experiences[0]", "reason": "It has no title, company or description; left out" },
                { "field": "info.email", "reason": "Empty or a placeholder; left out" },
            ],
            "experiences": [{ "RAISON_SOCIALE": "Engines Ltd" }, { "COMMENTAIRES": "Much\nmore" }] })
    );
}

#[test]
fn what_is_ad_mens_alone_is_told_before_anything_is_sent() {
    let person: Person = serde_json::from_value(json!({
        "NOM": "Byron", "CANDIDAT": 1, "SOFT_DELETED": 0, "experiences": [{}, { "ID_EXPERIENCE": 7 }],
    }))
    .unwrap();
    let faults: Vec<String> = person.violations().iter().map(ToString::to_string).collect();
    assert!(
        faults[0].contains("SOFT_DELETED") && faults[1].contains("experiences[1].ID_EXPERIENCE"),
        "{faults:?}"
    );
    assert_eq!(faults.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_profile_breaks_the_limits(profile in profiles()) {
        let person = match format_hrflow_profile_to_admen(&self::profile(profile)) {
            Ok(person) => person,
            // What is no address is the only reason.
            Err(error) => {
                prop_assert!(error.to_string().contains("info.email"), "{error}");
                return Ok(());
            }
        };
        let json = serde_json::to_value(&person).unwrap();
        prop_assert!(person.violations().is_empty());
        prop_assert!(nothing_blank(&json), "{json}");
        for name in ["LINKEDINPUBLICPROFIL", "VIADEOPUBLICPROFIL", "TWITTERPAGE", "FACEBOOKPAGE"] {
            prop_assert!(json[name].as_str().is_none_or(is_web), "{name}");
        }
        for date in [person.date_naissance, person.date_creation] {
            prop_assert!(date.is_none_or(|it| it.year() >= 1000));
        }
        for experience in &person.experiences {
            prop_assert_eq!(&experience.intitule_poste, &experience.poste_occupe);
            prop_assert!(experience.date_fin.is_none() || experience.en_cours == Some(0));
        }
        for (name, value) in json.as_object().unwrap() {
            if let Some(text) = value.as_str() {
                prop_assert!(!text.contains(char::is_control), "{name}: {text:?}");
            }
        }
        assert_reads_back(&person);
    }
}
