//! What becomes of a profile: snapshots over samples, and limits that hold for any profile.

use connector_hrflow::testing::{
    assert_reads_back, document, is_web, merge, profile, profiles, sample, shortened,
};
use connector_ukgpro::{Candidate, Candidates, Parameters, format_hrflow_profile};
use hrflow_core::{AttachmentKind, ErrorKind, Target, TargetItem, Warning, parameters::read};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Somebody whom UKG Pro takes, with what is told besides.
fn somebody(more: Value) -> Value {
    let mut somebody =
        json!({ "info": { "first_name": "Ada", "last_name": "Byron", "email": "ada@example.com" } });
    merge(&mut somebody, more);
    somebody
}

fn format(json: Value) -> Candidate {
    format_hrflow_profile(&profile(json)).expect("the profile has what is required")
}

fn formatted(json: Value) -> Value {
    serde_json::to_value(format(json)).expect("a candidate is JSON")
}

fn parameters(more: Value) -> Parameters {
    let mut parameters = json!({
        "auth_data": { "identity_server": "signin.example.com", "tenant": "T1", "client_id": "c", "client_secret": "s" },
        "domain": { "environment": "service.example.com", "tenant": "T1" },
    });
    merge(&mut parameters, more);
    read("target_parameters", &parameters).expect("the parameters are good")
}

/// What would be sent.
fn body(candidate: &Candidate, more: Value) -> Value {
    Candidates.preview(&parameters(more), candidate)
}

/// The candidate as JSON, long texts cut for the sake of the snapshot. Who lacks what UKG Pro requires, or has it longer
/// than any is taken, gets it.
fn shown(name: &str) -> Value {
    let required = match name {
        "null_ridden" => {
            json!({ "first_name": "Nula", "last_name": "Void", "email": "nula.void@example.com" })
        }
        "over_long" => json!({
            "email": format!("{}@{}.example.com", "a".repeat(64), "b".repeat(63)), "phone": "+44 (0) 20 7946 0018 extension 9",
            "location": { "fields": { "country": "United Kingdom of Great Britain and Northern Ireland" } },
        }),
        "hostile" => json!({ "email": " EVE.RED+x@Example.com " }),
        _ => json!({}),
    };
    let mut sample = sample(name);
    merge(&mut sample["info"], required);
    shortened(formatted(sample))
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
fn who_lacks_what_is_required_is_refused() {
    for (info, part) in [
        (json!({}), "first name"),
        (json!({ "full_name": "Ada", "email": "ada@example.com" }), "first name"),
        (json!({ "last_name": "Byron", "full_name": "Byron", "email": "ada@example.com" }), "first name"),
        (json!({ "first_name": "Ada", "email": "ada@example.com" }), "last name"),
        (json!({ "full_name": "Ada Byron" }), "e-mail"),
        (json!({ "full_name": "Ada Byron", "email": "ada@example" }), "info.email"),
        (
            json!({ "full_name": "Ada Byron", "email": format!("{}@example.com", "a".repeat(250)) }),
            "info.email",
        ),
    ] {
        let error = format_hrflow_profile(&profile(json!({ "info": info }))).err().expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.message().contains(part), "{info}: {error}");
    }
}

#[test]
fn names_may_stand_in_the_full_name() {
    let names = |info: Value| {
        let name = formatted(somebody(json!({ "info": info })))["name"].clone();
        (name["first"].as_str().unwrap().to_owned(), name["last"].as_str().unwrap().to_owned())
    };
    let expect =
        |info: Value, first: &str, last: &str| assert_eq!(names(info), (first.to_owned(), last.to_owned()));
    expect(
        json!({ "first_name": null, "last_name": null, "full_name": "Ada  Maria\u{0} Byron" }),
        "Ada Maria",
        "Byron",
    );
    expect(json!({ "first_name": " ", "full_name": "Ada Lovelace" }), "Ada", "Byron");
    expect(json!({ "last_name": "", "full_name": "Augusta King" }), "Ada", "King");
    expect(json!({ "last_name": null, "full_name": "Ada King Byron" }), "Ada", "King Byron");
    expect(json!({ "first_name": "Zoë", "last_name": "x".repeat(120) }), "Zoë", &"x".repeat(100));
}

#[test]
fn a_long_phone_number_loses_what_only_makes_it_readable() {
    let phone = |phone: &str| {
        formatted(somebody(json!({ "info": { "phone": phone } })))["contact_info"]["phone"].clone()
    };
    let primary = |number: &str| json!({ "primary": number });
    assert_eq!(phone("+33 1 99 00 01 42"), primary("+33 1 99 00 01 42"));
    assert_eq!(phone("+44 (0) 20 7946 0018 extension 9"), primary("+44 (0) 20 7946 0018"));
    assert_eq!(phone("Mobile number: +33.1.99.00.01.42"), primary("+33.1.99.00.01.42"));
    assert_eq!(phone("+ 3 3 1 9 9 0 0 0 1 4 2 - - -"), primary("+ 3 3 1 9 9 0 0 0 1 4 2"));
    assert_eq!(phone("(+33) - 1 - 99 - 00 - 01 - 42"), primary("+33199000142"));
    // One digit too many for a number.
    assert_eq!(phone("+33 - 1 - 99 - 00 - 01 - 42 - 7"), json!(null));
    for none in ["call me maybe, but never before noon", "true", &"1".repeat(26)] {
        assert_eq!(phone(none), json!(null), "{none}");
    }
    let warnings = formatted(somebody(json!({ "info": { "phone": "1".repeat(26) } })))["warnings"].clone();
    assert_eq!(warnings, json!([{ "field": "info.phone", "reason": "No phone number was found; left out" }]));
}

#[test]
fn countries_and_states_are_codes_or_nothing() {
    let address = |fields: Value| {
        let address = formatted(somebody(json!({ "info": { "location": { "fields": fields } } })));
        address["contact_info"]["address"].clone()
    };
    let codes =
        |country: &str, state: &str| json!({ "country": { "code": country }, "state": { "code": state } });
    assert_eq!(address(json!({ "country": "usa", "state": "Texas" })), codes("USA", "TX"));
    assert_eq!(address(json!({ "country": "Canada", "state": "qc" })), codes("CAN", "QC"));
    assert_eq!(
        address(json!({ "country": "FR", "state": "Bretagne" })),
        json!({ "country": { "code": "FRA" } })
    );
    assert_eq!(address(json!({ "country": "Atlantis", "state": "TX" })), json!(null));
    assert_eq!(address(json!({ "state": "USA" })), json!(null));
    let candidate =
        format(somebody(json!({ "info": { "location": { "fields": { "country": "France" } } } })));
    let sent = body(&candidate, json!({ "country_code_format": "alpha2" }));
    assert_eq!(sent["contact_info"]["address"], json!({ "country": { "code": "FR" } }));
}

#[test]
fn addresses_have_a_street_or_a_line() {
    let address = |location: Value| {
        formatted(somebody(json!({ "info": { "location": location } })))["contact_info"]["address"].clone()
    };
    let fields = json!({ "house_number": "12", "road": "Quai", "city": "Nantes", "postcode": "44000" });
    assert_eq!(
        address(json!({ "text": "12 Quai, Nantes", "fields": fields })),
        json!({ "line1": "12 Quai", "city": "Nantes", "postal_code": "44000" })
    );
    assert_eq!(
        address(json!({ "text": "Nantes", "fields": { "house_number": "12" } })),
        json!({ "line1": "Nantes" })
    );
    assert_eq!(address(json!({ "fields": { "postcode": "12" } })), json!(null));
}

#[test]
fn times_at_work_begin_end_or_go_on() {
    let time = |start: Value, end: Value| {
        let experience =
            json!({ "title": "Engineer", "company": "Example", "date_start": start, "date_end": end });
        let time = formatted(somebody(json!({ "experiences": [experience] })))["workexperience"][0].clone();
        (time["from"].clone(), time["to"].clone())
    };
    let month = |year: i16, month: i8| json!({ "year": year, "month": month });
    let on = json!({ "year": null, "month": null });
    assert_eq!(time(json!("2020-05-01"), json!("2021-06-30T00:00:00")), (month(2020, 5), month(2021, 6)));
    assert_eq!(time(json!("2020-05-01"), json!(null)), (month(2020, 5), on.clone()));
    assert_eq!(time(json!("2020-05-01"), json!("today")), (month(2020, 5), on.clone()));
    // A past that is known to the month or the year is over all the same.
    assert_eq!(time(json!("2014-03"), json!("2015-06")), (month(2014, 3), month(2015, 6)));
    assert_eq!(time(json!("2014"), json!("2015")), (month(2014, 1), month(2015, 12)));
    assert_eq!(time(json!("2015-06-01"), json!(2015)), (month(2015, 6), month(2015, 12)));
    assert_eq!(time(json!("2014"), json!(null)), (month(2014, 1), on));
    // Of an end that is not understood, nothing is claimed.
    assert_eq!(time(json!("2014-03-01"), json!("next June")), (json!(null), json!(null)));
    assert_eq!(time(json!("2014-03-01"), json!("06/2015")), (month(2014, 3), month(2015, 6)));
    assert_eq!(
        time(json!("mars 2014"), json!("Aujourd’hui")),
        (month(2014, 3), json!({ "year": null, "month": null }))
    );
    assert_eq!(time(json!(null), json!("2021-06-30")), (json!(null), month(2021, 6)));
    assert_eq!(time(json!("2022-01-01"), json!("2021-06-30")), (json!(null), month(2021, 6)));
    assert_eq!(time(json!("2021-06-30"), json!("2021-06-01")), (month(2021, 6), month(2021, 6)));
    assert_eq!(time(json!(null), json!(null)), (json!(null), json!(null)));
}

#[test]
fn an_end_that_is_not_understood_is_told() {
    let experience = json!({ "title": "Engineer", "date_start": "2014-03-01", "date_end": "next June" });
    let candidate = format(somebody(json!({ "experiences": [experience] })));
    assert_eq!(
        candidate.warnings,
        [
            Warning::new("experiences[0].date_end", "No date was recognized; left out"),
            Warning::new("workexperience[0].from", "Its end is before it or not known; left out"),
        ]
    );
}

#[test]
fn what_is_required_of_a_time_is_filled_in() {
    let work = |experience: Value| {
        formatted(somebody(json!({ "experiences": [experience] })))["workexperience"].clone()
    };
    let described = work(
        json!({ "description": "<p>Led the <b>gateway</b></p>\nand more", "location": { "text": "Lyon" } }),
    );
    assert_eq!(
        described,
        json!([{ "job_title": "Led the gateway", "company": "Not specified", "location": "Lyon",
            "description": "Led the gateway\nand more" }])
    );
    assert_eq!(work(json!({ "company": "Example" }))[0]["job_title"], json!("Not specified"));
    assert_eq!(work(json!({ "title": " ", "location": "Lyon" })), json!(null));

    let school =
        |education: Value| formatted(somebody(json!({ "educations": [education] })))["education"].clone();
    let named = |name: &str| json!({ "name": name, "id": null });
    assert_eq!(school(json!({ "title": "MSc" })), json!([{ "school": named("MSc") }]));
    assert_eq!(
        school(json!({ "title": "MSc", "school": "Example" })),
        json!([{ "school": named("Example"), "degree": named("MSc") }])
    );
    assert_eq!(school(json!({ "description": "?" })), json!(null));
}

#[test]
fn a_value_is_a_level() {
    let ordinal = |value: Value| {
        let skills = json!([{ "name": "Rust", "value": value }]);
        formatted(somebody(json!({ "skills": skills })))["skills"][0]["proficiency_level"]["ordinal"].clone()
    };
    for (value, expected) in [
        (json!(1), 1),
        (json!("3"), 3),
        (json!(5.0), 5),
        (json!("4.4"), 4),
        (json!("4/5"), 4),
        (json!("1/2"), 3),
        (json!("16/20"), 4),
        (json!("0.8"), 4),
        (json!(0), 1),
        (json!(6), 1),
        (json!(80), 4),
        (json!("100"), 5),
        (json!("80 %"), 4),
        (json!("1%"), 1),
    ] {
        assert_eq!(ordinal(value.clone()), json!(expected), "{value}");
    }
    for value in [
        json!(null),
        json!("fluent"),
        json!(-1),
        json!("6/5"),
        json!("1/0"),
        json!(101),
        json!("inf"),
        json!(true),
    ] {
        assert_eq!(ordinal(value.clone()), json!(null), "{value}");
    }
}

#[test]
fn the_resume_is_what_ukg_pro_takes() {
    let documents = |attachments: &[Value]| {
        let candidate = format(somebody(json!({ "attachments": attachments })));
        let shown = |it: &hrflow_core::Attachment| match it.kind {
            AttachmentKind::Resume => format!("resume {}", it.name),
            AttachmentKind::Cover => format!("cover {}", it.name),
            AttachmentKind::Other => it.name.clone(),
        };
        candidate.attachments().iter().map(shown).collect::<Vec<_>>()
    };
    let (original, resume) = (document("original", "o.docx"), document("Resume", "r.pdf"));
    let (odt, cover) = (document("resume", "r.odt"), document("cover", "c.pdf"));
    assert_eq!(
        documents(&[cover.clone(), original.clone(), resume.clone()]),
        ["resume r.pdf", "cover c.pdf"]
    );
    assert_eq!(documents(std::slice::from_ref(&original)), ["resume o.docx"]);
    assert_eq!(documents(&[odt.clone(), original]), ["resume o.docx"], "the one that is taken");
    assert_eq!(documents(&[odt]), ["resume r.odt"], "it will be told that it is not");
    let second = document("resume", "s.pdf");
    assert_eq!(documents(&[resume, second]), ["resume r.pdf", "s.pdf"]);
    assert_eq!(
        documents(&[cover, document("other", "x.png"), document("", "y")]),
        ["cover c.pdf", "x.png", "y"]
    );
}

#[test]
fn parameters_say_what_is_sent_besides() {
    let profile = somebody(json!({
        "info": { "summary": "Writes <b>programs</b>.", "location": { "fields": { "country": "France" } } },
        "languages": [{ "name": "French" }, { "name": "rust" }], "skills": [{ "name": "Rust", "value": 5 }],
        "experiences": [{ "title": "Engineer" }], "educations": [{ "school": "Example" }],
    }));
    let candidate = format(profile);
    let plain = body(&candidate, json!({}));
    for reserved in ["summary", "languages", "attachments", "warnings", "comments"] {
        assert_eq!(plain.get(reserved), None, "{reserved}");
    }
    assert_eq!(
        plain["skills"],
        json!([{ "skill": { "name": "Rust", "id": null }, "proficiency_level": { "ordinal": 5 } }])
    );

    let all = json!({ "languages_as_skills": true, "comment_author_id": " a1 ", "default_proficiency_ordinal": 2,
        "field_names": { "workexperience": "work_experience", "education": "educations" } });
    let all = body(&candidate, all);
    assert_eq!(all["comments"], json!([{ "author_id": "a1", "comment": "Writes programs." }]));
    assert_eq!(
        all["skills"][1],
        json!({ "skill": { "name": "French", "id": null }, "proficiency_level": { "ordinal": 2 } })
    );
    assert_eq!(all["skills"].as_array().unwrap().len(), 2, "what is a skill already is none again");
    assert_eq!(
        (all["work_experience"][0]["job_title"].as_str(), all.get("workexperience")),
        (Some("Engineer"), None)
    );
    assert_eq!(
        (all["educations"][0]["school"]["name"].as_str(), all.get("education")),
        (Some("Example"), None)
    );
    assert_eq!(body(&candidate, json!({ "comment_author_id": " " })).get("comments"), None);
}

#[test]
fn times_too_far_away_are_not_sent() {
    let candidate: Candidate = serde_json::from_value(json!({
        "created_at": "2999-01-01T00:00:00.000Z",
        "workexperience": [
            { "job_title": "a", "company": "b", "from": { "year": 1066, "month": 10 }, "to": { "year": 2999, "month": 1 } },
            { "job_title": "a", "company": "b", "from": { "year": 2020, "month": 10 } },
        ],
        "education": [{ "school": { "name": "a" }, "from": { "year": 1066, "month": 1 }, "to": { "year": 2999, "month": 1 } }],
    }))
    .unwrap();
    let sent = body(&candidate, json!({}));
    assert_eq!(sent.get("created_at"), None);
    assert_eq!(
        sent["workexperience"][0],
        json!({ "job_title": "a", "company": "b", "to": { "year": null, "month": null } })
    );
    assert_eq!(sent["workexperience"][1]["from"], json!({ "year": 2020, "month": 10 }));
    assert_eq!(sent["education"][0], json!({ "school": { "name": "a", "id": null } }));
}

#[test]
fn members_of_a_users_own_mapping_are_kept() {
    let own = json!({
        "name": { "first": "Ada", "last": "Byron", "middle": "M" },
        "contact_info": { "email": " Ada@Example.com", "phone": { "primary": "1", "secondary": "2" } },
        "is_willing_to_relocate": true, "comments": [{ "author_id": "x", "comment": "y" }],
        "education": [{ "school": { "name": "a" }, "major": { "id": "m1" } }],
        "skills": [{ "skill": { "name": "Rust" }, "proficiency_level": { "id": "lvl" } }],
        "provider": { "name": "Example", "type": "ThirdPartyIntegration", "method": "CandidateImport" },
        "summary": "s",
    });
    let candidate: Candidate = serde_json::from_value(own).unwrap();
    assert_eq!(
        body(&candidate, json!({ "comment_author_id": "z" })),
        json!({
            "name": { "first": "Ada", "last": "Byron", "middle": "M" },
            "contact_info": { "email": "ada@example.com", "phone": { "primary": "1", "secondary": "2" } },
            "is_internal": false, "password": "", "is_willing_to_relocate": true,
            "comments": [{ "author_id": "x", "comment": "y" }, { "author_id": "z", "comment": "s" }],
            "education": [{ "school": { "name": "a", "id": null }, "major": { "id": "m1" } }],
            "skills": [{ "skill": { "name": "Rust", "id": null }, "proficiency_level": { "id": "lvl" } }],
            "provider": { "id": null, "name": "Example", "type": "ThirdPartyIntegration", "method": "CandidateImport" },
        })
    );
}

/// Any profile of somebody whom UKG Pro takes, unless a name of theirs is none.
fn any_profile() -> impl Strategy<Value = Value> {
    profiles().prop_map(|profile| {
        let mut somebody = somebody(profile);
        somebody["info"]["email"] = json!("ada@example.com");
        somebody
    })
}

/// The texts of a body with their documented limits, in characters. `*` stands for every element.
const LIMITS: &[(&str, usize, usize)] = &[
    ("name/first", 1, 100),
    ("name/last", 1, 100),
    ("contact_info/email", 3, 254),
    ("contact_info/phone/primary", 1, 25),
    ("contact_info/address/line1", 1, 255),
    ("contact_info/address/city", 1, 255),
    ("contact_info/address/postal_code", 3, 50),
    ("contact_info/address/state/code", 1, 6),
    ("contact_info/address/country/code", 3, 3),
    ("created_at", 24, 24),
    ("hyperlinks/*/name", 1, 250),
    ("workexperience/*/job_title", 1, 100),
    ("workexperience/*/company", 1, 100),
    ("workexperience/*/location", 1, 20),
    ("workexperience/*/description", 1, 2000),
    ("education/*/school/name", 1, 100),
    ("education/*/degree/name", 1, 100),
    ("education/*/description", 1, 1500),
    ("licenses/*/license/name", 1, 250),
    ("licenses/*/number", 1, 20),
    ("skills/*/skill/name", 1, 80),
    ("comments/*/comment", 1, 4000),
];

/// What a path leads to, nulls aside.
fn at<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let steps = path.split('/');
    let found = steps.fold(vec![value], |values, step| match step {
        "*" => values.into_iter().filter_map(Value::as_array).flatten().collect(),
        step => values.into_iter().filter_map(|value| value.get(step)).collect(),
    });
    found.into_iter().filter(|value| !value.is_null()).collect()
}

/// Holds the body against every limit that is documented.
fn broken_limits(body: &Value) -> Vec<String> {
    let mut broken = broken_times(body);
    for (path, least, most) in LIMITS {
        let prose = path.ends_with("description") || path.ends_with("comment");
        let fits = |text: &str| {
            let odd = text.contains(|it: char| it.is_control() && !(prose && it == '\n'));
            (*least..=*most).contains(&text.chars().count()) && text.trim() == text && !odd
        };
        let odd = at(body, path).into_iter().filter(|value| !value.as_str().is_some_and(fits));
        broken.extend(odd.map(|value| format!("{path} {value}")));
    }
    let odd = at(body, "hyperlinks/*/url").into_iter().filter(|url| !url.as_str().is_some_and(is_web));
    broken.extend(odd.map(ToString::to_string));
    for (list, required) in [
        ("workexperience/*", "job_title"),
        ("workexperience/*", "company"),
        ("education/*", "school/name"),
        ("licenses/*", "license/name"),
    ] {
        let missing = at(body, list).into_iter().filter(|it| at(it, required).is_empty());
        broken.extend(missing.map(|it| format!("{it} without {required}")));
    }
    broken
}

fn broken_times(body: &Value) -> Vec<String> {
    let this_year = i64::from(jiff::Timestamp::now().strftime("%Y").to_string().parse::<i16>().unwrap());
    let year = |time: &Value, end: &str| time[end]["year"].as_i64();
    let month_is_one = |time: &Value, end: &str| {
        let month = &time[end]["month"];
        month.is_null() == time[end]["year"].is_null()
            && month.as_i64().is_none_or(|it| (1..=12).contains(&it))
    };
    let lists = [&body["workexperience"], &body["education"]];
    let times = lists.into_iter().filter_map(Value::as_array).flatten();
    let is_broken = |time: &&Value| {
        let (from, to) = (year(time, "from"), year(time, "to"));
        from.is_some_and(|from| from < this_year - 100 || to.is_some_and(|to| from > to))
            || to.is_some_and(|to| to > this_year + 5)
            || !month_is_one(time, "from")
            || !month_is_one(time, "to")
    };
    times.filter(is_broken).map(ToString::to_string).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_profile_breaks_the_limits(json in any_profile()) {
        let Ok(candidate) = format_hrflow_profile(&profile(json)) else { return Ok(()) };
        let all = json!({ "languages_as_skills": true, "comment_author_id": "a1" });
        let body = body(&candidate, all);
        let broken = broken_limits(&body);
        prop_assert!(broken.is_empty(), "{broken:?}");
        prop_assert!(candidate.attachments.iter().all(|it| !it.name.contains(char::is_control)));
        prop_assert!(candidate.attachments.iter().filter(|it| it.kind == AttachmentKind::Resume).count() <= 1);
        assert_reads_back(&candidate);
        prop_assert_eq!(candidate.violations(), []);
    }

    #[test]
    fn no_text_makes_a_limit_break(text in "[a-zé<>&;\u{0}\n \u{1F980}]{0,3000}", start in any::<i16>(), end in any::<i16>()) {
        let date = |year: i16| format!("{:04}-07-01", year.unsigned_abs() % 10_000);
        let (start, end) = (date(start), date(end));
        let candidate = format(somebody(json!({
            "info": { "phone": text, "summary": text, "location": { "text": text, "fields": { "city": text, "postcode": text, "state": text } } },
            "experiences": [{ "title": text, "company": text, "location": text, "description": text, "tasks": [text], "date_start": start, "date_end": end }],
            "educations": [{ "school": text, "title": text, "description": text, "courses": [text], "date_start": start, "date_end": end }],
            "certifications": [{ "name": text, "value": text }], "skills": [text], "languages": [text],
        })));
        let all = json!({ "languages_as_skills": true, "comment_author_id": "a1" });
        let broken = broken_limits(&body(&candidate, all));
        prop_assert!(broken.is_empty(), "{broken:?}");
    }
}
