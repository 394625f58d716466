//! Results to stdout, everything else to stderr.

use std::io::{self, ErrorKind, Write};

use serde::Serialize;

use crate::exit::Failure;

/// Prints to stdout.
///
/// That nobody reads on (`| head`) is no failure: it answers whether somebody still does.
pub(crate) fn print(text: &str) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::fatal(format!("cannot write the result: {error}"))),
    }
}

/// Prints a value as JSON over several lines.
pub(crate) fn print_json(value: &impl Serialize) -> Result<bool, Failure> {
    let json = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::fatal(format!("cannot write the result: {error}")))?;
    print(&format!("{json}\n"))
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
        print(&format!("{before}{}", indented(&json)))
    }

    /// Ends the list.
    pub(crate) fn end(self) -> Result<bool, Failure> {
        print(if self.begun { "\n]\n" } else { "[]\n" })
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

/// Text without what a terminal would obey: messages may hold other people's words.
pub(crate) fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => harmless.push(letter),
            letter if letter.is_control() => harmless.extend(letter.escape_default()),
            letter => harmless.push(letter),
        }
    }
    harmless
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_terminal_obeys_nobody_but_us() {
        assert_eq!(super::harmless("a\u{1b}[2Jb\r\nc\u{9b}é"), "a\\u{1b}[2Jb\\r\nc\\u{9b}é");
    }
}
