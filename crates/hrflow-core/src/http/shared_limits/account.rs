//! This process's part in one shared limit.

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

/// How long to wait before the lock of a ledger is tried again. It is held for some 20 µs at a time.
const PAUSE: Duration = Duration::from_millis(1);

/// How long the lock is tried for. Longer means that a process was stopped while it held it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many microseconds may pass between two checks of which processes are alive.
const CHECKED_EVERY: u64 = 1_000_000;

/// How many bytes of a ledger are read: that of a thousand processes.
const LONGEST: u64 = 256 * 1024;

/// One limit, shared with all processes of this user. What it counts is in a file, under a lock of the operating system
/// that is held for the time of one read and one write.
pub(in crate::http) struct Account {
    processes: Arc<Processes>,
    pub(super) path: PathBuf,
    memory: Mutex<Memory>,
}

/// What this process knows of itself. What is stored of it is written anew with every change, so that nothing that fails
/// once is wrong for ever.
#[derive(Default)]
struct Memory {
    file: Option<Arc<File>>,
    limit: Option<RateLimit>,
    in_flight: u32,
    /// When answers arrived that are not in the file yet.
    answered: Vec<u64>,
    /// Whether the file knows this process.
    entered: bool,
    /// When the others were checked last.
    checked: Option<u64>,
    /// Whether a task is about to store what could not be stored immediately.
    storing: bool,
    /// Whether the file cannot be used. This process is then on its own.
    is_alone: bool,
}

/// Why the ledger was not changed.
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

    /// Takes a slot if there is one ([`Room::Free`]); it is then in flight until [`put_back`](Self::put_back).
    ///
    /// Where the file cannot be used, it warns once, and every slot is free from then on.
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

    /// Returns a slot. If its request was sent, it stays taken until the window has passed since now.
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
            // Until then the others count it as in flight.
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
        // Without a limit of its own, a process only reads: it has nothing to tell unless others keep one.
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

    /// Changes the ledger under its lock. It knows what this process does before `work` sees it.
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

    /// Opens the file and acquires its lock. A file that was removed is replaced.
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

    /// Tries until the lock is free. Where that fails, this process is on its own from then on, and `alone` is returned.
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
            // If it fails, the limit of this process applies until the process ends.
            let _ = self.change(&mut memory, |ledger, _| ledger.leave(own));
        }
    }
}

/// A lock that is held.
struct Locked(Arc<File>);

impl Drop for Locked {
    fn drop(&mut self) {
        // It ends with the file at the latest.
        let _ = self.0.unlock();
    }
}

/// What is stored; nothing for a file that was just made.
fn read(memory: &Memory) -> io::Result<Option<Vec<u8>>> {
    let Some(mut file) = memory.file.as_deref() else { return Ok(None) };
    file.rewind()?;
    let mut text = Vec::with_capacity(1024);
    file.take(LONGEST).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// In place: others have the file open. A kill between the two steps leaves a whole ledger and an end that is not read.
fn write(memory: &Memory, text: &[u8], old_length: usize) -> io::Result<()> {
    let Some(mut file) = memory.file.as_deref() else { return Ok(()) };
    file.rewind()?;
    file.write_all(text)?;
    if text.len() < old_length { file.set_len(text.len() as u64) } else { Ok(()) }
}

fn parse(text: &[u8]) -> serde_json::Result<Ledger> {
    serde_json::Deserializer::from_slice(text).into_iter().next().unwrap_or_else(|| Ok(Ledger::default()))
}
