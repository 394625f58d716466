//! What becomes of a profile: snapshots over samples, and limits that hold for any profile.

use connector_ceipal::{Applicant, Applicants, Parameters, format_applicant};
use connector_hrflow::Profile;
use hrflow_core::{Target, parameters::read};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn format(profile: Value) -> Applicant {
    let profile: Profile = serde_json::from_value(profile).expect("any object is a profile");
    format_applicant(&profile).expect("every profile makes an applicant")
}

/// The form with every field that can be asked for.
fn form(applicant: &Applicant) -> Map<String, Value> {
    let parameters = json!({ "email": "me@example.com", "password": "p", "api_key": "k",
        "field_map": { "skills": "standard_fields.skills", "job_title": "standard_fields.job_title",
            "linkedin": "standard_fields.linkedin", "postcode": "standard_fields.postal_code" },
        "custom_field_map": { "name": "first", "språk": "custom_fields.second" } });
    let parameters: Parameters = read("target_parameters", &parameters).expect("the parameters are good");
    match Applicants.preview(&parameters, applicant) {
        Value::Object(form) => form,
        other => panic!("{other}"),
    }
}

/// The applicant and its form as JSON, long texts cut for the sake of the snapshot.
fn shown(fixture: &str) -> Value {
    let profile = serde_json::from_str(fixture).expect("a fixture is JSON");
    let applicant = format(profile);
    let mut shown = json!({ "applicant": applicant, "form": form(&applicant) });
    shorten(&mut shown);
    shown
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.chars().count() > 300 => {
            let count = text.chars().count();
            let start: String = text.chars().take(100).collect();
            *text = format!("{start}… ({count} characters)");
        }
        Value::Array(list) if list.len() > 20 => {
            let count = list.len();
            list.truncate(3);
            list.push(json!(format!("… ({count} elements)")));
        }
        Value::Array(list) => list.iter_mut().for_each(shorten),
        Value::Object(members) => {
            let count = members.len();
            if count > 20 {
                let kept: Map<String, Value> = std::mem::take(members).into_iter().take(3).collect();
                *members = kept;
                members.insert("…".to_owned(), json!(format!("({count} members)")));
            }
            members.values_mut().for_each(shorten);
        }
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
fn the_resume_is_one_that_ceipal_takes_if_there_is_one() {
    let resume = |attachments: &[Value]| {
        let applicant = format(json!({ "attachments": attachments }));
        assert!(applicant.attachments.len() <= 1);
        applicant.attachments.first().map(|it| it.name.clone())
    };
    let document = |kind: &str, name: &str| json!({ "type": kind, "original_file_name": name, "public_url": format!("https://f.example.com/{name}") });
    let expect = |attachments: &[Value], name: Option<&str>| {
        assert_eq!(resume(attachments).as_deref(), name, "{attachments:?}");
    };
    expect(&[document("original", "a.pdf"), document("resume", "b.doc")], Some("b.doc"));
    expect(&[document("resume", "a.odt"), document("Original", "b.DOCX")], Some("b.DOCX"));
    expect(
        &[document("resume", "a.odt"), document("other", "b.doc"), document("other", "c.pdf")],
        Some("c.pdf"),
    );
    expect(
        &[document("cover", "a.pdf"), document("original", "b.odt"), document("resume", "c.rtf")],
        Some("c.rtf"),
    );
    expect(&[document("cover", "a.pdf"), document("other", "b.png")], None);
    let unreachable = json!({ "type": "resume", "file_name": "cv.pdf", "public_url": "file:///cv.pdf" });
    expect(&[unreachable, document("original", "a.pdf")], Some("a.pdf"));
    let named = json!({ "type": "resume", "original_file_name": "..\\x/CV\u{0}.. Ada", "extension": ".pdf",
        "public_url": "https://f.example.com/1" });
    expect(&[named], Some("CV .. Ada.pdf"));
    let long = json!({ "type": "resume", "file_name": "n".repeat(500), "extension": ".docx", "public_url": "https://f.example.com/1" });
    let name = resume(&[long]).unwrap();
    assert!(name.len() == 120 && name.ends_with("n.docx"), "{name}");
}

#[test]
fn who_has_one_name_has_it_as_first_name() {
    let names = |info: Value| {
        let fields = format(json!({ "info": info })).standard_fields;
        (fields.firstname.unwrap_or_default(), fields.lastname.unwrap_or_default())
    };
    let of = |first: &str, last: &str| (first.to_owned(), last.to_owned());
    assert_eq!(names(json!({ "first_name": " Ada ", "last_name": "Byron" })), of("Ada", "Byron"));
    assert_eq!(names(json!({ "full_name": "Ada King Byron" })), of("Ada King", "Byron"));
    assert_eq!(names(json!({ "full_name": "Ada" })), of("Ada", ""));
    assert_eq!(names(json!({ "last_name": "Byron" })), of("Byron", ""));
    assert_eq!(names(json!({ "first_name": "\u{1}" })), of("", ""));
}

#[test]
fn an_address_is_kept_as_it_was_written_or_left_out() {
    let email = |email: &str| format(json!({ "info": { "email": email } })).standard_fields.email;
    assert_eq!(email(" Ada.Byron@Example.com\n").as_deref(), Some("Ada.Byron@Example.com"));
    for refused in ["none", "ada@localhost", "a@b.com, c@d.com", "ada@example.com\r\nBcc: x@example.com", ""]
    {
        assert_eq!(email(refused), None, "{refused}");
    }
}

#[test]
fn a_street_stands_in_for_a_missing_line() {
    let address =
        |location: Value| format(json!({ "info": { "location": location } })).standard_fields.address;
    assert_eq!(address(json!({ "text": "1 Main Street" })).as_deref(), Some("1 Main Street"));
    assert_eq!(
        address(json!({ "fields": { "road": "Main Street", "house_number": "1" } })).as_deref(),
        Some("Main Street 1")
    );
    assert_eq!(address(json!({ "fields": { "city": "Lyon" } })), None);
}

#[test]
fn a_mapping_of_ones_own_may_give_ids_as_numbers() {
    let applicant: Applicant = serde_json::from_value(json!({
        "standard_fields": { "firstname": "Ada", "email": "ada@example.com", "country": 840, "state": null,
            "work_authorization": 3, "tags": ["a", null, 2], "empty": "", "odd": { "a": 1 } },
        "custom_fields": { "remote": true },
        "submission_fields": { "pay_rate": "40" },
        "gdpr": "1",
    }))
    .unwrap();
    assert_eq!(
        Value::Object(form(&applicant)),
        json!({
            "standard_fields.firstname": "Ada", "standard_fields.email": "ada@example.com", "standard_fields.country": "840",
            "standard_fields.work_authorization": "3", "standard_fields.tags": "a,2", "custom_fields.remote": "1",
            "submission_fields.pay_rate": "40", "gdpr": "1",
        })
    );
}

/// Any JSON, up to a few levels deep, with texts that formats stumble over.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[a-z]{0,8}@[a-z]{0,8}\\.?[a-z]{0,4}",
        "(https?|HTTPS|ftp|file|javascript)://[a-z0-9./@:]{0,20}",
        "(<[a-z]{0,4}>|&[a-z]{0,4};|\u{0}|\n| |,|word){0,400}",
        "\\+?[0-9 ().x/-]{0,24}",
        "[a-z/\\\\. ]{0,12}\\.(pdf|PDF|docx|doc|odt|)",
        Just("resume".to_owned()),
        Just("original".to_owned()),
        Just("linkedin".to_owned()),
        Just("FRA".to_owned()),
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
        "city",
        "country",
        "state",
        "postcode",
        "road",
        "house_number",
        "title",
        "public_url",
        "file_name",
        "original_file_name",
        "extension",
        "file_size",
        "linkedin",
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
    const INFO: &[&str] =
        &["full_name", "first_name", "last_name", "email", "phone", "location", "urls", "summary"];
    const LOCATION: &[&str] = &["text", "fields"];
    const MEMBERS: &[&str] =
        &["source_key", "key", "reference", "experiences", "attachments", "skills", "tags", "metadatas"];
    const LISTED: &[&str] = &[
        "name",
        "value",
        "type",
        "title",
        "public_url",
        "file_name",
        "original_file_name",
        "extension",
        "file_size",
    ];
    const FIELDS: &[&str] = &["city", "country", "state", "postcode", "road", "house_number", "text"];
    let lists = prop::collection::vec(
        (prop::sample::select(MEMBERS), prop::collection::vec(object(LISTED), 0..4)),
        0..6,
    );
    (object(MEMBERS), object(INFO), object(LOCATION), object(FIELDS), lists).prop_map(
        |(mut profile, mut info, mut location, fields, lists)| {
            location["fields"] = fields;
            info["location"] = location;
            profile["info"] = info;
            for (name, list) in lists {
                profile[name] = Value::Array(list);
            }
            profile
        },
    )
}

fn nothing_empty(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => {
            !text.trim().is_empty() && text.trim() == text && !text.contains(char::is_control)
        }
        Value::Array(list) => !list.is_empty() && list.iter().all(nothing_empty),
        Value::Object(members) => members.values().all(nothing_empty),
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_profile_breaks_the_limits(profile in profile()) {
        let applicant = format(profile);
        let json = serde_json::to_value(&applicant).unwrap();
        let members = json.as_object().unwrap();
        for (name, value) in members.iter().filter(|(name, _)| *name != "standard_fields") {
            prop_assert!(nothing_empty(value), "{name}: {value}");
        }
        prop_assert!(members["standard_fields"].as_object().unwrap().values().all(nothing_empty), "{json}");
        for document in &applicant.attachments {
            prop_assert!(document.url.starts_with("https://") || document.url.starts_with("http://"));
            prop_assert!(!document.name.contains(['/', '\\']) && document.name.chars().count() <= 120, "{}", document.name);
        }
        for (name, value) in form(&applicant) {
            let text = value.as_str().unwrap();
            let characters = text.chars().count();
            prop_assert!(nothing_empty(&value), "{name}: {value}");
            match name.as_str() {
                "standard_fields.email" => {
                    let (name, host) = text.split_once('@').unwrap();
                    prop_assert!(!name.is_empty() && host.contains('.') && !host.contains('@') && text.len() <= 254);
                }
                "standard_fields.mobile_number" => {
                    let digits = text.strip_prefix('+').unwrap_or(text);
                    prop_assert!(digits.bytes().all(|it| it.is_ascii_digit()) && (7..=15).contains(&digits.len()));
                }
                "standard_fields.skills" | "custom_fields.first" | "custom_fields.second" => {
                    prop_assert!(characters <= 4_000)
                }
                "standard_fields.linkedin" => prop_assert!(text.starts_with("http") && characters <= 250),
                _ => prop_assert!(characters <= 250, "{name}: {characters}"),
            }
        }
        let again: Applicant = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(again).unwrap(), json);
    }
}
