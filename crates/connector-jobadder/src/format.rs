//! From an HrFlow.ai profile to a JobAdder candidate. Pure: only the profile counts.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

use connector_hrflow::{
    Education as Studies, End, Experience, Filled, Named, Profile, When, line, plain as text, prose,
    says_something, warn_of_control_characters, when,
};
use hrflow_core::{
    Attachment, AttachmentKind, Error, ErrorKind, Result, Warnings,
    text::{length, unique},
};

use crate::{
    candidate::{
        Address, Candidate, EMAIL_CHARACTERS, Education, Employment, NAME_CHARACTERS, PHONE_CHARACTERS,
        Period, Position, SKILL_TAG_CHARACTERS, SKILL_TAGS,
    },
    custom,
    mapping::MAPPING,
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
/// [`ErrorKind::Invalid`] for an email that is no usable address or has more than 100 characters: without it, the candidate
/// could be created twice.
pub fn format_profile_to_jobadder(profile: &Profile) -> Result<Candidate> {
    let mut warnings = Warnings::default();
    let info = &profile.info;
    let (first_name, last_name) = info.names();
    let birth = when::read_day(&info.date_birth, "info.date_birth", &mut warnings);
    let educations = profile.educations.iter().enumerate();
    let educations = educations.filter_map(|(index, it)| education(it, index, &mut warnings)).collect();
    let skills = profile.skills.iter().filter_map(|skill| text(&skill.name));
    let attachments = attachments(profile, &mut warnings);
    warn_of_control_characters(profile, MAPPING, &mut warnings);
    Ok(Candidate {
        first_name: text(&first_name).map(|it| warnings.cut("firstName", &it, NAME_CHARACTERS)),
        last_name: text(&last_name).map(|it| warnings.cut("lastName", &it, NAME_CHARACTERS)),
        email: email(profile, &mut warnings)?,
        phone: phone(profile, &mut warnings),
        date_of_birth: birth.map(|it| it.to_string()),
        summary: prose(&info.summary),
        address: address(profile, &mut warnings),
        social: social(profile, &mut warnings),
        employment: employment(profile, &mut warnings),
        education: educations,
        skill_tags: skill_tags(skills, &mut warnings),
        attachments,
        picture: info.picture(&mut warnings),
        reference: line(&profile.reference).or_else(|| line(&profile.key)),
        custom_values: custom_values(profile),
        job_applications: job_applications(profile),
        warnings: warnings.into_vec(),
        ..Candidate::default()
    })
}

fn email(profile: &Profile, warnings: &mut Warnings) -> Result<Option<String>> {
    let email = profile.info.email(warnings)?;
    if email.as_deref().is_some_and(|it| length(it) > EMAIL_CHARACTERS) {
        let why = format!("info.email has more than the {EMAIL_CHARACTERS} characters that JobAdder accepts");
        return Err(Error::new(ErrorKind::Invalid, why)
            .advise("Correct it in HrFlow.ai, or set another one with a format."));
    }
    Ok(email)
}

/// Digits and `+().- `, which is all that is accepted: an extension is left out.
fn phone(profile: &Profile, warnings: &mut Warnings) -> Option<String> {
    let phone = profile.info.phone(warnings)?;
    if phone.extension.is_some() {
        warnings.add("phone", "JobAdder accepts no extension; left out");
    }
    let number = phone.number.replace('/', " ");
    if length(&number) <= PHONE_CHARACTERS {
        return Some(number);
    }
    let digits = Some(phone.digits()).filter(|it| length(it) <= PHONE_CHARACTERS);
    if digits.is_none() {
        warnings.add("phone", format_args!("Longer than {PHONE_CHARACTERS} characters; left out"));
    }
    digits
}

/// The parts of the address; where there is none, the address in one line stands for the street.
fn address(profile: &Profile, warnings: &mut Warnings) -> Option<Address> {
    let location = &profile.info.location;
    let fields = &location.fields;
    let street =
        [text(&fields.house_number), text(&fields.road)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let street: Vec<String> = [line(&street), text(&fields.unit)].into_iter().flatten().collect();
    let address = Address {
        street: line(&street.join(", ")).into_iter().collect(),
        city: text(&fields.city),
        state: text(&fields.state),
        postal_code: text(&fields.postcode),
        country_code: fields.country("info.location.fields", warnings).map(|it| it.alpha2.to_owned()),
        ..Address::default()
    };
    if address != Address::default() {
        return Some(address);
    }
    let line = text(&location.line())?;
    Some(Address { street: vec![line], ..Address::default() })
}

/// One page per site; what is at none of the known ones is `other`.
fn social(profile: &Profile, warnings: &mut Warnings) -> BTreeMap<String, String> {
    let info = &profile.info;
    let pages = [
        ("linkedin", info.linkedin_page()),
        ("twitter", info.page_of("twitter")),
        ("facebook", info.page_of("facebook")),
        ("other", info.page_of("github").or_else(|| info.page_of("from_resume"))),
    ];
    let pages = pages.into_iter().filter_map(|(site, page)| Some((site.to_owned(), page?)));
    let pages: BTreeMap<String, String> = pages.collect();
    let is_sent = |page: &str| pages.values().any(|it| it == page);
    info.warn_of_unsent_urls(&[], is_sent, "JobAdder has no field for a further page; left out", warnings);
    pages
}

fn is(r#type: &Option<String>, wanted: &str) -> bool {
    r#type.filled().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
}

/// A time at work with its start and end as they are understood.
struct Work<'a> {
    experience: &'a Experience,
    start: Option<When>,
    end: End,
}

impl Work<'_> {
    fn is_ongoing(&self) -> bool {
        when::goes_on(self.start, self.end) == Some(true)
    }

    /// What goes on is the newest, then what began last.
    fn age(&self) -> Reverse<(bool, Option<When>)> {
        let end = match self.end {
            End::On(end) => Some(end),
            _ => None,
        };
        Reverse((self.is_ongoing(), self.start.or(end)))
    }
}

fn employment(profile: &Profile, warnings: &mut Warnings) -> Option<Employment> {
    let experiences = profile.experiences.iter().enumerate();
    let mut named = Vec::new();
    for (index, it) in experiences {
        if text(&it.company).is_some() || text(&it.title).is_some() {
            named.push((index, it));
        } else if says_something(it) {
            warnings.add(format_args!("experiences[{index}]"), "It has no company and no title; left out");
        }
    }
    let works = named.into_iter().map(|(index, it)| Work {
        experience: it,
        start: when::read(&it.date_start, format_args!("experiences[{index}].date_start"), warnings),
        end: when::read_end(&it.date_end, format_args!("experiences[{index}].date_end"), warnings),
    });
    let mut works: Vec<Work<'_>> = works.collect();
    works.sort_by_key(Work::age);
    let current = works.first().filter(|it| it.is_ongoing()).map(|it| it.experience);
    let current = current.map(|it| Position {
        employer: text(&it.company),
        position: text(&it.title),
        ..Position::default()
    });
    let history = works.iter().map(|it| Period {
        employer: text(&it.experience.company),
        position: text(&it.experience.title),
        start: it.start.map(|it| it.to_string()),
        end: match it.end {
            End::On(end) => Some(end.to_string()),
            _ => it.is_ongoing().then(|| "Present".to_owned()),
        },
        description: prose(&it.experience.description),
        ..Period::default()
    });
    let history: Vec<Period> = history.collect();
    (!history.is_empty()).then(|| Employment { current, history, ..Employment::default() })
}

fn education(studies: &Studies, index: usize, warnings: &mut Warnings) -> Option<Education> {
    let (institution, title) = (text(&studies.school), text(&studies.title));
    if institution.is_none() && title.is_none() {
        if says_something(studies) {
            warnings.add(format_args!("educations[{index}]"), "It has no school and no title; left out");
        }
        return None;
    }
    let course = title.or_else(|| text(&studies.description));
    let date = match when::read_end(&studies.date_end, format_args!("educations[{index}].date_end"), warnings)
    {
        End::On(end) => Some(end.to_string()),
        End::None | End::Ongoing | End::Unreadable => None,
    };
    Some(Education { institution, course, date, ..Education::default() })
}

/// Up to a hundred, none twice in another case, none that is too long.
pub(crate) fn skill_tags(names: impl Iterator<Item = String>, warnings: &mut Warnings) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut tags = Vec::new();
    for name in names {
        if length(&name) > SKILL_TAG_CHARACTERS {
            warnings.add(
                "skillTags",
                format_args!("Tags of more than {SKILL_TAG_CHARACTERS} characters; left out"),
            );
        } else if seen.insert(name.to_lowercase()) {
            if tags.len() == SKILL_TAGS {
                warnings.add("skillTags", format_args!("More than {SKILL_TAGS} tags; the rest is left out"));
                break;
            }
            tags.push(name);
        }
    }
    tags
}

/// The résumé is the document of type `resume`, else the one of type `original`.
fn attachments(profile: &Profile, warnings: &mut Warnings) -> Vec<Attachment> {
    let reachable = profile.documents(warnings);
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
        let name = file_name(&it.name_of_version(), warnings);
        Some(Attachment { kind, name, url: url.clone(), size: it.file_size })
    });
    documents.collect()
}

/// A name that every system takes as that of one file. Of a very long one the beginning and the end stay: the end tells
/// version and type.
fn file_name(name: &str, warnings: &mut Warnings) -> String {
    let name = name.replace(['/', '\\', '"'], "_");
    let characters = name.chars().count();
    if characters <= FILE_NAME_CHARACTERS {
        return name;
    }
    warnings.add("attachments[].name", format_args!("Cut to {FILE_NAME_CHARACTERS} characters"));
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
    unique(wanted.filter_map(|label| line(&label.job_reference)).filter(is_id))
}
