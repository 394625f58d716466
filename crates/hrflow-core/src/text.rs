//! Text that has to fit into somebody else's field.

use std::collections::HashSet;

use crate::parameters::Fault;

/// One line: every run of white space, line breaks included, becomes one blank.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text without its HTML tags, character references resolved. Text that holds no tag is left as it is:
/// `C++ < C` is no HTML.
pub fn without_html(text: &str) -> String {
    let is_tag = |rest: &str| {
        let name = rest.strip_prefix('/').unwrap_or(rest);
        name.starts_with(|first: char| first.is_ascii_alphabetic()) && rest.contains('>')
    };
    if text.split('<').skip(1).any(is_tag) { nanohtml2text::html2text(text) } else { text.to_owned() }
}

/// The same without repetitions, in the same order.
pub fn unique(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

/// At most `most` characters, cut at a word where there is one to cut at.
pub fn cut(text: &str, most: usize) -> &str {
    let Some((end, next)) = text.char_indices().nth(most) else { return text };
    let cut = &text[..end];
    if next.is_whitespace() {
        return cut.trim_end();
    }
    match cut.rfind(char::is_whitespace) {
        // A word that fills more than half the room is cut rather than dropped.
        Some(blank) if blank >= end / 2 => cut[..blank].trim_end(),
        _ => cut,
    }
}

/// The beginning of a text: at most `most` characters, of which the last is `…` if something was cut.
pub fn excerpt(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A name or value that somebody else chose, for a message: at most `most` characters of it on one line, control
/// and invisible characters escaped.
pub fn shown(text: &str, most: usize) -> String {
    let mut letters = text.chars();
    let mut shown: String = letters.by_ref().take(most).flat_map(char::escape_debug).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a character changes how a terminal shows the text around it, or cannot be seen: controls, bidirectional and
/// other format characters, line and paragraph separators.
///
/// Source: general categories Cc, Cf, Zl and Zp of Unicode 17.
pub fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// The fault of a text, at `path`, that is longer than `most` characters.
pub fn too_long(path: &str, text: &str, most: usize) -> Option<Fault> {
    let characters = text.chars().count();
    (characters > most).then(|| Fault::rule(path, format!("at most {most} characters, came {characters}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_goes_and_text_stays() {
        assert_eq!(one_line(&without_html("<p>Hello,<br>world &amp; all</p>")), "Hello, world & all");
        assert_eq!(without_html("C++ < C & a > b"), "C++ < C & a > b");
    }

    #[test]
    fn a_cut_keeps_words_and_characters_whole() {
        assert_eq!(cut("one two three", 9), "one two");
        assert_eq!(cut("one two three", 7), "one two");
        assert_eq!(cut("one", 7), "one");
        assert_eq!(cut("ééééé", 3), "ééé");
        assert_eq!(cut("a veryveryverylongword", 12), "a veryveryve");
        assert_eq!(cut("anything", 0), "");
    }

    #[test]
    fn an_excerpt_is_no_longer_than_it_may_be_and_stays_as_it_is() {
        assert_eq!(excerpt("ééé", 3), "ééé");
        assert_eq!(excerpt("éééé", 3), "éé…");
        assert_eq!(excerpt(&excerpt(&"é".repeat(9), 3), 3), "éé…");
        assert_eq!(excerpt("a", 0), "…");
        assert_eq!(shown("a\u{202e}\n\u{200b}bcd", 5), "a\\u{202e}\\n\\u{200b}b…");
    }

    #[test]
    fn of_repetitions_the_first_stays() {
        let texts = ["b", "a", "b", "B"].map(str::to_owned);
        assert_eq!(unique(texts), ["b", "a", "B"]);
    }

    proptest! {
        #[test]
        fn a_cut_never_exceeds_and_never_panics(text in any::<String>(), most in 0_usize..40) {
            prop_assert!(cut(&text, most).chars().count() <= most);
            prop_assert!(text.starts_with(cut(&text, most)));
            let _ = without_html(&text);
        }
    }
}
