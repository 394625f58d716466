//! The files that a sandbox leaves behind.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use serde_json::Value;
use tempfile::Builder;

use crate::exit::Failure;

/// Writes a file whole or not at all, for nobody else to read. What is there already is overwritten only where it
/// is ours.
pub(super) fn write(path: &Path, text: &str, is_ours: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let cannot = |error: io::Error| Failure::fatal(format!("cannot write {}: {error}", path.display()));
    if !is_free(path, is_ours).map_err(cannot)? {
        return Err(Failure::usage(format!(
            "{} is there already, and is not as `hrflow sandbox` wrote it: move it away, or give another name",
            path.display()
        )));
    }
    replace(path, text).map_err(cannot)
}

fn is_free(path: &Path, is_ours: impl Fn(&str) -> bool) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Ok(false),
        Ok(_) => Ok(fs::read_to_string(path).is_ok_and(|text| is_ours(&text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
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

/// Profiles as JSON Lines.
pub(super) fn lines(profiles: &[Value]) -> String {
    profiles.iter().map(|profile| format!("{profile}\n")).collect()
}

/// Whether all the profiles of a file are of one source.
pub(super) fn are_of(source_key: &str, text: &str) -> bool {
    text.lines().all(|line| {
        serde_json::from_str::<Value>(line).is_ok_and(|profile| profile["source"]["key"] == source_key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fictional_people_are_overwritten() {
        let fictional = "{\"source\":{\"key\":\"fictional\"}}\n";
        let ours = |text: &str| are_of("fictional", text);
        assert!(ours("") && ours(fictional));
        assert!(!ours(&format!("{fictional}{{\"source\":{{\"key\":\"real\"}}}}\n")));
        assert!(!ours("[]\n") && !ours("text"));
    }
}
