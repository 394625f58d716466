//! Documents.

use connector_hrflow::{Attachment as HrFlowAttachment, Profile};
use hrflow_core::{Attachment, AttachmentKind};

use crate::{documents::is_taken, fit::Fit};

/// The documents with a web address, the résumé first. HrFlow's `original` is a résumé before it was
/// converted: it stands in for the résumé where that is missing, or is of a kind that UKG Pro does not take.
pub(super) fn attachments(profile: &Profile, fit: &mut Fit) -> Vec<Attachment> {
    let reachable: Vec<(&HrFlowAttachment, Attachment)> =
        profile.documents(&mut fit.warnings).into_iter().map(|(it, url)| (it, attachment(it, url))).collect();
    let find = |wanted: &str, taken: bool| {
        let fits = |it: &Attachment| !taken || is_taken(&it.name);
        reachable.iter().position(|(it, attachment)| it.is_of_type(wanted) && fits(attachment))
    };
    let converted = find("resume", true);
    let chosen = converted.or_else(|| find("original", true)).or_else(|| find("resume", false));
    let Some(chosen) = chosen.or_else(|| find("original", false)) else {
        return reachable.into_iter().map(|(_, attachment)| attachment).collect();
    };
    let stands_in = reachable[chosen].0.is_of_type("original");
    let is_same = |it: &HrFlowAttachment| it.is_of_type("original") || (stands_in && it.is_of_type("resume"));
    let resume = Attachment { kind: AttachmentKind::Resume, ..reachable[chosen].1.clone() };
    let others = reachable.into_iter().enumerate();
    let others = others.filter(|(index, (it, _))| *index != chosen && !is_same(it));
    [resume].into_iter().chain(others.map(|(_, (_, attachment))| attachment)).collect()
}

fn attachment(it: &HrFlowAttachment, url: String) -> Attachment {
    let kind = if it.is_of_type("cover") { AttachmentKind::Cover } else { AttachmentKind::Other };
    Attachment { kind, name: it.name(), url, size: it.file_size }
}
