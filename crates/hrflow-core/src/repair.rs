//! JSON with bad values in it, read as far as it is certain.
//!
//! Programs write JSON that is not JSON: half of a surrogate pair (text cut between two UTF-16 units), bytes in another
//! encoding, a control character that is not escaped, NaN. Each is replaced, and noted with its path; what cannot be
//! replaced stays an error. The caller decides which fields may be replaced at all.

use serde::de::DeserializeOwned;

/// How deep values may be nested, as in `serde_json`.
const MAX_DEPTH: usize = 128;
/// The longest name of a field that is shown in a path.
const LONGEST_NAME: usize = 40;

/// A step of a path: into a field of an object, or into an element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The field of this name.
    Field(String),
    /// The element at this index, from 0.
    Index(usize),
}

/// What was wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Half of a surrogate pair, read as U+FFFD.
    LoneSurrogate,
    /// Bytes that are not UTF-8, read as U+FFFD.
    NotUtf8,
    /// A control character that is not escaped, read as U+FFFD.
    ControlCharacter,
    /// A tab or a line break that is not escaped, read as such.
    LineBreak,
    /// NaN, an infinity, or a number that is too large, read as null.
    NotANumber,
}

/// A value that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Where it is.
    pub path: Vec<Step>,
    /// What was wrong with it.
    pub damage: Damage,
}

impl Damage {
    /// Describes what was found, to continue "info.email has".
    pub fn found(self) -> &'static str {
        match self {
            Self::LoneSurrogate => "half of a surrogate pair",
            Self::NotUtf8 => "bytes that are not UTF-8",
            Self::ControlCharacter => "a control character that is not escaped",
            Self::LineBreak => "a tab or a line break that is not escaped",
            Self::NotANumber => "NaN, an infinity or a number that is too large",
        }
    }

    /// Describes what was done, for a warning.
    pub fn repaired(self) -> String {
        let found = self.found();
        match self {
            Self::LoneSurrogate | Self::NotUtf8 | Self::ControlCharacter => {
                format!("Replaced {found} by U+FFFD")
            }
            Self::LineBreak => format!("Kept {found}"),
            Self::NotANumber => format!("Replaced {found} by null"),
        }
    }
}

/// A path for messages: `experiences[2].title`. The name of a field that may be personal data is shown as `…`.
pub fn shown_path(path: &[Step]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            Step::Index(at) => shown.push_str(&format!("[{at}]")),
            Step::Field(name) => {
                if !shown.is_empty() {
                    shown.push('.');
                }
                shown.push_str(if is_plain(name) { name } else { "…" });
            }
        }
    }
    shown
}

/// The repairs inside of the value at `path`, with their paths from there on.
pub fn within(repairs: &[Repair], path: &[Step]) -> Vec<Repair> {
    let inside = repairs.iter().filter_map(|repair| {
        let path = repair.path.strip_prefix(path)?.to_vec();
        Some(Repair { path, damage: repair.damage })
    });
    inside.collect()
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(plain)
}

/// Reads a JSON value. Only if it is no valid JSON, it is read a second time with what can be replaced replaced.
///
/// # Errors
///
/// That of the first reading, if the text is malformed beyond that.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<(T, Vec<Repair>), serde_json::Error> {
    let error = match serde_json::from_slice(json) {
        Ok(value) => return Ok((value, Vec::new())),
        Err(error) => error,
    };
    if !error.is_syntax() {
        return Err(error);
    }
    let Some((repaired, repairs)) = repair(json) else { return Err(error) };
    serde_json::from_slice(&repaired).map(|value| (value, repairs)).map_err(|_| error)
}

/// Rewrites what can be replaced; none if nothing can. Everything else stays, whether it is JSON or not.
fn repair(json: &[u8]) -> Option<(Vec<u8>, Vec<Repair>)> {
    let mut scanner = Scanner {
        json,
        at: 0,
        output: Vec::with_capacity(json.len()),
        open: Vec::new(),
        repairs: Vec::new(),
    };
    scanner.scan()?;
    (!scanner.repairs.is_empty()).then_some((scanner.output, scanner.repairs))
}

/// An object or a list that the scanner is in.
enum Open {
    Object { field: String, name_is_next: bool },
    List { index: usize },
}

struct Scanner<'j> {
    json: &'j [u8],
    at: usize,
    output: Vec<u8>,
    open: Vec<Open>,
    repairs: Vec<Repair>,
}

impl<'j> Scanner<'j> {
    /// None if the text is nested too deep.
    fn scan(&mut self) -> Option<()> {
        while let Some(byte) = self.rest().first() {
            match byte {
                b'"' => self.string(),
                b'{' => self.open.push(Open::Object { field: String::new(), name_is_next: true }),
                b'[' => self.open.push(Open::List { index: 0 }),
                b'}' | b']' => drop(self.open.pop()),
                b',' => match self.open.last_mut() {
                    // A damaged name has no name yet.
                    Some(Open::Object { field, name_is_next }) => {
                        field.clear();
                        *name_is_next = true;
                    }
                    Some(Open::List { index }) => *index += 1,
                    None => {}
                },
                _ => {}
            }
            if self.open.len() > MAX_DEPTH {
                return None;
            }
            self.number_or_byte();
        }
        Some(())
    }

    fn rest(&self) -> &'j [u8] {
        self.json.get(self.at..).unwrap_or_default()
    }

    /// Takes over so many bytes.
    fn pass(&mut self, bytes: usize) {
        let passed = self.rest().get(..bytes).unwrap_or(self.rest());
        self.output.extend_from_slice(passed);
        self.at += passed.len();
    }

    /// Skips so many bytes, and writes others in their place.
    fn replace(&mut self, bytes: usize, by: &str, damage: Damage) {
        self.at += bytes;
        self.output.extend_from_slice(by.as_bytes());
        let path = self.open.iter().map(|open| match open {
            Open::Object { field, .. } => Step::Field(field.clone()),
            Open::List { index } => Step::Index(*index),
        });
        let repair = Repair { path: path.collect(), damage };
        if self.repairs.last() != Some(&repair) {
            self.repairs.push(repair);
        }
    }

    /// Takes over a byte outside of strings, or replaces a number that is none.
    fn number_or_byte(&mut self) {
        let is_of_number = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let token = self.rest().iter().take_while(is_of_number).count();
        let is_none = match &self.rest()[..token] {
            b"NaN" | b"Infinity" | b"-Infinity" => true,
            number if number.first().is_some_and(|byte| matches!(byte, b'-' | b'0'..=b'9')) => {
                let number = std::str::from_utf8(number).ok().and_then(|it| it.parse::<f64>().ok());
                number.is_some_and(f64::is_infinite)
            }
            _ => false,
        };
        if is_none {
            self.replace(token, "null", Damage::NotANumber);
        } else {
            self.pass(token.max(1));
        }
    }

    /// Takes over a string up to its closing quote, which is left to the caller.
    fn string(&mut self) {
        let begins = self.output.len();
        self.pass(1);
        loop {
            match self.rest() {
                [] | [b'"', ..] => break,
                [b'\\', b'u', ..] => self.escaped_unit(),
                [b'\\', ..] => self.pass(2),
                [b'\t', ..] => self.replace(1, "\\t", Damage::LineBreak),
                [b'\n', ..] => self.replace(1, "\\n", Damage::LineBreak),
                [b'\r', ..] => self.replace(1, "\\r", Damage::LineBreak),
                [..0x20, ..] => self.replace(1, "\\ufffd", Damage::ControlCharacter),
                [byte, ..] if byte.is_ascii() => self.pass(1),
                rest => {
                    let length = rest.iter().take_while(|byte| !byte.is_ascii()).count();
                    for chunk in rest[..length].utf8_chunks() {
                        self.pass(chunk.valid().len());
                        if !chunk.invalid().is_empty() {
                            self.replace(chunk.invalid().len(), "\\ufffd", Damage::NotUtf8);
                        }
                    }
                }
            }
        }
        if let Some(Open::Object { field, name_is_next }) = self.open.last_mut()
            && *name_is_next
        {
            *name_is_next = false;
            let name = [&self.output[begins..], b"\""].concat();
            *field = serde_json::from_slice(&name).unwrap_or_default();
        }
    }

    /// Takes over an escape of a UTF-16 unit, or replaces one that is half of a character.
    fn escaped_unit(&mut self) {
        let unit = |text: &[u8]| match text {
            [b'\\', b'u', a, b, c, d, ..] => {
                u16::from_str_radix(std::str::from_utf8(&[*a, *b, *c, *d]).ok()?, 16).ok()
            }
            _ => None,
        };
        match unit(self.rest()) {
            Some(0xd800..0xdc00) => {
                let low = self.rest().get(6..).and_then(unit);
                if low.is_some_and(|low| (0xdc00..0xe000).contains(&low)) {
                    self.pass(12);
                } else {
                    self.replace(6, "\\ufffd", Damage::LoneSurrogate);
                }
            }
            Some(0xdc00..0xe000) => self.replace(6, "\\ufffd", Damage::LoneSurrogate),
            _ => self.pass(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn repaired(json: &[u8]) -> (Value, Vec<(String, Damage)>) {
        let (value, repairs) = read(json).unwrap();
        (value, repairs.into_iter().map(|it| (shown_path(&it.path), it.damage)).collect())
    }

    #[test]
    fn each_damage_is_replaced_and_has_its_path() {
        for (text, value, path, damage) in [
            (&br#"{"a": "x\ud83d"}"#[..], json!({ "a": "x\u{fffd}" }), "a", Damage::LoneSurrogate),
            (
                br#"{"a": "\ude00\ud83d\ude00"}"#,
                json!({ "a": "\u{fffd}\u{1f600}" }),
                "a",
                Damage::LoneSurrogate,
            ),
            (br#"{"a": "\ud83d\u0041"}"#, json!({ "a": "\u{fffd}A" }), "a", Damage::LoneSurrogate),
            (
                b"[0, {\"b\": [\"\xe9t\xe9\"]}]",
                json!([0, { "b": ["\u{fffd}t\u{fffd}"] }]),
                "[1].b[0]",
                Damage::NotUtf8,
            ),
            (
                b"{\"a\": {\"b\": \"x\x01\"}}",
                json!({ "a": { "b": "x\u{fffd}" } }),
                "a.b",
                Damage::ControlCharacter,
            ),
            (b"{\"a\": \"x\ny\"}", json!({ "a": "x\ny" }), "a", Damage::LineBreak),
            (br#"{"a": [1, NaN]}"#, json!({ "a": [1, null] }), "a[1]", Damage::NotANumber),
            (br#"{"a": -Infinity, "b": 1}"#, json!({ "a": null, "b": 1 }), "a", Damage::NotANumber),
            (br#"{"a": 1e999}"#, json!({ "a": null }), "a", Damage::NotANumber),
            (
                br#"{"email": "a", "x\ud800": 1}"#,
                json!({ "email": "a", "x\u{fffd}": 1 }),
                "…",
                Damage::LoneSurrogate,
            ),
            (
                b"{\"ada@example.com\": {\"b\": NaN}}",
                json!({ "ada@example.com": { "b": null } }),
                "….b",
                Damage::NotANumber,
            ),
        ] {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(repaired(text), (value, vec![(path.to_owned(), damage)]), "{shown}");
        }
    }

    #[test]
    fn what_looks_like_damage_inside_of_text_stays() {
        for text in [r#"{"a": "NaN \\ud83d Infinity, 1e999"}"#, r#"{"a\"b": "{\"c\": [NaN]}"}"#] {
            let damaged = text.replacen('{', r#"{"z": NaN, "#, 1);
            let (mut value, repairs) = repaired(damaged.as_bytes());
            value.as_object_mut().unwrap().remove("z");
            assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
            assert_eq!(repairs, [("z".to_owned(), Damage::NotANumber)]);
        }
    }

    #[test]
    fn what_is_malformed_stays_an_error() {
        for text in [
            &br#"{"a": "\ud83d""#[..],
            br#"{"a": NaN,, "b": 1}"#,
            br#"{"a": "\ud83"}"#,
            br#"{"a": "\x"}"#,
            b"{\"a\": nan}",
            b"NaNa",
            b"{\"a\": 1",
            b"\xff",
        ] {
            assert!(read::<Value>(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        let deep = format!("[NaN, {}", "[".repeat(1_000_000));
        assert!(read::<Value>(deep.as_bytes()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_read_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = read::<Value>(&bytes);
        }

        #[test]
        fn valid_json_is_read_as_it_is(text in ".*", number in any::<i64>()) {
            let json = json!({ "a": [text, number], text.clone(): { "b": text } });
            let written = json.to_string();
            let (read, repairs) = read::<Value>(written.as_bytes()).unwrap();
            prop_assert_eq!(read, json);
            prop_assert!(repairs.is_empty() && repair(written.as_bytes()).is_none());
        }

        #[test]
        fn any_bytes_in_a_text_cost_that_text(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let free = |byte: &u8| !matches!(byte, b'"' | b'\\');
            let text: Vec<u8> = bytes.into_iter().filter(free).collect();
            let json = [b"{\"a\": \"", &text[..], b"\", \"b\": 1}"].concat();
            let (value, _) = read::<Value>(&json).unwrap();
            prop_assert_eq!(&value["b"], 1);
        }
    }
}
