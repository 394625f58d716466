//! Reads files that are named in parameters or on the command line, up to a limit.
//!
//! Only regular files are opened, directly or through symlinks: a device such as `/dev/zero` has no end, and opening a
//! FIFO waits for a writer. Process substitution (`<(command)`) yields a FIFO and is rejected for the same reason.

use std::{
    fmt,
    fs::{File, Metadata},
    io::{self, ErrorKind, Read},
    path::Path,
};

/// Why a file was not read. `Display` continues "cannot read …: ".
#[non_exhaustive]
#[derive(Debug)]
pub enum Unread {
    /// It cannot be opened or read.
    Io(io::Error),
    /// It is not a regular file; the text names what it is.
    NotRegular(&'static str),
    /// It has more than this many bytes.
    TooLarge(usize),
    /// It is not UTF-8.
    NotText,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::NotRegular(kind) => write!(f, "it is {kind}, not a regular file"),
            Self::TooLarge(most) if *most < 1 << 20 => write!(f, "it is larger than {} KiB", most >> 10),
            Self::TooLarge(most) => write!(f, "it is larger than {} MiB", most >> 20),
            Self::NotText => f.write_str("it is not UTF-8 text"),
        }
    }
}

impl std::error::Error for Unread {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Io(error) = self { Some(error) } else { None }
    }
}

/// Whether a path leads to a pipe: a FIFO, or what `<(command)` and `/dev/stdin` stand for. Opening a FIFO waits for a
/// writer.
pub fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| is_fifo(&metadata))
}

/// Opens a regular file.
///
/// # Errors
///
/// [`Unread::Io`] and [`Unread::NotRegular`].
pub fn open(path: &Path) -> Result<File, Unread> {
    // Before it is opened, as opening a device may do something; and again afterwards, as it may have been replaced in
    // between: by a FIFO, too, which must not wait.
    regular(&path.metadata().map_err(Unread::Io)?)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path).map_err(Unread::Io)?;
    regular(&file.metadata().map_err(Unread::Io)?)?;
    Ok(file)
}

/// Checks a file that a library will read by itself: a regular file of at most `most` bytes.
///
/// # Errors
///
/// [`Unread::Io`], [`Unread::NotRegular`] and [`Unread::TooLarge`].
pub fn check(path: &Path, most: usize) -> Result<(), Unread> {
    let length = open(path)?.metadata().map_err(Unread::Io)?.len();
    if usize::try_from(length).is_ok_and(|length| length <= most) {
        Ok(())
    } else {
        Err(Unread::TooLarge(most))
    }
}

/// Reads a regular file of at most `most` bytes.
///
/// # Errors
///
/// [`Unread::Io`], [`Unread::NotRegular`] and [`Unread::TooLarge`]. At most `most` + 1 bytes are read.
pub fn bytes(path: &Path, most: usize) -> Result<Vec<u8>, Unread> {
    from_reader(open(path)?, most)
}

/// Reads a regular file of at most `most` bytes of UTF-8.
///
/// # Errors
///
/// As [`bytes()`], and [`Unread::NotText`].
pub fn text(path: &Path, most: usize) -> Result<String, Unread> {
    String::from_utf8(bytes(path, most)?).map_err(|_| Unread::NotText)
}

/// Reads at most `most` bytes of what is open already, such as standard input.
///
/// # Errors
///
/// [`Unread::Io`] and [`Unread::TooLarge`].
pub fn from_reader(reader: impl Read, most: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(limit).read_to_end(&mut bytes).map_err(Unread::Io)?;
    if bytes.len() > most { Err(Unread::TooLarge(most)) } else { Ok(bytes) }
}

fn regular(metadata: &Metadata) -> Result<(), Unread> {
    if metadata.is_file() {
        return Ok(());
    }
    if metadata.is_dir() {
        return Err(Unread::Io(io::Error::new(ErrorKind::IsADirectory, "it is a directory")));
    }
    Err(Unread::NotRegular(kind(metadata)))
}

#[cfg(unix)]
fn is_fifo(metadata: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_fifo(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn kind(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match metadata.file_type() {
        it if it.is_fifo() => "a pipe",
        it if it.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn kind(_: &Metadata) -> &'static str {
    "something else"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_large_is_not_reported_as_no_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let why = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            text(&path, 1024).map_err(|unread| unread.to_string())
        };
        let whole = "é".repeat(512);
        assert_eq!(why(whole.as_bytes()), Ok(whole));
        assert!(check(&path, 1024).is_ok() && matches!(check(&path, 1023), Err(Unread::TooLarge(1023))));
        // The limit cuts a character in half.
        assert_eq!(why("é".repeat(600).as_bytes()), Err("it is larger than 1 KiB".to_owned()));
        assert_eq!(why(b"caf\xe9"), Err("it is not UTF-8 text".to_owned()));
        let directory = text(directory.path(), 1024).unwrap_err();
        assert_eq!(directory.to_string(), "it is a directory");
    }

    #[cfg(unix)]
    #[test]
    fn devices_pipes_and_sockets_are_rejected_without_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let [fifo, socket, link] = ["fifo", "socket", "link"].map(|name| directory.path().join(name));
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        let why = |path: &Path| {
            assert!(check(path, 1024).is_err());
            bytes(path, 1024).unwrap_err().to_string()
        };
        assert_eq!(why(&fifo), "it is a pipe, not a regular file");
        assert_eq!(why(&socket), "it is a socket, not a regular file");
        assert_eq!(why("/dev/zero".as_ref()), "it is a device, not a regular file");
        assert_eq!(why(&link), "it is a device, not a regular file");
    }
}
