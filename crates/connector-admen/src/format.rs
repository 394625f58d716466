//! From an HrFlow.ai profile to a person of AD-MEN. Pure: only the profile counts.

use connector_hrflow::{Experience as Work, Filled, Profile, date, plain as text, timestamp, web_page};
use hrflow_core::{Result, Warning, text::without_html};
use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::person::{Experience, Person};

/// The first year that dates of MySQL are meant to hold.
const FIRST_YEAR: i16 = 1000;

/// The default format: what AD-MEN's tables `PERSONNES` and `EXPERIENCES_PROFESSIONNELLES` have columns for.
///
/// Texts are whole here: the widths are the database's to tell. Gender is left out, as in the Python connector.
///
/// # Errors
///
/// None: every profile makes a person.
pub fn format_hrflow_profile_to_admen(profile: &Profile) -> Result<Person> {
    let info = &profile.info;
    let fields = &info.location.fields;
    let (first_name, last_name) = info.names();
    let page = |kind: &str| profile.url_of(kind).and_then(web_page);
    let email_perso = info.email();
    let malformed = email_perso.is_none() && info.email.filled().is_some();
    let warning = Warning::new("info.email", "Malformed; left out");
    Ok(Person {
        nom: text(&last_name),
        prenom: text(&first_name),
        email_perso,
        tel_mobile: text(&info.phone),
        date_naissance: info.date_birth.as_deref().and_then(day),
        adresse: text(&info.location.line()),
        code_postal: text(&fields.postcode),
        ville: text(&fields.city),
        area: text(&fields.state),
        pays: text(&fields.country),
        linkedinpublicprofil: profile.linkedin().and_then(web_page),
        viadeopublicprofil: page("viadeo"),
        twitterpage: page("twitter"),
        facebookpage: page("facebook"),
        date_creation: profile.created_at.as_deref().and_then(day),
        date_maj: profile.updated_at.as_deref().and_then(moment),
        experiences: profile.experiences.iter().filter_map(experience).collect(),
        warnings: malformed.then_some(warning).into_iter().collect(),
        ..Person::default()
    })
}

/// What says nothing is left out.
fn experience(work: &Work) -> Option<Experience> {
    let title = text(&work.title);
    let experience = Experience {
        poste_occupe: title.clone(),
        intitule_poste: title,
        raison_sociale: text(&work.company),
        department: text(&work.location.line()),
        date_exp: work.date_start.as_deref().and_then(first_day),
        date_fin: work.date_end.as_deref().and_then(last_day),
        en_cours: Some(u8::from(work.date_end.filled().is_none())),
        commentaires: prose(&work.description),
        ..Experience::default()
    };
    let says_something = experience.intitule_poste.is_some()
        || experience.raison_sociale.is_some()
        || experience.commentaires.is_some();
    says_something.then_some(experience)
}

/// Text of several lines, without HTML and control characters.
fn prose(text: &Option<String>) -> Option<String> {
    let text = without_html(text.filled()?).replace("\r\n", "\n");
    let text = text.replace(|it: char| it.is_control() && !matches!(it, '\n' | '\t'), " ");
    text.filled().map(str::to_owned)
}

fn day(text: &str) -> Option<Date> {
    date(text).filter(|day| day.year() >= FIRST_YEAR)
}

/// An instant, to the second, as a clock in UTC shows it: the database knows no time zones, and HrFlow sends UTC.
fn moment(text: &str) -> Option<DateTime> {
    let moment = TimeZone::UTC.to_datetime(timestamp(text)?);
    (moment.year() >= FIRST_YEAR).then(|| moment.with().subsec_nanosecond(0).build().ok()).flatten()
}

/// A day; of a month or a year that is given alone, its first.
fn first_day(text: &str) -> Option<Date> {
    day(text).or_else(|| month(text)).or_else(|| year(text))
}

/// A day; of a month or a year that is given alone, its last.
fn last_day(text: &str) -> Option<Date> {
    let end_of_year = |date: Date| date.with().month(12).day(31).build().ok();
    day(text).or_else(|| month(text).map(Date::last_of_month)).or_else(|| year(text).and_then(end_of_year))
}

fn month(text: &str) -> Option<Date> {
    let text = text.trim();
    (text.len() == "0000-00".len()).then(|| day(&format!("{text}-01"))).flatten()
}

fn year(text: &str) -> Option<Date> {
    let text = text.trim();
    (text.len() == "0000".len()).then(|| day(&format!("{text}-01-01"))).flatten()
}
