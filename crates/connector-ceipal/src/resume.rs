//! The résumé's file: fetched, and checked against what Ceipal takes.

use hrflow_core::{
    Attachment, Error, ErrorKind, Result,
    http::{Bytes, Download, Downloader},
};

use crate::format::RESUME_EXTENSIONS;

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
    let (extension, content_type) = kind(&download, &resume.name).ok_or_else(|| {
        let message = format!("the résumé is {}, and Ceipal takes pdf, docx and doc", download.content_type);
        Error::new(ErrorKind::Invalid, message)
    })?;
    let known = extension_of(&resume.name).is_some_and(|it| it == extension);
    let name = if known { resume.name.clone() } else { format!("{}.{extension}", resume.name) };
    Ok(File { field: field.to_owned(), name, content_type, bytes: download.bytes.into() })
}

/// The extension and type of a file by its content. Where that shows only a container, the name says which document is in it.
fn kind(download: &Download, name: &str) -> Option<(&'static str, &'static str)> {
    const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const DOC: &str = "application/msword";
    let named = extension_of(name);
    let is_named = |extension: &str| named.as_deref() == Some(extension);
    match download.content_type {
        "application/pdf" => Some(("pdf", "application/pdf")),
        DOCX => Some(("docx", DOCX)),
        DOC => Some(("doc", DOC)),
        "application/zip" if is_named("docx") => Some(("docx", DOCX)),
        "application/x-ole-storage" if is_named("doc") => Some(("doc", DOC)),
        _ => None,
    }
}

/// The extension of a name, if it is one that Ceipal takes.
fn extension_of(name: &str) -> Option<String> {
    let extension = name.rsplit_once('.')?.1.to_lowercase();
    RESUME_EXTENSIONS.contains(&extension.as_str()).then_some(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(content_type: &'static str, name: &str) -> Option<&'static str> {
        let download = Download { bytes: Vec::new(), content_type, declared_content_type: None };
        kind(&download, name).map(|(extension, _)| extension)
    }

    #[test]
    fn content_counts_and_a_name_only_for_containers() {
        assert_eq!(kind_of("application/pdf", "cv"), Some("pdf"));
        assert_eq!(kind_of("application/pdf", "cv.doc"), Some("pdf"));
        assert_eq!(kind_of("application/zip", "cv.DOCX"), Some("docx"));
        assert_eq!(kind_of("application/zip", "cv.zip"), None);
        assert_eq!(kind_of("application/msword", "cv"), Some("doc"));
        assert_eq!(kind_of("text/html", "cv.pdf"), None);
        assert_eq!(kind_of("text/plain", "cv.txt"), None);
    }
}
