//! `${NAME}`, `${NAME:-default}` and `${file:PATH}` in a scalar value.
//!
//! Variables and files lose one trailing line break: editors, `echo` and secret stores add one, and as a part of a password
//! it only shows as "access denied".

use std::{
    env::VarError,
    path::{Path, PathBuf},
};

use hrflow_core::{bounded_read, secret::without_line_break};

/// Most bytes that a file that is named by `${file:…}` may hold.
const MAX_FILE: usize = 1 << 20;
/// Most bytes that all substitutions of a workflow may bring in.
const MAX_TOTAL: usize = 16 << 20;

/// Where variables come from, in the manner of [`std::env::var`].
pub type Variables<'v> = dyn Fn(&str) -> Result<String, VarError> + 'v;

/// Replaces what is to be replaced, and remembers how much came in.
pub(crate) struct Substitution<'v> {
    variables: &'v Variables<'v>,
    directory: PathBuf,
    total: usize,
}

/// A text after substitution.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Substituted {
    pub(crate) text: String,
    /// What came in, piece by piece. Each may be a secret.
    pub(crate) pieces: Vec<String>,
    /// Variables that are set, and empty.
    pub(crate) empty: Vec<String>,
}

impl<'v> Substitution<'v> {
    /// Files are looked for from `directory` on.
    pub(crate) fn new(variables: &'v Variables<'v>, directory: PathBuf) -> Self {
        Self { variables, directory, total: 0 }
    }

    /// The text with everything replaced, or all reasons why it cannot be.
    pub(crate) fn apply(&mut self, text: &str) -> Result<Substituted, Vec<String>> {
        let mut done = Substituted::default();
        let mut faults = Vec::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            done.text.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            if let Some(after) = rest.strip_prefix("$${") {
                done.text.push_str("${");
                rest = after;
            } else if let Some(after) = rest.strip_prefix("${") {
                let Some((expression, after)) = after.split_once('}') else {
                    faults.push("a ${ is not closed by a }; write $${ for a plain ${".to_owned());
                    break;
                };
                rest = after;
                match self.look_up(expression) {
                    Ok(piece) => {
                        if piece.is_empty() && !expression.contains([':', '-']) {
                            done.empty.push(expression.to_owned());
                        }
                        done.text.push_str(&piece);
                        done.pieces.push(piece);
                    }
                    Err(fault) => faults.push(fault),
                }
            } else {
                done.text.push('$');
                rest = &rest[1..];
            }
        }
        done.text.push_str(rest);
        if faults.is_empty() { Ok(done) } else { Err(faults) }
    }

    fn look_up(&mut self, expression: &str) -> Result<String, String> {
        let piece = match expression.strip_prefix("file:") {
            Some(path) => read_file(&self.directory, path)?,
            None => self.variable(expression)?,
        };
        self.total += piece.len();
        if self.total > MAX_TOTAL {
            return Err(format!("all that is put in for ${{…}} is larger than {} MiB", MAX_TOTAL >> 20));
        }
        Ok(piece)
    }

    fn variable(&self, expression: &str) -> Result<String, String> {
        let (name, default) = match expression.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (expression, None),
        };
        if !is_name(name) {
            return Err("between ${ and } stands no variable name; write ${NAME}, ${NAME:-default} or \
                        ${file:PATH}, and $${ for a plain ${"
                .to_owned());
        }
        match ((self.variables)(name).map(|value| without_line_break(&value).to_owned()), default) {
            (Ok(value), Some(default)) if value.is_empty() => Ok(default.to_owned()),
            (Ok(value), _) => Ok(value),
            (Err(VarError::NotPresent), Some(default)) => Ok(default.to_owned()),
            (Err(VarError::NotPresent), None) => Err(format!("the environment variable {name} is not set")),
            (Err(VarError::NotUnicode(_)), _) => {
                Err(format!("the environment variable {name} is not UTF-8 text"))
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn read_file(directory: &Path, path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Err("${file:} names no file".to_owned());
    }
    let path = directory.join(path);
    bounded_read::text(&path, MAX_FILE)
        .map(|text| without_line_break(&text).to_owned())
        .map_err(|why| format!("cannot read the file {}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Result<String, VarError> {
        match name {
            "KEY" => Ok("s3cret: [1, ${KEY}]".to_owned()),
            "EMPTY" => Ok(String::new()),
            "LINE" => Ok("one\n".to_owned()),
            "WINDOWS" => Ok("two\r\n".to_owned()),
            "LINES" => Ok("three\n\n".to_owned()),
            "RETURN" => Ok("four\r".to_owned()),
            "BREAK" => Ok("\n".to_owned()),
            _ => Err(VarError::NotPresent),
        }
    }

    fn apply(text: &str) -> Result<String, Vec<String>> {
        let directory = PathBuf::from("/nonexistent");
        Substitution::new(&variables, directory).apply(text).map(|done| done.text)
    }

    #[test]
    fn variables_are_replaced_once_and_never_read_again() {
        for (text, expected) in [
            ("Bearer ${KEY}", "Bearer s3cret: [1, ${KEY}]"),
            ("${EMPTY}", ""),
            ("${EMPTY:-d}", "d"),
            ("${NONE:-a:-b}/${NONE:-}", "a:-b/"),
            ("$${KEY} $KEY $$ $", "${KEY} $KEY $$ $"),
            ("$$${KEY}", "$${KEY}"),
            ("é$", "é$"),
            ("${LINE}|${WINDOWS}|${LINES}|${RETURN}|", "one|two|three\n|four\r|"),
            ("${BREAK:-d}", "d"),
        ] {
            assert_eq!(apply(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn every_fault_is_told() {
        assert_eq!(
            apply("${NONE} ${KEY} ${OTHER} ${1} ${file:a} ${file:} ${open").unwrap_err().join("\n"),
            "the environment variable NONE is not set\n\
             the environment variable OTHER is not set\n\
             between ${ and } stands no variable name; write ${NAME}, ${NAME:-default} or ${file:PATH}, and $${ for a \
             plain ${\n\
             cannot read the file /nonexistent/a: No such file or directory (os error 2)\n\
             ${file:} names no file\n\
             a ${ is not closed by a }; write $${ for a plain ${"
        );
    }

    #[test]
    fn of_a_file_the_last_newline_is_left_out() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(directory.path().join(name), bytes).unwrap();
        write("unix", b"one\n\n");
        write("windows", b"two\r\n");
        write("latin", b"caf\xe9");
        write("large", &vec![b'x'; MAX_FILE + 1]);
        let mut substitution = Substitution::new(&variables, directory.path().to_owned());
        assert_eq!(substitution.apply("${file:unix}|${file:windows}").unwrap().text, "one\n|two");
        let fault = |fault: &str| fault.rsplit_once(": ").unwrap().1.to_owned();
        let faults = substitution.apply("${file:latin}${file:large}").unwrap_err();
        assert_eq!(
            faults.iter().map(|it| fault(it)).collect::<Vec<_>>(),
            ["it is not UTF-8 text", "it is larger than 1 MiB"]
        );
    }
}
