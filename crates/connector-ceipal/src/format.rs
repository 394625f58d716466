//! From an HrFlow.ai profile to a Ceipal applicant. Pure: only the profile counts.

use std::collections::BTreeMap;

use connector_hrflow::{Attachment as HrFlowAttachment, Filled, Location, Profile, plain, web_page, web_url};
use hrflow_core::{Attachment, AttachmentKind, Result, http::DocumentKind, text::unique};
use serde_json::Map;

use crate::{
    applicant::{Applicant, StandardFields},
    resume::RESUME_KINDS,
};

/// The longest name of a file, its extension included, in characters.
const FILE_NAME: usize = 120;

/// The default format: everything that Ceipal is known to have a field for, and nothing empty.
///
/// Experiences, educations, languages and the summary have no field and are left out: the résumé carries them. Skills, the
/// latest title, the LinkedIn page and the postal code are there for parameters to send, since the names of
/// their fields are not known. Texts are at full length; the target cuts them, normalises the phone number, and looks up the ids
/// of country and state.
///
/// # Errors
///
/// None: every profile makes an applicant. One without e-mail address is refused by the target.
pub fn format_applicant(profile: &Profile) -> Result<Applicant> {
    let info = &profile.info;
    let place = &info.location;
    let (firstname, lastname) = names(profile);
    let standard_fields = StandardFields {
        firstname,
        lastname,
        // Checked, and then as it was found: only comparisons ignore case.
        email: info.email().and_then(|_| plain(&info.email)),
        mobile_number: plain(&info.phone),
        address: address(place),
        city: plain(&place.fields.city),
        state: plain(&place.fields.state),
        country: plain(&place.fields.country),
        other: Map::new(),
    };
    Ok(Applicant {
        standard_fields,
        attachments: resume(profile).into_iter().collect(),
        skills: unique(profile.skills.iter().filter_map(|skill| plain(&skill.name))),
        job_title: profile.experiences.iter().find_map(|it| plain(&it.title)),
        linkedin: profile.linkedin().and_then(web_page),
        postcode: plain(&place.fields.postcode),
        tags: tags(profile),
        ..Applicant::default()
    })
}

/// First and last name. Who has one name only has it as first name, which Ceipal requires.
fn names(profile: &Profile) -> (Option<String>, Option<String>) {
    let (first, last) = profile.info.names();
    match (plain(&first), plain(&last)) {
        (None, only) => (only, None),
        names => names,
    }
}

fn address(place: &Location) -> Option<String> {
    let line = place.line().and_then(|line| plain(&line));
    let parts = [&place.fields.road, &place.fields.house_number];
    line.or_else(|| plain(&parts.into_iter().filter_map(plain).collect::<Vec<_>>().join(" ")))
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
fn resume(profile: &Profile) -> Option<Attachment> {
    let reachable: Vec<(&HrFlowAttachment, String)> = profile
        .attachments
        .iter()
        .filter_map(|it| Some((it, it.public_url.as_deref().and_then(web_url)?)))
        .collect();
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
        name: file_name(resume),
        url: url.clone(),
        size: resume.file_size,
    })
}

fn kind(attachment: &HrFlowAttachment) -> Option<DocumentKind> {
    DocumentKind::of_name(&attachment.name())
}

/// A name without a path, and not too long; its extension is kept.
fn file_name(attachment: &HrFlowAttachment) -> String {
    let name = attachment.name();
    let name =
        name.rsplit(['/', '\\']).next().and_then(|name| plain(&name)).unwrap_or_else(|| "resume".to_owned());
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 8 => (stem, format!(".{extension}")),
        _ => (name.as_str(), String::new()),
    };
    let stem: String = stem.chars().take(FILE_NAME - extension.chars().count()).collect();
    format!("{}{extension}", stem.filled().unwrap_or("resume"))
}
