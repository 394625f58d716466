//! What becomes of a profile: snapshots over samples, and limits that hold for any profile.

use connector_hrflow::Profile;
use connector_teamtailor::{Candidate, format_profile};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn format(profile: Value) -> Candidate {
    let profile: Profile = serde_json::from_value(profile).expect("any object is a profile");
    format_profile(&profile).expect("every profile makes a candidate")
}

/// The candidate as JSON, long texts cut for the sake of the snapshot.
fn shown(fixture: &str) -> Value {
    let profile = serde_json::from_str(fixture).expect("a fixture is JSON");
    let mut candidate = serde_json::to_value(format(profile)).expect("a candidate is JSON");
    shorten(&mut candidate);
    candidate
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.chars().count() > 1_500 => {
            let count = text.chars().count();
            let start: String = text.chars().take(200).collect();
            *text = format!("{start}… ({count} characters)");
        }
        Value::Array(list) if list.len() > 20 => {
            let count = list.len();
            list.truncate(3);
            list.push(json!(format!("… ({count} elements)")));
        }
        Value::Array(list) => list.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

macro_rules! snapshots {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            insta::assert_json_snapshot!(shown(include_str!(concat!("fixtures/", stringify!($name), ".json"))));
        }
    )*};
}

snapshots!(complete, minimal, null_ridden, unicode, over_long, hostile);

#[test]
fn the_resume_is_chosen_by_type_then_by_format() {
    let resume = |attachments: Value| {
        let candidate = format(json!({ "attachments": attachments }));
        let resumes: Vec<String> = serde_json::to_value(&candidate.attachments)
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["kind"] == "resume")
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect();
        assert!(resumes.len() <= 1, "{resumes:?}");
        resumes.into_iter().next()
    };
    let document = |kind: &str, name: &str| json!({ "type": kind, "original_file_name": name, "public_url": format!("https://f.example.com/{name}") });
    let expect = |attachments: &[Value], name: Option<&str>| {
        assert_eq!(resume(json!(attachments)).as_deref(), name, "{attachments:?}");
    };
    expect(&[document("original", "a.pdf"), document("resume", "b.doc")], Some("b.doc"));
    expect(&[document("other", "x.pdf"), document("Original", "a.odt")], Some("a.odt"));
    expect(&[document("other", "a.doc"), document("other", "b.txt"), document("", "c.DOCX")], Some("c.DOCX"));
    expect(&[document("cover", "a.pdf"), document("other", "b.rtf")], Some("b.rtf"));
    expect(&[document("cover", "a.pdf"), document("other", "b.png")], None);
    let unreachable = json!({ "type": "resume", "file_name": "cv.pdf", "public_url": null });
    expect(&[unreachable, document("original", "a.pdf")], Some("a.pdf"));
}

#[test]
fn a_pitch_counts_characters_and_keeps_words() {
    let pitch = |summary: &str| format(json!({ "info": { "summary": summary } })).data.attributes.pitch;
    assert_eq!(pitch("<p>One&nbsp;two,<br>three</p>\n four").as_deref(), Some("One two, three four"));
    assert_eq!(pitch(&"é".repeat(500)).map(|it| it.chars().count()), Some(140));
    let words = pitch(&"twelve chars ".repeat(50)).unwrap();
    assert!(words.chars().count() <= 140 && words.ends_with("chars twelve"), "{words}");
    assert_eq!(pitch("<p> </p>"), None);
    assert_eq!(pitch(" \n\u{0}"), None);
}

#[test]
fn links_are_web_addresses() {
    let linkedin = |urls: Value| format(json!({ "info": { "urls": urls } })).data.attributes.linkedin_url;
    let one = |url: &str| linkedin(json!([{ "type": "linkedin", "url": url }]));
    assert_eq!(one("linkedin.com/in/a").as_deref(), Some("https://linkedin.com/in/a"));
    assert_eq!(one("//linkedin.com/in/a").as_deref(), Some("https://linkedin.com/in/a"));
    assert_eq!(one(" http://linkedin.com/in/a ").as_deref(), Some("http://linkedin.com/in/a"));
    assert_eq!(one("HTTPS://LinkedIn.com/in/A").as_deref(), Some("https://linkedin.com/in/A"));
    for refused in [
        "javascript:alert(1)",
        "file:/etc/passwd",
        "ftp://linkedin.com/a",
        "mailto:a@b.com",
        "none",
        "in/ada",
    ] {
        assert_eq!(one(refused), None, "{refused}");
    }
    let urls = json!([{ "type": "linkedin", "url": "javascript:0" }, { "type": "linkedin", "url": "linkedin.com/in/b" }]);
    assert_eq!(linkedin(urls).as_deref(), Some("https://linkedin.com/in/b"));
}

/// Any JSON, up to a few levels deep, with texts that formats stumble over.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[a-z]{0,8}@[a-z]{0,8}\\.?[a-z]{0,4}",
        "(https?|HTTPS|ftp|file|javascript)://[a-z0-9./@:]{0,20}",
        "(<[a-z]{0,4}>|&[a-z]{0,4};|\u{0}|\n| |word){0,80}",
        "[0-9]{0,12}(-[0-9]{2}){0,2}",
        Just("resume".to_owned()),
        Just("original".to_owned()),
        Just("linkedin".to_owned()),
        Just("yes".to_owned()),
    ];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((any_name(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_name() -> impl Strategy<Value = String> {
    let real = prop::sample::select(&[
        "name",
        "value",
        "type",
        "url",
        "text",
        "fields",
        "title",
        "company",
        "school",
        "location",
        "description",
        "date_start",
        "date_end",
        "stage",
        "job_reference",
        "public_url",
        "file_name",
        "original_file_name",
        "extension",
        "file_size",
        "linkedin",
        "github",
        "from_resume",
    ]);
    prop_oneof![9 => real.prop_map(str::to_owned), 1 => any::<String>()]
}

/// An object with some of the names, and any value at each of them.
fn object(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let member = (prop::sample::select(names), any_json());
    prop::collection::vec(member, 0..names.len()).prop_map(|members| {
        Value::Object(
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
        )
    })
}

fn profile() -> impl Strategy<Value = Value> {
    const INFO: &[&str] = &[
        "full_name",
        "first_name",
        "last_name",
        "email",
        "phone",
        "date_birth",
        "location",
        "urls",
        "picture",
        "gender",
        "summary",
    ];
    const MEMBERS: &[&str] = &[
        "source_key",
        "key",
        "reference",
        "experiences",
        "educations",
        "attachments",
        "skills",
        "languages",
        "certifications",
        "interests",
        "labels",
        "tags",
        "metadatas",
        "text",
        "source",
    ];
    const LISTED: &[&str] = &[
        "name",
        "value",
        "type",
        "title",
        "company",
        "school",
        "date_start",
        "date_end",
        "description",
        "stage",
        "job_reference",
        "public_url",
        "file_name",
        "original_file_name",
        "extension",
        "file_size",
    ];
    let lists = prop::collection::vec(
        (prop::sample::select(MEMBERS), prop::collection::vec(object(LISTED), 0..4)),
        0..6,
    );
    (object(MEMBERS), object(INFO), lists).prop_map(|(mut profile, info, lists)| {
        profile["info"] = info;
        for (name, list) in lists {
            profile[name] = Value::Array(list);
        }
        profile
    })
}

fn nothing_empty(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty() && text.trim() == text,
        Value::Array(list) => !list.is_empty() && list.iter().all(nothing_empty),
        Value::Object(members) => members.values().all(nothing_empty),
        _ => true,
    }
}

fn is_web(url: &Value) -> bool {
    url.as_str().is_some_and(|url| url.starts_with("https://") || url.starts_with("http://"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_profile_breaks_the_limits(profile in profile()) {
        let candidate = format(profile);
        let json = serde_json::to_value(&candidate).unwrap();
        prop_assert!(nothing_empty(&json), "{json}");
        let attributes = json["data"]["attributes"].as_object().unwrap();
        for (name, value) in attributes {
            match name.as_str() {
                "pitch" => prop_assert!(value.as_str().unwrap().chars().count() <= 140),
                "tags" => prop_assert!(value.as_array().unwrap().iter().all(Value::is_string)),
                "sourced" => prop_assert!(value.is_boolean()),
                "linkedin-url" | "picture" => prop_assert!(is_web(value), "{value}"),
                "email" => {
                    let (name, host) = value.as_str().unwrap().split_once('@').unwrap();
                    prop_assert!(!name.is_empty() && host.contains('.') && !host.contains('@'));
                }
                _ => prop_assert!(value.is_string()),
            }
            if let Some(text) = value.as_str() {
                prop_assert!(!text.contains(char::is_control), "{text:?}");
            }
        }
        if let Some(note) = &candidate.note {
            prop_assert!(!note.contains(|it: char| it.is_control() && it != '\n'), "{note:?}");
        }
        for document in &candidate.attachments {
            prop_assert!(is_web(&json!(document.url)));
            prop_assert!(!document.name.contains(char::is_control));
        }
        prop_assert!(candidate.job_applications.iter().all(|id| id.bytes().all(|it| it.is_ascii_digit())));
        let again: Candidate = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(again).unwrap(), json);
    }
}
