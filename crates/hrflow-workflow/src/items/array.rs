//! A JSON array, element by element.

use std::io::BufRead;

use hrflow_core::Error;

use super::{
    Closed, Sink, invalid,
    pieces::{Cut, End, Pieces},
    too_long, unreadable,
};

/// Reads an array whose first bracket is in the line `line`.
pub(super) fn read(mut reader: impl BufRead, line: u64, sink: &Sink) -> Result<(), Closed> {
    reader.consume(1);
    let mut pieces = Pieces::new(reader, Cut::Elements, line);
    let mut element = Vec::new();
    let mut count = 0_u64;
    let error = loop {
        let place = format!("element {}", count + 1);
        let (line, column) = pieces.position();
        let end = match pieces.next(&mut element) {
            Ok(End::TooLong) => break too_long(&place),
            Ok(end) => end,
            Err(error) => break unreadable(error),
        };
        let is_empty = element.trim_ascii().is_empty();
        if !(is_empty && (end == End::File || end == End::Bracket && count == 0)) {
            match sink.text(&place, &element)? {
                Ok(()) => count += 1,
                Err(_) if end == End::File => break broken_off(count),
                Err(error) => {
                    let column = if error.line() <= 1 { column + error.column() } else { error.column() };
                    let line = line + error.line().saturating_sub(1);
                    break invalid(format!("{place} is not valid JSON (line {line}, column {column})"));
                }
            }
        }
        match end {
            End::File => break broken_off(count),
            End::Bracket => match pieces.is_at_end() {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    break invalid(format!("after the array, which has {count} elements, more follows"));
                }
                Err(error) => break unreadable(error),
            },
            End::Comma | End::Complete | End::TooLong => {}
        }
    };
    sink.send(Err(error.advise("The rest of the array was not read.")))
}

fn broken_off(count: u64) -> Error {
    invalid(format!("element {}: the array breaks off", count + 1))
}
