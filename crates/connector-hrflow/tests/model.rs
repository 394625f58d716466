//! Profiles and jobs as HrFlow sends them, in every shape that has been seen, and in any other.

use connector_hrflow::{End, Filled, Job, Profile, email, testing::SAMPLES, when};
use hrflow_core::Warnings;
use proptest::{prelude::*, strategy::Union};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

const PROFILE: &str = include_str!("../src/testing/samples/complete.json");
const JOB: &str = include_str!("fixtures/job.json");

fn profile(json: Value) -> Profile {
    serde_json::from_value(json).unwrap()
}

fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn a_profile_comes_out_as_it_came() {
    let read: Profile = serde_json::from_str(PROFILE).unwrap();
    let mut expected: Value = serde_json::from_str(PROFILE).unwrap();
    // The one normal form of "no fields".
    expected["educations"][1]["location"]["fields"] = Value::Null;
    assert_eq!(written(&read), expected);
}

#[test]
fn every_sample_has_one_normal_form() {
    for (name, sample) in SAMPLES {
        let json: Value = serde_json::from_str(sample).unwrap_or_else(|error| panic!("{name}: {error}"));
        let read: Profile = read_both_ways(&json);
        assert!(read.info.names().0.is_some() || name == "null_ridden", "{name}");
    }
}

#[test]
fn a_job_comes_out_as_it_came() {
    let read: Job = serde_json::from_str(JOB).unwrap();
    let expected: Value = serde_json::from_str(JOB).unwrap();
    assert_eq!(written(&read), expected);
}

#[test]
fn members_are_written_in_the_order_of_the_replies() {
    let read: Profile = serde_json::from_str(PROFILE).unwrap();
    let text = serde_json::to_string(&read).unwrap();
    let positions: Vec<usize> = [
        "\"source_key\"",
        "\"info\"",
        "\"experiences\"",
        "\"attachments\"",
        "\"labels\"",
        "\"tags\"",
        "\"metadatas\"",
    ]
    .iter()
    .map(|name| text.rfind(name).unwrap())
    .collect();
    assert!(positions.is_sorted(), "{positions:?}");
}

#[test]
fn an_empty_profile_has_every_member() {
    insta::assert_json_snapshot!(profile(json!({})));
}

#[test]
fn an_empty_job_has_every_member() {
    insta::assert_json_snapshot!(Job::default());
}

#[test]
fn what_helpers_find_in_a_profile() {
    let read: Profile = serde_json::from_str(PROFILE).unwrap();
    let email = read.info.email(&mut Warnings::default()).unwrap();
    assert_eq!(email.as_deref(), Some("maren.oduya@example.com"));
    assert_eq!(read.info.names(), (Some("Maren"), Some("Oduya-Lindqvist")));
    assert_eq!(read.linkedin(), Some("https://social.example.com/in/maren-oduya"));
    assert_eq!(read.url_of("github"), Some("https://code.example.com/maren-oduya"));
    assert_eq!(read.url_of("twitter"), None);
    let resume = read.attachment_of_type("resume").unwrap();
    assert_eq!((resume.name().as_str(), resume.file_size), ("resume.pdf", Some(91377)));
    assert_eq!(read.attachment_of_type("original").unwrap().name(), "Maren_Oduya_CV_2025.docx");
    assert!(read.attachment_of_type("other").is_none());
    assert_eq!(read.tag("Availability").and_then(|tag| tag.value_text()).as_deref(), Some("2025-09-01"));
    assert_eq!(read.tag("referrer").and_then(|tag| tag.value_text()), None);
    assert!(!read.is_archived());
}

#[test]
fn an_item_is_known_by_its_key_else_by_its_reference() {
    let key = |json| profile(json).item_key();
    assert_eq!(key(json!({ "source_key": "s", "key": "k", "reference": "r" })).as_deref(), Some("s/k"));
    assert_eq!(key(json!({ "source_key": "s", "key": " ", "reference": "r" })).as_deref(), Some("s/r"));
    assert_eq!(key(json!({ "source": { "key": "s" }, "reference": 17 })).as_deref(), Some("s/17"));
    assert_eq!(key(json!({ "source_key": "s" })), None);
    assert_eq!(key(json!({ "source": "s", "key": "k" })).as_deref(), Some("s/k"));
    for source in [json!(null), json!({}), json!([]), json!({ "key": "" })] {
        assert_eq!(key(json!({ "source": source, "key": "k" })).as_deref(), Some("k"));
    }
    assert_eq!(key(json!({ "reference": "r" })).as_deref(), Some("r"));
    assert_eq!(key(json!({ "info": { "email": "ada@example.com" } })), None);
    let job: Job = serde_json::from_value(json!({ "board": { "key": "b" }, "reference": "r" })).unwrap();
    assert_eq!(job.item_key().as_deref(), Some("b/r"));
}

#[test]
fn archived_says_when_and_never_no() {
    let archived = |json| profile(json).is_archived();
    assert!(archived(json!({ "archived_at": "2025-06-02T08:05:41+0000" })));
    assert!(archived(json!({ "archive": "2025-06-02T08:05:41+0000", "archived_at": null })));
    assert!(archived(json!({ "archive": true })));
    for no in [json!(null), json!(false), json!(0), json!(""), json!([])] {
        assert!(!archived(json!({ "archive": no, "archived_at": no })));
    }
}

#[test]
fn odd_shapes_are_read_for_what_they_mean() {
    let read = profile(json!({
        "id": "90417",
        "key": 12,
        "source": [],
        "consent_algorithmic": [],
        "experiences_duration": "6.5",
        "educations_duration": 0,
        "info": {
            "phone": 33199000142_i64,
            "gender": null,
            "location": "Nantes",
            "urls": { "linkedin": "https://in.example.com", "from_resume": ["https://a.example.com"] },
            "date_birth": { "iso8601": "1995-11-23T00:00:00", "text": "23 Nov", "timestamp": 817084800 },
        },
        "experiences": { "0": { "title": "A", "location": null, "skills": "none" }, "2": { "title": "" } },
        "educations": {},
        "attachments": [{ "file_size": "91377" }, null, []],
        "skills": ["Rust", { "name": "SQL", "value": 0.9 }, 7],
        "tags": [{ "name": "remote", "value": true }, { "name": "age", "value": 44 }],
        "languages": null,
        "metadatas": {},
        "hash_id": "kept",
    }));
    assert_eq!((read.id, read.key.as_deref()), (Some(90417), Some("12")));
    assert_eq!(read.info.phone.filled(), Some("33199000142"));
    assert_eq!(read.info.location.line(), Some("Nantes"));
    assert_eq!(
        read.info.date_birth.as_deref().and_then(connector_hrflow::date).map(|it| it.year()),
        Some(1995)
    );
    assert_eq!(read.experiences.len(), 2);
    assert_eq!(read.attachments.len(), 1);
    assert_eq!(read.attachments[0].file_size, Some(91377));
    let names: Vec<_> = read.skills.iter().filter_map(|skill| skill.name.filled()).collect();
    assert_eq!(names, ["Rust", "SQL", "7"]);
    let json = written(&read);
    assert_eq!(json["educations_duration"], json!(0));
    assert_eq!(json["experiences_duration"], json!(6.5));
    assert_eq!(json["skills"][1]["value"], json!(0.9));
    assert_eq!(json["tags"][0]["value"], json!(true));
    assert_eq!(json["hash_id"], json!("kept"));
    assert_eq!(json["languages"], json!([]));
    assert_eq!(json["consent_algorithmic"], json!([]));
}

#[test]
fn unknown_members_are_kept_everywhere() {
    let new = json!({ "deep": [1, { "er": null }] });
    let sent = json!({
        "new": new, "source": { "new": new }, "info": { "new": new, "urls": [{ "new": new }],
            "location": { "new": new, "fields": { "new": new } } },
        "experiences": [{ "new": new, "tasks": [{ "new": new }], "skills": [{ "new": new }] }],
        "educations": [{ "new": new }], "attachments": [{ "new": new }], "labels": [{ "new": new }],
    });
    let json = written(&profile(sent));
    for path in [
        "",
        "/source",
        "/info",
        "/info/urls/0",
        "/info/location",
        "/info/location/fields",
        "/experiences/0",
        "/experiences/0/tasks/0",
        "/experiences/0/skills/0",
        "/educations/0",
        "/attachments/0",
        "/labels/0",
    ] {
        assert_eq!(json.pointer(&format!("{path}/new")), Some(&new), "{path}");
    }
}

#[test]
fn debug_shows_no_personal_data() {
    let read = profile(
        json!({ "key": "k1", "reference": "ada@example.com", "info": { "email": "ada@example.com" } }),
    );
    assert_eq!(format!("{read:?}"), "Profile { key: Some(\"k1\"), .. }");
    let job: Job = serde_json::from_str(JOB).unwrap();
    assert!(!format!("{job:?}").contains("Platform Engineer"));
}

/// Small JSON of every kind, with names that occur in the model.
fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 64.0)),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9:.+Z-]{0,8}".prop_map(Value::from),
        "[a-z.]{0,3}@[a-z.@]{0,6}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "",
        "0",
        "7",
        "type",
        "url",
        "name",
        "value",
        "text",
        "lat",
        "fields",
        "location",
        "skills",
        "iso8601",
        "linkedin",
        "email",
        "full_name",
        "urls",
        "public_url",
        "extension",
        "key",
        "é",
    ]);
    scalar.prop_recursive(4, 24, 4, move |inner| {
        let members = prop::collection::btree_map(name.clone(), inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// The sample with some of its members, at any depth, replaced by anything.
fn disturbed(sample: &str) -> impl Strategy<Value = Value> + use<> {
    let sample: Value = serde_json::from_str(sample).unwrap();
    let mut pointers = Vec::new();
    collect(&sample, String::new(), &mut pointers);
    prop::collection::vec((prop::sample::select(pointers), any_json()), 1..12).prop_map(move |changes| {
        let mut json = sample.clone();
        for (pointer, value) in changes {
            if let Some(member) = json.pointer_mut(&pointer) {
                *member = value;
            }
        }
        json
    })
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| collect(member, format!("{pointer}/{name}"), pointers));
        }
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, it)| collect(it, format!("{pointer}/{index}"), pointers));
        }
        _ => {}
    }
    if !pointer.is_empty() {
        pointers.push(pointer);
    }
}

/// Objects with the top-level names of the sample and anything as values.
fn renamed(sample: &str) -> impl Strategy<Value = Value> + use<> {
    let sample: Map<String, Value> = serde_json::from_str(sample).unwrap();
    let names: Vec<String> = sample.keys().cloned().collect();
    prop::collection::btree_map(prop::sample::select(names), any_json(), 0..30)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// Reads from a value and from text, and checks that writing and reading again changes nothing.
fn read_both_ways<T: DeserializeOwned + Serialize + PartialEq>(json: &Value) -> T {
    let read: T = serde_json::from_value(json.clone()).unwrap();
    let from_text: T = serde_json::from_str(&json.to_string()).unwrap();
    assert_eq!(written(&read), written(&from_text));
    let normal = written(&read);
    let again: T = serde_json::from_value(normal.clone()).unwrap();
    assert_eq!(written(&again), normal);
    read
}

proptest! {
    #[test]
    fn any_object_is_a_profile(json in Union::new([disturbed(PROFILE).boxed(), renamed(PROFILE).boxed()])) {
        let read: Profile = read_both_ways(&json);
        let _ = (read.item_key(), read.is_archived(), read.linkedin(), read.info.names());
        prop_assert!(read.attachments.iter().all(|it| !it.name().is_empty()));
        let _ = read.info.location.point();
        let _ = read.info.date_birth.as_deref().map(connector_hrflow::date);
    }

    #[test]
    fn any_object_is_a_job(json in Union::new([disturbed(JOB).boxed(), renamed(JOB).boxed()])) {
        let read: Job = read_both_ways(&json);
        let _ = (read.item_key(), read.is_archived());
    }

    #[test]
    fn no_json_panics(json in any_json()) {
        let _ = serde_json::from_value::<Profile>(json.clone());
        let _ = serde_json::from_value::<Job>(json);
    }

    #[test]
    fn no_text_panics(text in "[0-9éT:. +Z-]{0,30}|.{0,30}") {
        let _ = (connector_hrflow::date(&text), connector_hrflow::timestamp(&text));
    }

    #[test]
    fn no_value_vanishes_without_a_word(profile in connector_hrflow::testing::profiles()) {
        let profile: Profile = serde_json::from_value(profile).unwrap();
        let info = &profile.info;
        let mut warnings = Warnings::default();
        let email = info.email(&mut warnings);
        let phone = info.phone(&mut warnings);
        let country = info.location.fields.country("info.location.fields", &mut warnings);
        let birth = when::read_day(&info.date_birth, "info.date_birth", &mut warnings);
        let ends: Vec<_> = profile.experiences.iter().enumerate().map(|(index, it)| {
            let path = format!("experiences[{index}].date_end");
            (when::read_end(&it.date_end, &path, &mut warnings), it.date_end.clone(), path)
        }).collect();
        let told: Vec<String> = warnings.into_vec().into_iter().map(|it| it.field).collect();
        let is_told = |field: &str| told.iter().any(|it| it == field);
        let says = |text: &Option<String>| text.as_deref().is_some_and(|it| it.contains(char::is_alphanumeric));
        let is_kept = |is_kept: bool, text: &Option<String>, field: &str| is_kept || !says(text) || is_told(field);
        if let Ok(email) = &email {
            prop_assert!(is_kept(email.is_some(), &info.email, "info.email"), "{:?}", info.email);
            // The same form is found again.
            prop_assert_eq!(&email::normal(email), email);
        }
        // Only what may be meant as an address is a fault.
        prop_assert!(email.is_ok() || says(&info.email) || info.email.as_deref().is_some_and(|it| it.contains('@')));
        let text = connector_hrflow::plain(&info.phone);
        prop_assert!(is_kept(phone.is_some(), &text, "info.phone"), "{:?}", info.phone);
        let text = connector_hrflow::plain(&info.location.fields.country);
        prop_assert!(is_kept(country.is_some(), &text, "info.location.fields.country"), "{text:?}");
        prop_assert!(is_kept(birth.is_some(), &info.date_birth, "info.date_birth"), "{:?}", info.date_birth);
        for (end, text, path) in ends {
            prop_assert_eq!(end == End::Unreadable || matches!(end, End::On(it) if it.is_ambiguous), is_told(&path), "{:?}", text);
        }
        // No digit is made up, and none is lost in the middle of a number.
        if let Some(phone) = phone {
            let is_repaired = is_told("info.phone");
            let all: String = text_digits(info.phone.as_deref().unwrap_or_default());
            prop_assert!(is_repaired || all.contains(text_digits(&phone.number).trim_start_matches('0')), "{:?}", info.phone);
        }
    }
}

fn text_digits(text: &str) -> String {
    text.chars()
        .filter_map(|it| match it {
            '٠'..='٩' => char::from_digit(u32::from(it) - u32::from('٠'), 10),
            '0'..='9' => Some(it),
            _ => None,
        })
        .collect()
}
