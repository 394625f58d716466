//! Rate limits that all processes of one user on one machine share.
//!
//! A directory of this user has one file, the *ledger*, for each vendor, origin and credential. It contains the
//! processes that use the credential, and their requests in flight. It also contains the arrival times of responses,
//! and the end of a wait that the vendor requested. Reads and writes are under an operating system lock. The file name
//! is an HMAC with a random key that stays in the directory: without the key, the name does not help to guess a
//! credential.
//!
//! Each process holds the lock of its own file while it is alive. A process whose lock is free has ended. Its requests
//! in flight count as answered when another process notices.

mod account;
mod clock;
mod ledger;
mod location;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

pub(super) use self::{account::Account, ledger::Room};
use crate::secret::Secret;

/// The key of the file names, in the directory. Its lock is held while processes enter and leave the directory.
const KEY: &str = "key";

/// The prefix of a process's own file.
const PROCESS: &str = "process-";

/// The time after its last write when a ledger is removed. It then has no valid response or pause, because both last at
/// most one day.
const KEPT: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// The directory of shared limits, once a program has requested sharing.
static WANTED: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Shares rate limits and `Retry-After` pauses of all [clients](super::Client) built from now on. They are shared with
/// all processes of this user that also call this and use the same vendor, origin and credential. Only the first call
/// has an effect. Programs call it at start; without it, limits are shared within the process.
///
/// The limits are stored in `directory`. Without one, they are in the first of these whose parent directory belongs to
/// the user: `$XDG_RUNTIME_DIR/hrflow/limits` (`/run/user/UID/hrflow/limits` if the variable is not set),
/// `$XDG_CACHE_HOME/hrflow/limits`, `~/.cache/hrflow/limits` (on Windows `%LOCALAPPDATA%\hrflow\limits`),
/// `hrflow-limits-UID` in the directory of temporary files. The directory is created with mode 0700, its files with
/// 0600. It contains no credentials. It may be removed at any time, which resets limits and pauses.
///
/// If the directory is unusable, a warning is logged once, and limits are shared within the process only. It is
/// unusable if it is not writable, a symbolic link, another user's, or writable for other users.
///
/// A request costs two reads and two writes of a small file. Without a rate limit, it costs one read.
pub fn share_limits(directory: Option<PathBuf>) {
    // An error means only that this was called before.
    let _ = WANTED.set(directory);
}

/// Returns the account of a credential at a vendor's origin, or `None` if limits are not shared.
pub(super) fn account(vendor: &str, origin: &str, credential: &Secret) -> Option<Arc<Account>> {
    static PROCESSES: OnceLock<Option<Arc<Processes>>> = OnceLock::new();
    let named = WANTED.get()?.as_deref();
    let processes = PROCESSES.get_or_init(|| {
        let opened = location::directory(named).and_then(|directory| Processes::open(&directory));
        opened.inspect_err(|error| warn(named.unwrap_or(Path::new("directory of rate limits")), error)).ok()
    });
    Some(processes.as_ref()?.account(vendor, origin, credential))
}

/// Warns once per process.
fn warn(path: &Path, error: &io::Error) {
    static WARNED: OnceLock<()> = OnceLock::new();
    if WARNED.set(()).is_ok() {
        let path = path.display();
        tracing::warn!(
            "rate limits are not shared with other processes: {path}: {error}. \
             Set HRFLOW_LIMITS_DIR to a directory that only you can write to"
        );
    }
}

/// The processes that share a directory, including this one.
pub(super) struct Processes {
    directory: PathBuf,
    key: [u8; 32],
    epoch: String,
    own: String,
    /// The file whose lock shows that this process is alive.
    _alive: File,
}

impl Processes {
    /// Adds this process.
    pub(super) fn open(directory: &Path) -> io::Result<Arc<Self>> {
        let mut key_file = location::open(&directory.join(KEY))?;
        lock(&key_file)?;
        let key = read_key(&mut key_file)?;
        sweep(directory)?;
        let own = Uuid::new_v4().simple().to_string();
        let alive = location::open(&directory.join(format!("{PROCESS}{own}")))?;
        lock(&alive)?;
        let directory = directory.to_owned();
        Ok(Arc::new(Self { directory, key, epoch: clock::epoch(), own, _alive: alive }))
    }

    /// Returns the account of a credential at a vendor's origin.
    pub(super) fn account(self: &Arc<Self>, vendor: &str, origin: &str, credential: &Secret) -> Arc<Account> {
        // HMAC pads a short key with zeros.
        let mut block = [0; 64];
        block[..self.key.len()].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in [vendor, origin, credential.expose()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let name = base16ct::lower::encode_string(&mac.finalize().into_bytes());
        Account::new(self.clone(), self.directory.join(format!("limit-{name}")))
    }

    fn own(&self) -> &str {
        &self.own
    }

    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn is_alive(&self, process: &str) -> bool {
        let Ok(id) = Uuid::try_parse(process) else { return false };
        is_locked(&self.directory.join(format!("{PROCESS}{}", id.simple())))
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        // If this fails, another process removes it later.
        let _ = fs::remove_file(self.directory.join(format!("{PROCESS}{}", self.own)));
    }
}

/// Returns the random key of this directory. The first process creates it under the lock.
fn read_key(file: &mut File) -> io::Result<[u8; 32]> {
    let mut text = Vec::new();
    Read::by_ref(file).take(33).read_to_end(&mut text)?;
    if let Ok(key) = text.as_slice().try_into() {
        return Ok(key);
    }
    let [one, two] = [Uuid::new_v4(), Uuid::new_v4()];
    let mut key = [0; 32];
    key[..16].copy_from_slice(one.as_bytes());
    key[16..].copy_from_slice(two.as_bytes());
    file.set_len(0)?;
    io::Seek::rewind(file)?;
    file.write_all(&key)?;
    Ok(key)
}

/// Removes the files of ended processes, and ledgers without valid content.
fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        let is_old = || {
            let written = entry.metadata().and_then(|found| found.modified());
            written.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > KEPT))
        };
        if name.starts_with(PROCESS) && !is_locked(&path) || name.starts_with("limit-") && is_old() {
            // If this fails, the file stays without effect.
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

fn is_locked(path: &Path) -> bool {
    match File::open(path).map(|file| file.try_lock()) {
        Ok(Ok(())) => false,
        Ok(Err(TryLockError::WouldBlock)) => true,
        // If the state is unknown, the process's requests must still count.
        Ok(Err(TryLockError::Error(_))) => true,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Acquires a lock that no process holds for long.
#[expect(
    clippy::disallowed_methods,
    reason = "only if another process starts in the same instant, for some 100 µs"
)]
fn lock(file: &File) -> io::Result<()> {
    for _ in 0..400 {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "its lock is not released"))
}
