//! JSON Lines: one item on each line. Also objects that are spread over lines, as people write them.

use std::io::{self, BufRead, Read};

use super::{
    Closed, MAX_ITEM, Sink, invalid,
    pieces::{Cut, End, Pieces},
    too_long, unreadable,
};

/// Reads what begins in the line `first`.
pub(super) fn read(mut reader: impl BufRead, first: u64, sink: &Sink) -> Result<(), Closed> {
    let mut line = Vec::new();
    for number in first.. {
        let place = format!("line {number}");
        match next_line(&mut reader, &mut line) {
            Err(error) => return sink.send(Err(unreadable(error))),
            Ok(Line::End) => return Ok(()),
            Ok(Line::TooLong) => sink.send(Err(too_long(&place)))?,
            Ok(Line::Read) if line.trim_ascii().is_empty() => {}
            Ok(Line::Read) => match sink.text(&place, line.trim_ascii_end())? {
                Ok(()) => {}
                Err(error) if number == first && error.is_eof() && goes_on(&mut reader) => {
                    return objects(io::Cursor::new(line).chain(reader), first, sink);
                }
                Err(error) => {
                    let message = format!("{place} is not valid JSON (column {})", error.column());
                    sink.send(Err(invalid(message)))?;
                }
            },
        }
    }
    Ok(())
}

/// Whether the next line begins with a member's name: then the object that was begun goes on there. A line
/// of JSON Lines begins with a brace.
fn goes_on(reader: &mut impl BufRead) -> bool {
    let next = |reader: &mut dyn BufRead| reader.fill_buf().ok()?.first().copied();
    while next(reader).is_some_and(|byte| byte.is_ascii_whitespace()) {
        reader.consume(1);
    }
    next(reader) == Some(b'"')
}

/// Objects one after another, wherever their lines end.
fn objects(reader: impl BufRead, line: u64, sink: &Sink) -> Result<(), Closed> {
    let mut pieces = Pieces::new(reader, Cut::Objects, line);
    let mut object = Vec::new();
    let mut count = 0_u64;
    loop {
        count += 1;
        let place = format!("object {count}");
        let error = match pieces.next(&mut object) {
            Ok(End::File) if object.trim_ascii().is_empty() => return Ok(()),
            Ok(End::TooLong) => too_long(&place),
            Ok(_) => match sink.text(&place, &object)? {
                Ok(()) => continue,
                Err(_) => invalid(format!("{place} is not valid JSON")),
            },
            Err(error) => unreadable(error),
        };
        return sink.send(Err(error.advise("The rest of the file was not read.")));
    }
}

enum Line {
    Read,
    TooLong,
    End,
}

/// Reads a line. Of one that is too long nothing is kept.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    reader.by_ref().take(MAX_ITEM + 1).read_until(b'\n', line)?;
    if line.is_empty() {
        return Ok(Line::End);
    }
    if line.len() as u64 <= MAX_ITEM || line.ends_with(b"\n") {
        return Ok(Line::Read);
    }
    *line = Vec::new();
    reader.skip_until(b'\n')?;
    Ok(Line::TooLong)
}
