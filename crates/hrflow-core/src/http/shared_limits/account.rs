//! The access of this process to one shared limit.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Processes, clock,
    ledger::{Ledger, Room},
    location,
};
use crate::http::rate_limit::RateLimit;

/// The wait between attempts to acquire a ledger's lock, which is held for about 20 µs at a time.
const PAUSE: Duration = Duration::from_millis(1);

/// The time limit for acquiring the lock. A longer wait means that a process was suspended while it held the lock.
const PATIENCE: Duration = Duration::from_secs(2);

/// The largest interval between checks of which processes are alive, in microseconds.
const CHECKED_EVERY: u64 = 1_000_000;

/// The largest size of a ledger that is read, in bytes. It is enough for 1000 processes.
const LONGEST: u64 = 256 * 1024;

/// One limit, shared with all processes of this user. Its counts are in a file. An operating system lock protects each
/// access, which is one read and one write.
pub(in crate::http) struct Account {
    processes: Arc<Processes>,
    pub(super) path: PathBuf,
    memory: Mutex<Memory>,
}

/// This process's own counts. Each change writes all of them, so that one failed write has no lasting effect.
#[derive(Default)]
struct Memory {
    file: Option<Arc<File>>,
    limit: Option<RateLimit>,
    in_flight: u32,
    /// The arrival times of responses that are not in the file yet.
    answered: Vec<u64>,
    /// Whether the file contains this process.
    entered: bool,
    /// The time of the last check of the other processes.
    checked: Option<u64>,
    /// Whether a task is going to store counts that could not be stored immediately.
    storing: bool,
    /// Whether the file is unusable. The process then limits only itself.
    is_alone: bool,
}

/// The reason why the ledger was not changed.
enum Trouble {
    /// Another process has the lock.
    Busy,
    Failed(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Account {
    pub(super) fn new(processes: Arc<Processes>, path: PathBuf) -> Arc<Self> {
        Arc::new(Self { processes, path, memory: Mutex::default() })
    }

    /// Acquires a slot if one is free ([`Room::Free`]). The slot is in flight until [`put_back`](Self::put_back).
    ///
    /// If the file is unusable, this warns once and returns [`Room::Free`] from then on.
    pub(in crate::http) async fn take(&self, limit: Option<RateLimit>) -> Room {
        self.patiently(Room::Free, |memory| {
            memory.limit = limit;
            let room = self.room(memory)?;
            if room == Room::Free {
                memory.in_flight += 1;
            }
            Ok(room)
        })
        .await
    }

    /// Makes all processes wait until `wait` from now.
    pub(in crate::http) async fn hold(&self, wait: Duration) {
        self.patiently((), |memory| self.change(memory, |ledger, now| ledger.hold(now, wait))).await;
    }

    /// Returns a slot. If its request was sent, it stays in use until the window has passed from now.
    pub(in crate::http) fn put_back(self: &Arc<Self>, used: bool) {
        let mut memory = self.memory();
        memory.in_flight = memory.in_flight.saturating_sub(1);
        if !memory.entered || memory.is_alone {
            return;
        }
        if used {
            memory.answered.push(clock::now());
        }
        match self.change(&mut memory, |_, _| ()) {
            Ok(()) => {}
            // Until it is stored, other processes count it as in flight.
            Err(Trouble::Busy) if memory.storing => {}
            Err(Trouble::Busy) => {
                if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                    memory.storing = true;
                    let account = self.clone();
                    runtime.spawn(async move {
                        account.patiently((), |memory| account.change(memory, |_, _| ())).await;
                        account.memory().storing = false;
                    });
                }
            }
            Err(Trouble::Failed(error)) => self.go_on_alone(&mut memory, &error),
        }
    }

    fn room(&self, memory: &mut Memory) -> Result<Room, Trouble> {
        // A process without a limit only reads: its counts matter only if another process has a limit.
        if memory.limit.is_none() && !memory.entered {
            self.open(memory)?;
            if let Some(Ok(mut ledger)) = read(memory)?.map(|text| parse(&text)) {
                let now = clock::now();
                ledger.adopt(self.processes.epoch(), now);
                if !ledger.is_limited() {
                    return Ok(ledger.room(now));
                }
            }
        }
        memory.entered = true;
        let own = self.processes.own();
        let mut checked = memory.checked;
        let unlimited = memory.limit.is_none();
        let (room, entered) = self.change(memory, |ledger, now| {
            let is_due = checked.is_none_or(|last| now.saturating_sub(last) >= CHECKED_EVERY);
            if is_due && ledger.has_others(own) {
                ledger.bury(own, now, |process| self.processes.is_alive(process));
                checked = Some(now);
            }
            let room = ledger.room(now);
            if unlimited && !ledger.is_limited() {
                ledger.leave(own);
                return (room, false);
            }
            if room == Room::Free {
                ledger.take(own);
            }
            (room, true)
        })?;
        memory.checked = checked;
        memory.entered = entered;
        Ok(room)
    }

    /// Changes the ledger under its lock. `work` gets the ledger with this process's current counts.
    fn change<T>(&self, memory: &mut Memory, work: impl FnOnce(&mut Ledger, u64) -> T) -> Result<T, Trouble> {
        let locked = self.lock(memory)?;
        let text = read(memory)?.unwrap_or_default();
        let (epoch, now) = (self.processes.epoch(), clock::now());
        let mut ledger = match parse(&text) {
            Ok(ledger) => ledger,
            Err(error) => {
                tracing::debug!(%error, "a shared rate limit cannot be read, and counts as used up");
                Ledger::used_up(epoch, memory.limit, now)
            }
        };
        ledger.adopt(epoch, now);
        if memory.entered {
            ledger.enter(self.processes.own(), memory.limit, memory.in_flight);
        }
        memory.answered.iter().for_each(|time| ledger.answer(*time, 1));
        let done = work(&mut ledger, now);
        let new = serde_json::to_vec(&ledger).map_err(io::Error::from)?;
        if new != text {
            write(memory, &new, text.len())?;
        }
        memory.answered.clear();
        drop(locked);
        Ok(done)
    }

    /// Opens the file and acquires its lock. A removed file is created again.
    fn lock(&self, memory: &mut Memory) -> Result<Locked, Trouble> {
        for _ in 0..2 {
            self.open(memory)?;
            let Some(file) = memory.file.clone() else { continue };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Trouble::Busy),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            let locked = Locked(file);
            if !location::is_removed(&locked.0)? {
                return Ok(locked);
            }
            memory.file = None;
        }
        Err(Trouble::Failed(io::ErrorKind::NotFound.into()))
    }

    fn open(&self, memory: &mut Memory) -> io::Result<()> {
        if memory.file.is_none() {
            memory.file = Some(Arc::new(location::open(&self.path)?));
        }
        Ok(())
    }

    /// Retries until the lock is free. On failure, the process limits only itself from then on, and `alone` is
    /// returned.
    async fn patiently<T>(&self, alone: T, mut work: impl FnMut(&mut Memory) -> Result<T, Trouble>) -> T {
        let give_up = Instant::now() + PATIENCE;
        loop {
            {
                let mut memory = self.memory();
                if memory.is_alone {
                    return alone;
                }
                match work(&mut memory) {
                    Ok(done) => return done,
                    Err(Trouble::Busy) if Instant::now() < give_up => {}
                    Err(Trouble::Busy) => {
                        let error = io::Error::new(io::ErrorKind::TimedOut, "its lock is not released");
                        self.go_on_alone(&mut memory, &error);
                        return alone;
                    }
                    Err(Trouble::Failed(error)) => {
                        self.go_on_alone(&mut memory, &error);
                        return alone;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn go_on_alone(&self, memory: &mut Memory, error: &io::Error) {
        memory.is_alone = true;
        super::warn(&self.path, error);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let mut memory = std::mem::take(self.memory.get_mut().unwrap_or_else(PoisonError::into_inner));
        if memory.entered && !memory.is_alone {
            let own = self.processes.own();
            // If this fails, this process's limit applies until the process ends.
            let _ = self.change(&mut memory, |ledger, _| ledger.leave(own));
        }
    }
}

/// A held lock.
struct Locked(Arc<File>);

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing the file releases the lock too.
        let _ = self.0.unlock();
    }
}

/// Returns the stored text, or `None` for a new file.
fn read(memory: &Memory) -> io::Result<Option<Vec<u8>>> {
    let Some(mut file) = memory.file.as_deref() else { return Ok(None) };
    file.rewind()?;
    let mut text = Vec::with_capacity(1024);
    file.take(LONGEST).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// Writes in place, because other processes have the file open. A kill between the two steps leaves a complete ledger
/// with ignored trailing bytes.
fn write(memory: &Memory, text: &[u8], old_length: usize) -> io::Result<()> {
    let Some(mut file) = memory.file.as_deref() else { return Ok(()) };
    file.rewind()?;
    file.write_all(text)?;
    if text.len() < old_length { file.set_len(text.len() as u64) } else { Ok(()) }
}

fn parse(text: &[u8]) -> serde_json::Result<Ledger> {
    serde_json::Deserializer::from_slice(text).into_iter().next().unwrap_or_else(|| Ok(Ledger::default()))
}
