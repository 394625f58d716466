//! The connection, and the thread that owns it.
//!
//! Tasks hand it work and wait. What has come in while the last commit was under way is done in one transaction,
//! so that one flush of the disk makes all of it durable. If one piece of work fails, the transaction is
//! taken back and each is done by itself: a fault costs only whom it concerns.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::oneshot;

use super::{
    error::{meaning, unfit},
    file::{FileId, permissions},
    read_only,
    schema::{self, Unfit},
    watch::Watch,
};
use crate::error::{Error, ErrorKind, Result, Scope};

/// How long to wait for another process that writes. Each commit takes milliseconds: longer than this, somebody
/// holds the file.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// How much work one transaction takes at the most: others have to get their turn.
const MAX_GROUP: usize = 512;
/// The log beside the file is cut back to this after it has grown.
const LOG_BYTES: i64 = 16 << 20;

/// How sure a caller has to be once its call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Durability {
    /// It only reads.
    Read,
    /// Other processes see it. It may be gone after a power failure, when they are gone too.
    Visible,
    /// It is on the disk.
    Durable,
}

/// A piece of work with somebody who waits for it. It may be done more than once: what it did the last time counts.
trait Work: Send {
    fn durability(&self) -> Durability;
    fn perform(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Task<T, F> {
    durability: Durability,
    work: F,
    done: Option<T>,
    waiting: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnMut(&Connection) -> rusqlite::Result<T> + Send> Work for Task<T, F> {
    fn durability(&self) -> Durability {
        self.durability
    }

    fn perform(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.done = None;
        self.done = Some((self.work)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let Self { done, waiting, .. } = *self;
        // Whoever asked may have stopped waiting.
        let _ = waiting.send(committed.and_then(|()| done.ok_or_else(gone)));
    }
}

/// The way to the thread. Dropping it closes the file, once what was handed over is done.
pub(super) struct Store {
    queue: Option<Sender<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
    is_read_only: bool,
}

impl Store {
    /// Opens a state file.
    pub(super) fn open(file: &Path) -> Result<Self> {
        Self::open_waiting(file, BUSY_TIMEOUT)
    }

    fn open_waiting(file: &Path, busy_timeout: Duration) -> Result<Self> {
        let opened = FileId::of(file);
        let connection = connect(file, busy_timeout, schema::verify)?;
        permissions::restrict(file);
        Self::start(connection, file, Watch::names(file, opened))
    }

    /// Opens a state file that this process may not write to. Everything but reading fails.
    pub(super) fn open_read_only(file: &Path) -> Result<Self> {
        let (connection, watch) = read_only::connect(file)?;
        Self::start(connection, file, watch)
    }

    fn start(connection: Connection, file: &Path, watch: Watch) -> Result<Self> {
        let (queue, work) = mpsc::channel();
        let is_read_only = !matches!(watch, Watch::Names(_));
        let keeper = Keeper { connection, file: file.to_owned(), watch, durable: true };
        let thread =
            thread::Builder::new().name("hrflow-state".to_owned()).spawn(move || keeper.work_off(&work));
        let thread = thread.map_err(|error| {
            Error::new(ErrorKind::Internal, "the state's thread cannot be started").with_source(error)
        })?;
        Ok(Self { queue: Some(queue), thread: Some(thread), is_read_only })
    }

    /// Reads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(Durability::Read, work).await.map_err(|_| gone())?
    }

    /// Writes what other processes have to see. It returns when they do.
    pub(super) async fn publish<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(Durability::Visible, work).await.map_err(|_| gone())?
    }

    /// Writes. It returns when it is on the disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(Durability::Durable, work).await.map_err(|_| gone())?
    }

    /// Writes some time; who waits for the answer waits until other processes see it.
    pub(super) fn write_later<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> oneshot::Receiver<Result<T>> {
        self.submit(Durability::Visible, work)
    }

    /// Whether everything but reading fails.
    pub(super) fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    fn submit<T: Send + 'static>(
        &self,
        durability: Durability,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> oneshot::Receiver<Result<T>> {
        let (waiting, answer) = oneshot::channel();
        if let Some(queue) = &self.queue {
            // Where the thread is gone, the answer's sender goes with the task: whoever waits is told.
            let _ = queue.send(Box::new(Task { durability, work, done: None, waiting }));
        }
        answer
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(super) fn gone() -> Error {
    Error::new(ErrorKind::Internal, "the state's thread is gone")
        .with_scope(Scope::Run)
        .advise("Please report this. Nothing that was settled is lost: run again.")
}

/// Creates the tables in an empty file. They are in the file itself when it returns, not in a log beside it.
pub(super) fn create(file: &Path) -> Result<()> {
    let connection = connect(file, BUSY_TIMEOUT, |_| Ok(()))?;
    let is_busy: bool = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|error| meaning(error, file))?;
    if is_busy {
        return Err(Error::new(ErrorKind::Unavailable, "another program keeps the new state file open")
            .with("file", file.display())
            .advise("Run again."));
    }
    connection.close().map_err(|(_, error)| meaning(error, file))
}

/// Opens a file for writing, and brings it to this version. Nothing is changed before `verify` accepts the file.
fn connect(
    file: &Path,
    busy_timeout: Duration,
    verify: fn(&Connection) -> Result<(), Unfit>,
) -> Result<Connection> {
    let fail = |error| meaning(error, file);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags).map_err(fail)?;
    connection.busy_timeout(busy_timeout).map_err(fail)?;
    connection.set_prepared_statement_cache_capacity(64);
    verify(&connection).map_err(|found| unfit(found, file))?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(fail)?;
    if mode != "wal" {
        return Err(Error::new(ErrorKind::Internal, "the file system cannot hold the state")
            .with("file", file.display())
            .advise("Give a directory on a local disk with --state-dir or HRFLOW_STATE_DIR."));
    }
    for (name, value) in [("synchronous", 2), ("journal_size_limit", LOG_BYTES), ("secure_delete", 1)] {
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(no_row).map_err(fail)?;
    }
    schema::migrate(&mut connection).map_err(|found| unfit(found, file))?;
    Ok(connection)
}

/// Some pragmas answer a row with their new value, and some do not.
fn no_row(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        error => Err(error),
    }
}

/// What a transaction failed for.
enum Fault {
    /// A piece of work: the others may succeed without it.
    Work(rusqlite::Error),
    /// The file itself, which each would meet again: nobody waits for it twice.
    File(rusqlite::Error),
    /// What was done is of no use, and would not be if it were done again.
    Void(Error),
}

/// The thread's side.
struct Keeper {
    connection: Connection,
    file: PathBuf,
    watch: Watch,
    durable: bool,
}

impl Keeper {
    fn work_off(mut self, queue: &Receiver<Box<dyn Work>>) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            while group.len() < MAX_GROUP
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            self.settle(group);
        }
    }

    fn settle(&mut self, mut group: Vec<Box<dyn Work>>) {
        let answer_all = |group: Vec<Box<dyn Work>>, error: &Error| {
            group.into_iter().for_each(|work| work.answer(Err(error.duplicate())));
        };
        let error = match self.commit(&mut group) {
            Ok(()) => return group.into_iter().for_each(|work| work.answer(Ok(()))),
            Err(Fault::File(error)) => return answer_all(group, &meaning(error, &self.file)),
            Err(Fault::Void(error)) => return answer_all(group, &error),
            Err(Fault::Work(error)) => error,
        };
        if group.len() > 1 {
            return group.into_iter().for_each(|work| self.settle(vec![work]));
        }
        if let Some(work) = group.pop() {
            work.answer(Err(meaning(error, &self.file)));
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Work>]) -> Result<(), Fault> {
        let durability = group.iter().map(|work| work.durability()).max().unwrap_or(Durability::Read);
        if durability == Durability::Read {
            group.iter_mut().try_for_each(|work| work.perform(&self.connection)).map_err(Fault::Work)?;
            return self.watch.after_reading().map_err(Fault::Void);
        }
        let durable = durability == Durability::Durable;
        if durable != self.durable {
            let level = if durable { "FULL" } else { "NORMAL" };
            self.connection.execute_batch(&format!("PRAGMA synchronous = {level}")).map_err(Fault::File)?;
            self.durable = durable;
        }
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(Fault::File)?;
        for work in group {
            work.perform(&transaction).map_err(Fault::Work)?;
        }
        transaction.commit().map_err(Fault::File)?;
        self.watch.after_writing().map_err(Fault::Void)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;

    fn store(busy_timeout: Duration) -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        crate::state::sqlite::file::prepare(directory.path()).unwrap();
        let store = Store::open_waiting(&directory.path().join("state.db"), busy_timeout).unwrap();
        (directory, store)
    }

    fn put(name: &str, size: usize) -> impl FnMut(&Connection) -> rusqlite::Result<()> + Send + use<> {
        let (name, text) = (name.to_owned(), "x".repeat(size));
        move |connection| {
            connection
                .execute(
                    "INSERT OR REPLACE INTO cursors (workflow_id, target_id, read_from, at) VALUES (?1, '', ?2, 0)",
                    params![name, text],
                )
                .map(drop)
        }
    }

    async fn held(store: &Store) -> Vec<String> {
        let held = store.read(|connection| {
            let mut all = connection.prepare("SELECT workflow_id FROM cursors ORDER BY 1")?;
            all.query_map([], |row| row.get(0))?.collect()
        });
        held.await.unwrap()
    }

    #[tokio::test]
    async fn a_fault_costs_only_whom_it_concerns() {
        let (_directory, store) = store(BUSY_TIMEOUT);
        // Whatever is committed together: some of these are.
        let works = (0..200).map(|index| {
            let name = format!("{index:03}");
            let mut good = put(&name, 1);
            store.write(move |connection| match index % 10 {
                7 => connection.execute("INSERT INTO nowhere VALUES (1)", []).map(drop),
                _ => good(connection),
            })
        });
        let answers = futures::future::join_all(works).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 20);
        assert!((0..200).all(|index| answers[index].is_err() == (index % 10 == 7)));
        assert_eq!(held(&store).await.len(), 180);
    }

    #[tokio::test]
    async fn a_full_disk_is_named_and_what_was_stored_stays() {
        let (_directory, store) = store(BUSY_TIMEOUT);
        store.write(put("before", 10)).await.unwrap();
        // SQLite answers as it does where no page more fits on the disk.
        let limit = |pages: &'static str| {
            store.read(move |connection| {
                connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            })
        };
        limit("1").await.unwrap();
        let error = store.write(put("too much", 1 << 20)).await.unwrap_err();
        assert!(error.to_string().contains("full"), "{error}");
        assert_eq!((error.kind(), error.scope()), (ErrorKind::Internal, Scope::Run));
        assert_eq!(held(&store).await, ["before"]);
        limit("1000000").await.unwrap();
        store.write(put("after", 1 << 20)).await.unwrap();
        assert_eq!(held(&store).await, ["after", "before"]);
    }

    #[tokio::test]
    async fn a_file_that_another_program_holds_is_named() {
        let (directory, store) = store(Duration::from_millis(50));
        let other = Connection::open(directory.path().join("state.db")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let error = store.write(put("now", 1)).await.unwrap_err();
        assert!(error.to_string().contains("locked"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        other.execute_batch("COMMIT").unwrap();
        store.write(put("later", 1)).await.unwrap();
        assert_eq!(held(&store).await, ["later"]);
    }

    #[tokio::test]
    async fn those_who_wait_for_a_file_that_is_held_wait_once() {
        let wait = Duration::from_millis(300);
        let (directory, store) = store(wait);
        let other = Connection::open(directory.path().join("state.db")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let started = std::time::Instant::now();
        let answers = (0..50).map(|index| store.write(put(&index.to_string(), 1)));
        let answers = futures::future::join_all(answers).await;
        assert!(answers.iter().all(|it| it.as_ref().is_err_and(|it| it.kind() == ErrorKind::Unavailable)));
        // The first may have been alone in its transaction; all others share one.
        assert!(started.elapsed() < 10 * wait, "{:?}", started.elapsed());
    }

    #[tokio::test]
    async fn only_what_has_to_last_is_flushed() {
        let (_directory, store) = store(BUSY_TIMEOUT);
        let level =
            |connection: &Connection| connection.pragma_query_value(None, "synchronous", |row| row.get(0));
        let (normal, full) = (1, 2);
        for _ in 0..2 {
            let levels: (i64, i64) = (store.write(level).await.unwrap(), store.publish(level).await.unwrap());
            assert_eq!(levels, (full, normal));
        }
    }

    #[tokio::test]
    async fn what_nobody_waited_for_is_done_before_it_closes() {
        let (directory, store) = store(BUSY_TIMEOUT);
        for index in 0..100 {
            drop(store.write_later(put(&index.to_string(), 1)));
        }
        drop(store);
        let store = Store::open(&directory.path().join("state.db")).unwrap();
        assert_eq!(held(&store).await.len(), 100);
    }
}
