//! The résumé's file: fetched, and checked against what Ceipal takes.

use hrflow_core::{
    Attachment, Error, ErrorKind, Result,
    http::{Bytes, DocumentKind, Downloader},
};

/// The kinds of résumé that Ceipal's own application form takes, the best first.
pub(crate) const RESUME_KINDS: [DocumentKind; 3] = [DocumentKind::Pdf, DocumentKind::Docx, DocumentKind::Doc];

/// A file to send along.
#[derive(Clone)]
pub(crate) struct File {
    /// The form field that takes it.
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
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
    let download = downloader.fetch(&resume.url).await?;
    let kind = download.document_kind(&resume.name).filter(|kind| RESUME_KINDS.contains(kind));
    let kind = kind.ok_or_else(|| {
        let message = format!("the résumé is {}, and Ceipal takes pdf, docx and doc", download.content_type);
        Error::new(ErrorKind::Invalid, message)
    })?;
    Ok(File {
        field: field.to_owned(),
        name: kind.name(&resume.name),
        content_type: kind.content_type(),
        bytes: download.bytes.into(),
    })
}
