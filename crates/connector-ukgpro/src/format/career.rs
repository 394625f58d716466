//! What somebody did and learned.

use std::collections::HashSet;

use connector_hrflow::{
    Education, End, Experience, Location, Named, Profile, Skill, When, plain, says_something, when,
};
use hrflow_core::text::{length, unique};

use crate::{
    candidate::{self, License, Month, ProficiencyLevel, WorkExperience, limit},
    fit::{Fit, lines},
};

/// What stands where UKG Pro wants a title or a company, and nobody knows it.
const UNKNOWN: &str = "Not specified";

const JANUARY: i8 = 1;
const DECEMBER: i8 = 12;

pub(super) fn workexperience(profile: &Profile, fit: &mut Fit) -> Vec<WorkExperience> {
    let times = profile.experiences.iter().enumerate();
    times.filter_map(|(index, it)| work(it, index, fit)).collect()
}

/// A time at work, unless nothing at all is told of it.
fn work(it: &Experience, index: usize, fit: &mut Fit) -> Option<WorkExperience> {
    let (member, source) = (format!("workexperience[{index}]"), format!("experiences[{index}]"));
    let title = fit.line(format_args!("{member}.job_title"), &it.title, limit::TITLE);
    let company = fit.line(format_args!("{member}.company"), &it.company, limit::TITLE);
    let location = place(&it.location);
    let location =
        location.map(|it| fit.warnings.cut(format_args!("{member}.location"), &it, limit::LOCATION));
    let text = lines(&it.description);
    let details = [
        text.clone(),
        listed("Tasks", it.tasks.iter().map(|it| &it.name)),
        listed("Skills", it.skills.iter().map(|it| &it.name)),
        listed("Courses", it.courses.iter().map(|it| &it.name)),
        listed("Certifications", it.certifications.iter().map(|it| &it.name)),
    ];
    let description =
        joined(details).map(|it| fit.lines(format_args!("{member}.description"), it, limit::WORK));
    let start = when::read(&it.date_start, format_args!("{source}.date_start"), &mut fit.warnings);
    let end = when::read_end(&it.date_end, format_args!("{source}.date_end"), &mut fit.warnings);
    let (from, to) = (start.map(|it| month(it, JANUARY)), last_month(end));
    let goes_on = when::goes_on(start, end) == Some(true);
    if title.is_none() && company.is_none() && description.is_none() && from.is_none() && to.is_none() {
        if location.is_some() {
            fit.leave_out(source, "It has no title, company, description or date");
        }
        return None;
    }
    let first_line = text.as_deref().filter(|_| title.is_none()).and_then(|text| text.lines().next());
    let first_line =
        first_line.map(|line| fit.warnings.cut(format_args!("{member}.job_title"), line, limit::TITLE));
    let kept = from.filter(|from| goes_on || to.is_some_and(|to| *from <= to));
    if from.is_some() && kept.is_none() {
        fit.leave_out(format_args!("{member}.from"), "Its end is before it or not known");
    }
    Some(WorkExperience {
        job_title: title.or(first_line).unwrap_or_else(|| UNKNOWN.to_owned()),
        company: company.unwrap_or_else(|| UNKNOWN.to_owned()),
        location,
        // Without its end, what is over could read as what goes on.
        from: kept,
        // What has begun and has no end goes on. Where its end is not understood, nothing is claimed.
        to: to.or_else(|| goes_on.then(Month::default)),
        description,
        ..WorkExperience::default()
    })
}

pub(super) fn education(profile: &Profile, fit: &mut Fit) -> Vec<candidate::Education> {
    let times = profile.educations.iter().enumerate();
    times.filter_map(|(index, it)| school(it, index, fit)).collect()
}

/// A time at school. One without a school stands under its degree, as the school is required.
fn school(it: &Education, index: usize, fit: &mut Fit) -> Option<candidate::Education> {
    let (member, source) = (format!("education[{index}]"), format!("educations[{index}]"));
    let school = fit.line(format_args!("{member}.school.name"), &it.school, limit::TITLE);
    let degree = fit.line(format_args!("{member}.degree.name"), &it.title, limit::TITLE);
    let (school, degree) = match (school, degree) {
        (Some(school), degree) => (school, degree),
        (None, Some(degree)) => (degree, None),
        (None, None) => {
            if says_something(it) {
                fit.leave_out(source, "It has no school and no title");
            }
            return None;
        }
    };
    let details = [
        lines(&it.description),
        listed("Courses", it.courses.iter().map(|it| &it.name)),
        listed("Skills", it.skills.iter().map(|it| &it.name)),
    ];
    let start = when::read(&it.date_start, format_args!("{source}.date_start"), &mut fit.warnings);
    let to = last_month(when::read_end(&it.date_end, format_args!("{source}.date_end"), &mut fit.warnings));
    let from = start.map(|it| month(it, JANUARY));
    let kept = from.filter(|from| to.is_none_or(|to| *from <= to));
    if from.is_some() && kept.is_none() {
        fit.leave_out(format_args!("{member}.from"), "Its end is before it");
    }
    Some(candidate::Education {
        school: named(school),
        degree: degree.map(named),
        from: kept,
        to,
        description: joined(details)
            .map(|it| fit.lines(format_args!("{member}.description"), it, limit::EDUCATION)),
        ..candidate::Education::default()
    })
}

pub(super) fn licenses(profile: &Profile, fit: &mut Fit) -> Vec<License> {
    let licenses = profile.certifications.iter().enumerate().filter_map(|(index, it)| {
        let name = fit.line(format_args!("licenses[{index}].license.name"), &it.name, limit::LICENSE)?;
        let value = plain(&it.value_text());
        let number = value.clone().filter(|it| length(it) <= limit::LICENSE_NUMBER);
        if number.is_none() && value.is_some() {
            let why = format_args!("Longer than {} characters", limit::LICENSE_NUMBER);
            fit.leave_out(format_args!("licenses[{index}].number"), why);
        }
        Some(License { license: named(name), number, ..License::default() })
    });
    licenses.collect()
}

/// Skills, each once whatever its case, with the level that its value tells.
pub(super) fn skills(profile: &Profile, fit: &mut Fit) -> Vec<candidate::Skill> {
    let mut seen = HashSet::new();
    let skills = profile.skills.iter().enumerate().filter_map(|(index, it)| {
        let name = fit.line(format_args!("skills[{index}].skill.name"), &it.name, limit::SKILL)?;
        let level = |ordinal| ProficiencyLevel { ordinal: Some(ordinal), ..ProficiencyLevel::default() };
        let ordinal = ordinal(it);
        if ordinal.is_none() && plain(&it.value_text()).is_some() {
            fit.leave_out(format_args!("skills[{index}].value"), "No level was recognized");
        }
        let new = seen.insert(name.to_lowercase());
        new.then(|| candidate::Skill { skill: named(name), proficiency_level: ordinal.map(level) })
    });
    skills.collect()
}

/// The names of languages, each once whatever its case.
pub(super) fn languages(profile: &Profile, fit: &mut Fit) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = profile.languages.iter().enumerate().filter_map(|(index, it): (usize, &Named)| {
        let name = fit.line(format_args!("languages[{index}]"), &it.name, limit::SKILL)?;
        seen.insert(name.to_lowercase()).then_some(name)
    });
    names.collect()
}

/// The level from 1 to 5 that a value tells: `4`, `4/5`, `0.8` and `80` are all the fourth.
fn ordinal(skill: &Skill) -> Option<u8> {
    let text = skill.value_text()?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|it| it.is_finite() && *it >= 0.0);
    if let Some((part, whole)) = text.split_once('/') {
        let share = number(part)? / number(whole).filter(|whole| *whole > 0.0)?;
        return fifth(share);
    }
    let number = number(text.trim_end_matches('%'))?;
    match number {
        _ if text.ends_with('%') => fifth(number / 100.0),
        // Below one it is a share; from one to five, the level itself.
        ..1.0 => fifth(number),
        ..=5.0 => Some(number.round() as u8),
        _ => fifth(number / 100.0),
    }
}

/// Which fifth a share from 0 to 1 lies in, from 1 to 5.
fn fifth(share: f64) -> Option<u8> {
    (0.0..=1.0).contains(&share).then(|| ((share * 5.0).ceil() as u8).clamp(1, 5))
}

fn named(name: String) -> candidate::Named {
    candidate::Named { name, id: None }
}

/// The city, else the whole line.
fn place(location: &Location) -> Option<String> {
    plain(&location.fields.city).or_else(|| plain(&location.line()))
}

/// `Tasks: migrate, document`.
fn listed<'a>(what: &str, names: impl Iterator<Item = &'a Option<String>>) -> Option<String> {
    let names = unique(names.filter_map(plain)).join(", ");
    (!names.is_empty()).then(|| format!("{what}: {names}"))
}

/// What there is, a line each.
fn joined(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// The month of a date. A year alone is taken from its first month or to its last, so that nothing that was is cut off.
fn month(when: When, of_year: i8) -> Month {
    Month { year: Some(when.year), month: Some(when.month.unwrap_or(of_year)) }
}

fn last_month(end: End) -> Option<Month> {
    match end {
        End::On(end) => Some(month(end, DECEMBER)),
        End::None | End::Ongoing | End::Unreadable => None,
    }
}
