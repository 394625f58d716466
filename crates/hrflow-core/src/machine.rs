//! What this machine has to provide for a run: a clock that is set, and file descriptors.

use std::{
    error::Error as StdError,
    fs::File,
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result, Scope};

/// How many files must be free at the start: the connections of one vendor, the state, a process for jq programs, the name
/// server, and some more.
const LEAST_FREE: usize = 48;

/// Verifies what every run requires: that the clock shows a time between 1970 and 9999, and that 48 more files can be
/// opened. Libraries of ours and of others take both for granted.
///
/// # Errors
///
/// [`ErrorKind::Config`] if the clock is not set; [`ErrorKind::Unavailable`] if too few files can be opened.
pub fn check() -> Result<()> {
    check_clock()?;
    let anything = Path::new("/");
    let free: io::Result<Vec<File>> = (0..LEAST_FREE).map(|_| File::open(anything)).collect();
    match free {
        Err(error) if is_out_of_descriptors(&error) => Err(no_descriptors().with_source(error)),
        // Systems that do not open directories as files count handles differently.
        _ => Ok(()),
    }
}

/// The part of [`check`] that concerns the clock.
pub(crate) fn check_clock() -> Result<()> {
    check_time(system_time())
}

#[expect(
    clippy::disallowed_methods,
    reason = "jiff's own clock ends in a panic if the time is out of its range"
)]
fn system_time() -> SystemTime {
    SystemTime::now()
}

fn check_time(now: SystemTime) -> Result<()> {
    let year = match (now.duration_since(UNIX_EPOCH), Timestamp::try_from(now)) {
        (Ok(_), Ok(_)) => return Ok(()),
        (Err(_), _) => "a time before 1970",
        (Ok(_), Err(_)) => "a time after 9999",
    };
    Err(Error::new(ErrorKind::Config, format!("the clock of this machine shows {year}"))
        .advise("Set it, for example by NTP: certificates, tokens and the state depend on the time."))
}

/// The id of a run that starts now. Ids sort by time, as far as the clock is right.
pub(crate) fn run_id() -> String {
    run_id_at(system_time())
}

fn run_id_at(now: SystemTime) -> String {
    // The library's own way to tell the time ends in a panic before 1970.
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let random = Uuid::new_v4().into_bytes();
    let mut noise = [0; 10];
    // Bytes 6 and 8 of a random id hold its version.
    noise.copy_from_slice(&[&random[..6], &random[12..]].concat());
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &noise).into_uuid().to_string()
}

/// Whether an error, or what it comes of, says that this process or the machine can open no more files.
pub fn is_out_of_descriptors(error: &(dyn StdError + 'static)) -> bool {
    let mut source = Some(error);
    while let Some(cause) = source {
        source = match cause.downcast_ref::<io::Error>() {
            Some(io) if says_so(io) => return true,
            // `source` would skip the error that is wrapped.
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => cause.source(),
        };
    }
    false
}

/// Whether this process can open no more files now. For errors of libraries that do not say what they failed for.
pub(crate) fn has_no_descriptors() -> bool {
    File::open("/").is_err_and(|error| says_so(&error))
}

fn says_so(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    cfg!(unix) && matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

/// The error of a run that can open no more files now.
pub fn no_descriptors() -> Error {
    Error::new(ErrorKind::Unavailable, "no more files and connections can be opened on this machine")
        .with_scope(Scope::Run)
        .advise(
            "Raise the limit (`ulimit -n 1024`), end programs that hold many, or lower options.concurrency.",
        )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_not_set_is_named() {
        check_time(UNIX_EPOCH).unwrap();
        check_clock().unwrap();
        let error = check_time(UNIX_EPOCH - Duration::from_secs(1)).unwrap_err();
        assert!(error.to_string().contains("before 1970") && error.to_string().contains("NTP"), "{error}");
        assert_eq!(error.scope(), Scope::Run);
        let far = UNIX_EPOCH + Duration::from_secs(300_000_000_000);
        assert!(check_time(far).unwrap_err().to_string().contains("after 9999"));
    }

    #[test]
    fn ids_of_runs_are_different_and_sort_by_time() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let ids: Vec<Uuid> = (0..100).map(|_| run_id_at(now).parse().unwrap()).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 100);
        let later = run_id_at(now + Duration::from_millis(1));
        assert!(ids.iter().all(|id| id.to_string() < later));
        assert!(run_id_at(UNIX_EPOCH - Duration::from_secs(1)).starts_with("00000000-0000-7"));
    }

    #[test]
    fn a_lack_of_descriptors_is_found_under_other_errors() {
        let wrapped = io::Error::other(io::Error::from_raw_os_error(24));
        assert_eq!(is_out_of_descriptors(&wrapped), cfg!(unix));
        assert!(!is_out_of_descriptors(&io::Error::from_raw_os_error(2)));
    }
}
