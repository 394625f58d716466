//! From an HrFlow.ai profile to a Ceipal applicant. Pure: only the profile counts.

use std::collections::BTreeMap;

use connector_hrflow::{
    Attachment as HrFlowAttachment, Filled, Location, Profile, line, plain, warn_of_control_characters,
};
use hrflow_core::{Attachment, AttachmentKind, Result, Warnings, http::DocumentKind, text::unique};
use serde_json::Map;

use crate::{
    applicant::{Applicant, StandardFields},
    mapping::MAPPING,
    resume::RESUME_KINDS,
};

/// The longest name of a file, its extension included, in characters.
const FILE_NAME: usize = 120;

/// The default format: everything that Ceipal is known to have a field for, and nothing empty.
///
/// Experiences, educations, languages and the summary have no field and are left out: the résumé carries them. Skills, the
/// latest title, the LinkedIn page and the postal code are there for parameters to send, since the names of
/// their fields are not known. Texts are at full length; the target cuts them, and looks up the ids of country and
/// state.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](hrflow_core::ErrorKind::Invalid) for an email that is no usable address. An applicant without
/// one is rejected by the target.
pub fn format_applicant(profile: &Profile) -> Result<Applicant> {
    let mut warnings = Warnings::default();
    let info = &profile.info;
    let place = &info.location;
    let (firstname, lastname) = names(profile, &mut warnings);
    let standard_fields = StandardFields {
        firstname,
        lastname,
        // Ceipal looks addresses up as they are written: only comparisons ignore case.
        email: info.email_as_written(&mut warnings)?,
        mobile_number: phone(profile, &mut warnings),
        address: address(place),
        city: plain(&place.fields.city),
        state: plain(&place.fields.state),
        country: plain(&place.fields.country),
        other: Map::new(),
    };
    let linkedin = info.linkedin_page();
    let is_sent = |page: &str| linkedin.as_deref() == Some(page);
    info.warn_of_unsent_urls(
        &["linkedin"],
        is_sent,
        "Only one LinkedIn page has a field; left out",
        &mut warnings,
    );
    let attachments = resume(profile, &mut warnings).into_iter().collect();
    warn_of_control_characters(profile, MAPPING, &mut warnings);
    Ok(Applicant {
        standard_fields,
        attachments,
        skills: unique(profile.skills.iter().filter_map(|skill| plain(&skill.name))),
        job_title: profile.experiences.iter().find_map(|it| plain(&it.title)),
        linkedin,
        postcode: plain(&place.fields.postcode),
        tags: tags(profile),
        warnings: warnings.into_vec(),
        ..Applicant::default()
    })
}

/// First and last name. Who has one name only has it as first name, which Ceipal requires.
fn names(profile: &Profile, warnings: &mut Warnings) -> (Option<String>, Option<String>) {
    let (first, last) = profile.info.names();
    match (plain(&first), plain(&last)) {
        (None, Some(only)) => {
            warnings
                .add("standard_fields.firstname", "The only name; sent as first name, which Ceipal requires");
            (Some(only), None)
        }
        names => names,
    }
}

/// A plus sign and digits: an extension is left out.
fn phone(profile: &Profile, warnings: &mut Warnings) -> Option<String> {
    let phone = profile.info.phone(warnings)?;
    if phone.extension.is_some() {
        warnings.add("standard_fields.mobile_number", "Ceipal accepts no extension; left out");
    }
    Some(phone.digits())
}

fn address(place: &Location) -> Option<String> {
    let whole = place.line().and_then(|line| plain(&line));
    let parts = [&place.fields.road, &place.fields.house_number];
    whole.or_else(|| line(&parts.into_iter().filter_map(plain).collect::<Vec<_>>().join(" ")))
}

/// Tags, then metadatas; the first of a name stands.
fn tags(profile: &Profile) -> BTreeMap<String, String> {
    let named = profile.tags.iter().chain(&profile.metadatas);
    let mut tags = BTreeMap::new();
    for (name, value) in named.filter_map(|it| Some((plain(&it.name)?, plain(&it.value_text())?))) {
        tags.entry(name).or_insert(value);
    }
    tags
}

/// The résumé: of a format that Ceipal takes, by its type `resume`, else `original`, else any but a cover letter;
/// where there is none, one of those types in another format, so that it is not lost in silence.
fn resume(profile: &Profile, warnings: &mut Warnings) -> Option<Attachment> {
    let reachable = profile.documents(warnings);
    let is_taken = |it: &HrFlowAttachment| kind(it).is_some_and(|kind| RESUME_KINDS.contains(&kind));
    let taken = |kind: &str| reachable.iter().find(|(it, _)| it.is_of_type(kind) && is_taken(it));
    let of_kind = |wanted: &DocumentKind| {
        reachable.iter().find(|(it, _)| !it.is_of_type("cover") && kind(it) == Some(*wanted))
    };
    let of_type = |kind: &str| reachable.iter().find(|(it, _)| it.is_of_type(kind));
    let (resume, url) = taken("resume")
        .or_else(|| taken("original"))
        .or_else(|| RESUME_KINDS.iter().find_map(of_kind))
        .or_else(|| of_type("resume"))
        .or_else(|| of_type("original"))?;
    Some(Attachment {
        kind: AttachmentKind::Resume,
        name: file_name(resume, warnings),
        url: url.clone(),
        size: resume.file_size,
    })
}

fn kind(attachment: &HrFlowAttachment) -> Option<DocumentKind> {
    DocumentKind::of_name(&attachment.name())
}

/// A name without a path, and not too long; its extension is kept.
fn file_name(attachment: &HrFlowAttachment, warnings: &mut Warnings) -> String {
    let name = attachment.name();
    let name =
        name.rsplit(['/', '\\']).next().and_then(|name| line(&name)).unwrap_or_else(|| "resume".to_owned());
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 8 => (stem, format!(".{extension}")),
        _ => (name.as_str(), String::new()),
    };
    let most = FILE_NAME - extension.chars().count();
    if stem.chars().count() > most {
        warnings.add("attachments[].name", format_args!("Cut to {FILE_NAME} characters"));
    }
    let stem: String = stem.chars().take(most).collect();
    format!("{}{extension}", stem.filled().unwrap_or("resume"))
}
