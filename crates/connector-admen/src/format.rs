//! From an HrFlow.ai profile to a person of AD-MEN. Pure: only the profile counts.

use connector_hrflow::{
    End, Experience as Work, Profile, When, date, plain as text, prose, timestamp,
    warn_of_control_characters, web_page, when,
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
    let page = |kind: &str| profile.url_of(kind).and_then(web_page);
    let experiences = profile.experiences.iter().enumerate();
    let experiences = experiences.filter_map(|(index, it)| experience(it, index, &mut warnings)).collect();
    warn_of_control_characters(profile, MAPPING, &mut warnings);
    Ok(Person {
        nom: text(&last_name),
        prenom: text(&first_name),
        email_perso: info.email(&mut warnings)?,
        tel_mobile: info.phone(&mut warnings).map(|it| it.with_extension()),
        date_naissance: when::read_day(&info.date_birth, "info.date_birth", &mut warnings).and_then(stored),
        adresse: text(&info.location.line()),
        code_postal: text(&fields.postcode),
        ville: text(&fields.city),
        area: text(&fields.state),
        pays: text(&fields.country),
        linkedinpublicprofil: profile.linkedin().and_then(web_page),
        viadeopublicprofil: page("viadeo"),
        twitterpage: page("twitter"),
        facebookpage: page("facebook"),
        date_creation: profile.created_at.as_deref().and_then(date).and_then(stored),
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
        date_exp: start.and_then(first_day),
        date_fin: match end {
            End::On(end) => last_day(end),
            End::None | End::Ongoing | End::Unreadable => None,
        },
        en_cours: when::goes_on(start, end).map(u8::from),
        commentaires: prose(&work.description),
        ..Experience::default()
    };
    let says_something = experience.intitule_poste.is_some()
        || experience.raison_sociale.is_some()
        || experience.commentaires.is_some();
    says_something.then_some(experience)
}

/// A day that dates of MySQL are meant to hold.
fn stored(day: Date) -> Option<Date> {
    (day.year() >= FIRST_YEAR).then_some(day)
}

/// An instant, to the second, as a clock in UTC shows it: the database knows no time zones, and HrFlow sends UTC.
fn moment(text: &str) -> Option<DateTime> {
    let moment = TimeZone::UTC.to_datetime(timestamp(text)?);
    (moment.year() >= FIRST_YEAR).then(|| moment.with().subsec_nanosecond(0).build().ok()).flatten()
}

/// A day; of a month or a year that is given alone, its first.
fn first_day(when: When) -> Option<Date> {
    stored(Date::new(when.year, when.month.unwrap_or(1), when.day.unwrap_or(1)).ok()?)
}

/// A day; of a month or a year that is given alone, its last.
fn last_day(when: When) -> Option<Date> {
    let month = Date::new(when.year, when.month.unwrap_or(12), 1).ok()?;
    stored(when.day.map_or_else(|| Some(month.last_of_month()), |day| month.with().day(day).build().ok())?)
}
