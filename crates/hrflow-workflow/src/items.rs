//! Items from JSON: an array of them, or one on each line.
//!
//! Whatever the size of the file, no more than a few items are held: a thread of its own reads them one after
//! another and waits while the run is busy.

mod array;
mod lines;
mod pieces;
mod sniff;

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::Path,
    thread,
};

use futures::{StreamExt, stream};
use hrflow_connectors::hrflow::{
    Reading,
    saved::{Foreign, Saved},
};
use hrflow_core::{
    BoxStream, Error, ErrorKind, Result, Warning, bounded_read,
    repair::{self, Repair},
};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

/// Most bytes that one item may take up.
pub const MAX_ITEM: u64 = 32 << 20;
/// The byte order mark of UTF-8. Files that were put together have it inside.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// How many items are read ahead of the run.
const READ_AHEAD: usize = 16;

/// Items as they are read.
pub type Items = BoxStream<'static, Result<Value>>;

/// The items of a regular file or of a pipe; of standard input for `-`.
///
/// # Errors
///
/// [`ErrorKind::Config`] if it is neither, or if the file cannot be opened. Other errors are in the stream.
pub fn from_path(path: &Path) -> Result<Items> {
    if path == Path::new("-") {
        return Ok(from_reader(io::stdin()));
    }
    if bounded_read::is_pipe(path) {
        let path = path.to_owned();
        return Ok(from_opened(move || File::open(path)));
    }
    let file = bounded_read::open(path).map_err(|why| {
        Error::new(ErrorKind::Config, format!("cannot read the items in {}: {why}", path.display()))
            .with_source(why)
    })?;
    Ok(from_reader(file))
}

/// The items of a text: a JSON array, JSON Lines, or objects over several lines. Responses of HrFlow.ai that were saved
/// stand for the profiles in them.
///
/// A file of another kind, such as CSV or JSON Resume, is one error, and no more is read. Values that are no JSON, such as NaN
/// or half of a surrogate pair, are [replaced](hrflow_core::repair), and the item says so. A bad line of JSON Lines is an error, and the next line is read. After a broken array no more is
/// read, and the error is the last word. Neither error repeats what was read.
pub fn from_reader(reader: impl Read + Send + 'static) -> Items {
    from_opened(move || Ok(reader))
}

/// The same for a reader that is opened where it is read: opening a FIFO waits for its writer.
fn from_opened<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static) -> Items {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    let sink = Sink { sender, has_read: Cell::new(false), has_mark: Cell::new(false) };
    // Not one of the runtime's threads: a read from a terminal may never return, and must not keep the
    // program from ending.
    let spawned = thread::Builder::new().name("hrflow-items".to_owned()).spawn(move || match open() {
        Ok(reader) => read(reader, &sink),
        Err(error) => drop(sink.send(Err(unreadable(error)))),
    });
    let failed = spawned.err().map(|error| Err(unreadable(error)));
    let items = stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
    stream::iter(failed).chain(items).boxed()
}

/// Where items go; the end of the run is the end of it.
struct Sink {
    sender: mpsc::Sender<Result<Value>>,
    /// Whether there was an item.
    has_read: Cell<bool>,
    /// Whether a byte order mark inside of the file has been named.
    has_mark: Cell<bool>,
}

/// No more is to be read: the run has ended, or the file is not one of profiles.
struct Closed;

impl Sink {
    /// Waits for room and hands over an item, or why there is none.
    fn send(&self, item: Result<Value>) -> Result<(), Closed> {
        self.has_read.set(self.has_read.get() || item.is_ok());
        self.sender.blocking_send(item).map_err(|_| Closed)
    }

    /// Hands over what the text of a value holds; `place` says where in the file it is. Returns why it is not JSON.
    fn text(&self, place: &str, text: &[u8]) -> Result<serde_json::Result<()>, Closed> {
        let (text, is_marked) = match text.trim_ascii_start().strip_prefix(MARK) {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (mut value, repairs) = match repair::read::<Value>(text) {
            Ok(read) => read,
            Err(error) => return Ok(Err(error)),
        };
        if is_marked
            && !self.has_mark.replace(true)
            && let Value::Object(profile) = &mut value
        {
            let reason =
                "Skipped a byte order mark in front of the profile; others in this file are skipped too";
            Reading::warn(profile, Warning::new(place, reason));
        }
        self.value(place, value, &repairs).map(Ok)
    }

    /// Hands over what a value holds.
    fn value(&self, place: &str, value: Value, repairs: &[Repair]) -> Result<(), Closed> {
        let found = match value {
            Value::Object(object) => return self.object(place, object, repairs),
            Value::Array(_) => "a list",
            Value::String(_) => "text",
            Value::Number(_) => "a number",
            Value::Bool(_) => "a boolean",
            Value::Null => "null",
        };
        self.send(Err(invalid(format!("{place}: expected an object, found {found}"))))
    }

    fn object(&self, place: &str, object: Map<String, Value>, repairs: &[Repair]) -> Result<(), Closed> {
        match Saved::read(object) {
            Saved::Profile(mut profile) => {
                Reading::note(&mut profile, repairs, place);
                self.send(Ok(Value::Object(profile)))
            }
            Saved::Response(profiles) => profiles.into_iter().try_for_each(|(path, profile)| {
                let place = format!("{place}, {}", repair::shown_path(&path));
                self.value(&place, profile, &repair::within(repairs, &path))
            }),
            Saved::Other(foreign) => self.foreign(place, &foreign),
        }
    }

    /// What begins with a foreign object is a file of such objects: they are named once.
    fn foreign(&self, place: &str, foreign: &Foreign) -> Result<(), Closed> {
        let error = invalid(format!("{place} is {}", foreign.description()));
        if self.has_read.get() {
            return self.send(Err(error.advise(foreign.advice())));
        }
        let advice = format!("{} The rest of the file is not read.", foreign.advice());
        self.send(Err(error.advise(advice)))?;
        Err(Closed)
    }
}

fn read(mut reader: impl Read, sink: &Sink) {
    let beginning = match sniff::beginning(&mut reader) {
        Ok(beginning) => beginning,
        Err(error) => return drop(sink.send(Err(unreadable(error)))),
    };
    if let Some(kind) = sniff::not_json(&beginning) {
        return drop(sink.send(Err(invalid(kind.to_owned()))));
    }
    let mut reader = BufReader::with_capacity(64 << 10, Cursor::new(beginning).chain(reader));
    let (first, line) = match first_byte(&mut reader) {
        Ok(found) => found,
        Err(error) => return drop(sink.send(Err(unreadable(error)))),
    };
    let _ = match first {
        None => Ok(()),
        Some(b'[') => array::read(reader, line, sink),
        Some(_) => lines::read(reader, line, sink),
    };
}

/// The first byte that is no blank, which stays unread, and its line; a byte order mark counts as blank.
fn first_byte(reader: &mut impl BufRead) -> io::Result<(Option<u8>, u64)> {
    let mut mark = 0;
    let mut line = 1;
    loop {
        let Some(byte) = reader.fill_buf()?.first().copied() else { return Ok((None, line)) };
        let is_mark = MARK.get(mark) == Some(&byte);
        if !is_mark && !byte.is_ascii_whitespace() {
            return Ok((Some(byte), line));
        }
        line += u64::from(byte == b'\n');
        mark = if is_mark { mark + 1 } else { 3 };
        reader.consume(1);
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

fn too_long(place: &str) -> Error {
    invalid(format!("{place} is longer than {} MiB", MAX_ITEM >> 20))
}

fn unreadable(error: io::Error) -> Error {
    Error::new(ErrorKind::Invalid, format!("the items cannot be read: {error}")).with_source(error)
}

#[cfg(test)]
mod tests;
