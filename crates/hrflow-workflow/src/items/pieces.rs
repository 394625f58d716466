//! JSON values one after another, each as its own text: so that a bad value costs the item that it is in.

use std::io::{self, BufRead, ErrorKind};

use super::MAX_ITEM;

/// Which values are cut out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The elements of a list; its first bracket has been read.
    Elements,
    /// Objects, wherever their lines end.
    Objects,
}

/// What ended a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// A comma: another element follows.
    Comma,
    /// The bracket that ends the list.
    Bracket,
    /// Its own last bracket.
    Complete,
    /// The file ended.
    File,
    /// It is longer than [`MAX_ITEM`]; the rest of it is not read.
    TooLong,
}

/// Cuts a text into its values, without reading them: only quotes and brackets count.
pub(super) struct Pieces<R> {
    reader: R,
    cut: Cut,
    /// The line that is being read, from 1.
    line: usize,
    /// How many bytes of that line have been read.
    column: usize,
}

impl<R: BufRead> Pieces<R> {
    /// Cuts up what begins in the line `line`.
    pub(super) fn new(reader: R, cut: Cut, line: u64) -> Self {
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        Self { reader, cut, line, column: usize::from(cut == Cut::Elements) }
    }

    /// Where the next value begins: the line, and how many bytes of it were read.
    pub(super) fn position(&self) -> (usize, usize) {
        (self.line, self.column)
    }

    /// Reads the next value, with the space around it, and says what ended it.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub(super) fn next(&mut self, value: &mut Vec<u8>) -> io::Result<End> {
        value.clear();
        let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok([]) => return Ok(End::File),
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = buffer.iter().enumerate().find_map(|(at, byte)| {
                if in_text {
                    in_text = is_escaped || *byte != b'"';
                    is_escaped = !is_escaped && *byte == b'\\';
                    return None;
                }
                match (byte, self.cut) {
                    (b',', Cut::Elements) if depth == 0 => return Some((at, at, End::Comma)),
                    (b']', Cut::Elements) if depth == 0 => return Some((at, at, End::Bracket)),
                    (b'"', _) => in_text = true,
                    (b'{' | b'[', _) => depth += 1,
                    (b'}' | b']', _) => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 && self.cut == Cut::Objects {
                            return Some((at, at + 1, End::Complete));
                        }
                    }
                    _ => {}
                }
                None
            });
            let (read, kept) = match &end {
                Some((at, kept, _)) => (at + 1, *kept),
                None => (buffer.len(), buffer.len()),
            };
            value.extend_from_slice(&buffer[..kept]);
            for byte in &buffer[..read] {
                if *byte == b'\n' {
                    self.line += 1;
                    self.column = 0;
                } else {
                    self.column += 1;
                }
            }
            self.reader.consume(read);
            if value.len() as u64 > MAX_ITEM {
                return Ok(End::TooLong);
            }
            if let Some((_, _, end)) = end {
                return Ok(end);
            }
        }
    }

    /// Whether nothing but space follows.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub(super) fn is_at_end(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(true);
            }
            if !buffer.trim_ascii().is_empty() {
                return Ok(false);
            }
            let length = buffer.len();
            self.reader.consume(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Every value and what ended it, read through a small buffer.
    fn pieces(text: &str, cut: Cut) -> Vec<(String, End)> {
        let mut pieces = Pieces::new(BufReader::with_capacity(3, text.as_bytes()), cut, 1);
        let mut found = Vec::new();
        let mut value = Vec::new();
        loop {
            let end = pieces.next(&mut value).unwrap();
            let is_last = matches!(end, End::Bracket | End::File);
            found.push((String::from_utf8(value.clone()).unwrap(), end));
            if is_last {
                return found;
            }
        }
    }

    #[test]
    fn brackets_and_commas_in_texts_do_not_count() {
        let text = r#"{"a": "],}\"\\"}, [1, {}] ,2]"#;
        let expected = [
            (r#"{"a": "],}\"\\"}"#.to_owned(), End::Comma),
            (" [1, {}] ".to_owned(), End::Comma),
            ("2".to_owned(), End::Bracket),
        ];
        assert_eq!(pieces(text, Cut::Elements), expected);
    }

    #[test]
    fn objects_end_with_their_last_bracket() {
        let expected = [
            ("{\n\"a\": {}}".to_owned(), End::Complete),
            ("\n {}".to_owned(), End::Complete),
            ("\n7".to_owned(), End::File),
        ];
        assert_eq!(pieces("{\n\"a\": {}}\n {}\n7", Cut::Objects), expected);
        assert_eq!(pieces("{\"a", Cut::Objects), [("{\"a".to_owned(), End::File)]);
    }
}
