//! The files that a sandbox leaves behind.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::Path,
};

use hrflow_core::bounded_read::{self, Unread};
use tempfile::Builder;

use crate::exit::Failure;

/// Most bytes of a file that is compared with what a sandbox writes: about 100,000 profiles.
const MOST: usize = 512 << 20;

/// The content of a file; none if there is no such file.
pub(super) fn existing(path: &Path) -> Result<Option<String>, Failure> {
    match bounded_read::text(path, MOST) {
        Ok(text) => Ok(Some(text)),
        Err(Unread::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(Unread::Io(error)) if error.kind() != ErrorKind::IsADirectory => {
            Err(Failure::fatal(format!("cannot read {}: {error}", path.display())))
        }
        Err(_) => Err(edited(path)),
    }
}

/// Fails if a file exists and is not as a sandbox wrote it.
pub(super) fn ensure_free(path: &Path, is_unedited: impl Fn(&str) -> bool) -> Result<(), Failure> {
    match existing(path)? {
        Some(text) if !is_unedited(&text) => Err(edited(path)),
        _ => Ok(()),
    }
}

pub(super) fn edited(path: &Path) -> Failure {
    Failure::usage(format!(
        "{} exists and is not as `hrflow sandbox` wrote it. Move it away, or give another name.",
        path.display()
    ))
}

/// Writes a file whole or not at all, for its owner only.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    replace(path, text).map_err(|error| Failure::fatal(format!("cannot write {}: {error}", path.display())))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::metadata(directory)?;
    // Only its owner may read such a file, from the first byte on.
    let mut file = Builder::new().prefix(".hrflow-").tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
