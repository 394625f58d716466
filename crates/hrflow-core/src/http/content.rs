//! What the bytes of a file or a response show themselves to be, whatever a name or a header says.

use std::borrow::Cow;

/// How much of a file is read as text to find markup: comments and prologs can be long, and no longer than this.
const HEAD: usize = 64 * 1024;

/// Elements with which HTML documents and fragments begin (WHATWG MIME Sniffing, 7.1, and elements seen on error and
/// login pages).
const HTML: [&str; 31] = [
    "html", "head", "body", "script", "iframe", "h1", "h2", "div", "font", "table", "a", "style", "title",
    "b", "br", "p", "meta", "link", "form", "img", "center", "base", "object", "embed", "frameset",
    "noscript", "main", "header", "section", "span", "input",
];

/// Markup that a document begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// HTML, or a fragment of it.
    Html,
    /// An SVG image, which may hold scripts.
    Svg,
    /// Any other XML with a prolog.
    Xml,
}

/// The markup that `bytes` begin with, in UTF-8 or UTF-16, after white space, comments and prologs.
pub(super) fn markup(bytes: &[u8]) -> Option<Markup> {
    let text = head(bytes);
    let mut rest = text.trim_start_matches(is_space);
    let mut is_xml = false;
    loop {
        if let Some(comment) = rest.strip_prefix("<!--") {
            // A comment without an end hides the rest from no browser.
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

/// The name of an element in lower case, without its namespace prefix; empty where it is none.
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

/// The beginning of a file as text.
fn head(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = &bytes[..bytes.len().min(HEAD)];
    match utf_16(bytes) {
        Some(text) => text.into(),
        None => String::from_utf8_lossy(bytes),
    }
}

/// Text in UTF-16 that begins with a byte order mark, or with markup.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] | [0, b'<', ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}

/// Whether a body can be JSON: it begins with an object or a list, or is a scalar. An empty one cannot.
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
    fn json_begins_as_json() {
        for body in ["{", "[]", " \n{}", "\u{feff}{}", "null", "\"text\"", "12"] {
            assert!(is_json(body.as_bytes()), "{body}");
        }
        for body in ["<html>", "Service unavailable", "no", "truely", ""] {
            assert!(!is_json(body.as_bytes()), "{body}");
        }
    }
}
