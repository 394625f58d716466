//! Text in lines that a terminal of 80 columns takes.

use jiff::Timestamp;
use serde::Serialize;

/// The width of every text that the program lays out itself.
pub(crate) const WIDTH: usize = 80;

/// A time in whole seconds.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A value that serialises to a word, as that word.
pub(crate) fn word(value: &impl Serialize) -> String {
    let spelt = serde_json::to_value(value).unwrap_or_default();
    spelt.as_str().unwrap_or_default().to_owned()
}

/// The words of a text in lines of at most `width` characters; a longer word has a line of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A paragraph: its lines with a newline each.
pub(crate) fn paragraph(text: &str) -> String {
    wrap(text, WIDTH).into_iter().map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_as_long_as_they_may_be() {
        assert_eq!(wrap("one two  three\nfour", 7), ["one two", "three", "four"]);
        assert_eq!(wrap("é é immeasurable é", 3), ["é é", "immeasurable", "é"]);
        assert!(wrap(" \n", 3).is_empty());
    }
}
