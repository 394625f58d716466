//! Files that are read whole, up to a size.

use std::{
    fmt,
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};

/// Why there is nothing. `Display` goes on from "cannot read …: ".
#[derive(Debug)]
pub(crate) enum Unread {
    /// It cannot be opened or read.
    Broken(io::Error),
    /// It is larger than so many bytes.
    TooLarge(usize),
    /// It is no text.
    NotText,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(error) => error.fmt(f),
            Self::TooLarge(most) if *most < 1 << 20 => write!(f, "it is larger than {} KiB", most >> 10),
            Self::TooLarge(most) => write!(f, "it is larger than {} MiB", most >> 20),
            Self::NotText => f.write_str("it is not UTF-8 text"),
        }
    }
}

/// A file of at most so many bytes.
pub(crate) fn bytes(path: &Path, most: usize) -> Result<Vec<u8>, Unread> {
    let read = File::open(path).map_err(Unread::Broken).and_then(|file| from_reader(file, most));
    read.map_err(|unread| match unread {
        // Not every system says so itself.
        Unread::Broken(_) if path.is_dir() => {
            Unread::Broken(io::Error::new(ErrorKind::IsADirectory, "it is a directory"))
        }
        unread => unread,
    })
}

/// The same for what is open already.
pub(crate) fn from_reader(reader: impl Read, most: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    reader.take(most as u64 + 1).read_to_end(&mut bytes).map_err(Unread::Broken)?;
    if bytes.len() > most { Err(Unread::TooLarge(most)) } else { Ok(bytes) }
}

/// A text file of at most so many bytes.
pub(crate) fn text(path: &Path, most: usize) -> Result<String, Unread> {
    String::from_utf8(bytes(path, most)?).map_err(|_| Unread::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_not_taken_for_no_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let why = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            text(&path, 1024).map_err(|unread| unread.to_string())
        };
        let whole = "é".repeat(512);
        assert_eq!(why(whole.as_bytes()), Ok(whole));
        // Where it is cut, a character has begun.
        assert_eq!(why("é".repeat(600).as_bytes()), Err("it is larger than 1 KiB".to_owned()));
        assert_eq!(why(b"caf\xe9"), Err("it is not UTF-8 text".to_owned()));
        let directory = text(directory.path(), 1024).unwrap_err();
        assert_eq!(directory.to_string(), "it is a directory");
    }
}
