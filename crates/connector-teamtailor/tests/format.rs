//! What becomes of a profile: snapshots over samples, and limits that hold for any profile.

use connector_hrflow::testing::{
    assert_reads_back, document, is_web, nothing_blank, profile, profiles, sample, shortened,
};
use connector_teamtailor::{Candidate, format_profile};
use hrflow_core::TargetItem;
use proptest::prelude::*;
use serde_json::{Value, json};

fn format(json: Value) -> Candidate {
    format_profile(&profile(json)).expect("every profile makes a candidate")
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_profile_breaks_the_limits(profile in profiles()) {
        let candidate = match format_profile(&self::profile(profile)) {
            Ok(candidate) => candidate,
            // What is no address is the only reason.
            Err(error) => {
                prop_assert!(error.to_string().contains("info.email"), "{error}");
                return Ok(());
            }
        };
        let json = serde_json::to_value(&candidate).unwrap();
        prop_assert!(nothing_blank(&json), "{json}");
        let attributes = json["data"]["attributes"].as_object().unwrap();
        for (name, value) in attributes {
            match name.as_str() {
                "pitch" => prop_assert!(value.as_str().unwrap().chars().count() <= 140),
                "tags" => prop_assert!(value.as_array().unwrap().iter().all(Value::is_string)),
                "sourced" => prop_assert!(value.is_boolean()),
                "linkedin-url" | "picture" => prop_assert!(value.as_str().is_some_and(is_web), "{value}"),
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
            prop_assert!(is_web(&document.url));
            prop_assert!(!document.name.contains(char::is_control));
        }
        prop_assert!(candidate.job_applications.iter().all(|id| id.bytes().all(|it| it.is_ascii_digit())));
        assert_reads_back(&candidate);
        prop_assert_eq!(candidate.violations(), []);
    }
}
