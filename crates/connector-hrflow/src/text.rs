//! Text that says something.

use hrflow_core::text::{nfc, one_line, without_html};

/// Text that may be absent, empty or blank, which all mean the same.
pub trait Filled {
    /// The text without surrounding blanks, if anything is left.
    fn filled(&self) -> Option<&str>;
}

impl Filled for str {
    fn filled(&self) -> Option<&str> {
        Some(self.trim()).filter(|text| !text.is_empty())
    }
}

impl Filled for String {
    fn filled(&self) -> Option<&str> {
        self.as_str().filled()
    }
}

impl<T: Filled + ?Sized> Filled for &T {
    fn filled(&self) -> Option<&str> {
        (**self).filled()
    }
}

impl<T: Filled> Filled for Option<T> {
    fn filled(&self) -> Option<&str> {
        self.as_ref().and_then(Filled::filled)
    }
}

/// A field of a profile as one line: without HTML and control characters, character references resolved once, in
/// Unicode's composed form. For text that has been through it, [`line()`] does the rest.
///
/// ```
/// assert_eq!(connector_hrflow::plain(&" Ada\u{0}\n <b>Byron</b>"), Some("Ada Byron".to_owned()));
/// assert_eq!(connector_hrflow::plain(&"R&amp;D, List<String>"), Some("R&D, List<String>".to_owned()));
/// ```
pub fn plain(text: &impl Filled) -> Option<String> {
    line(&without_html(text.filled()?).as_ref())
}

/// One line without control characters, in Unicode's composed form. What looks like HTML is text.
pub fn line(text: &impl Filled) -> Option<String> {
    let text = nfc(text.filled()?).replace(char::is_control, " ");
    one_line(&text).filled().map(str::to_owned)
}

/// A field of a profile as text of several lines, otherwise as [`plain`] has it.
pub fn prose(text: &impl Filled) -> Option<String> {
    let text = without_html(text.filled()?);
    let text = nfc(&text).replace("\r\n", "\n");
    let text = text.replace(|it: char| it.is_control() && !matches!(it, '\n' | '\t'), " ");
    text.filled().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_lines_or_is_one() {
        let text = "<p>e\u{301}t&eacute;</p><p>a\u{7}b</p>\r\n";
        assert_eq!(plain(&text).as_deref(), Some("été a b"));
        assert_eq!(prose(&text).as_deref(), Some("été\n\na b"));
        assert_eq!(line(&"<p>&amp;\n").as_deref(), Some("<p>&amp;"));
        assert_eq!((plain(&"<p></p>"), prose(&"\u{7}")), (None, None));
    }

    #[test]
    fn blank_text_says_nothing() {
        assert_eq!(Some(" Ada\n".to_owned()).filled(), Some("Ada"));
        assert_eq!(Some(" \u{a0}".to_owned()).filled(), None);
        assert_eq!(None::<String>.filled(), None);
    }
}
