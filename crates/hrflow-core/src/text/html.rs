//! HTML turned into text. Only known HTML elements are markup: `List<String>` and `a < b` are text.

use std::{borrow::Cow, collections::HashMap};

use html5gum::{Token, Tokenizer};

/// Elements without an end tag, and those whose end tag may be left out (HTML standard, optional tags).
const OPEN: [&str; 33] = [
    "area", "base", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html",
    "img", "input", "li", "link", "meta", "optgroup", "option", "p", "rp", "rt", "source", "tbody", "td",
    "tfoot", "th", "thead", "tr", "track", "wbr", "o:p",
];
/// Elements that are only markup together with their end tag.
const CLOSED: [&str; 88] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "button",
    "canvas",
    "center",
    "cite",
    "code",
    "data",
    "datalist",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "i",
    "iframe",
    "ins",
    "kbd",
    "label",
    "legend",
    "main",
    "map",
    "mark",
    "menu",
    "meter",
    "nav",
    "noscript",
    "object",
    "ol",
    "output",
    "picture",
    "pre",
    "progress",
    "q",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "slot",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "template",
    "textarea",
    "time",
    "title",
    "tt",
    "u",
    "ul",
    "var",
    "video",
];
/// Attributes that have no value.
const FLAGS: [&str; 19] = [
    "allowfullscreen",
    "async",
    "autofocus",
    "checked",
    "compact",
    "controls",
    "default",
    "defer",
    "disabled",
    "hidden",
    "loop",
    "multiple",
    "muted",
    "noshade",
    "novalidate",
    "nowrap",
    "readonly",
    "required",
    "selected",
];
/// Elements that begin a line of their own.
const LINES: [&str; 38] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];
/// Elements with an empty line around them.
const PARAGRAPHS: [&str; 7] = ["p", "h1", "h2", "h3", "h4", "h5", "h6"];
/// Elements whose content is no text of the document.
const UNSEEN: [&str; 8] = ["script", "style", "template", "title", "svg", "iframe", "noscript", "object"];

/// Text without its HTML tags, each character reference resolved exactly once. Lines stay where there is no markup.
///
/// What looks like a tag and is no known HTML element is text and stays as is, as does an ampersand that begins no
/// character reference with a semicolon.
pub fn without_html(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let (escaped, is_markup) = escaped(text);
    let mut seen = Seen { text: String::with_capacity(text.len()), is_markup, unseen: None };
    for token in Tokenizer::new(&escaped) {
        let Ok(token) = token;
        match token {
            Token::String(part) => seen.part(&String::from_utf8_lossy(&part.value)),
            Token::StartTag(tag) => seen.tag(&String::from_utf8_lossy(&tag.name), !tag.self_closing),
            Token::EndTag(tag) => seen.end_tag(&String::from_utf8_lossy(&tag.name)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    Cow::Owned(if is_markup { seen.text.trim().to_owned() } else { seen.text })
}

/// The text as it is seen.
struct Seen {
    text: String,
    /// Whether white space is that of HTML, which shows as one space.
    is_markup: bool,
    /// The element that hides what is in it.
    unseen: Option<String>,
}

impl Seen {
    fn part(&mut self, part: &str) {
        if self.unseen.is_some() {
            return;
        }
        if !self.is_markup {
            return self.text.push_str(part);
        }
        for letter in part.chars() {
            match letter {
                ' ' | '\n' | '\r' | '\t' | '\u{c}' => {
                    if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                        self.text.push(' ');
                    }
                }
                letter => self.text.push(letter),
            }
        }
    }

    fn tag(&mut self, name: &str, is_open: bool) {
        if self.unseen.is_none() && is_open && UNSEEN.contains(&name) {
            self.unseen = Some(name.to_owned());
        }
        if name == "td" || name == "th" {
            self.part(" ");
        }
        self.line(name);
    }

    fn end_tag(&mut self, name: &str) {
        if self.unseen.as_deref() == Some(name) {
            self.unseen = None;
        }
        self.line(name);
    }

    fn line(&mut self, name: &str) {
        let breaks = match name {
            "br" => return self.break_line(usize::MAX),
            name if PARAGRAPHS.contains(&name) => 2,
            name if LINES.contains(&name) => 1,
            _ => return,
        };
        self.break_line(breaks);
    }

    /// Adds line breaks up to a number of them; one more for the largest number.
    fn break_line(&mut self, breaks: usize) {
        if self.unseen.is_some() || self.text.is_empty() {
            return;
        }
        self.text.truncate(self.text.trim_end_matches(' ').len());
        let there = self.text.len() - self.text.trim_end_matches('\n').len();
        let missing = if breaks == usize::MAX { 1 } else { breaks.saturating_sub(there) };
        self.text.extend(std::iter::repeat_n('\n', missing));
    }
}

/// The text with everything escaped that is neither markup nor a character reference, and whether markup is left.
fn escaped(text: &str) -> (String, bool) {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut is_markup = false;
    let mut page = Page::new(text);
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        escaped.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with('&') {
            let length = reference(rest);
            if length == 0 {
                escaped.push_str("&amp;");
            }
            length
        } else {
            let length = page.markup(text.len() - rest.len());
            is_markup |= length > 0;
            if length == 0 {
                escaped.push_str("&lt;");
            }
            length
        };
        escaped.push_str(&rest[..length]);
        rest = &rest[length.max(1)..];
    }
    escaped.push_str(rest);
    (escaped, is_markup)
}

/// The length of a character reference at the start, with its semicolon; 0 if there is none.
fn reference(text: &str) -> usize {
    let Some(end) = text.as_bytes().iter().take(40).position(|it| *it == b';') else { return 0 };
    let name = &text[1..end];
    let is_reference = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => !hex.is_empty() && hex.bytes().all(|it| it.is_ascii_hexdigit()),
            None => !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()),
        },
        None => !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric()),
    };
    if is_reference { end + 1 } else { 0 }
}

/// A text, and what was found in one search of all of it. The cost of a tag then does not depend on the rest of the text.
struct Page<'a> {
    text: &'a str,
    lower: String,
    /// Where the last comment ends.
    last_comment: usize,
    /// Where the last end tags are, by the names of their elements.
    last_ends: HashMap<&'static str, usize>,
}

impl<'a> Page<'a> {
    fn new(text: &'a str) -> Self {
        let last_comment = text.rfind("-->").unwrap_or(0);
        Self { text, lower: text.to_ascii_lowercase(), last_comment, last_ends: HashMap::new() }
    }

    /// Whether an element is closed behind a position.
    fn is_closed(&mut self, name: &'static str, at: usize) -> bool {
        let lower = &self.lower;
        let last =
            self.last_ends.entry(name).or_insert_with(|| lower.rfind(&format!("</{name}")).unwrap_or(0));
        *last >= at
    }

    /// The length of the tag or comment at a position; 0 if there is none.
    fn markup(&mut self, at: usize) -> usize {
        let (text, lower) = (&self.text[at..], &self.lower[at..]);
        if lower.starts_with("<!--") {
            return if self.last_comment < at { 0 } else { text.find("-->").map_or(0, |end| end + 3) };
        }
        if lower.starts_with("<!doctype") || lower.starts_with("<![endif]") || lower.starts_with("<![if") {
            return text.find('>').map_or(0, |end| end + 1);
        }
        let is_end = lower.starts_with("</");
        let start = if is_end { 2 } else { 1 };
        let is_name = |it: &u8| it.is_ascii_alphanumeric() || *it == b':';
        let name_end = start + lower.as_bytes()[start..].iter().take_while(|it| is_name(it)).count();
        let name = &lower[start..name_end];
        let is_open = OPEN.contains(&name);
        let closed = CLOSED.iter().find(|it| **it == name).copied();
        if !is_open && closed.is_none() {
            return 0;
        }
        let Some(length) = tag_end(&text[name_end..]).map(|end| name_end + end) else { return 0 };
        if is_end {
            return length;
        }
        // `Optional<Link>`: code is written in CamelCase, HTML is not.
        let written = &text.as_bytes()[start..name_end];
        let is_camel = written.len() > 2
            && written[0].is_ascii_uppercase()
            && !written[1..].iter().any(u8::is_ascii_uppercase);
        let is_void = text[..length].ends_with("/>");
        let is_markup = is_open || is_void || closed.is_some_and(|name| self.is_closed(name, at + length));
        if is_markup && !is_camel { length } else { 0 }
    }
}

/// The end of a tag, behind its name: `class="a" hidden>`. `None` if what follows are no attributes.
fn tag_end(text: &str) -> Option<usize> {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let is_apart = trimmed.len() < rest.len();
        rest = trimmed;
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
            return Some(text.len() - after.len());
        }
        if let Some(after) = rest.strip_prefix('/') {
            rest = after;
            continue;
        }
        if !is_apart {
            return None;
        }
        let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | ':' | '.' | '@');
        let end = rest.find(|it| !is_name(it))?;
        let name = &rest[..end];
        rest = &rest[end..];
        let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else {
            if name.is_empty() || !FLAGS.contains(&name.to_ascii_lowercase().as_str()) {
                return None;
            }
            continue;
        };
        if name.is_empty() {
            return None;
        }
        let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''));
        rest = match quote {
            Some(quote) => value[1..].split_once(quote)?.1,
            None => &value[value.find(|it: char| it.is_whitespace() || it == '>')?..],
        };
        // Quoted attributes may follow one another without a space.
        if quote.is_some() && rest.starts_with(|it: char| it.is_ascii_alphabetic()) {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_known_element_is_text() {
        for text in [
            "Used List<String> and Map<K, V>; contact <ada@example.com>; if a<b and c>d",
            "Led <Confidential Company> team; std::vector<int>",
            "<https://www.example.com/ada>",
            "C++ < C & a > b",
            "R&D at AT&T, &copy without a semicolon",
            "List<Object>, Class<Button>, Option<Link>, vector<s>",
            "a<b>c",
            "x <y",
            "<",
            "&",
            "&;",
            "&#;",
            "<>",
            "</>",
            "< p >",
            "<p",
            "<b and c>",
            "<T extends Comparable<T>>",
            "I <3 Rust",
            "<unknown attr=\"1\">kept</unknown>",
            "two\nlines\n\nand  spaces",
        ] {
            assert_eq!(without_html(text), text, "{text}");
        }
    }

    #[test]
    fn elements_are_markup() {
        for (html, text) in [
            ("<p>Hello,<br>world &amp; all</p>", "Hello,\nworld & all"),
            ("<P CLASS=x>One</P><p>Two", "One\n\nTwo"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("<b>bold</b> and <i title='x'>slanted</i>", "bold and slanted"),
            ("a<br/>b<br />c", "a\nb\nc"),
            ("<script>alert(1)</script><p>fine</p>", "fine"),
            ("<div hidden>\n  x\n   y </div>", "x y"),
            ("<!-- no --><b>yes</b>", "yes"),
            ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
            ("<p>List<String> &lt;b&gt;</p>", "List<String> <b>"),
            ("cut </div>", "cut"),
            ("<a href=\"mailto:a@example.com\">a@example.com</a>", "a@example.com"),
            ("<![if !x]><p>x</p><![endif]>", "x"),
        ] {
            assert_eq!(without_html(html), text, "{html}");
        }
    }

    #[test]
    fn references_are_resolved_exactly_once() {
        for (html, text) in [
            ("R&amp;D", "R&D"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("caf&eacute; &#233; &#xe9;", "café é é"),
            ("&unknown; &amp", "&unknown; &amp"),
            ("<p>&amp;amp;</p>", "&amp;"),
            ("&lt;p&gt;text&lt;/p&gt;", "<p>text</p>"),
        ] {
            assert_eq!(without_html(html), text, "{html}");
        }
    }
}
