//! From an HrFlow.ai profile to a Teamtailor candidate. Pure: only the profile counts.

use std::fmt::Write as _;

use connector_hrflow::{Profile, profile::Attachment as HrFlowAttachment};
use hrflow_core::{
    Attachment, AttachmentKind, Result,
    text::{cut, filled, one_line, without_html},
};

use crate::candidate::{Attributes, Candidate, Data, PITCH_CHARACTERS};

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
/// None: every profile makes a candidate.
pub fn format_profile(profile: &Profile) -> Result<Candidate> {
    let info = &profile.info;
    let (first_name, last_name) = names(profile);
    let attributes = Attributes {
        first_name,
        last_name,
        email: info.email(),
        phone: text(info.phone.as_deref()),
        pitch: info.summary.as_deref().and_then(pitch),
        linkedin_url: info.url_of("linkedin").and_then(web_address),
        picture: info.picture.as_deref().and_then(web_address),
        sourced: Some(true),
        tags: tags(profile),
        ..Attributes::default()
    };
    Ok(Candidate {
        data: Data { attributes, ..Data::default() },
        attachments: attachments(profile),
        note: note(profile),
        skills: unique(profile.skills.iter().filter_map(|skill| text(skill.name.as_deref()))),
        job_applications: job_applications(profile),
        key: text(profile.key.as_deref()).or_else(|| text(profile.reference.as_deref())),
    })
}

fn text(text: Option<&str>) -> Option<String> {
    text.and_then(filled).map(str::to_owned)
}

/// First and last name; where both are missing, the full name split at its last blank.
fn names(profile: &Profile) -> (Option<String>, Option<String>) {
    let info = &profile.info;
    let (first, last) = (text(info.first_name.as_deref()), text(info.last_name.as_deref()));
    if first.is_some() || last.is_some() {
        return (first, last);
    }
    let Some(full) = info.full_name.as_deref().and_then(filled) else { return (None, None) };
    match full.rsplit_once(char::is_whitespace) {
        Some((first, last)) => (text(Some(first)), text(Some(last))),
        None => (Some(full.to_owned()), None),
    }
}

fn pitch(summary: &str) -> Option<String> {
    let line = one_line(&without_html(summary));
    text(Some(cut(&line, PITCH_CHARACTERS)))
}

/// An http(s) URL; one without a scheme gets `https`.
fn web_address(url: &str) -> Option<String> {
    let url = filled(url)?;
    let url = if url.contains("://") { url.to_owned() } else { format!("https://{}", url.trim_start_matches('/')) };
    let parsed = url::Url::parse(&url).ok()?;
    let is_web = matches!(parsed.scheme(), "http" | "https") && parsed.host_str().is_some_and(|it| it.contains('.'));
    is_web.then_some(url)
}

/// `name: value`, or what there is of the two.
fn tags(profile: &Profile) -> Vec<String> {
    unique(profile.tags.iter().filter_map(|tag| {
        let name = tag.name.as_deref().and_then(filled);
        let value = tag.value_text();
        match (name, value.as_deref().and_then(filled)) {
            (Some(name), Some(value)) => Some(format!("{name}: {value}")),
            (Some(name), None) => Some(name.to_owned()),
            (None, Some(value)) => Some(value.to_owned()),
            (None, None) => None,
        }
    }))
}

/// The same without repetitions, in the same order.
fn unique(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut unique = Vec::new();
    for text in texts {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    unique
}

/// Every document with a web address; one of them is the résumé.
fn attachments(profile: &Profile) -> Vec<Attachment> {
    let reachable: Vec<&HrFlowAttachment> =
        profile.attachments.iter().filter(|it| it.public_url.as_deref().is_some_and(is_fetchable)).collect();
    let resume = resume(&reachable);
    let documents = reachable.iter().enumerate().map(|(index, it)| Attachment {
        kind: match it.kind.as_deref() {
            _ if resume == Some(index) => AttachmentKind::Resume,
            Some("cover") => AttachmentKind::Cover,
            _ => AttachmentKind::Other,
        },
        name: it.full_name(),
        url: it.public_url.clone().unwrap_or_default(),
        size: it.file_size,
    });
    documents.collect()
}

fn is_fetchable(url: &str) -> bool {
    let url = url.trim();
    url.starts_with("https://") || url.starts_with("http://")
}

/// The résumé by its type: `resume`, else `original`, else the first of a known format. Order is no contract of
/// HrFlow's.
fn resume(attachments: &[&HrFlowAttachment]) -> Option<usize> {
    let of_type = |kind: &str| attachments.iter().position(|it| it.kind.as_deref() == Some(kind));
    let of_format = |format: &&str| {
        let is_format = |it: &&HrFlowAttachment| it.kind.as_deref() != Some("cover") && extension(it) == **format;
        attachments.iter().position(is_format)
    };
    of_type("resume").or_else(|| of_type("original")).or_else(|| RESUME_EXTENSIONS.iter().find_map(of_format))
}

fn extension(attachment: &HrFlowAttachment) -> String {
    let name = attachment.full_name();
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

/// Jobs that the profile is labelled `yes` for. Jobs read from Teamtailor carry their id as reference.
fn job_applications(profile: &Profile) -> Vec<String> {
    let is_id = |reference: &String| !reference.is_empty() && reference.bytes().all(|it| it.is_ascii_digit());
    let wanted = profile.labels.iter().filter(|label| label.stage.as_deref() == Some("yes"));
    unique(wanted.filter_map(|label| text(label.job_reference.as_deref())).filter(is_id))
}

/// What Teamtailor has no attribute for, as readable text.
fn note(profile: &Profile) -> Option<String> {
    let mut note = String::new();
    if let Some(summary) = profile.info.summary.as_deref().and_then(filled) {
        section(&mut note, "Summary", [without_html(summary).trim().to_owned()]);
    }
    let place = |location: &connector_hrflow::profile::Location| text(location.text.as_deref());
    section(
        &mut note,
        "Experience",
        profile.experiences.iter().filter_map(|it| {
            let what = [text(it.title.as_deref()), text(it.company.as_deref()), place(&it.location)];
            period(what, it.date_start.as_deref(), it.date_end.as_deref(), it.description.as_deref())
        }),
    );
    section(
        &mut note,
        "Education",
        profile.educations.iter().filter_map(|it| {
            let what = [text(it.title.as_deref()), text(it.school.as_deref()), place(&it.location)];
            period(what, it.date_start.as_deref(), it.date_end.as_deref(), it.description.as_deref())
        }),
    );
    let named = |items: &[connector_hrflow::profile::Named]| {
        unique(items.iter().filter_map(|it| {
            let name = text(it.name.as_deref())?;
            Some(match it.value_text().as_deref().and_then(filled) {
                Some(value) => format!("{name} ({value})"),
                None => name,
            })
        }))
        .join(", ")
    };
    let skills = unique(profile.skills.iter().filter_map(|it| text(it.name.as_deref()))).join(", ");
    let lists = [
        ("Skills", skills),
        ("Languages", named(&profile.languages)),
        ("Certifications", named(&profile.certifications)),
        ("Interests", named(&profile.interests)),
    ];
    for (title, list) in lists {
        section(&mut note, title, filled(&list).map(str::to_owned));
    }
    let links = profile.info.urls.iter().filter(|it| it.kind.as_deref() != Some("linkedin"));
    section(&mut note, "Links", unique(links.filter_map(|it| it.url.as_deref().and_then(web_address))));
    text(Some(&note))
}

fn section(note: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    let lines: Vec<String> = lines.into_iter().collect();
    if !lines.is_empty() {
        let gap = if note.is_empty() { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = writeln!(note, "{gap}{title}\n{}", lines.join("\n"));
    }
}

/// `2020-01 – 2021-05: Engineer, Example Ltd, Lyon`, with the description below.
fn period(
    what: [Option<String>; 3],
    start: Option<&str>,
    end: Option<&str>,
    description: Option<&str>,
) -> Option<String> {
    let month = |date: Option<&str>| {
        connector_hrflow::date(date?).map(|date| format!("{:04}-{:02}", date.year(), date.month()))
    };
    let what = what.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let when = match (month(start), month(end)) {
        (Some(start), Some(end)) => format!("{start} – {end}"),
        (Some(start), None) => format!("since {start}"),
        (None, Some(end)) => format!("until {end}"),
        (None, None) => String::new(),
    };
    let head = [filled(&when), filled(&what)].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let description = description.map(|it| one_line(&without_html(it)));
    let lines = [filled(&head), description.as_deref().and_then(filled)];
    text(Some(&lines.into_iter().flatten().collect::<Vec<_>>().join("\n  ")))
}
