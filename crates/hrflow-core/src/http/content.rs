//! Detection of a file's or response's type from its bytes, regardless of names and headers.

use std::borrow::Cow;

/// The number of bytes that are searched for markup. Comments and prologs can be long.
const HEAD: usize = 64 * 1024;

/// The range in which a PDF may begin (ISO 32000-1, implementation note 13: within the first 1,024 bytes).
const PDF_WITHIN: usize = 1024;

/// Elements at the start of HTML documents and fragments (WHATWG MIME Sniffing, 7.1, and elements seen on error and
/// login pages).
const HTML: [&str; 31] = [
    "html", "head", "body", "script", "iframe", "h1", "h2", "div", "font", "table", "a", "style", "title",
    "b", "br", "p", "meta", "link", "form", "img", "center", "base", "object", "embed", "frameset",
    "noscript", "main", "header", "section", "span", "input",
];

/// The markup at the start of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// HTML or an HTML fragment.
    Html,
    /// An SVG image, which can contain scripts.
    Svg,
    /// Any other XML with a prolog.
    Xml,
}

/// Returns the markup at the start of `bytes`, in UTF-8 or UTF-16, after whitespace, comments and prologs.
pub(super) fn markup(bytes: &[u8]) -> Option<Markup> {
    let text = head(bytes);
    let mut rest = text.trim_start_matches(is_space);
    let mut is_xml = false;
    loop {
        if let Some(comment) = rest.strip_prefix("<!--") {
            // Browsers show the rest even if the comment has no end.
            let Some((_, after)) = comment.split_once("-->") else { return Some(Markup::Html) };
            rest = after;
        } else if let Some(prolog) = rest.strip_prefix("<?") {
            is_xml |= prolog.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("xml"));
            let Some((_, after)) = prolog.split_once("?>") else { break };
            rest = after;
        } else if let Some(doctype) = strip_prefix_ignore_case(rest, "<!doctype") {
            match name(doctype.trim_start_matches(is_space)).as_str() {
                "html" => return Some(Markup::Html),
                "svg" => return Some(Markup::Svg),
                _ => {}
            }
            let subset = doctype.find('[').filter(|at| doctype.find('>').is_none_or(|end| *at < end));
            let end = match subset {
                Some(at) => doctype[at..].find(']').map(|end| at + end),
                None => Some(0),
            };
            let Some((_, after)) = end.and_then(|end| doctype[end..].split_once('>')) else { break };
            rest = after;
        } else {
            break;
        }
        rest = rest.trim_start_matches(is_space);
    }
    match rest.strip_prefix('<').map(name).as_deref() {
        Some("svg") => Some(Markup::Svg),
        Some(element) if HTML.contains(&element) => Some(Markup::Html),
        _ => is_xml.then_some(Markup::Xml),
    }
}

/// Returns the name of an element in lower case, without its namespace prefix. Returns an empty text if it is not a
/// name.
fn name(tag: &str) -> String {
    let end =
        tag.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-' | '_')).unwrap_or(tag.len());
    let name = &tag[..end];
    name.rsplit_once(':').map_or(name, |(_, local)| local).to_ascii_lowercase()
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\0')
}

/// Returns the start of a file as text.
fn head(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = &bytes[..bytes.len().min(HEAD)];
    match utf_16(bytes) {
        Some(text) => text.into(),
        None => String::from_utf8_lossy(bytes),
    }
}

/// Decodes UTF-16 text that begins with a byte order mark or with markup.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] | [0, b'<', ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}

/// The detected type of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    /// The media type. `application/octet-stream` if the type is unknown.
    pub(super) media_type: &'static str,
    /// The usual extension, if the content alone determines it.
    pub(super) extension: Option<&'static str>,
    /// The name of the type in errors.
    pub(super) what: &'static str,
    /// Whether the file is a page, a script or a program, which is never accepted as a document.
    pub(super) is_active: bool,
}

impl Content {
    const fn active(media_type: &'static str, what: &'static str) -> Self {
        Self { media_type, extension: None, what, is_active: true }
    }

    const fn passive(media_type: &'static str, extension: Option<&'static str>, what: &'static str) -> Self {
        Self { media_type, extension, what, is_active: false }
    }

    /// Detects the type of `bytes` by signatures and markup.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match markup(bytes) {
            Some(Markup::Html) => return Self::active("text/html", "an HTML page"),
            Some(Markup::Svg) => {
                return Self::active("image/svg+xml", "an SVG image, which may hold scripts");
            }
            Some(Markup::Xml) => return Self::passive("text/xml", Some("xml"), "an XML document"),
            None => {}
        }
        if let Some(archive) = archive(bytes) {
            return archive;
        }
        let text = || Self::passive("text/plain", None, "plain text");
        let Some(known) = infer::get(bytes) else {
            return if is_pdf(bytes) {
                Self::passive("application/pdf", Some("pdf"), "a PDF file")
            } else if is_text(bytes) {
                text()
            } else {
                Self::passive("application/octet-stream", None, "of no known type")
            };
        };
        let media_type = known.mime_type();
        match (known.matcher_type(), media_type) {
            (_, "text/x-shellscript") => Self::active(media_type, "a script"),
            (_, "application/x-shockwave-flash") => Self::active(media_type, "a Flash program"),
            (
                _,
                "application/x-google-chrome-extension"
                | "application/vnd.debian.binary-package"
                | "application/x-rpm",
            ) => Self::active(media_type, "an installation package"),
            // A text such as `MZ Consulting` begins with the two letters of a program.
            (infer::MatcherType::App, _) if is_text(bytes) => text(),
            (infer::MatcherType::App, "application/vnd.microsoft.portable-executable") => {
                Self::active(media_type, "a Windows program")
            }
            (infer::MatcherType::App, "application/x-x509-ca-cert") => {
                Self::active(media_type, "a certificate")
            }
            (infer::MatcherType::App, _) => Self::active(media_type, "a program"),
            // Only the file name shows what a container holds.
            (_, "application/zip" | "application/x-ole-storage") => {
                Self::passive(media_type, None, "an archive")
            }
            (infer::MatcherType::Archive, _) if media_type.contains("zip") => {
                Self::passive(media_type, Some(known.extension()), "an archive")
            }
            (infer::MatcherType::Image, _) => Self::passive(media_type, Some(known.extension()), "a picture"),
            (infer::MatcherType::Video | infer::MatcherType::Audio, _) => {
                Self::passive(media_type, Some(known.extension()), "a recording")
            }
            _ => Self::passive(media_type, Some(known.extension()), media_type),
        }
    }
}

/// Detects archives that are or contain a program. The entries' names appear in them as plain text.
fn archive(bytes: &[u8]) -> Option<Content> {
    let has = |name: &[u8]| memchr::memmem::find(bytes, name).is_some();
    // The class id of Windows Installer databases, as stored.
    const INSTALLER: [u8; 16] = [0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
    if bytes.starts_with(b"PK\x03\x04") {
        let programs: [(&[u8], _); 3] = [
            (b"vbaProject.bin", "a document with macros"),
            (b"AndroidManifest.xml", "an Android app"),
            (b"META-INF/MANIFEST.MF", "a Java program"),
        ];
        let found = programs.into_iter().find(|(entry, _)| has(entry));
        return found.map(|(_, what)| Content::active("application/zip", what));
    }
    (bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) && has(&INSTALLER))
        .then(|| Content::active("application/x-msi", "a Windows installer"))
}

/// Whether a ZIP archive has an entry of this name.
pub(super) fn has_entry(bytes: &[u8], name: &str) -> bool {
    memchr::memmem::find(bytes, name.as_bytes()).is_some()
}

/// Whether bytes are readable text: UTF-8, or UTF-16 with a byte order mark, without control characters.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}') || c == '\u{fffd}';
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_)
            if bytes.len().is_multiple_of(2)
                && matches!(bytes, [0xff, 0xfe, _, ..] | [0xfe, 0xff, _, ..]) =>
        {
            utf_16(bytes).unwrap_or_default().into()
        }
        Err(_) => return false,
    };
    !text.trim_start_matches('\u{feff}').is_empty() && !text.contains(odd)
}

/// Whether `bytes` are a PDF, possibly after a few other bytes.
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    memchr::memmem::find(&bytes[..bytes.len().min(PDF_WITHIN)], b"%PDF-").is_some()
}

/// Whether a body can be JSON: it begins with an object or a list, or is a scalar. An empty body cannot.
pub(super) fn is_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[') => true,
        _ => serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_known_behind_prologs_comments_and_encodings() {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let long = format!("<!-- {} --><svg/>", "x".repeat(10_000));
        for (bytes, expected) in [
            (b"<!DOCTYPE html><html>".to_vec(), Some(Markup::Html)),
            (b"\xef\xbb\xbf\r\n  <HTML lang=en>".to_vec(), Some(Markup::Html)),
            (b"<html>".to_vec(), Some(Markup::Html)),
            (b"<!-- by proxy -->\n<body>".to_vec(), Some(Markup::Html)),
            (b"<!-- never closed".to_vec(), Some(Markup::Html)),
            (b"<script>alert(1)</script>".to_vec(), Some(Markup::Html)),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">".to_vec(), Some(Markup::Html)),
            (utf_16("\u{feff}<html>"), Some(Markup::Html)),
            (utf_16("<html>"), Some(Markup::Html)),
            (b"<svg onload=\"alert(1)\">".to_vec(), Some(Markup::Svg)),
            (b"<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"x\">".to_vec(), Some(Markup::Svg)),
            (b"<!DOCTYPE x [ <!ENTITY a \">\"> ]><s:svg>".to_vec(), Some(Markup::Svg)),
            (long.into_bytes(), Some(Markup::Svg)),
            (b"<?xml version=\"1.0\"?><Candidate/>".to_vec(), Some(Markup::Xml)),
            (b"<Ada Lovelace>".to_vec(), None),
            (b"C++ < C, <html>".to_vec(), None),
            (b"%PDF-1.7".to_vec(), None),
            (b"<!doctype".to_vec(), None),
            (b"<?xml".to_vec(), Some(Markup::Xml)),
            (b"<".to_vec(), None),
            (b"".to_vec(), None),
        ] {
            assert_eq!(markup(&bytes), expected, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn text_is_what_can_be_read() {
        let utf_16 = "\u{feff}Ada".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        for (bytes, expected) in [
            ("Curriculum vitæ\r\n".as_bytes(), true),
            (&utf_16, true),
            (b"a\0b", false),
            (b"\xff\xfe\xfd", false),
            (b"", false),
            (b"\xef\xbb\xbf", false),
        ] {
            assert_eq!(is_text(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn json_begins_as_json() {
        for body in ["{", "[]", " \n{}", "\u{feff}{}", "null", "\"text\"", "12"] {
            assert!(is_json(body.as_bytes()), "{body}");
        }
        for body in ["<html>", "Service unavailable", "no", "truely", ""] {
            assert!(!is_json(body.as_bytes()), "{body}");
        }
    }
}
