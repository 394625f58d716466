//! The values of a profile that a vendor has a place for, and whether they are in its record.
//!
//! This uses no reader of the connectors: a value counts as arrived if a part of it is in the record.

use std::fmt;

use connector_hrflow::{Profile, web_page, web_url};
use hrflow_core::text::{excerpt, folded, without_html};

/// Words that are sent in another form: codes of countries and states, and ends that go on.
const TRANSLATED: [&str; 22] = [
    "us",
    "usa",
    "fra",
    "canada",
    "belgique",
    "deutschland",
    "espana",
    "italia",
    "royaumeuni",
    "thenetherlands",
    "turkiye",
    "日本",
    "cotedivoire",
    "present",
    "heute",
    "acejour",
    "actualidad",
    "oggi",
    "atual",
    "heden",
    "california",
    "qc",
];
/// The number of digits of which one run shows that a phone number arrived.
const DIGITS: usize = 5;

/// A value that is not in its record.
pub(super) struct Dropped {
    path: String,
    /// Parts of names of fields under which a warning may name it, in lower case.
    names: &'static [&'static str],
    text: String,
}

impl Dropped {
    /// Whether a warning of this field is about the value: of its own path, of what contains it, or of the target's field.
    pub(super) fn is_named_by(&self, field: &str) -> bool {
        let is_own =
            self.path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        let field = field.to_lowercase();
        is_own || self.names.iter().any(|name| field.contains(name))
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.path, excerpt(&self.text, 60))
    }
}

/// What is not in the `content` of a record, of the values that the vendor has a place for.
pub(super) fn dropped(connector: &str, profile: &Profile, content: &str) -> Vec<Dropped> {
    let squashed = squash(content);
    let mut dropped = Vec::new();
    let mut see = |of: &[&str],
                   path: String,
                   names: &'static [&'static str],
                   text: Option<&str>,
                   is_there: fn(&str, &str) -> bool| {
        let Some(text) = text.filter(|_| of.is_empty() || of.contains(&connector)) else { return };
        if !is_there(text, &squashed) {
            dropped.push(Dropped { path, names, text: text.to_owned() });
        }
    };
    let info = &profile.info;
    let fields = &info.location.fields;
    let text = |text: &'_ Option<String>| text.clone();
    see(&[], "info.phone".into(), &["phone", "mobile", "tel_"], info.phone.as_deref(), phone);
    see(
        &["admen", "jobadder"],
        "info.date_birth".into(),
        &["birth", "naissance"],
        info.date_birth.as_deref(),
        date,
    );
    see(
        &["ceipal", "jobadder", "ukgpro"],
        "info.location.fields.country".into(),
        &["country"],
        fields.country.as_deref(),
        word,
    );
    see(&["admen"], "info.location.fields.country".into(), &["pays"], fields.country.as_deref(), word);
    see(
        &["ceipal", "jobadder", "ukgpro", "admen"],
        "info.location.fields.city".into(),
        &["city", "ville", "location"],
        fields.city.as_deref(),
        word,
    );
    see(
        &["jobadder", "admen"],
        "info.location.fields.state".into(),
        &["state", "area"],
        fields.state.as_deref(),
        word,
    );
    see(&["teamtailor", "ukgpro"], "info.picture".into(), &["picture"], info.picture.as_deref(), page);
    // JobAdder gets the picture itself, if a parameter says so.
    let unusable = info.picture.as_deref().filter(|it| web_url(it).is_none());
    see(&["jobadder"], "info.picture".into(), &["picture"], unusable, page);
    let is_other =
        |kind: &Option<String>| !kind.as_deref().is_some_and(|it| it.trim().eq_ignore_ascii_case("linkedin"));
    for (index, url) in info.urls.iter().enumerate() {
        // AD-MEN and Ceipal have no field for pages of most sites.
        if is_other(&url.r#type) && ["admen", "ceipal"].contains(&connector) {
            continue;
        }
        // Ceipal's field for the page has to be named by a parameter.
        for link in url.links().filter(|link| connector != "ceipal" || web_page(link).is_none()) {
            see(&[], format!("info.urls[{index}].url"), &[], Some(link), page);
        }
    }
    const CAREER: [&str; 4] = ["admen", "jobadder", "teamtailor", "ukgpro"];
    for (index, it) in profile.experiences.iter().enumerate() {
        let path = |name: &str| format!("experiences[{index}].{name}");
        see(&CAREER, path("title"), &["title", "poste", "position"], it.title.as_deref(), word);
        see(&CAREER, path("company"), &["company", "raison", "employer"], it.company.as_deref(), word);
        see(&CAREER, path("date_start"), &["date_exp", ".from"], text(&it.date_start).as_deref(), date);
        see(&CAREER, path("date_end"), &["date_fin", ".to"], text(&it.date_end).as_deref(), date);
    }
    const STUDIES: [&str; 3] = ["jobadder", "teamtailor", "ukgpro"];
    for (index, it) in profile.educations.iter().enumerate() {
        let path = |name: &str| format!("educations[{index}].{name}");
        see(&STUDIES, path("title"), &["degree", "education"], it.title.as_deref(), word);
        see(&STUDIES, path("school"), &["school", "education"], it.school.as_deref(), word);
        see(&STUDIES, path("date_end"), &["education"], it.date_end.as_deref(), date);
    }
    for (index, it) in profile.skills.iter().enumerate() {
        see(&STUDIES, format!("skills[{index}].name"), &["skill"], it.name.as_deref(), word);
    }
    for (index, it) in profile.attachments.iter().enumerate().filter(|_| connector != "admen") {
        // Documents are not fetched here: only what cannot be fetched is dropped.
        let url = it.public_url.as_deref().filter(|it| web_url(it).is_none());
        see(&[], format!("attachments[{index}].public_url"), &[], url, |_, _| false);
    }
    dropped
}

/// Letters and digits, folded.
fn squash(text: &str) -> String {
    folded(text).chars().filter(|it| it.is_alphanumeric()).collect()
}

/// Whether a word of some length is in a record.
fn word(text: &str, content: &str) -> bool {
    // Character references are sent resolved.
    let folded = folded(&without_html(text));
    if TRANSLATED.contains(&squash(text).as_str()) {
        return true;
    }
    let mut words =
        folded.split(|it: char| !it.is_alphanumeric()).filter(|it| it.chars().nth(2).is_some()).peekable();
    words.peek().is_none() || words.any(|it| content.contains(excerpt_of(it)))
}

/// The beginning of a word: what is long may be cut, and programs write the last digits of numbers in different ways.
fn excerpt_of(word: &str) -> &str {
    word.char_indices().nth(10).map_or(word, |(end, _)| &word[..end])
}

fn phone(text: &str, content: &str) -> bool {
    let digits: String = text
        .chars()
        .filter_map(|it| match it {
            '٠'..='٩' => char::from_digit(u32::from(it) - u32::from('٠'), 10),
            it => it.is_ascii_digit().then_some(it),
        })
        .collect();
    let says_something = text.contains(char::is_alphanumeric);
    !says_something
        || (0..digits.len().saturating_sub(DIGITS - 1)).any(|at| content.contains(&digits[at..at + DIGITS]))
}

/// Whether the year of a date is in a record.
fn date(text: &str, content: &str) -> bool {
    if TRANSLATED.contains(&squash(text).as_str()) || !text.contains(char::is_alphanumeric) {
        return true;
    }
    let digits: Vec<char> = text.chars().map(|it| if it.is_ascii_digit() { it } else { ' ' }).collect();
    digits.windows(4).any(|year| !year.contains(&' ') && content.contains(&year.iter().collect::<String>()))
}

/// Whether what follows the scheme of a page is in a record.
fn page(text: &str, content: &str) -> bool {
    let page = squash(text.split_once("://").map_or(text, |(_, page)| page));
    !text.contains(char::is_alphanumeric) || (!page.is_empty() && content.contains(&page))
}
