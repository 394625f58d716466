//! Any profile at all.

use proptest::{prelude::*, strategy::Union};
use serde_json::Value;

const MEMBERS: &[&str] = &[
    "source_key",
    "key",
    "reference",
    "source",
    "created_at",
    "text",
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
];
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
const LOCATION: &[&str] = &["text", "fields"];
const FIELDS: &[&str] = &["text", "house_number", "road", "unit", "city", "postcode", "state", "country"];
const CAREER: &[&str] = &[
    "title",
    "company",
    "school",
    "location",
    "description",
    "date_start",
    "date_end",
    "skills",
    "tasks",
    "courses",
    "certifications",
];
const DOCUMENT: &[&str] =
    &["type", "alt", "public_url", "file_name", "original_file_name", "extension", "file_size"];
const NAMED: &[&str] = &["name", "value"];
const LABEL: &[&str] = &["stage", "job_reference"];
const LINK: &[&str] = &["type", "url"];
/// The kinds of links, when they are members instead of elements.
const LINKS: &[&str] = &["linkedin", "github", "from_resume"];

/// What people and programs write around an address.
pub(super) const EMAIL_WRAPPINGS: [&str; 10] = [
    "mailto:{}",
    "Ada Example <{}>",
    "<{}>",
    "{}.",
    "\u{a0}{}\u{200b}",
    "{}; alt@example.com",
    "Email: {}",
    "\"{}\"",
    "{}, {}",
    "<a href=\"mailto:{}\">{}</a>",
];
/// What people write around a phone number.
const PHONE_WRAPPINGS: [&str; 8] = [
    "tel:{}",
    "{} (mobile)",
    "{};{}",
    "{} / 0145678901",
    "{} ext. 12",
    "{}.0",
    "call {} after 5pm",
    "\u{202a}{}",
];
const COUNTRIES: &[&str] = &[
    "Belgique",
    "Deutschland",
    "España",
    "Italia",
    "Royaume-Uni",
    "the Netherlands",
    "Türkiye",
    "日本",
    "Kosovo",
    "XK",
    "Atlantis",
    "U.S.A.",
    "Côte d’Ivoire",
    "n/a",
];
const NAMES: &[&str] = &[
    "Ada",
    "van Beethoven",
    "van Beethoven Ludwig",
    "van Beethoven, Ludwig",
    "EXAMPLE, Ada",
    "Ada Example",
    "Ada Example, PhD",
    "E\u{301}lodie",
    "R&amp;D Ltd",
    "<b>Ada</b>",
    "Ada\u{0}",
];
const DATES: &[&str] = &[
    "Present",
    "heute",
    "à ce jour",
    "actualidad",
    "oggi",
    "atual",
    "heden",
    "March 2019",
    "3. März 2019",
    "05/2020",
    "03/04/2020",
    "2019",
    "2019-00-00",
    "soon",
    "-",
    "Q1 2019",
    "2019-3-5",
];

/// Profiles of every shape, as JSON objects. At each place stands what belongs there, or anything else; texts are
/// such as formats stumble over.
pub fn profiles() -> impl Strategy<Value = Value> {
    let anything = anything();
    (object(MEMBERS, &anything), object(INFO, &anything)).prop_map(|(mut profile, info)| {
        profile["info"] = info;
        profile
    })
}

/// An object with some of the members.
fn object(names: &'static [&'static str], anything: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let member = |&name: &&'static str| {
        let value = prop_oneof![3 => fitting(name, anything), 1 => anything.clone()];
        value.prop_map(move |value| (name.to_owned(), value))
    };
    let members = Union::new(names.iter().map(member));
    prop::collection::vec(members, 0..=names.len() * 2)
        .prop_map(|members| members.into_iter().collect())
        .boxed()
}

/// What belongs under a name.
fn fitting(name: &str, anything: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let list_of = |names| prop::collection::vec(object(names, anything), 0..3).prop_map(Value::Array).boxed();
    match name {
        "experiences" | "educations" => list_of(CAREER),
        "attachments" => list_of(DOCUMENT),
        "skills" | "tasks" | "courses" | "languages" | "certifications" | "interests" | "tags"
        | "metadatas" => list_of(NAMED),
        "labels" => list_of(LABEL),
        "urls" => prop_oneof![2 => list_of(LINK), 1 => object(LINKS, anything)].boxed(),
        "location" => object(LOCATION, anything),
        "fields" => object(FIELDS, anything),
        "file_size" => any::<i64>().prop_map(Value::from).boxed(),
        _ => text(name).prop_map(Value::from).boxed(),
    }
}

/// Text that belongs under a name; prose, if it has no form of its own.
fn text(name: &str) -> BoxedStrategy<String> {
    match name {
        "type" => word(&["resume", "original", "cover", "linkedin", "github"]),
        "stage" => word(&["yes", "no", "YES"]),
        "country" => prop_oneof![3 => word(&["US", "FRA", "Canada"]), 2 => word(COUNTRIES), 1 => prose()].boxed(),
        "state" => prop_oneof![3 => word(&["California", "TX", "qc"]), 1 => prose()].boxed(),
        "email" => prop_oneof![
            3 => "[a-z]{1,8}@[a-z]{1,8}\\.example\\.com",
            3 => "[a-z]{0,8}@[a-z]{0,8}\\.?[a-z]{0,4}",
            2 => wrapped("[a-z]{1,8}@example\\.com", &EMAIL_WRAPPINGS),
            1 => word(&["", " ", "N/A", "null", "-", "none", "ada at example.com", "a..b@example.com"]),
        ]
        .boxed(),
        "phone" => prop_oneof![
            2 => "\\+?[0-9 ().x/-]{0,40}",
            2 => "(\\+33|0|\\+1 |00 44 )[1-9]([ .-]?[0-9]{2}){4}",
            2 => wrapped("\\+336[0-9]{8}", &PHONE_WRAPPINGS),
            1 => word(&["1-800-FLOWERS", "4.47911E+11", "447911123456.0", "n/a", "+33\u{2013}6", "٠٦١٢٣٤٥٦٧٨"]),
            1 => prose(),
        ]
        .boxed(),
        "first_name" | "last_name" | "full_name" => prop_oneof![
            3 => word(NAMES),
            1 => prose(),
        ]
        .boxed(),
        "url" | "public_url" | "picture" | "linkedin" | "github" | "from_resume" => prop_oneof![
            "(https?|HTTPS|ftp|file|javascript)://[a-z0-9./@:]{0,20}",
            "(https://)?[a-z]{1,8}\\.example\\.com/[a-z0-9./]{0,12}",
        ]
        .boxed(),
        "date_birth" | "date_start" | "date_end" | "created_at" => {
            prop_oneof![
                2 => "[0-9]{3,4}-[0-9]{2}-[0-9]{2}",
                2 => "(19|20)[0-9]{2}-(0[1-9]|1[0-2])(-[0-2][0-9])?",
                1 => "[0-9]{1,2}[/.-][0-9]{1,2}[/.-](19|20)[0-9]{2}",
                1 => "(19|20)[0-9]{2}([01][0-9][0-3][0-9])?",
                2 => word(DATES),
            ]
            .boxed()
        }
        "value" => prop_oneof!["[0-9]{0,3}[./%]?[0-9]{0,3}".boxed(), prose()].boxed(),
        "job_reference" => "[0-9]{0,12}(-[0-9]{2}){0,2}".boxed(),
        "postcode" | "house_number" => prop_oneof![2 => "[0-9]{0,12}".boxed(), 1 => prose()].boxed(),
        "file_name" | "original_file_name" => prop_oneof![
            4 => "[a-z/\\\\. ]{0,80}\\.(pdf|PDF|docx|doc|odt|)",
            1 => "[.]{0,3}[a-z]{0,4}[\u{202e}\u{200b}e\u{301}]{0,4}\\.pdf",
        ]
        .boxed(),
        "extension" => "\\.?(pdf|PDF|docx|doc|odt|png)".boxed(),
        _ => prose(),
    }
}

/// Text that a pattern makes, in one of several wrappings: `{}` stands for it.
fn wrapped(pattern: &'static str, wrappings: &'static [&'static str]) -> BoxedStrategy<String> {
    (pattern, prop::sample::select(wrappings))
        .prop_map(|(text, wrapping)| wrapping.replace("{}", &text))
        .boxed()
}

fn word(words: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(words).prop_map(str::to_owned).boxed()
}

fn prose() -> BoxedStrategy<String> {
    prop_oneof![
        2 => any::<String>(),
        3 => "[A-Za-z]{1,12}( [a-z]{1,8}){0,2}",
        1 => "(<[a-z]{0,4}>|&[a-z]{0,4};|\u{0}|\n| |,|word|é){0,80}",
        1 => "(</?[pbi]>|<br/?>|List<String>|a<b|&amp;(lt;)?|&#233;|e\u{301}|😀|\u{202e}|\u{7}| ){0,40}",
        2 => (1..600_usize).prop_map(|count| "tell é ".repeat(count)),
    ]
    .boxed()
}

/// Any JSON, up to a few levels deep.
fn anything() -> BoxedStrategy<Value> {
    let names: Vec<&'static str> =
        [MEMBERS, INFO, LOCATION, FIELDS, CAREER, DOCUMENT, NAMED, LABEL, LINK, LINKS].concat();
    let text = Union::new(names.iter().map(|name| text(name)));
    let scalar = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        2 => text.prop_map(Value::from),
    ];
    let name = prop_oneof![9 => prop::sample::select(names).prop_map(str::to_owned), 1 => any::<String>()];
    let nested = scalar.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    });
    nested.boxed()
}
