//! The résumé's file: fetched, and checked against what Ceipal takes.

use hrflow_core::{
    Attachment, Error, ErrorKind, Result,
    http::{Accepts, Document, DocumentKind, Downloader},
};

/// The kinds of résumé that Ceipal's own application form takes, the best first.
pub(crate) const RESUME_KINDS: &[DocumentKind] = &[DocumentKind::Pdf, DocumentKind::Docx, DocumentKind::Doc];

/// A file to send along.
#[derive(Clone)]
pub(crate) struct File {
    /// The form field that takes it.
    pub(crate) field: String,
    pub(crate) document: Document,
}

/// Fetches a résumé of at most so many bytes.
pub(crate) async fn fetch(
    downloader: &Downloader,
    resume: &Attachment,
    field: &str,
    most: usize,
) -> Result<File> {
    if resume.size.is_some_and(|size| size > most as u64) {
        let message = format!("the résumé is larger than {} megabytes", most / 1_000_000);
        return Err(Error::new(ErrorKind::Invalid, message)
            .advise("Raise resume_megabytes where your account takes more."));
    }
    let document = downloader.fetch(&resume.url, &resume.name, Accepts::Kinds(RESUME_KINDS)).await?;
    Ok(File { field: field.to_owned(), document })
}
