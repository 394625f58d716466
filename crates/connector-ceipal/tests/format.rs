//! What becomes of a profile: snapshots over samples, and limits that hold for any profile.

use connector_ceipal::{Applicant, Applicants, Parameters, format_applicant};
use connector_hrflow::testing::{
    assert_reads_back, document, is_web, nothing_blank, profile, profiles, sample, shortened,
};
use hrflow_core::{Target, parameters::read};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn format(json: Value) -> Applicant {
    format_applicant(&profile(json)).expect("every profile makes an applicant")
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
fn shown(name: &str) -> Value {
    let applicant = format(sample(name));
    shortened(json!({ "applicant": applicant, "form": form(&applicant) }))
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

#[test]
fn the_resume_is_one_that_ceipal_takes_if_there_is_one() {
    let resume = |attachments: &[Value]| {
        let applicant = format(json!({ "attachments": attachments }));
        assert!(applicant.attachments.len() <= 1);
        applicant.attachments.first().map(|it| it.name.clone())
    };
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
    assert_eq!(names(json!({ "last_name": "Byron", "full_name": "Ada Byron" })), of("Ada", "Byron"));
    assert_eq!(names(json!({ "first_name": "Ada", "full_name": "Ada Byron" })), of("Ada", "Byron"));
    assert_eq!(names(json!({ "last_name": "Byron", "full_name": "Byron" })), of("Byron", ""));
    assert_eq!(names(json!({ "first_name": "\u{1}" })), of("", ""));
}

#[test]
fn an_address_is_found_or_left_out_or_rejected() {
    let email = |email: &str| format(json!({ "info": { "email": email } })).standard_fields.email;
    for text in
        [" Ada.Byron@Example.com\n", "Ada.Byron@Example.com; c@example.com", "<Ada.Byron@Example.com>"]
    {
        assert_eq!(email(text).as_deref(), Some("Ada.Byron@Example.com"), "{text}");
    }
    assert_eq!((email("none"), email("")), (None, None));
    for text in ["ada@localhost", "ada..x@example.com"] {
        assert!(format_applicant(&profile(json!({ "info": { "email": text } }))).is_err(), "{text}");
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

/// Nothing blank, and no control characters in any text.
fn is_clean(value: &Value) -> bool {
    fn is_printable(value: &Value) -> bool {
        match value {
            Value::String(text) => !text.contains(char::is_control),
            Value::Array(list) => list.iter().all(is_printable),
            Value::Object(members) => members.values().all(is_printable),
            _ => true,
        }
    }
    nothing_blank(value) && is_printable(value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_profile_breaks_the_limits(profile in profiles()) {
        let applicant = match format_applicant(&self::profile(profile)) {
            Ok(applicant) => applicant,
            // What is no address is the only reason.
            Err(error) => {
                prop_assert!(error.to_string().contains("info.email"), "{error}");
                return Ok(());
            }
        };
        let json = serde_json::to_value(&applicant).unwrap();
        let members = json.as_object().unwrap();
        for (name, value) in members.iter().filter(|(name, _)| *name != "standard_fields") {
            prop_assert!(is_clean(value), "{name}: {value}");
        }
        prop_assert!(members["standard_fields"].as_object().unwrap().values().all(is_clean), "{json}");
        for document in &applicant.attachments {
            prop_assert!(is_web(&document.url));
            prop_assert!(!document.name.contains(['/', '\\']) && document.name.chars().count() <= 120, "{}", document.name);
        }
        for (name, value) in form(&applicant) {
            let text = value.as_str().unwrap();
            let characters = text.chars().count();
            prop_assert!(is_clean(&value), "{name}: {value}");
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
        assert_reads_back(&applicant);
    }
}
