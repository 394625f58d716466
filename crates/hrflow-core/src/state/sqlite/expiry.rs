//! What does not stay for ever.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::pack::Time;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Free space in the file up to this much stays: what is stored next reuses it.
const FREE_BYTES: i64 = 16 << 20;

/// How long things are kept. Receipts, cursors, grants and each workflow's last result stay.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// Dead letters, from their last failure. They hold the item as it was read.
    pub dead_letters: SignedDuration,
    /// Runs with their results, and what they made of each item.
    pub runs: SignedDuration,
}

impl Default for Keep {
    /// Dead letters 30 days, runs 90.
    fn default() -> Self {
        Self { dead_letters: DAY * 30, runs: DAY * 90 }
    }
}

/// Removes what has expired. Answers how many dead letters were among it.
///
/// The time that counts is that of the run before, unless now is earlier: a clock that is set ahead by
/// mistake expires nothing in the first run that meets it.
pub(super) fn sweep(connection: &Connection, keep: Keep, now: Timestamp) -> Result<usize> {
    let last = connection
        .prepare_cached("SELECT started_at FROM runs ORDER BY run DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(Time(last)) = last else { return Ok(0) };
    let before = |kept: SignedDuration| Time(last.min(now).checked_sub(kept).unwrap_or(Timestamp::MIN));

    let letters = connection
        .prepare_cached("DELETE FROM dead_letters WHERE last_at < ?1")?
        .execute(params![before(keep.dead_letters)])?;
    let expired = "started_at < ?1 AND (finished_at IS NOT NULL OR broken_off = 1)";
    connection.execute(
        &format!("DELETE FROM passages WHERE run IN (SELECT run FROM runs WHERE {expired})"),
        params![before(keep.runs)],
    )?;
    connection.execute(
        &format!(
            "DELETE FROM runs WHERE {expired} AND run NOT IN \
             (SELECT max(run) FROM runs WHERE result IS NOT NULL GROUP BY workflow_id)"
        ),
        params![before(keep.runs)],
    )?;
    Ok(letters)
}

/// Gives free space of the file back to the disk, if that is more than half of the file. It needs the file for itself for as
/// long as copying the rest takes, and does nothing within a transaction.
pub(super) fn shrink(connection: &Connection) -> Result<()> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (free, pages, size) = (number("freelist_count")?, number("page_count")?, number("page_size")?);
    if !connection.is_autocommit() || free.saturating_mul(size) <= FREE_BYTES || free <= pages / 2 {
        return Ok(());
    }
    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
}
