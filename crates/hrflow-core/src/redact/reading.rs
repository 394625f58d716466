//! A text as it reads without its escapes, and where each part of it comes from.

use std::borrow::Cow;

/// A text in lower case, some of its escapes undone. Each byte knows the bytes of the original that it stands for.
pub(super) struct Reading {
    pub(super) text: String,
    /// Where, in the original, the source of each byte begins and ends.
    sources: Vec<(u32, u32)>,
    has_escapes: bool,
}

impl Reading {
    /// The text as it is.
    pub(super) fn plain(text: &str) -> Self {
        let mut reading = Self::with_capacity(text.len());
        for (start, letter) in text.char_indices() {
            reading.push(letter, (offset(start), offset(start + letter.len_utf8())));
        }
        reading
    }

    /// The text with one more layer of escapes undone; none if there is none. JSON (`\/`, `\u002f`), percent-encoding
    /// (`%2F`, `+` for a space) and HTML (`&#47;`, `&amp;`) may be mixed. What is not a valid escape is left as it is.
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

    /// The part of the original that `start..end` of this text stands for.
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

/// `\uXXXX`, or a pair of surrogates.
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

/// One character in percent-encoding, of its bytes in UTF-8, else in Latin 1.
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
    // The longest is `&#x10ffff;`; leading zeros are tolerated.
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

/// Texts are cut long before.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
