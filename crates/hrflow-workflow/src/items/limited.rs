//! A reader that stops after so many bytes, until it is told to go on.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// How many bytes may still be read.
#[derive(Clone)]
pub(super) struct Allowance(Rc<Cell<u64>>);

impl Allowance {
    pub(super) fn new(bytes: u64) -> Self {
        Self(Rc::new(Cell::new(bytes)))
    }

    pub(super) fn renew(&self, bytes: u64) {
        self.0.set(bytes);
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.0.get() == 0
    }
}

/// Reads as long as the allowance lasts; then it fails.
pub(super) struct Limited<R> {
    reader: R,
    allowance: Allowance,
}

impl<R> Limited<R> {
    pub(super) fn new(reader: R, allowance: Allowance) -> Self {
        Self { reader, allowance }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.0.get();
        if left == 0 {
            return Err(io::Error::other("the allowance is used up"));
        }
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.reader.read(&mut buffer[..most])?;
        self.allowance.renew(left - read as u64);
        Ok(read)
    }
}
