//! The résumé's file: fetched, and checked against what Ceipal takes.

use hrflow_core::{
    Attachment, Error, ErrorKind, Result, Scope,
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

/// Whether a résumé that was not fetched never can be: there is no such file, or it is none that Ceipal accepts. Everything
/// else may pass, if only with the link that HrFlow.ai gives out at the next read: stores answer an expired one with 400,
/// 403 or 410.
pub(crate) fn is_lost(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Invalid => error.status().is_none(),
        ErrorKind::NotFound => error.status() != Some(410),
        _ => false,
    }
}

/// The error of an applicant that waits for its résumé.
pub(crate) fn kept_back(cause: &Error) -> Error {
    let message = "the applicant was not sent, because its résumé cannot be fetched now";
    let mut error = Error::new(cause.kind(), message).with_vendor_message(cause.message()).advise(
        "Run again, which reads a new link, or run `hrflow dead-letters retry FILE`. With `--without-documents` it writes \
         the applicant without the résumé, and Ceipal accepts none later.",
    );
    for name in ["host", "attempts"] {
        if let Some(value) = cause.context(name) {
            error = error.with(name, value);
        }
    }
    if let Some(status) = cause.status() {
        error = error.with_status(status);
    }
    if let Some(pause) = cause.retry_after() {
        error = error.with_retry_after(pause);
    }
    error.with_scope(Scope::Item).with_retryable(true)
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
