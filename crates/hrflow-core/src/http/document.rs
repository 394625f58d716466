//! Documents: the kind of a file, the check whether a target accepts it, and its name and media type.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use reqwest::multipart::Part;

use super::{content::Content, file_part::file_part};
use crate::{
    error::{Error, ErrorKind, Result},
    item::file_name,
};

/// A kind of file that targets accept as a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// PDF.
    Pdf,
    /// Word since 2007.
    Docx,
    /// Word before 2007.
    Doc,
    /// OpenDocument text.
    Odt,
    /// Rich Text Format.
    Rtf,
    /// Plain text.
    Text,
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
}

impl DocumentKind {
    const ALL: [Self; 8] =
        [Self::Pdf, Self::Docx, Self::Doc, Self::Odt, Self::Rtf, Self::Text, Self::Jpeg, Self::Png];

    /// Returns the kind of a file name's extension, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.is_of_name(name))
    }

    /// Whether a name has an extension of this kind.
    pub fn is_of_name(self, name: &str) -> bool {
        extension(name).is_some_and(|end| self.extensions().iter().any(|it| it.eq_ignore_ascii_case(end)))
    }

    /// Returns the extensions of this kind, without the dot, the usual one first.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Doc => &["doc"],
            Self::Odt => &["odt"],
            Self::Rtf => &["rtf"],
            Self::Text => &["txt"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
        }
    }

    /// Returns the media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Doc => "application/msword",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Rtf => "application/rtf",
            Self::Text => "text/plain",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Whether content of an ambiguous type can be of this kind if the name says so. Newer office documents are ZIP
    /// archives, older ones OLE containers. Many `.doc` files are rich text, and text can have an unmarked encoding.
    fn may_hold(self, content: &Content, bytes: &[u8]) -> bool {
        match (self, content.media_type) {
            (Self::Docx, "application/zip") => super::content::has_entry(bytes, "[Content_Types].xml"),
            (Self::Odt, "application/zip") => super::content::has_entry(bytes, "META-INF/manifest.xml"),
            (Self::Doc, "application/x-ole-storage" | "application/rtf") => true,
            (Self::Text, "application/octet-stream") => !bytes.iter().any(|byte| is_control(*byte)),
            _ => false,
        }
    }

    /// Returns the kind of a file by its content. The name counts only if the content is a container or plain text.
    fn of(content: &Content, bytes: &[u8], name: &str) -> Option<Self> {
        let shows = |kind: &Self| kind.content_type() == content.media_type;
        Self::of_name(name).filter(|kind| shows(kind) || kind.may_hold(content, bytes)).or_else(|| {
            // Any readable file is text, so that text is tried last.
            Self::ALL.into_iter().filter(|kind| *kind != Self::Text).find(shows)
        })
    }
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)
}

/// The files that a target accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Documents of these kinds.
    Kinds(&'static [DocumentKind]),
    /// Pictures.
    Pictures,
    /// Every file except pages, scripts and programs, for vendors that publish no list.
    Documents,
}

/// Extensions of pages, scripts and programs, which are rejected whatever the content is.
const ACTIVE: [&str; 59] = [
    "apk", "app", "appx", "bat", "cgi", "chm", "cmd", "com", "command", "cpl", "deb", "desktop", "dll",
    "dmg", "docm", "dotm", "exe", "gadget", "hta", "htm", "html", "inf", "jar", "js", "jse", "lnk", "mht",
    "mhtml", "mjs", "msi", "msp", "php", "pif", "pl", "pptm", "ps1", "psm1", "py", "rb", "reg", "rpm", "scf",
    "scr", "sh", "shtml", "svg", "svgz", "swf", "url", "vbe", "vbs", "wasm", "wsf", "wsh", "xht", "xhtml",
    "xlam", "xlsm", "xltm",
];

/// A fetched and checked file, ready to be sent to a target.
///
/// Only a [`Downloader`](super::Downloader) creates documents, so that no file is sent unchecked. `Debug` shows only
/// the media type and the length, because names and contents are personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    name: String,
    content_type: Cow<'static, str>,
    bytes: Bytes,
}

impl Document {
    /// Checks a file with the given name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] for these files:
    ///
    /// - empty files
    /// - pages, scripts and programs
    /// - files that `accepts` excludes
    /// - files whose content is not of the type of their name
    pub(super) fn check(bytes: Vec<u8>, name: &str, accepts: Accepts) -> Result<Self> {
        if bytes.is_empty() {
            return Err(refused("the file is empty (0 bytes)"));
        }
        let name = file_name(name);
        let content = Content::of(&bytes);
        if content.is_active {
            let error = refused(format!("the file is {}, and no document", content.what));
            // A page is about the link: it is shown in place of the file.
            return Err(if content.media_type == "text/html" { error.circumstantial() } else { error });
        }
        let kind = DocumentKind::of(&content, &bytes, &name);
        let (name, content_type) = match (accepts, kind) {
            (Accepts::Kinds(kinds), Some(kind)) if kinds.contains(&kind) => of_kind(kind, &name),
            (Accepts::Kinds(kinds), _) => {
                let extensions: Vec<&str> =
                    kinds.iter().flat_map(|kind| kind.extensions()).copied().collect();
                let message =
                    format!("the file is {}, which the target does not accept", described(kind, &content));
                return Err(refused(message).advise(format!("It accepts {}.", extensions.join(", "))));
            }
            (Accepts::Pictures, _) => match content.extension {
                Some(extension) if content.media_type.starts_with("image/") => {
                    (with_extension(&name, extension), content.media_type.into())
                }
                _ => {
                    return Err(refused(format!(
                        "the file is {}, and no picture",
                        described(kind, &content)
                    )));
                }
            },
            (Accepts::Documents, Some(kind)) => of_kind(kind, &name),
            (Accepts::Documents, None) => of_no_kind(&content, &name)?,
        };
        // The extension may have been appended.
        Ok(Self { name: file_name(&name), content_type, bytes: bytes.into() })
    }

    /// Returns the name under which the file is sent, a [`file_name`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the media type of the content.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// Returns the content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the file as a form part. Repeated calls share the bytes without copying.
    pub fn part(&self) -> Part {
        file_part(&self.name, &self.content_type, &self.bytes)
    }
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, message).advise("Check the attachment at HrFlow.ai.")
}

fn described(kind: Option<DocumentKind>, content: &Content) -> Cow<'static, str> {
    match kind {
        Some(kind) => format!("a {} file", kind.extensions()[0]).into(),
        None => content.what.into(),
    }
}

fn of_kind(kind: DocumentKind, name: &str) -> (String, Cow<'static, str>) {
    let name =
        if kind.is_of_name(name) { name.to_owned() } else { with_extension(name, kind.extensions()[0]) };
    (name, kind.content_type().into())
}

/// Returns the name and type of a file of an unknown kind, under its own name.
fn of_no_kind(content: &Content, name: &str) -> Result<(String, Cow<'static, str>)> {
    let end = extension(name).map(str::to_lowercase).unwrap_or_default();
    if ACTIVE.contains(&end.as_str()) {
        return Err(refused(format!("the file is a page, a script or a program by its name (.{end})")));
    }
    if DocumentKind::of_name(name).is_some() {
        return Err(refused(format!(
            "the file is {}, which is not what its name says (.{end})",
            content.what
        )));
    }
    let name = match content.extension {
        Some(extension) => with_extension(name, extension),
        None => name.to_owned(),
    };
    let guessed = mime_guess::from_path(&name).first_raw();
    let by_name = guessed.filter(|guess| content.extension.is_none() && !guess.starts_with("text/html"));
    Ok((name, by_name.unwrap_or(content.media_type).into()))
}

fn with_extension(name: &str, wanted: &str) -> String {
    let has = extension(name).is_some_and(|it| {
        it.eq_ignore_ascii_case(wanted) || (wanted == "jpg" && it.eq_ignore_ascii_case("jpeg"))
    });
    if has { name.to_owned() } else { format!("{name}.{wanted}") }
}

fn extension(name: &str) -> Option<&str> {
    name.trim().rsplit_once('.').map(|(_, end)| end)
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7 \xff";
    const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a document";
    const ZIP: &[u8] = b"PK\x03\x04 an archive";
    const DOCX: &[u8] = b"PK\x03\x04 x [Content_Types].xml";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a picture";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    const WORD: Accepts = Accepts::Kinds(&[DocumentKind::Pdf, DocumentKind::Docx, DocumentKind::Doc]);

    fn sent(accepts: Accepts, name: &str, bytes: &[u8]) -> Result<(String, String), String> {
        let document =
            Document::check(bytes.to_vec(), name, accepts).map_err(|error| error.message().to_owned())?;
        Ok((document.name, document.content_type.into_owned()))
    }

    #[test]
    fn the_content_decides_and_the_name_tells_containers_apart() {
        for (name, bytes, expected, content_type) in [
            ("cv.pdf", PDF, "cv.pdf", "application/pdf"),
            ("CV.PDF ", PDF, "CV.PDF", "application/pdf"),
            ("cv", PDF, "cv.pdf", "application/pdf"),
            ("cv.odt", PDF, "cv.odt.pdf", "application/pdf"),
            ("cv.exe", PDF, "cv.exe.pdf", "application/pdf"),
            ("a/../cv.pdf", PDF, "a_.._cv.pdf", "application/pdf"),
            (".pdf", b"\xef\xbb\xbf\r\n%PDF-1.4", "document.pdf", "application/pdf"),
            ("cv.DOCX", DOCX, "cv.DOCX", DocumentKind::Docx.content_type()),
            ("cv.doc", OLE, "cv.doc", "application/msword"),
            ("cv.doc", b"{\\rtf1 x}", "cv.doc", "application/msword"),
        ] {
            for accepts in [WORD, Accepts::Documents] {
                assert_eq!(
                    sent(accepts, name, bytes),
                    Ok((expected.to_owned(), content_type.to_owned())),
                    "{name}"
                );
            }
        }
        for (name, bytes, expected, content_type) in [
            ("cv.rtf", &b"{\\rtf1 x}"[..], "cv.rtf", "application/rtf"),
            ("cv.txt", "Zoë\r\n".as_bytes(), "cv.txt", "text/plain"),
            ("cv.txt", b"Zo\xeb, MZ", "cv.txt", "text/plain"),
            ("cv.txt", b"MZ Consulting", "cv.txt", "text/plain"),
            ("skills.csv", b"a;b", "skills.csv", "text/csv"),
            ("letter", b"Dear all", "letter", "text/plain"),
            ("cv.pages", ZIP, "cv.pages", "application/vnd.apple.pages"),
            ("me.jpeg", JPEG, "me.jpeg", "image/jpeg"),
            ("me.gif", PNG, "me.gif.png", "image/png"),
            ("me.png", b"GIF89a......", "me.png", "?"),
        ] {
            let found = sent(Accepts::Documents, name, bytes);
            match content_type {
                "?" => assert!(found.is_err(), "{name}"),
                _ => {
                    let (found, found_type) = found.unwrap();
                    assert_eq!(found, expected);
                    assert!(found_type == content_type || name.ends_with("pages"), "{name}: {found_type}");
                }
            }
        }
        assert_eq!(
            sent(Accepts::Pictures, "photo", JPEG),
            Ok(("photo.jpg".to_owned(), "image/jpeg".to_owned()))
        );
        assert!(
            sent(Accepts::Pictures, "photo.pdf", PDF).unwrap_err().contains("a pdf file, and no picture")
        );
    }

    #[test]
    fn what_is_no_document_is_named_for_what_it_is() {
        let jar = b"PK\x03\x04 META-INF/MANIFEST.MF";
        let macros = b"PK\x03\x04 [Content_Types].xml word/vbaProject.bin";
        let msi = [OLE, &[0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46][..]].concat();
        for (bytes, what) in [
            (&b""[..], "empty (0 bytes)"),
            (b"<!DOCTYPE html><form>Sign in</form>", "an HTML page"),
            (b"<!-- a portal --><body>", "an HTML page"),
            (b"<svg onload='alert(1)'/>", "an SVG image"),
            (b"<?xml version='1.0'?><svg><script/></svg>", "an SVG image"),
            (b"MZ\x90\0\x03\0\0\0", "a Windows program"),
            (
                b"\x7fELF\x02\x01\x01\0............................................................",
                "a program",
            ),
            (b"#!/bin/sh\nrm -rf /\n", "a script"),
            (jar, "a Java program"),
            (macros, "a document with macros"),
            (&msi, "a Windows installer"),
        ] {
            for accepts in [WORD, Accepts::Documents, Accepts::Pictures] {
                for name in ["cv.pdf", "cv.docx", "cv.doc", "cv.txt", "cv", "cv.html"] {
                    let error = sent(accepts, name, bytes).unwrap_err();
                    assert!(error.contains(what), "{accepts:?} {name}: {error}");
                }
            }
        }
        for (name, bytes, what) in [
            ("cv.pdf", &b"Dear all"[..], "plain text, which is not what its name says (.pdf)"),
            ("cv.docx", ZIP, "an archive, which is not what its name says (.docx)"),
            ("cv.pdf", b"\0\x01\x02", "of no known type, which is not what its name says (.pdf)"),
            ("cv.txt", b"a\0b", "of no known type"),
            ("run.bat", b"del *.*", "by its name (.bat)"),
            ("cv.js", b"alert(1)", "by its name (.js)"),
            ("cv\u{202e}fdp.VBS", b"x", "by its name (.vbs)"),
        ] {
            let error = sent(Accepts::Documents, name, bytes).unwrap_err();
            assert!(error.contains(what), "{name}: {error}");
        }
        for (name, bytes) in [
            ("cv.odt", ZIP),
            ("cv", ZIP),
            ("cv.pdf", b"Dear all"),
            ("me.png", PNG),
            ("cv.rtf", b"{\\rtf1 x}"),
        ] {
            let error = sent(WORD, name, bytes).unwrap_err();
            assert!(error.contains("which the target does not accept"), "{name}: {error}");
        }
    }

    #[test]
    fn debug_shows_neither_name_nor_content() {
        let document = Document::check(b"%PDF-1.7 hush".to_vec(), "hush.pdf", WORD).unwrap();
        assert!(!format!("{document:?}").contains("hush"));
    }
}
