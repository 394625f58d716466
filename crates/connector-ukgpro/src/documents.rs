//! Which files UKG Pro takes as documents of a candidate.

use connector_hrflow::Filled;
use hrflow_core::{
    AttachmentKind, Error, ErrorKind, Result,
    http::{DocumentKind, Download},
    text::cut,
};

/// The largest file, in bytes: 6 MB (Candidate Import API, documents).
pub(crate) const MAX_BYTES: usize = 6_000_000;
/// How many documents a candidate may have (Candidate Import API, documents).
pub(crate) const MAX_DOCUMENTS: usize = 10;
/// How much of a file's name is kept, in characters. No limit is published, and no system takes much longer ones.
const MAX_NAME: usize = 200;
/// What a file's name may not hold (Candidate Import API, documents).
const FORBIDDEN: [char; 9] = ['/', '\\', '?', ':', '*', '"', '<', '>', '|'];

/// The kinds of files that are taken (Candidate Import API, documents).
const TAKEN: [DocumentKind; 5] =
    [DocumentKind::Pdf, DocumentKind::Docx, DocumentKind::Doc, DocumentKind::Jpeg, DocumentKind::Png];

/// Whether the name's extension is one that is taken.
pub(crate) fn is_taken(name: &str) -> bool {
    DocumentKind::of_name(name).is_some_and(|kind| TAKEN.contains(&kind))
}

/// What a document is called at UKG Pro.
pub(crate) fn document_type(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Resume => "Resume",
        AttachmentKind::Cover => "Cover Letter",
        AttachmentKind::Other => "Other",
    }
}

/// The name and the type under which a file is sent. Its content decides: a name without the right extension
/// gets it.
///
/// # Errors
///
/// [`ErrorKind::Invalid`] for a file that is not taken.
pub(crate) fn name_and_type(name: &str, file: &Download) -> Result<(String, &'static str)> {
    let kind = file.document_kind(name).filter(|kind| TAKEN.contains(kind));
    let kind = kind.ok_or_else(|| {
        let message = format!("UKG Pro takes no documents of the type {}", file.content_type);
        Error::new(ErrorKind::Invalid, message).advise("It takes pdf, docx, doc, jpg, jpeg and png.")
    })?;
    Ok((fitting(kind, name), kind.content_type()))
}

/// The name with what it may not hold replaced, and with an extension of its kind.
fn fitting(kind: DocumentKind, name: &str) -> String {
    let (stem, extension) = kind.stem_and_extension(name);
    let odd = |it: char| FORBIDDEN.contains(&it) || it.is_control();
    let stem = stem.replace(odd, "_");
    let stem = cut(stem.trim(), MAX_NAME).filled().unwrap_or("document");
    format!("{stem}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: &str, content_type: &'static str) -> Option<(String, &'static str)> {
        let file = Download { bytes: Vec::new(), content_type, declared_content_type: None };
        name_and_type(name, &file).ok()
    }

    #[test]
    fn the_content_decides_and_the_name_is_made_to_fit() {
        let docx = DocumentKind::Docx.content_type();
        for (name, content_type, expected, expected_type) in [
            ("cv.pdf", "application/pdf", "cv.pdf", "application/pdf"),
            ("CV.PDF", "application/pdf", "CV.PDF", "application/pdf"),
            ("resume", "application/pdf", "resume.pdf", "application/pdf"),
            ("cv.odt", "application/pdf", "cv.odt.pdf", "application/pdf"),
            ("cv.pdf", docx, "cv.pdf.docx", docx),
            ("cv.docx", "application/zip", "cv.docx", docx),
            ("cv.doc", "application/x-ole-storage", "cv.doc", "application/msword"),
            ("cv.doc", "application/rtf", "cv.doc", "application/msword"),
            ("me.jpeg", "image/jpeg", "me.jpeg", "image/jpeg"),
            ("me.png", "image/jpeg", "me.png.jpg", "image/jpeg"),
            (
                "a/b\\c?d:e*f\"g<h>i|j\n.pdf ",
                "application/pdf",
                "a_b_c_d_e_f_g_h_i_j_.pdf",
                "application/pdf",
            ),
            (".pdf", "application/pdf", "document.pdf", "application/pdf"),
            (" .pdf", "application/pdf", "document.pdf", "application/pdf"),
            ("履歴書.pdf", "application/pdf", "履歴書.pdf", "application/pdf"),
        ] {
            assert_eq!(sent(name, content_type), Some((expected.to_owned(), expected_type)), "{name}");
        }
        for (name, content_type) in [
            ("cv.pdf", "text/plain"),
            ("cv.pdf", "application/zip"),
            ("cv", "application/zip"),
            ("a.docx", "text/html"),
        ] {
            assert_eq!(sent(name, content_type), None, "{name}");
        }
        let long = sent(&format!("{}.pdf", "é".repeat(500)), "application/pdf").unwrap().0;
        assert_eq!(long.chars().count(), MAX_NAME + 4);
    }

    #[test]
    fn an_extension_is_taken_in_any_case() {
        assert!(["a.pdf", "a.PDF", "a.b.Docx", "a.jpg ", ".png"].into_iter().all(is_taken));
        assert!(!["pdf", "a.odt", "a.pdf.zip", "", "a."].into_iter().any(is_taken));
    }
}
