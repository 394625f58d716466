//! A JSON array, element by element.

use std::{fmt, io::BufRead};

use serde::{
    Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::{Value, error::Category};

use super::{
    Closed, MAX_ITEM, Sink, invalid,
    limited::{Allowance, Limited},
    too_long, unreadable,
};

pub(super) fn read(reader: impl BufRead, sink: &Sink) -> Result<(), Closed> {
    let allowance = Allowance::new(MAX_ITEM);
    let mut parser = serde_json::Deserializer::from_reader(Limited::new(reader, allowance.clone()));
    let mut elements = Elements { sink, allowance: &allowance, count: 0, closed: false };
    let read = parser.deserialize_seq(&mut elements);
    let Elements { count, closed, .. } = elements;
    if closed {
        return Err(Closed);
    }
    let place = format!("element {}", count + 1);
    let error = match read {
        Ok(()) => {
            allowance.renew(MAX_ITEM);
            match parser.end() {
                Ok(()) => return Ok(()),
                Err(_) => invalid(format!("after the array, which has {count} elements, more follows")),
            }
        }
        Err(_) if allowance.is_used_up() => too_long(&place),
        Err(error) => match error.classify() {
            Category::Io => unreadable(error.into()),
            Category::Eof => invalid(format!("{place}: the array breaks off")),
            Category::Syntax | Category::Data => {
                let (line, column) = (error.line(), error.column());
                invalid(format!("{place} is not valid JSON (line {line}, column {column})"))
            }
        },
    };
    sink.send(Err(error.advise("The rest of the array was not read.")))
}

/// Hands over each element as soon as it is read.
struct Elements<'s> {
    sink: &'s Sink,
    allowance: &'s Allowance,
    count: u64,
    closed: bool,
}

impl<'de> Visitor<'de> for &mut Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(value) = elements.next_element::<Value>()? {
            self.count += 1;
            self.allowance.renew(MAX_ITEM);
            if self.sink.value(&format!("element {}", self.count), value).is_err() {
                self.closed = true;
                return Err(A::Error::custom("nobody takes items any more"));
            }
        }
        Ok(())
    }
}
