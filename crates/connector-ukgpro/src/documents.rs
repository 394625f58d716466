//! Which files UKG Pro accepts as documents of a candidate. It forbids the characters in their names that a
//! [`file_name`](hrflow_core::item::file_name) never holds (Candidate Import API, documents).

use hrflow_core::{AttachmentKind, http::DocumentKind};

/// The largest file, in bytes: 6 MB (Candidate Import API, documents).
pub(crate) const MAX_BYTES: usize = 6_000_000;
/// How many documents a candidate may have (Candidate Import API, documents).
pub(crate) const MAX_DOCUMENTS: usize = 10;
/// The kinds of files that are accepted (Candidate Import API, documents).
pub(crate) const ACCEPTED: &[DocumentKind] =
    &[DocumentKind::Pdf, DocumentKind::Docx, DocumentKind::Doc, DocumentKind::Jpeg, DocumentKind::Png];

/// Whether the name's extension is one that is taken.
pub(crate) fn is_taken(name: &str) -> bool {
    DocumentKind::of_name(name).is_some_and(|kind| ACCEPTED.contains(&kind))
}

/// What a document is called at UKG Pro.
pub(crate) fn document_type(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Resume => "Resume",
        AttachmentKind::Cover => "Cover Letter",
        AttachmentKind::Other => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_taken_in_any_case() {
        assert!(["a.pdf", "a.PDF", "a.b.Docx", "a.jpg ", ".png"].into_iter().all(is_taken));
        assert!(!["pdf", "a.odt", "a.pdf.zip", "", "a."].into_iter().any(is_taken));
    }
}
