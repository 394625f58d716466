//! A text without its escapes, with the original position of each part.

use std::borrow::Cow;

/// A text in lower case with some escapes decoded. Each byte has the range of its source in the original.
pub(super) struct Reading {
    pub(super) text: String,
    /// The start and end of each byte's source in the original.
    sources: Vec<(u32, u32)>,
    has_escapes: bool,
}

impl Reading {
    /// Returns the text unchanged.
    pub(super) fn plain(text: &str) -> Self {
        let mut reading = Self::with_capacity(text.len());
        for (start, letter) in text.char_indices() {
            reading.push(letter, (offset(start), offset(start + letter.len_utf8())));
        }
        reading
    }

    /// Returns the text with one more layer of escapes decoded, or `None` without escapes. JSON (`\/`, `\u002f`),
    /// percent-encoding (`%2F`, `+` for a space) and HTML (`&#47;`, `&amp;`) can be mixed. Invalid escapes stay
    /// unchanged.
    pub(super) fn deeper(&self) -> Option<Self> {
        if !self.has_escapes {
            return None;
        }
        let mut deeper = Self::with_capacity(self.text.len());
        let mut at = 0;
        while let Some(letter) = self.text[at..].chars().next() {
            let rest = &self.text.as_bytes()[at..];
            let (decoded, length) = match letter {
                '\\' => backslash(rest),
                '%' => percent(rest),
                '&' => entity(rest),
                '+' => Some((Cow::Borrowed(" "), 1)),
                _ => None,
            }
            .unwrap_or((Cow::Borrowed(&self.text[at..at + letter.len_utf8()]), letter.len_utf8()));
            let source = self.source(at, at + length);
            decoded.chars().for_each(|letter| deeper.push(letter, source));
            at += length;
        }
        Some(deeper)
    }

    /// Returns the range of the original for `start..end` of this text.
    pub(super) fn source(&self, start: usize, end: usize) -> (u32, u32) {
        let begin = self.sources.get(start).map_or(0, |source| source.0);
        let end = end.checked_sub(1).and_then(|last| self.sources.get(last)).map_or(begin, |source| source.1);
        (begin, end)
    }

    fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), sources: Vec::with_capacity(bytes), has_escapes: false }
    }

    fn push(&mut self, letter: char, source: (u32, u32)) {
        self.has_escapes |= matches!(letter, '\\' | '%' | '&' | '+');
        self.text.extend(letter.to_lowercase());
        self.sources.resize(self.text.len(), source);
    }
}

type Decoded = Option<(Cow<'static, str>, usize)>;

fn backslash(rest: &[u8]) -> Decoded {
    let letter = match *rest.get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'x' => return Some((char::from(u8::try_from(hex(rest.get(2..4)?)?).ok()?).to_string().into(), 4)),
        b'u' => return unicode(rest),
        other @ (b'"' | b'\'' | b'\\' | b'/') => char::from(other),
        _ => return None,
    };
    Some((letter.to_string().into(), 2))
}

/// Decodes `\uXXXX` or a surrogate pair.
fn unicode(rest: &[u8]) -> Decoded {
    let high = hex(rest.get(2..6)?)?;
    if let Some(letter) = char::from_u32(high) {
        return Some((letter.to_string().into(), 6));
    }
    let low =
        rest.get(6..8).filter(|it| it.eq_ignore_ascii_case(br"\u")).and(rest.get(8..12)).and_then(hex)?;
    let (high, low) = (high.checked_sub(0xd800)?, low.checked_sub(0xdc00)?);
    let letter = char::from_u32(0x10000 + (high << 10) + low)?;
    Some((letter.to_string().into(), 12))
}

/// Decodes one percent-encoded character, from UTF-8 or else from Latin 1.
fn percent(rest: &[u8]) -> Decoded {
    let byte = |number: usize| {
        let escape = rest.get(3 * number..3 * number + 3)?;
        let value = (escape[0] == b'%').then(|| hex(&escape[1..])).flatten()?;
        u8::try_from(value).ok()
    };
    let first = byte(0)?;
    let mut bytes = vec![first];
    let more = match first {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => 0,
    };
    bytes.extend((1..=more).map_while(byte));
    match String::from_utf8(bytes) {
        Ok(letter) => Some((letter.into(), 3 * (more + 1))),
        Err(_) => Some((char::from(first).to_string().into(), 3)),
    }
}

fn entity(rest: &[u8]) -> Decoded {
    // The longest form is `&#x10ffff;`, but leading zeros are allowed.
    let end = rest.iter().take(16).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((letter.to_string().into(), end + 1))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

/// Converts an offset. Texts are cut long before the limit.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
