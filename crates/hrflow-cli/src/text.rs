//! Text in lines that a terminal of 80 columns takes.

/// The width of every text that the program lays out itself.
pub(crate) const WIDTH: usize = 80;

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
