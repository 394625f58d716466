//! The fictional profiles of a new sandbox, and their files.

use serde_json::Value;

use crate::documents;
use crate::files::{Files, Manner};
use crate::hrflow::HrFlow;

const PROFILES: [&str; 9] = [
    include_str!("../seed/complete.json"),
    include_str!("../seed/minimal.json"),
    include_str!("../seed/nulls.json"),
    include_str!("../seed/unicode.json"),
    include_str!("../seed/two_attachments.json"),
    include_str!("../seed/no_email.json"),
    include_str!("../seed/shared_email_1.json"),
    include_str!("../seed/shared_email_2.json"),
    include_str!("../seed/forbidden_picture.json"),
];

pub(crate) fn fill(hrflow: &HrFlow, files: &Files) {
    let pdf = |name: &str, text: &str| files.put_file(name, documents::PDF, documents::pdf(text));
    pdf("seed/oduya-resume.pdf", "Maren Oduya-Lindqvist, curriculum vitae");
    pdf("seed/oduya-cover.pdf", "Maren Oduya-Lindqvist, cover letter");
    pdf("seed/resume-two.pdf", "Ines Muster, parsed resume");
    files.put_file("seed/oduya-original.docx", documents::DOCX, documents::docx("Maren Oduya-Lindqvist"));
    files.put_file("seed/original-two.docx", documents::DOCX, documents::docx("Ines Muster"));
    files.put_file("seed/oduya.png", documents::PNG, documents::png(200, 120, 40));
    files.put_file("seed/forbidden.png", documents::PNG, documents::png(0, 0, 0));
    files.treat("seed/forbidden.png", Manner::Refuse(403));
    for profile in profiles() {
        hrflow.put_profile(profile);
    }
}

fn profiles() -> Vec<Value> {
    PROFILES.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_profile_is_json() {
        assert_eq!(super::profiles().len(), super::PROFILES.len());
    }
}
