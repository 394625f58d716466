//! From an HrFlow.ai profile to a person of AD-MEN. Pure: only the profile counts.

use std::fmt::Display;

use connector_hrflow::{
    End, Experience as Work, Profile, When, date, plain as text, prose, says_something, timestamp,
    warn_of_control_characters, when,
};
use hrflow_core::{Result, Warnings};
use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::{
    mapping::MAPPING,
    person::{Experience, Person},
};

/// The first year that dates of MySQL are meant to hold.
const FIRST_YEAR: i16 = 1000;

/// The default format: what AD-MEN's tables `PERSONNES` and `EXPERIENCES_PROFESSIONNELLES` have columns for.
///
/// Texts are whole here: the widths are the database's to tell. Gender is left out, as in the Python connector.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](hrflow_core::ErrorKind::Invalid) for an email that is no usable address: without it, the person
/// could be created twice.
pub fn format_hrflow_profile_to_admen(profile: &Profile) -> Result<Person> {
    let mut warnings = Warnings::default();
    let info = &profile.info;
    let fields = &info.location.fields;
    let (first_name, last_name) = info.names();
    let linkedin = info.linkedin_page();
    let [viadeo, twitter, facebook] = ["viadeo", "twitter", "facebook"].map(|site| info.page_of(site));
    let is_sent =
        |page: &str| [&linkedin, &viadeo, &twitter, &facebook].into_iter().flatten().any(|it| it == page);
    let sites = ["linkedin", "viadeo", "twitter", "facebook"];
    info.warn_of_unsent_urls(&sites, is_sent, "One page of a site has a column; left out", &mut warnings);
    let birth = when::read_day(&info.date_birth, "info.date_birth", &mut warnings);
    let experiences = profile.experiences.iter().enumerate();
    let experiences = experiences.filter_map(|(index, it)| experience(it, index, &mut warnings)).collect();
    let created = profile.created_at.as_deref().and_then(date);
    warn_of_control_characters(profile, MAPPING, &mut warnings);
    Ok(Person {
        nom: text(&last_name),
        prenom: text(&first_name),
        email_perso: info.email(&mut warnings)?,
        tel_mobile: info.phone(&mut warnings).map(|it| it.with_extension()),
        date_naissance: birth.and_then(|it| stored(it, "info.date_birth", &mut warnings)),
        adresse: text(&info.location.line()),
        code_postal: text(&fields.postcode),
        ville: text(&fields.city),
        area: text(&fields.state),
        pays: text(&fields.country),
        linkedinpublicprofil: linkedin,
        viadeopublicprofil: viadeo,
        twitterpage: twitter,
        facebookpage: facebook,
        date_creation: created.and_then(|it| stored(it, "created_at", &mut warnings)),
        date_maj: profile.updated_at.as_deref().and_then(moment),
        experiences,
        warnings: warnings.into_vec(),
        ..Person::default()
    })
}

/// What says nothing is left out.
fn experience(work: &Work, index: usize, warnings: &mut Warnings) -> Option<Experience> {
    let title = text(&work.title);
    let start = when::read(&work.date_start, format_args!("experiences[{index}].date_start"), warnings);
    let end = when::read_end(&work.date_end, format_args!("experiences[{index}].date_end"), warnings);
    let experience = Experience {
        poste_occupe: title.clone(),
        intitule_poste: title,
        raison_sociale: text(&work.company),
        department: text(&work.location.line()),
        date_exp: start
            .and_then(first_day)
            .and_then(|it| stored(it, format_args!("experiences[{index}].date_start"), warnings)),
        date_fin: match end {
            End::On(end) => last_day(end)
                .and_then(|it| stored(it, format_args!("experiences[{index}].date_end"), warnings)),
            End::None | End::Ongoing | End::Unreadable => None,
        },
        en_cours: when::goes_on(start, end).map(u8::from),
        commentaires: prose(&work.description),
        ..Experience::default()
    };
    let is_kept = experience.intitule_poste.is_some()
        || experience.raison_sociale.is_some()
        || experience.commentaires.is_some();
    if !is_kept && says_something(work) {
        let why = "It has no title, company or description; left out";
        warnings.add(format_args!("experiences[{index}]"), why);
    }
    is_kept.then_some(experience)
}

/// A day that dates of MySQL are meant to hold, with a warning for an earlier one.
fn stored(day: Date, path: impl Display, warnings: &mut Warnings) -> Option<Date> {
    if day.year() < FIRST_YEAR {
        warnings.add(path, format_args!("Before the year {FIRST_YEAR}, the first of the database; left out"));
        return None;
    }
    Some(day)
}

/// An instant, to the second, as a clock in UTC shows it: the database knows no time zones, and HrFlow sends UTC.
fn moment(text: &str) -> Option<DateTime> {
    let moment = TimeZone::UTC.to_datetime(timestamp(text)?);
    (moment.year() >= FIRST_YEAR).then(|| moment.with().subsec_nanosecond(0).build().ok()).flatten()
}

/// A day; of a month or a year that is given alone, its first.
fn first_day(when: When) -> Option<Date> {
    Date::new(when.year, when.month.unwrap_or(1), when.day.unwrap_or(1)).ok()
}

/// A day; of a month or a year that is given alone, its last.
fn last_day(when: When) -> Option<Date> {
    let month = Date::new(when.year, when.month.unwrap_or(12), 1).ok()?;
    when.day.map_or_else(|| Some(month.last_of_month()), |day| month.with().day(day).build().ok())
}
