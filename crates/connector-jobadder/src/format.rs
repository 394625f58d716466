//! From an HrFlow.ai profile to a JobAdder candidate. Pure: only the profile counts.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

use connector_hrflow::{
    Education as Studies, Experience, Filled, Named, Profile, date, plain as text, web_page, web_url,
    year_and_month,
};
use hrflow_core::{
    Attachment, AttachmentKind, Result, Warning,
    text::{cut, unique, without_html},
};

use crate::{
    candidate::{
        Address, Candidate, EMAIL_CHARACTERS, Education, Employment, NAME_CHARACTERS, PHONE_CHARACTERS,
        Period, Position, SKILL_TAG_CHARACTERS, SKILL_TAGS,
    },
    custom,
};

/// The longest file name: many systems take no more than 255 bytes, and a character can have four.
const FILE_NAME_CHARACTERS: usize = 60;

/// The default format: everything that JobAdder has a place for, and nothing empty.
///
/// Gender is left out: no salutation is made of it. Which of custom values, other documents, the picture and
/// applications are sent is for the target's parameters to say.
///
/// # Errors
///
/// None: every profile makes a candidate.
pub fn format_profile_to_jobadder(profile: &Profile) -> Result<Candidate> {
    let info = &profile.info;
    let (first_name, last_name) = info.names();
    let name = |name: Option<&str>| cut(&text(&name)?, NAME_CHARACTERS).filled().map(str::to_owned);
    let (email, warnings) = email(profile);
    Ok(Candidate {
        first_name: name(first_name),
        last_name: name(last_name),
        email,
        phone: phone(profile),
        date_of_birth: day(&info.date_birth),
        summary: prose(&info.summary),
        address: address(profile),
        social: social(profile),
        employment: employment(profile),
        education: profile.educations.iter().filter_map(education).collect(),
        skill_tags: skill_tags(profile.skills.iter().filter_map(|skill| text(&skill.name))),
        attachments: attachments(profile),
        picture: info.picture.as_deref().and_then(web_url),
        reference: text(&profile.reference).or_else(|| text(&profile.key)),
        custom_values: custom_values(profile),
        job_applications: job_applications(profile),
        warnings,
        ..Candidate::default()
    })
}

/// Text of several lines, without other control characters.
fn prose(text: &Option<String>) -> Option<String> {
    let text = text.filled()?.replace("\r\n", "\n");
    let text = text.replace(|it: char| it.is_control() && !matches!(it, '\n' | '\t'), " ");
    text.filled().map(str::to_owned)
}

/// `2020-05-18`.
fn day(text: &Option<String>) -> Option<String> {
    date(text.as_deref()?).map(|date| date.to_string())
}

/// A day, a month or a year, as it stands at the start of `text`: a past that is known to the month is kept so.
fn period(text: &Option<String>) -> Option<String> {
    let text = text.filled()?;
    let whole = date(text).map(|date| date.to_string());
    whole.or_else(|| year_and_month(text).map(|_| text.to_owned()))
}

fn email(profile: &Profile) -> (Option<String>, Vec<Warning>) {
    let email = profile.info.email().filter(|email| email.chars().count() <= EMAIL_CHARACTERS);
    let left_out = email.is_none() && profile.info.email.filled().is_some();
    let warning = Warning::new(
        "info.email",
        format_args!("Malformed or longer than {EMAIL_CHARACTERS} characters; left out"),
    );
    (email, left_out.then_some(warning).into_iter().collect())
}

fn phone(profile: &Profile) -> Option<String> {
    let phone = text(&profile.info.phone)?;
    let kept: String = phone.chars().filter(|it| it.is_ascii_digit() || "+().- ".contains(*it)).collect();
    let phone = cut(kept.trim(), PHONE_CHARACTERS).trim();
    phone.contains(|it: char| it.is_ascii_digit()).then(|| phone.to_owned())
}

/// The parts of the address; where there is none, the address in one line stands for the street.
fn address(profile: &Profile) -> Option<Address> {
    let location = &profile.info.location;
    let fields = &location.fields;
    let street =
        [text(&fields.house_number), text(&fields.road)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let street: Vec<String> = [text(&street), text(&fields.unit)].into_iter().flatten().collect();
    // Two letters are a code, whether it is in our list or not.
    let unlisted = || {
        let code = fields.country.filled()?;
        (code.len() == 2 && code.bytes().all(|it| it.is_ascii_alphabetic())).then(|| code.to_uppercase())
    };
    let address = Address {
        street: text(&street.join(", ")).into_iter().collect(),
        city: text(&fields.city),
        state: text(&fields.state),
        postal_code: text(&fields.postcode),
        country_code: fields.country_code().map(str::to_owned).or_else(unlisted),
        ..Address::default()
    };
    if address != Address::default() {
        return Some(address);
    }
    let line = text(&location.line())?;
    Some(Address { street: vec![line], ..Address::default() })
}

/// One page per site; what is at none of the known ones is `other`.
fn social(profile: &Profile) -> BTreeMap<String, String> {
    let of_type = |kind: &str| {
        let links = profile.info.urls.iter().filter(|it| is(&it.r#type, kind)).flat_map(|it| it.links());
        links.filter_map(web_page).next()
    };
    let linkedin = || profile.info.linkedin().and_then(web_page);
    let pages = [
        ("linkedin", of_type("linkedin").or_else(linkedin)),
        ("twitter", of_type("twitter")),
        ("facebook", of_type("facebook")),
        ("other", of_type("github").or_else(|| of_type("from_resume"))),
    ];
    pages.into_iter().filter_map(|(site, page)| Some((site.to_owned(), page?))).collect()
}

fn is(r#type: &Option<String>, wanted: &str) -> bool {
    r#type.filled().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
}

fn employment(profile: &Profile) -> Option<Employment> {
    let mut experiences: Vec<&Experience> = profile
        .experiences
        .iter()
        .filter(|it| text(&it.company).is_some() || text(&it.title).is_some())
        .collect();
    experiences
        .sort_by_key(|it| Reverse((is_ongoing(it), period(&it.date_start).or_else(|| period(&it.date_end)))));
    let current = experiences.first().filter(|it| is_ongoing(it));
    let current = current.map(|it| Position {
        employer: text(&it.company),
        position: text(&it.title),
        ..Position::default()
    });
    let history = experiences.iter().map(|it| Period {
        employer: text(&it.company),
        position: text(&it.title),
        start: period(&it.date_start),
        end: if is_ongoing(it) { Some("Present".to_owned()) } else { period(&it.date_end) },
        description: prose(&it.description.as_deref().map(without_html)),
        ..Period::default()
    });
    let history: Vec<Period> = history.collect();
    (!history.is_empty()).then(|| Employment { current, history, ..Employment::default() })
}

/// Begun, and without an end.
fn is_ongoing(experience: &Experience) -> bool {
    period(&experience.date_start).is_some() && experience.date_end.filled().is_none()
}

fn education(studies: &Studies) -> Option<Education> {
    let (institution, title) = (text(&studies.school), text(&studies.title));
    if institution.is_none() && title.is_none() {
        return None;
    }
    let course = title.or_else(|| text(&studies.description));
    Some(Education { institution, course, date: period(&studies.date_end), ..Education::default() })
}

/// Up to a hundred, none twice in another case, none that is too long.
pub(crate) fn skill_tags(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let short = names.filter(|name| name.chars().count() <= SKILL_TAG_CHARACTERS);
    short.filter(|name| seen.insert(name.to_lowercase())).take(SKILL_TAGS).collect()
}

/// The résumé is the document of type `resume`, else the one of type `original`.
fn attachments(profile: &Profile) -> Vec<Attachment> {
    let reachable: Vec<_> = profile
        .attachments
        .iter()
        .filter_map(|it| Some((it, it.public_url.as_deref().and_then(web_url)?)))
        .collect();
    let of_type = |kind: &str| reachable.iter().position(|(it, _)| it.is_of_type(kind));
    let resume = of_type("resume").or_else(|| of_type("original"));
    let documents = reachable.iter().enumerate().filter_map(|(index, (it, url))| {
        let kind = if resume == Some(index) {
            AttachmentKind::Resume
        } else if it.is_of_type("cover") {
            AttachmentKind::Cover
        } else if it.is_of_type("resume") || it.is_of_type("original") {
            // The same document in another format, or an older one.
            return None;
        } else {
            AttachmentKind::Other
        };
        let name = text(&it.name_of_version()).map(|name| file_name(&name));
        let name = name.unwrap_or_else(|| "file".to_owned());
        Some(Attachment { kind, name, url: url.clone(), size: it.file_size })
    });
    documents.collect()
}

/// A name that every system takes as that of one file. Of a very long one the beginning and the end stay: the end tells
/// version and type.
fn file_name(name: &str) -> String {
    let name = name.replace(['/', '\\', '"'], "_");
    let characters = name.chars().count();
    if characters <= FILE_NAME_CHARACTERS {
        return name;
    }
    let begin = name.chars().take(FILE_NAME_CHARACTERS / 2);
    begin.chain(name.chars().skip(characters - FILE_NAME_CHARACTERS / 2)).collect()
}

/// What custom fields can take, by the names that `custom_fields` knows.
fn custom_values(profile: &Profile) -> BTreeMap<String, Vec<String>> {
    let names = |list: &[Named]| unique(list.iter().filter_map(|it| text(&it.name)));
    let pairs = |list: &[Named]| {
        unique(list.iter().filter_map(|it| match (text(&it.name), text(&it.value_text())) {
            (Some(name), Some(value)) => Some(format!("{name}: {value}")),
            (name, value) => name.or(value),
        }))
    };
    let mut values = BTreeMap::from([
        (custom::LANGUAGES.to_owned(), names(&profile.languages)),
        (custom::CERTIFICATIONS.to_owned(), names(&profile.certifications)),
        (custom::COURSES.to_owned(), names(&profile.courses)),
        (custom::INTERESTS.to_owned(), names(&profile.interests)),
        (custom::TAGS.to_owned(), pairs(&profile.tags)),
        (custom::METADATAS.to_owned(), pairs(&profile.metadatas)),
    ]);
    for (list, named) in [(custom::TAGS, &profile.tags), (custom::METADATAS, &profile.metadatas)] {
        for it in named {
            if let (Some(name), Some(value)) = (text(&it.name), text(&it.value_text())) {
                values.entry(format!("{list}.{name}")).or_default().push(value);
            }
        }
    }
    let values = values.into_iter().map(|(name, values)| (name, unique(values)));
    values.filter(|(_, values)| !values.is_empty()).collect()
}

/// Jobs that the profile is labelled `yes` for. Jobs read from JobAdder carry their id, a number of 32 bits, as
/// reference.
fn job_applications(profile: &Profile) -> Vec<String> {
    let is_id = |reference: &String| {
        reference.bytes().all(|it| it.is_ascii_digit()) && reference.parse::<i32>().is_ok_and(|id| id > 0)
    };
    let wanted = profile.labels.iter().filter(|label| is(&label.stage, "yes"));
    unique(wanted.filter_map(|label| text(&label.job_reference)).filter(is_id))
}
