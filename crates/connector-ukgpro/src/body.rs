//! From a candidate to the body that is sent: what depends on the time, on parameters and on the tenant.

use std::collections::HashSet;

use connector_hrflow::country;
use hrflow_core::{Warning, text::cut};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::{
    candidate::{Candidate, Month, Named, ProficiencyLevel, Skill, YEARS_AHEAD, YEARS_BACK, limit},
    fit::Fit,
    parameters::{CountryCodeFormat, FieldNames, Parameters},
};

/// The levels of skills that a tenant has.
pub(crate) enum Levels {
    /// Nobody asked: for a preview.
    Unread,
    /// UKG Pro does not tell.
    Unknown,
    /// These.
    Known(Vec<Level>),
}

/// A level of skills.
pub(crate) struct Level {
    pub(crate) id: String,
    pub(crate) ordinal: u8,
}

/// The body, and the warnings that arise with it.
pub(crate) fn body(
    parameters: &Parameters,
    candidate: &Candidate,
    now: Timestamp,
    levels: &Levels,
) -> (Value, Vec<Warning>) {
    let mut candidate = candidate.clone();
    let mut fit = Fit::default();
    candidate.contact_info.email = candidate.email();
    // A time to come is refused (Candidate Import API, created_at).
    candidate.created_at.take_if(|at| at.parse::<Timestamp>().is_ok_and(|at| at > now));
    limit_times(&mut candidate, TimeZone::UTC.to_datetime(now).year(), &mut fit);
    if parameters.languages_as_skills {
        add_languages(&mut candidate);
    }
    set_levels(&mut candidate.skills, levels, parameters.default_proficiency_ordinal, &mut fit);
    if parameters.country_code_format == CountryCodeFormat::Alpha2 {
        shorten_country(&mut candidate);
    }
    let author = parameters.comment_author_id.as_deref().map(str::trim).filter(|it| !it.is_empty());
    let comment = author.zip(candidate.summary.take());
    let mut members = match json!(candidate) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.retain(|name, _| !Candidate::RESERVED.contains(&name.as_str()));
    if let Some((author, text)) = comment {
        add_comment(&mut members, author, &text);
    }
    rename(&mut members, &parameters.field_names);
    (Value::Object(members), fit.into_warnings())
}

/// Why UKG Pro rejects a month.
const OUT_OF_RANGE: &str = "Over 100 years ago or over 5 years ahead, which UKG Pro rejects";

/// Leaves out months that are too long ago or too far ahead: they would have the whole candidate refused.
fn limit_times(candidate: &mut Candidate, this_year: i16, fit: &mut Fit) {
    let too_old = |month: &Month| month.year.is_some_and(|year| year < this_year - YEARS_BACK);
    let too_far = |month: &Month| month.year.is_some_and(|year| year > this_year + YEARS_AHEAD);
    for (index, time) in candidate.workexperience.iter_mut().enumerate() {
        if time.from.take_if(|from| too_old(from) || too_far(from)).is_some() {
            fit.leave_out(format_args!("workexperience[{index}].from"), OUT_OF_RANGE);
        }
        // An end that far ahead says that nobody sees one.
        if let Some(to) = time.to.as_mut().filter(|to| too_far(to)) {
            *to = Month::default();
            let path = format_args!("workexperience[{index}].to");
            fit.warnings.add(path, format_args!("Over {YEARS_AHEAD} years ahead; sent as ongoing"));
        }
    }
    for (index, time) in candidate.education.iter_mut().enumerate() {
        for (member, month) in [("from", &mut time.from), ("to", &mut time.to)] {
            if month.take_if(|month| too_old(month) || too_far(month)).is_some() {
                fit.leave_out(format_args!("education[{index}].{member}"), OUT_OF_RANGE);
            }
        }
    }
}

fn add_languages(candidate: &mut Candidate) {
    let known: HashSet<String> = candidate.skills.iter().map(|it| it.skill.name.to_lowercase()).collect();
    let languages = std::mem::take(&mut candidate.languages);
    let new = languages.into_iter().filter(|it| !known.contains(&it.to_lowercase()));
    candidate.skills.extend(new.map(|name| Skill {
        skill: Named { name: cut(&name, limit::SKILL).to_owned(), id: None },
        proficiency_level: None,
    }));
}

/// Puts the tenant's id for the level of each skill, the nearest one where it does not have that very level.
/// Without levels no skill can be sent, which is told.
fn set_levels(skills: &mut Vec<Skill>, levels: &Levels, default: u8, fit: &mut Fit) {
    let id = |ordinal: u8| match levels {
        Levels::Known(known) => {
            let nearest = known.iter().min_by_key(|level| level.ordinal.abs_diff(ordinal));
            nearest.map(|level| level.id.clone())
        }
        Levels::Unread | Levels::Unknown => None,
    };
    for skill in skills.iter_mut() {
        let level = skill.proficiency_level.get_or_insert_default();
        if level.id.is_some() {
            continue;
        }
        let ordinal = level.ordinal.unwrap_or(default);
        let id = id(ordinal);
        let ordinal = if id.is_some() { None } else { Some(ordinal) };
        *level = ProficiencyLevel { id, ordinal };
    }
    if matches!(levels, Levels::Unread) {
        return;
    }
    let before = skills.len();
    skills.retain(|skill| skill.proficiency_level.as_ref().is_some_and(|level| level.id.is_some()));
    if skills.len() < before {
        fit.leave_out("skills", "UKG Pro does not return its proficiency levels, which skills require");
    }
}

fn shorten_country(candidate: &mut Candidate) {
    let address = candidate.contact_info.address.as_mut();
    let sent = address.and_then(|address| address.country.as_mut());
    if let Some(sent) = sent
        && let Some(country) = country(&sent.code)
    {
        sent.code = country.alpha2.to_owned();
    }
}

fn add_comment(members: &mut Map<String, Value>, author: &str, text: &str) {
    let comment = json!({ "author_id": author, "comment": cut(text, limit::COMMENT) });
    match members.get_mut("comments") {
        Some(Value::Array(comments)) => comments.push(comment),
        _ => drop(members.insert("comments".to_owned(), json!([comment]))),
    }
}

fn rename(members: &mut Map<String, Value>, names: &FieldNames) {
    for (ours, theirs) in [("workexperience", &names.workexperience), ("education", &names.education)] {
        if ours != theirs.trim()
            && let Some(value) = members.remove(ours)
        {
            members.insert(theirs.trim().to_owned(), value);
        }
    }
}
