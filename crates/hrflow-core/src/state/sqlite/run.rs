//! The state as one run sees it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Shared, expiry, history, journal,
    locks::{Lock, Locks},
    pack::{Json, Time},
};
use crate::{
    error::{Error, ErrorKind, Result},
    item::{DataType, ItemKey},
    receipt::VendorId,
    result::RunResult,
    state::{Claim, ClaimRequest, Delivered, Intent, JournalKey, Record, RunInfo, RunState},
    target::TargetId,
};

/// How many notes may be on their way unawaited.
const MAX_NOTES: u32 = 256;

pub(super) struct SqliteRun {
    shared: Arc<Shared>,
    workflow_id: String,
    /// The number of the run's row.
    run: i64,
    notes: AtomicU32,
    _alive: Lock,
    _cursor: Option<Lock>,
}

impl SqliteRun {
    pub(super) async fn begin(shared: Arc<Shared>, info: &RunInfo) -> Result<Self> {
        let cursor = match info.cursor {
            false => None,
            true => Some(shared.locks.cursor(&info.workflow_id)?.ok_or_else(taken)?),
        };
        let alive = shared.locks.run(&info.run_id)?;
        let (locks, keep, row) = (shared.locks.clone(), shared.keep, info.clone());
        let begun = shared.store.write(move |connection| {
            let alive = sweep_dead_runs(connection, &locks)?;
            let expired = expiry::sweep(connection, keep, Timestamp::now())?;
            Ok((insert(connection, &row)?, expired, alive))
        });
        let (run, expired, others) = begun.await?;
        if expired > 0 {
            tracing::warn!(dead_letters = expired, "dead letters have expired and are gone");
        }
        if others == 0
            && let Err(error) = shared.store.read(expiry::shrink).await
        {
            tracing::debug!(%error, "the state file keeps its free space");
        }
        let workflow_id = info.workflow_id.clone();
        Ok(Self { shared, workflow_id, run, notes: AtomicU32::new(0), _alive: alive, _cursor: cursor })
    }
}

fn taken() -> Error {
    Error::new(ErrorKind::Unavailable, "another run of this workflow is reading incrementally")
        .advise("Wait until it has ended.")
}

fn insert(connection: &Connection, run: &RunInfo) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO runs (run_id, workflow_id, connector, action, started_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .insert(params![run.run_id, run.workflow_id, run.connector, run.action, Time(run.started_at)])
}

/// Marks runs that ended without a result, and frees what they owned. Their traces stay. Returns how many runs are alive.
fn sweep_dead_runs(connection: &Connection, locks: &Locks) -> rusqlite::Result<usize> {
    let open: Vec<(i64, String)> = connection
        .prepare_cached("SELECT run, run_id FROM runs WHERE finished_at IS NULL AND broken_off = 0")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut alive = 0;
    for (run, run_id) in open {
        match locks.run_is_alive(&run_id) {
            true => alive += 1,
            false => break_off(connection, run)?,
        }
    }
    Ok(alive)
}

fn break_off(connection: &Connection, run: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE runs SET broken_off = 1 WHERE run = ?1 AND finished_at IS NULL")?
        .execute([run])?;
    journal::disown_all(connection, run)
}

fn claim(
    connection: &Connection,
    run: i64,
    locks: &Locks,
    request: &ClaimRequest,
) -> rusqlite::Result<Claim> {
    let item = journal::item(connection, &request.key)?;
    let identity = request.identity.as_ref();
    let owners = journal::other_owners(connection, run, item, identity)?;
    if owners.iter().any(|owner| locks.run_is_alive(owner)) {
        return Ok(Claim::Busy);
    }
    journal::own(connection, run, item, identity)?;
    Ok(Claim::Granted(Box::new(journal::entry(connection, item, identity)?)))
}

#[async_trait]
impl RunState for SqliteRun {
    async fn cursor(&self, target: &TargetId) -> Result<Option<String>> {
        let (workflow_id, target) = (self.workflow_id.clone(), target.0.clone());
        let cursor = self.shared.store.read(move |connection| {
            connection
                .prepare_cached("SELECT read_from FROM cursors WHERE workflow_id = ?1 AND target_id = ?2")?
                .query_row([&workflow_id, &target], |row| row.get(0))
                .optional()
        });
        cursor.await
    }

    async fn save_cursor(&self, target: &TargetId, read_from: &str) -> Result<()> {
        let (workflow_id, target) = (self.workflow_id.clone(), target.0.clone());
        let read_from = read_from.to_owned();
        let saved = self.shared.store.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO cursors (workflow_id, target_id, read_from, at) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT (workflow_id, target_id) DO UPDATE SET read_from = excluded.read_from, at = excluded.at",
                )?
                .execute(params![workflow_id, target, read_from, Time(Timestamp::now())])
        });
        saved.await.map(drop)
    }

    async fn claim(&self, items: &[ClaimRequest]) -> Result<Vec<Claim>> {
        let (items, locks, run) = (items.to_vec(), self.shared.locks.clone(), self.run);
        let claims = self.shared.store.publish(move |connection| {
            items.iter().map(|item| claim(connection, run, &locks, item)).collect()
        });
        claims.await
    }

    async fn intend(&self, intents: &[Intent]) -> Result<()> {
        let intents = intents.to_vec();
        let stored = self.shared.store.write(move |connection| {
            for intent in &intents {
                journal::intend(connection, journal::item(connection, &intent.key)?, &intent.trace)?;
            }
            Ok(())
        });
        stored.await
    }

    async fn record(&self, records: &[Record]) -> Result<()> {
        let (records, run) = (records.to_vec(), self.run);
        let stored = self.shared.store.write(move |connection| {
            records.iter().try_for_each(|record| journal::record(connection, run, record))
        });
        stored.await
    }

    async fn owner_of(
        &self,
        target: &TargetId,
        data_type: DataType,
        id: &VendorId,
    ) -> Result<Option<ItemKey>> {
        let (target, id) = (target.clone(), id.clone());
        self.shared.store.read(move |connection| journal::owner_of(connection, &target, data_type, &id)).await
    }

    async fn unconfirmed(
        &self,
        target: &TargetId,
        data_type: DataType,
        after: i64,
        most: usize,
    ) -> Result<Vec<Delivered>> {
        let target = target.0.clone();
        let receipts = self.shared.store.read(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT item, target_id, data_type, item_key, {} FROM items JOIN targets USING (target) \
                     WHERE unconfirmed_since IS NOT NULL AND outcome IS NOT NULL \
                     AND target_id = ?1 AND data_type = ?2 AND item > ?3 ORDER BY item LIMIT ?4",
                    journal::RECEIPT
                ))?
                .query_map(params![target, Json(data_type), after, history::limit(most)], history::delivered)?
                .filter_map(rusqlite::Result::transpose)
                .collect()
        });
        receipts.await
    }

    async fn open_letters(&self, key: &JournalKey) -> Result<Vec<String>> {
        let (key, run) = (key.clone(), self.run);
        let steps = self.shared.store.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT step FROM dead_letters JOIN items USING (item) JOIN targets USING (target) \
                     WHERE target_id = ?1 AND data_type = ?2 AND item_key = ?3 \
                     AND workflow_id = (SELECT workflow_id FROM runs WHERE run = ?4)",
                )?
                .query_map(params![key.target.0, Json(key.data_type), key.item.as_str(), run], |row| {
                    row.get(0)
                })?
                .collect()
        });
        steps.await
    }

    async fn discard(&self, key: &JournalKey) -> Result<()> {
        let (key, run) = (key.clone(), self.run);
        let noted = self.shared.store.write_later(move |connection| journal::discard(connection, run, &key));
        // Now and then one is waited for, so that notes do not pile up before a slow disk.
        if self.notes.fetch_add(1, Ordering::Relaxed) % MAX_NOTES == MAX_NOTES - 1 {
            return noted.await.unwrap_or_else(|_| Err(super::store::gone()));
        }
        Ok(())
    }

    async fn finish(&self, result: &RunResult) -> Result<()> {
        let (result, run) = (result.clone(), self.run);
        let stored = self.shared.store.write(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE runs SET finished_at = ?2, result = ?3, deliveries = ?4 WHERE run = ?1",
                )?
                .execute(params![run, Time(result.finished_at), Json(&result), Json(result.deliveries)])?;
            journal::disown_all(connection, run)
        });
        stored.await
    }
}

impl Drop for SqliteRun {
    fn drop(&mut self) {
        let run = self.run;
        // Nobody can wait here. If it does not come to pass, the next run finds this one's lock free.
        drop(self.shared.store.write_later(move |connection| break_off(connection, run)));
    }
}
