//! Text that has to fit into a field of another system.

mod html;

use std::{borrow::Cow, collections::HashSet};

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

pub use self::html::without_html;
use crate::parameters::Fault;

/// One line: every run of white space, line breaks included, becomes one blank.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text in Unicode's composed form (NFC), in which an accented letter is one character wherever it can be.
pub fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// The text in lower case, without accents and in compatibility forms, for comparisons: `É` and `ｅ` are both `e`.
pub fn folded(text: &str) -> String {
    let is_accent = |it: char| matches!(it, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{fe20}'..='\u{fe2f}');
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut folded = String::with_capacity(decomposed.len());
    for letter in decomposed.chars().filter(|it| !is_accent(*it)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            letter if !is_accent(letter) => folded.push(letter),
            _ => {}
        }
    }
    // Syllables of Hangul are letters again.
    nfc(&folded).into_owned()
}

/// Whether a character takes no space: zero-width ones, and those that set the direction of text.
pub fn is_zero_width(letter: char) -> bool {
    is_invisible(letter) && !letter.is_control() && !letter.is_whitespace()
}

/// The same without repetitions, in the same order.
pub fn unique(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

/// The length of a text in UTF-16 code units: the strictest of the ways in which vendors count characters, so that what
/// fits by it fits by all of them.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// At most `most` UTF-16 code units, cut at a word if there is one to cut at. No character is cut in two.
pub fn cut(text: &str, most: usize) -> &str {
    // No character has fewer bytes than units.
    if text.len() <= most {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > most
    });
    end.map_or(text, |(end, _)| cut_at(text, end))
}

/// The text up to a character boundary, in bytes, or up to the end of the word before it. A word that fills more than
/// half of the room is cut.
pub fn cut_at(text: &str, end: usize) -> &str {
    let Some((cut, rest)) = text.split_at_checked(end) else { return text };
    if rest.is_empty() || rest.starts_with(char::is_whitespace) {
        return cut.trim_end();
    }
    match cut.rfind(char::is_whitespace) {
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

/// The fault of a text, at `path`, that is longer than `most` UTF-16 code units.
pub fn too_long(path: &str, text: &str, most: usize) -> Option<Fault> {
    let characters = length(text);
    (characters > most).then(|| Fault::rule(path, format!("at most {most} characters, came {characters}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_composed_and_folded() {
        assert_eq!(nfc("E\u{301}lodie"), "Élodie");
        for (text, plain) in [
            ("Élodie", "elodie"),
            ("E\u{301}", "e"),
            ("ｅ", "e"),
            ("STRASSE ß", "strasse ss"),
            ("İŁØ", "ilo"),
        ] {
            assert_eq!(folded(text), plain, "{text}");
        }
        assert!(['\u{202e}', '\u{feff}', '\u{ad}'].into_iter().all(is_zero_width));
        assert!(![' ', '\n', '\u{0}', '\u{2028}', 'a'].into_iter().any(is_zero_width));
    }

    #[test]
    fn an_emoji_counts_as_two_and_stays_whole() {
        assert_eq!(length("a😀é"), 4);
        assert_eq!(cut("😀😀😀", 5), "😀😀");
        assert_eq!(cut("a😀", 3), "a😀");
        assert!(too_long("pitch", "😀😀", 3).is_some() && too_long("pitch", "éé", 2).is_none());
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
        fn any_text_can_be_freed_of_html(text in "(<[a-z/!]{0,4}[ >]?|&[a-z#]{0,4};?|[a-zé\"'= ]|\n|>|--){0,60}") {
            let plain = without_html(&text);
            prop_assert!(text.contains(['<', '&']) || plain == text);
        }

        #[test]
        fn a_cut_never_exceeds_and_never_panics(text in any::<String>(), most in 0_usize..40) {
            prop_assert!(length(cut(&text, most)) <= most);
            prop_assert!(text.starts_with(cut(&text, most)));
        }
    }
}
