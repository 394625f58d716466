//! From an HrFlow.ai profile to a Teamtailor candidate. Pure: only the profile counts.

use connector_hrflow::{
    Attachment as HrFlowAttachment, End, Filled, Named, Profile, line, plain as text, prose,
    warn_of_control_characters, web_page, when,
};
use hrflow_core::{Attachment, AttachmentKind, Result, Warnings, text::unique};

use crate::{
    candidate::{Attributes, Candidate, Data, PITCH_CHARACTERS},
    mapping::MAPPING,
};

/// The formats of résumé that Teamtailor is known to take (partner documentation, direct apply), the best first; `doc`
/// is not among them and comes last.
const RESUME_EXTENSIONS: [&str; 6] = ["pdf", "docx", "rtf", "txt", "pptx", "doc"];

/// The default format: everything that Teamtailor has a place for, and nothing empty.
///
/// Birth date, gender and address have no place in a Teamtailor candidate and are left out. Which
/// of notes, skills, other documents and applications are sent is for the target's parameters to say.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](hrflow_core::ErrorKind::Invalid) for an email that is no usable address: without it, the
/// candidate could be created twice.
pub fn format_profile(profile: &Profile) -> Result<Candidate> {
    let mut warnings = Warnings::default();
    let info = &profile.info;
    let (first_name, last_name) = info.names();
    let linkedin_url = info.linkedin_page();
    info.warn_of_unsent_urls(&[], |_| true, "", &mut warnings);
    let note = note(profile, linkedin_url.as_deref(), &mut warnings);
    let attributes = Attributes {
        first_name: text(&first_name),
        last_name: text(&last_name),
        email: info.email(&mut warnings)?,
        phone: info.phone(&mut warnings).map(|it| it.with_extension()),
        pitch: text(&info.summary).map(|it| warnings.cut("data.attributes.pitch", &it, PITCH_CHARACTERS)),
        linkedin_url,
        picture: info.picture(&mut warnings),
        sourced: Some(true),
        tags: tags(profile),
        ..Attributes::default()
    };
    let attachments = attachments(profile, &mut warnings);
    warn_of_control_characters(profile, MAPPING, &mut warnings);
    Ok(Candidate {
        data: Data { attributes, ..Data::default() },
        attachments,
        note,
        skills: unique(profile.skills.iter().filter_map(|skill| text(&skill.name))),
        job_applications: job_applications(profile),
        key: line(&profile.key).or_else(|| line(&profile.reference)),
        warnings: warnings.into_vec(),
    })
}

fn is(r#type: &Option<String>, wanted: &str) -> bool {
    r#type.filled().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
}

/// `name: value`, or what there is of the two.
fn tags(profile: &Profile) -> Vec<String> {
    unique(profile.tags.iter().filter_map(|tag| match (text(&tag.name), text(&tag.value_text())) {
        (Some(name), Some(value)) => Some(format!("{name}: {value}")),
        (name, value) => name.or(value),
    }))
}

/// Every document with a web address; one of them is the résumé.
fn attachments(profile: &Profile, warnings: &mut Warnings) -> Vec<Attachment> {
    let reachable = profile.documents(warnings);
    let resume = resume(&reachable);
    let documents = reachable.iter().enumerate().map(|(index, (it, url))| Attachment {
        kind: match resume == Some(index) {
            true => AttachmentKind::Resume,
            false if is(&it.r#type, "cover") => AttachmentKind::Cover,
            false => AttachmentKind::Other,
        },
        name: it.name(),
        url: url.clone(),
        size: it.file_size,
    });
    documents.collect()
}

/// The résumé by its type: `resume`, else `original`, else the first of a known format. Order is no contract of
/// HrFlow's.
fn resume(attachments: &[(&HrFlowAttachment, String)]) -> Option<usize> {
    let of_type = |kind: &str| attachments.iter().position(|(it, _)| is(&it.r#type, kind));
    let of_format = |format: &&str| {
        attachments.iter().position(|(it, _)| !is(&it.r#type, "cover") && extension(it) == **format)
    };
    of_type("resume").or_else(|| of_type("original")).or_else(|| RESUME_EXTENSIONS.iter().find_map(of_format))
}

fn extension(attachment: &HrFlowAttachment) -> String {
    let name = attachment.name();
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

/// Jobs that the profile is labelled `yes` for. Jobs read from Teamtailor carry their id as reference.
fn job_applications(profile: &Profile) -> Vec<String> {
    let is_id = |reference: &String| !reference.is_empty() && reference.bytes().all(|it| it.is_ascii_digit());
    let wanted = profile.labels.iter().filter(|label| label.stage.filled() == Some("yes"));
    unique(wanted.filter_map(|label| line(&label.job_reference)).filter(is_id))
}

/// What Teamtailor has no attribute for, as readable text.
fn note(profile: &Profile, linkedin_url: Option<&str>, warnings: &mut Warnings) -> Option<String> {
    let summary = prose(&profile.info.summary).unwrap_or_default();
    let experiences = profile.experiences.iter().enumerate().filter_map(|(index, it)| {
        let what = [text(&it.title), text(&it.company), text(&it.location.line())];
        let when = time(&it.date_start, &it.date_end, &format!("experiences[{index}]"), warnings);
        period(what, when, &it.description)
    });
    let experiences: Vec<String> = experiences.collect();
    let educations = profile.educations.iter().enumerate().filter_map(|(index, it)| {
        let what = [text(&it.title), text(&it.school), text(&it.location.line())];
        let when = time(&it.date_start, &it.date_end, &format!("educations[{index}]"), warnings);
        period(what, when, &it.description)
    });
    let links = profile.info.urls.iter().flat_map(|it| it.links()).filter_map(web_page);
    let links = unique(links.filter(|link| Some(link.as_str()) != linkedin_url));
    let sections = [
        ("Summary", summary.lines().filter_map(|it| line(&it)).collect()),
        ("Experience", experiences),
        ("Education", educations.collect()),
        ("Skills", in_one_line(profile.skills.iter().filter_map(|it| text(&it.name)))),
        ("Languages", in_one_line(profile.languages.iter().filter_map(named))),
        ("Certifications", in_one_line(profile.certifications.iter().filter_map(named))),
        ("Interests", in_one_line(profile.interests.iter().filter_map(named))),
        ("Links", links),
    ];
    let filled = sections.into_iter().filter(|(_, lines)| !lines.is_empty());
    let note: Vec<String> = filled.map(|(title, lines)| format!("{title}\n{}", lines.join("\n"))).collect();
    note.join("\n\n").filled().map(str::to_owned)
}

fn in_one_line(texts: impl Iterator<Item = String>) -> Vec<String> {
    line(&unique(texts).join(", ")).into_iter().collect()
}

/// `French (fluent)`.
fn named(it: &Named) -> Option<String> {
    let name = text(&it.name)?;
    Some(match text(&it.value_text()) {
        Some(value) => format!("{name} ({value})"),
        None => name,
    })
}

/// `2020-01 – 2021-05`, `since 2020`; to the month at most.
fn time(start: &Option<String>, end: &Option<String>, path: &str, warnings: &mut Warnings) -> Option<String> {
    let month = |it: when::When| when::When { day: None, ..it };
    let start = when::read(start, format_args!("{path}.date_start"), warnings).map(month);
    let end = when::read_end(end, format_args!("{path}.date_end"), warnings);
    match (start, end) {
        (Some(start), End::On(end)) => Some(format!("{start} – {}", month(end))),
        (Some(start), End::None | End::Ongoing) => Some(format!("since {start}")),
        // Nothing is known of its end, not even whether there is one.
        (Some(start), End::Unreadable) => Some(format!("from {start}")),
        (None, End::On(end)) => Some(format!("until {}", month(end))),
        (None, End::Ongoing) => Some("ongoing".to_owned()),
        (None, End::None | End::Unreadable) => None,
    }
}

/// `2020-01 – 2021-05: Engineer, Example Ltd, Lyon`, with the description below.
fn period(what: [Option<String>; 3], when: Option<String>, description: &Option<String>) -> Option<String> {
    let what = what.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let head = joined(": ", [when, line(&what)]);
    joined("\n  ", [head, text(description)])
}

/// What there is of the two.
fn joined(separator: &str, parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(separator))
}
