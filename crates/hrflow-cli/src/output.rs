//! Results to stdout, everything else to stderr.

use std::{
    borrow::Cow,
    io::{self, ErrorKind, Write},
};

use hrflow_core::text::is_invisible;
use serde::Serialize;

use crate::exit::Failure;

/// Prints text for people; what a terminal would obey is escaped.
///
/// A reader that stops reading (`| head`) is no failure: returns whether it still reads.
pub(crate) fn print(text: &str) -> Result<bool, Failure> {
    print_as_is(&harmless(text))
}

/// Prints text for programs unchanged, such as CSV or a shell's completions. Returns whether the reader still reads.
pub(crate) fn print_as_is(text: &str) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::fatal(format!("cannot write the result: {error}"))),
    }
}

/// Prints JSON, or a part of it. The same JSON is safe on a terminal: invisible characters are written as `\uXXXX`.
pub(crate) fn print_json_text(json: &str) -> Result<bool, Failure> {
    print_as_is(&harmless_json(json))
}

/// Prints a value as JSON over several lines.
pub(crate) fn print_json(value: &impl Serialize) -> Result<bool, Failure> {
    let json = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::fatal(format!("cannot write the result: {error}")))?;
    print_json_text(&format!("{json}\n"))
}

/// A JSON list that is printed element by element.
pub(crate) struct JsonList {
    begun: bool,
}

impl JsonList {
    pub(crate) fn new() -> Self {
        Self { begun: false }
    }

    /// Prints one more element. Answers whether somebody still reads.
    pub(crate) fn print(&mut self, value: &impl Serialize) -> Result<bool, Failure> {
        let json = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::fatal(format!("cannot write the result: {error}")))?;
        let before = if self.begun { ",\n" } else { "[\n" };
        self.begun = true;
        print_json_text(&format!("{before}{}", indented(&json)))
    }

    /// Ends the list.
    pub(crate) fn end(self) -> Result<bool, Failure> {
        print_as_is(if self.begun { "\n]\n" } else { "[]\n" })
    }
}

fn indented(json: &str) -> String {
    json.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Tells the person something. Where even stderr is gone there is nobody to tell.
pub(crate) fn tell(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "{}", harmless(text));
}

/// Text for people: control and invisible characters are escaped, line breaks stay.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    escape(text, |letter| letter == '\n', |letter, escaped| escaped.extend(letter.escape_default()))
}

/// The same in one line: where lines mean something, a name must not begin one.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    escape(text, |_| false, |letter, escaped| escaped.extend(letter.escape_default()))
}

/// The same for JSON, which stays the same JSON: such characters stand in its strings only, line breaks excepted.
pub(crate) fn harmless_json(json: &str) -> Cow<'_, str> {
    escape(
        json,
        |letter| letter == '\n',
        |letter, escaped| {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        },
    )
}

/// The same for a line of a log. With colours, escape sequences are the logger's: it escapes those of fields.
pub(crate) fn harmless_log(event: &str, has_colours: bool) -> Cow<'_, str> {
    let is_ours = |letter| letter == '\n' || has_colours && letter == '\u{1b}';
    escape(event, is_ours, |letter, escaped| escaped.extend(letter.escape_default()))
}

fn escape(text: &str, stays: impl Fn(char) -> bool, put: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let is_harmful = |letter: char| is_invisible(letter) && !stays(letter);
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_harmful(letter) { put(letter, &mut escaped) } else { escaped.push(letter) }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_no_text_of_others() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\nc\u{9b}é"), "a\\u{1b}[2Jb\\r\nc\\u{9b}é");
        assert_eq!(
            harmless("\u{202e}fdp.cv\u{2066}\u{200b}\u{2028}"),
            "\\u{202e}fdp.cv\\u{2066}\\u{200b}\\u{2028}"
        );
        assert_eq!(harmless("Zoë 京都 👩 e\u{301}"), "Zoë 京都 👩 e\u{301}");
        assert_eq!(line("a\nok      b"), "a\\nok      b");
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::json!({ "n\u{202e}": ["\u{9b}\u{7f}\u{2028}\u{e0041}\n\u{1b}", "é👩"] });
        let json = format!("{value:#}");
        let shown = harmless_json(&json);
        assert!(!shown.contains(|letter| is_invisible(letter) && letter != '\n'), "{shown}");
        assert!(shown.contains("é👩"), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn a_log_keeps_its_own_colours_only() {
        assert_eq!(
            harmless_log("\u{1b}[31mWARN\u{1b}[0m a\u{202e}\n", true),
            "\u{1b}[31mWARN\u{1b}[0m a\\u{202e}\n"
        );
        assert_eq!(harmless_log("a\u{1b}[0m\n", false), "a\\u{1b}[0m\n");
    }
}
