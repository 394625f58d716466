//! What becomes of a profile: snapshots over samples, and limits that hold for any profile.

use connector_hrflow::testing::{
    assert_reads_back, document, is_web, nothing_blank, profile, profiles, sample, shortened,
};
use connector_jobadder::{Candidate, format_profile_to_jobadder};
use hrflow_core::{TargetItem, Warning};
use proptest::prelude::*;
use serde_json::{Value, json};

fn format(json: Value) -> Candidate {
    format_profile_to_jobadder(&profile(json)).expect("every profile makes a candidate")
}

/// The candidate as JSON, long texts cut for the sake of the snapshot.
fn shown(name: &str) -> Value {
    shortened(serde_json::to_value(format(sample(name))).expect("a candidate is JSON"))
}

macro_rules! snapshots {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            insta::assert_json_snapshot!(shown(stringify!($name)));
        }
    )*};
}

snapshots!(complete, minimal, null_ridden, unicode, over_long, hostile);

fn json_of(profile: Value) -> Value {
    serde_json::to_value(format(profile)).expect("a candidate is JSON")
}

#[test]
fn the_resume_is_the_one_or_else_the_original() {
    let kinds = |attachments: &[Value]| {
        let mut attachments = attachments.to_vec();
        for attachment in attachments.iter_mut().filter(|it| it.get("alt").is_none()) {
            attachment["alt"] = json!("7");
        }
        let candidate = json_of(json!({ "attachments": attachments }));
        let attachments = candidate["attachments"].as_array().cloned().unwrap_or_default();
        let kind = |it: &Value| format!("{} {}", it["kind"].as_str().unwrap(), it["name"].as_str().unwrap());
        attachments.iter().map(kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[document("original", "a.pdf"), document("Resume", "b.doc")]), ["resume b-7.doc"]);
    assert_eq!(
        kinds(&[document("other", "x.pdf"), document("original", "a.odt")]),
        ["other x-7.pdf", "resume a-7.odt"]
    );
    assert_eq!(
        kinds(&[document("cover", "a.pdf"), document("", "b.pdf")]),
        ["cover a-7.pdf", "other b-7.pdf"]
    );
    let unreachable = json!({ "type": "resume", "file_name": "cv.pdf", "public_url": "/tmp/cv.pdf" });
    assert_eq!(kinds(&[unreachable, document("original", "a.pdf")]), ["resume a-7.pdf"]);
    let named = json!({ "type": "resume", "original_file_name": "../a\"b\\c", "extension": ".pdf", "alt": "ab12cd34ef",
        "public_url": "https://f.example.com/1" });
    assert_eq!(kinds(&[named]), ["resume a_b_c-ab12cd34.pdf"]);
}

#[test]
fn dates_are_days_months_or_years() {
    let employment =
        |experiences: Value| json_of(json!({ "experiences": experiences }))["employment"].clone();
    let experience = |company: &str, start: Value, end: Value| json!({ "company": company, "date_start": start, "date_end": end });
    let found = employment(json!([
        experience("a", json!("2001-02"), json!("2003")),
        experience("b", json!("2020-05-18T00:00:00+0000"), json!(null)),
        experience("c", json!("someday"), json!("2021-13")),
        experience("d", json!("2019-01-02"), json!("2020-01-02T10:00")),
        experience("e", json!(null), json!(null)),
        json!({ "title": "f", "date_start": "2022" }),
        json!({ "description": "nobody and nothing", "date_start": "2023" }),
    ]));
    assert_eq!(found["current"], json!({ "position": "f" }));
    assert_eq!(
        found["history"],
        json!([
            { "position": "f", "start": "2022", "end": "Present" },
            { "employer": "b", "start": "2020-05-18", "end": "Present" },
            { "employer": "d", "start": "2019-01-02", "end": "2020-01-02" },
            { "employer": "a", "start": "2001-02", "end": "2003" },
            { "employer": "c" },
            { "employer": "e" },
        ])
    );
    assert_eq!(employment(json!([experience("a", json!("2001"), json!("2003"))])).get("current"), None);
    let education = json_of(json!({ "educations": [
        { "school": "S", "description": "About\nmuch", "date_start": "2001-01-01", "date_end": null },
        { "title": "T", "description": "x", "date_end": "2004-06-30T00:00:00" },
        { "description": "nothing" },
    ] }));
    assert_eq!(
        education["education"],
        json!([{ "institution": "S", "course": "About much" }, { "course": "T", "date": "2004-06-30" }])
    );
}

#[test]
fn an_address_is_its_parts_or_its_line() {
    let address = |location: Value| json_of(json!({ "info": { "location": location } }))["address"].clone();
    assert_eq!(
        address(
            json!({ "text": "x", "fields": { "house_number": "18", "road": "Rue Daru", "unit": "B", "city": "Paris",
            "state": "IDF", "postcode": 75008, "country": "FRA" } })
        ),
        json!({ "street": ["18 Rue Daru, B"], "city": "Paris", "state": "IDF", "postalCode": "75008", "countryCode": "FR" })
    );
    assert_eq!(address(json!({ "text": "Somewhere", "fields": [] })), json!({ "street": ["Somewhere"] }));
    assert_eq!(
        address(json!({ "text": null, "fields": { "text": "There" } })),
        json!({ "street": ["There"] })
    );
    // A code that ISO 3166-1 does not list would have the candidate rejected.
    assert_eq!(address(json!({ "fields": { "country": "XK" } })), json!(null));
    assert_eq!(address(json!({ "fields": { "country": "Belgique" } })), json!({ "countryCode": "BE" }));
    let told = format(json!({ "info": { "location": { "fields": { "country": "Kosovo" } } } })).warnings;
    let warning =
        Warning::new("info.location.fields.country", "No country of ISO 3166-1 was recognized; left out");
    assert_eq!(told, [warning.with_value("Kosovo")]);
    assert_eq!(
        address(json!({ "text": "Here", "fields": { "country": "Atlantis" } })),
        json!({ "street": ["Here"] })
    );
    assert_eq!(address(json!({})), json!(null));
}

#[test]
fn contact_is_taken_or_left_out() {
    let of = |info: Value| json_of(json!({ "info": info }));
    assert_eq!(of(json!({ "email": " Ada@Example.COM " }))["email"], json!("ada@example.com"));
    for unusable in
        [format!("{}@{}.example.com", "a".repeat(64), "b".repeat(24)), "a..b@example.com".to_owned()]
    {
        let error =
            format_profile_to_jobadder(&profile(json!({ "info": { "email": unusable } }))).err().unwrap();
        assert!(error.to_string().contains("info.email"), "{error}");
    }
    for placeholder in ["N/A", "not given", " "] {
        let item = of(json!({ "email": placeholder }));
        assert_eq!(
            (item.get("email"), &item["warnings"][0]["field"]),
            (None, &json!("info.email")),
            "{item}"
        );
    }
    assert_eq!(of(json!({ "email": null })).get("warnings"), None);
    let phone = of(json!({ "phone": "tel: +33 (0)1.99.00.12.34 ext. 7" }));
    assert_eq!(
        (&phone["phone"], &phone["warnings"][0]["field"]),
        (&json!("+33 (0)1.99.00.12.34"), &json!("phone"))
    );
    let two = of(json!({ "phone": "+33612345678;+33145678901" }));
    assert_eq!((&two["phone"], &two["warnings"][0]["field"]), (&json!("+33612345678"), &json!("info.phone")));
    assert_eq!(of(json!({ "phone": "none" })).get("phone"), None);
    let social = of(json!({ "urls": [{ "type": "github", "url": "github.com/ada" }, { "type": "from_resume",
        "url": ["ada.example.com"] }, { "type": "Twitter", "url": "javascript:1" }] }))["social"]
        .clone();
    assert_eq!(social, json!({ "other": "https://github.com/ada" }));
}

#[test]
fn skills_values_and_jobs() {
    let skills: Vec<Value> = (0..150).map(|it| json!({ "name": format!("skill {it}") })).collect();
    let found = json_of(json!({ "skills": skills }));
    assert_eq!(found["skillTags"].as_array().map(Vec::len), Some(100));
    let found = json_of(json!({ "skills": ["Rust", " rust", "SQL", "x".repeat(101)] }));
    assert_eq!(found["skillTags"], json!(["Rust", "SQL"]));
    let found = json_of(json!({
        "reference": "R-1", "key": "K-1",
        "languages": [{ "name": "French", "value": "native" }], "tags": [{ "name": "a.b", "value": true }, { "name": "x" }],
        "metadatas": [{ "name": "m", "value": 1 }, { "name": "m", "value": 2 }],
        "labels": [{ "stage": "yes", "job_reference": "501" }, { "stage": "YES", "job_reference": "501" },
            { "stage": "yes", "job_reference": "2147483648" }, { "stage": "yes", "job_reference": "R-1" },
            { "stage": "yes", "job_reference": "0" }, { "stage": "no", "job_reference": "502" }],
    }));
    assert_eq!(
        found["customValues"],
        json!({ "languages": ["French"], "tags": ["a.b: true", "x"], "tags.a.b": ["true"], "metadatas": ["m: 1", "m: 2"],
            "metadatas.m": ["1", "2"] })
    );
    assert_eq!(found["jobApplications"], json!(["501"]));
    assert_eq!(found["reference"], json!("R-1"));
    assert_eq!(json_of(json!({ "key": "K-1" }))["reference"], json!("K-1"));
}

fn is_page(url: &Value) -> bool {
    url.as_str().is_some_and(is_web)
}

fn is_period(text: &str) -> bool {
    text == "Present"
        || (matches!(text.len(), 4 | 7 | 10) && text.bytes().all(|it| it.is_ascii_digit() || it == b'-'))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_profile_breaks_the_limits(profile in profiles()) {
        let candidate = match format_profile_to_jobadder(&self::profile(profile)) {
            Ok(candidate) => candidate,
            // What is no address is the only reason.
            Err(error) => {
                prop_assert!(error.to_string().contains("info.email"), "{error}");
                return Ok(());
            }
        };
        let json = serde_json::to_value(&candidate).unwrap();
        prop_assert!(nothing_blank(&json), "{json}");
        let length = |name: &str| json[name].as_str().map_or(0, |text| text.chars().count());
        for (name, most) in [("firstName", 50), ("lastName", 50), ("email", 100), ("phone", 50), ("dateOfBirth", 10)] {
            prop_assert!(length(name) <= most, "{name}");
        }
        let tags: Vec<&str> = json["skillTags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        prop_assert!(tags.len() <= 100 && tags.iter().all(|tag| tag.chars().count() <= 100));
        for period in json["employment"]["history"].as_array().into_iter().flatten() {
            for name in ["start", "end"] {
                prop_assert!(period[name].as_str().is_none_or(is_period), "{period}");
            }
        }
        for education in json["education"].as_array().into_iter().flatten() {
            prop_assert!(education["date"].as_str().is_none_or(|it| is_period(it) && it != "Present"));
        }
        let code = json["address"]["countryCode"].as_str();
        prop_assert!(code.is_none_or(|it| it.len() == 2 && it.bytes().all(|it| it.is_ascii_uppercase())));
        let pages = json["social"].as_object().into_iter().flatten();
        prop_assert!(pages.map(|(_, page)| page).all(is_page));
        prop_assert!(json.get("picture").is_none_or(is_page));
        for (name, value) in json.as_object().unwrap() {
            if let (true, Some(text)) = (name != "summary", value.as_str()) {
                prop_assert!(!text.contains(char::is_control), "{text:?}");
            }
        }
        for document in &candidate.attachments {
            prop_assert!(is_web(&document.url));
            prop_assert!(document.name.chars().count() <= 60);
            prop_assert!(!document.name.contains(|it: char| it.is_control() || "/\\\"".contains(it)));
        }
        prop_assert!(candidate.job_applications.iter().all(|id| id.parse::<i32>().is_ok_and(|id| id > 0)));
        assert_reads_back(&candidate);
        prop_assert_eq!(candidate.violations(), []);
    }
}
