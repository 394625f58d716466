//! What the file can tell of the past.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Result as SqlResult, Row, ToSql, params};

use super::{
    Shared, journal,
    locks::Locks,
    pack::{Json, Time, digest},
};
use crate::{
    error::{ErrorKind, Result},
    item::{Identity, ItemKey},
    receipt::{StepTrace, Trace},
    result::{Deliveries, RunResult},
    state::{
        DeadLetter, Delivered, History, ItemHistory, LetterFilter, PastPassage, PastRun, Payload, RunStage,
        StoredLetter, history::MOST_RUNS_OF_PREFIX,
    },
    target::TargetId,
};

pub(super) struct SqliteHistory(pub(super) Arc<Shared>);

#[async_trait]
impl History for SqliteHistory {
    async fn runs(&self, workflow_id: Option<&str>, most: usize) -> Result<Vec<PastRun>> {
        let (locks, workflow_id) = (self.0.locks.clone(), workflow_id.map(str::to_owned));
        let runs = self.0.store.read(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {RUN} FROM runs WHERE ?1 IS NULL OR workflow_id = ?1 ORDER BY run DESC LIMIT ?2"
                ))?
                .query_map(params![workflow_id, limit(most)], |row| past_run(row, &locks))?
                .collect()
        });
        runs.await
    }

    async fn run(&self, id: &str) -> Result<Vec<PastRun>> {
        let (locks, id) = (self.0.locks.clone(), id.to_owned());
        let runs = self.0.store.read(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {RUN} FROM runs WHERE run_id >= ?1 AND run_id < ?1 || char(1114111) ORDER BY run LIMIT ?2"
                ))?
                .query_map(params![id, limit(MOST_RUNS_OF_PREFIX)], |row| past_run(row, &locks))?
                .collect()
        });
        runs.await
    }

    async fn items(&self, wanted: &str) -> Result<Vec<ItemHistory>> {
        let wanted = wanted.to_owned();
        self.0.store.read(move |connection| items(connection, &wanted)).await
    }

    async fn dead_letters(
        &self,
        filter: &LetterFilter,
        after: i64,
        most: usize,
    ) -> Result<Vec<StoredLetter>> {
        let filter = filter.clone();
        let letters = self.0.store.read(move |connection| {
            let (rule, mut values) = rule(&filter);
            values.extend([Box::new(after) as Box<dyn ToSql>, Box::new(limit(most))]);
            letters(connection, &format!("WHERE {rule} AND letter > ?5 ORDER BY letter LIMIT ?6"), values)
        });
        letters.await
    }

    async fn undelivered(
        &self,
        filter: &LetterFilter,
        target: &TargetId,
        after: i64,
        most: usize,
    ) -> Result<Vec<StoredLetter>> {
        let (filter, target) = (filter.clone(), target.clone());
        let letters = self.0.store.read(move |connection| {
            let (rule, mut values) = rule(&filter);
            values.extend([
                Box::new(after) as Box<dyn ToSql>,
                Box::new(limit(most)),
                Box::new(target.0.clone()),
            ]);
            let which = format!(
                "WHERE letter > ?5 AND target_id = ?7 AND letter = (SELECT letter FROM dead_letters newer \
                 WHERE newer.item = dead_letters.item AND newer.workflow_id = dead_letters.workflow_id \
                 ORDER BY letter DESC LIMIT 1) \
                 AND EXISTS (SELECT 1 FROM dead_letters meant JOIN items USING (item) \
                 WHERE meant.item = dead_letters.item AND meant.workflow_id = dead_letters.workflow_id AND {rule}) \
                 ORDER BY letter LIMIT ?6"
            );
            letters(connection, &which, values)
        });
        letters.await
    }

    async fn newest_letter(&self) -> Result<i64> {
        let newest = self.0.store.read(|connection| {
            connection
                .prepare_cached("SELECT ifnull(max(letter), 0) FROM dead_letters")?
                .query_row([], |row| row.get(0))
        });
        newest.await
    }

    async fn drop_dead_letters(&self, filter: &LetterFilter) -> Result<u64> {
        let filter = filter.clone();
        let dropped = self.0.store.write(move |connection| drop_letters(connection, &filter));
        dropped.await.map(|dropped| dropped as u64)
    }

    async fn receipts(&self, after: i64, most: usize) -> Result<Vec<Delivered>> {
        let receipts = self.0.store.read(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT item, target_id, data_type, item_key, {} FROM items JOIN targets USING (target) \
                     WHERE outcome IS NOT NULL AND item > ?1 ORDER BY item LIMIT ?2",
                    journal::RECEIPT
                ))?
                .query_map(params![after, limit(most)], delivered)?
                .filter_map(Result::transpose)
                .collect()
        });
        receipts.await
    }
}

pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

const RUN: &str =
    "run_id, workflow_id, connector, action, started_at, broken_off, finished_at, result, deliveries";

fn past_run(row: &Row<'_>, locks: &Locks) -> SqlResult<PastRun> {
    let run_id: String = row.get(0)?;
    let Time(started_at) = row.get(4)?;
    let finished: Option<i64> = row.get(6)?;
    let (result, deliveries) = result(row, 7)?;
    let stage = match finished {
        Some(_) => RunStage::Finished,
        None if row.get(5)? || !locks.run_is_alive(&run_id) => RunStage::BrokenOff,
        None => RunStage::Running,
    };
    Ok(PastRun {
        run_id,
        workflow_id: row.get(1)?,
        connector: row.get(2)?,
        action: row.get(3)?,
        stage,
        started_at,
        result,
        deliveries,
    })
}

/// The result in a column and the deliveries in the next one, which belong to it. Earlier versions stored none.
fn result(row: &Row<'_>, first: usize) -> SqlResult<(Option<RunResult>, Option<Deliveries>)> {
    let mut result = row.get::<_, Option<Json<RunResult>>>(first)?.map(|Json(result)| result);
    let deliveries = row.get::<_, Option<Json<Deliveries>>>(first + 1)?.map(|Json(counts)| counts);
    if let (Some(result), Some(deliveries)) = (&mut result, deliveries) {
        result.deliveries = deliveries;
    }
    Ok((result, deliveries))
}

pub(super) fn last_result(connection: &Connection, workflow_id: &str) -> SqlResult<Option<RunResult>> {
    connection
        .prepare_cached(
            "SELECT result, deliveries FROM runs WHERE workflow_id = ?1 AND result IS NOT NULL \
             ORDER BY run DESC LIMIT 1",
        )?
        .query_row([workflow_id], |row| result(row, 0).map(|(result, _)| result))
        .optional()
        .map(Option::flatten)
}

pub(super) fn delivered(row: &Row<'_>) -> SqlResult<Option<Delivered>> {
    let Some(receipt) = journal::receipt(row, 4)? else { return Ok(None) };
    let Json(data_type) = row.get(2)?;
    Ok(Some(Delivered {
        number: row.get(0)?,
        target: TargetId(row.get(1)?),
        data_type,
        key: ItemKey::new(row.get::<_, String>(3)?),
        receipt,
    }))
}

/// Drops letters. Where one says that something may have arrived, its trace goes too: whoever drops it has looked.
fn drop_letters(connection: &Connection, filter: &LetterFilter) -> SqlResult<usize> {
    let (rule, mut values) = rule(filter);
    values.push(Box::new(Json(ErrorKind::OutcomeUnknown)));
    let meant = |column| {
        format!(
            "SELECT {column} FROM dead_letters JOIN items USING (item) WHERE {rule} AND owner IS NULL AND kind = ?5"
        )
    };
    let item_traces =
        format!("UPDATE items SET trace = NULL WHERE item IN ({} AND step = 'write')", meant("item"));
    connection.prepare(&item_traces)?.execute(rusqlite::params_from_iter(&values))?;
    let step_traces = format!("DELETE FROM step_traces WHERE (item, step) IN ({})", meant("item, step"));
    connection.prepare(&step_traces)?.execute(rusqlite::params_from_iter(&values))?;
    values.pop();
    let letters = format!(
        "DELETE FROM dead_letters WHERE letter IN \
         (SELECT letter FROM dead_letters JOIN items USING (item) WHERE {rule})"
    );
    connection.prepare(&letters)?.execute(rusqlite::params_from_iter(values))
}

/// The key of a row is `wanted`: the whole of it, or what follows the source.
const KEY_IS: &str = "(item_key = ?1 OR substr(item_key, instr(item_key, '/') + 1) = ?1)";

/// A letter of the item holds the e-mail address `wanted`, as a text of its JSON: of who failed before the target's item
/// was made.
const LETTER_NAMES: &str = "(instr(?1, '@') > 1 AND item IN \
    (SELECT item FROM payloads WHERE instr(lower(content), lower('\"' || ?1 || '\"')) > 0))";

/// The items whose key has the digest `wanted`. Digests are not stored: all keys are read if it is as long as one.
fn of_digest(connection: &Connection, wanted: &str) -> SqlResult<Vec<i64>> {
    let mut items = Vec::new();
    if wanted.len() != ItemKey::SHORT {
        return Ok(items);
    }
    let mut statement = connection.prepare_cached("SELECT item, item_key FROM items")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if ItemKey::new(row.get::<_, String>(1)?).has_digest(wanted) {
            items.push(row.get(0)?);
        }
    }
    Ok(items)
}

fn items(connection: &Connection, wanted: &str) -> SqlResult<Vec<ItemHistory>> {
    let identity = digest(Identity::email(wanted).as_str());
    let of_digest = Json(of_digest(connection, wanted)?);
    let found: Vec<(i64, ItemHistory)> = connection
        .prepare_cached(&format!(
            "SELECT item, target_id, data_type, item_key, trace, {} FROM items JOIN targets USING (target) \
             WHERE {KEY_IS} OR vendor_id = ?1 OR identity = ?2 OR {LETTER_NAMES} \
             OR item IN (SELECT value FROM json_each(?3)) ORDER BY item_key, item",
            journal::RECEIPT
        ))?
        .query_map(params![wanted, identity, of_digest], |row| {
            let Json(data_type) = row.get(2)?;
            let trace: Option<Json<Trace>> = row.get(4)?;
            let history = ItemHistory {
                target: TargetId(row.get(1)?),
                data_type,
                key: ItemKey::new(row.get::<_, String>(3)?),
                receipt: journal::receipt(row, 5)?,
                unanswered: trace.map(|Json(trace)| ("write".to_owned(), trace.at)).into_iter().collect(),
                passages: Vec::new(),
                dead_letters: Vec::new(),
            };
            Ok((row.get(0)?, history))
        })?
        .collect::<SqlResult<_>>()?;
    found.into_iter().map(|(item, history)| complete(connection, item, history)).collect()
}

fn complete(connection: &Connection, item: i64, mut history: ItemHistory) -> SqlResult<ItemHistory> {
    let steps = connection
        .prepare_cached("SELECT trace FROM step_traces WHERE item = ?1 ORDER BY step")?
        .query_map([item], |row| row.get(0).map(|Json(trace): Json<StepTrace>| (trace.step.name, trace.at)))?
        .collect::<SqlResult<Vec<_>>>()?;
    history.unanswered.extend(steps);
    history.passages = connection
        .prepare_cached(
            "SELECT run_id, workflow_id, at, step, what, kind FROM passages JOIN runs USING (run) \
             WHERE item = ?1 ORDER BY passage",
        )?
        .query_map([item], |row| {
            let Time(at) = row.get(2)?;
            let Json(passage) = row.get(4)?;
            let kind: Option<Json<_>> = row.get(5)?;
            Ok(PastPassage {
                run_id: row.get(0)?,
                workflow_id: row.get(1)?,
                at,
                step: row.get(3)?,
                passage,
                kind: kind.map(|Json(kind)| kind),
            })
        })?
        .collect::<SqlResult<_>>()?;
    history.dead_letters = letters(connection, "WHERE item = ?1 ORDER BY letter", vec![Box::new(item)])?;
    Ok(history)
}

/// What a filter means, as the first four parameters of a statement over letters and their items.
fn rule(filter: &LetterFilter) -> (String, Vec<Box<dyn ToSql>>) {
    let LetterFilter { workflow_id, run_id, key, kind } = filter.clone();
    let rule = format!(
        "(?1 IS NULL OR {KEY_IS}) AND (?2 IS NULL OR workflow_id = ?2) AND (?3 IS NULL OR run_id = ?3) \
         AND (?4 IS NULL OR kind = ?4)"
    );
    (rule, vec![Box::new(key), Box::new(workflow_id), Box::new(run_id), Box::new(kind.map(Json))])
}

/// Whether a letter is of a step that its item's receipt knows as rejected.
const REJECTED: &str = "dead_letters.kind = 'Invalid' AND EXISTS (SELECT 1 FROM json_each(items.steps) \
    WHERE value ->> 'name' = dead_letters.step AND value ->> 'rejected')";

/// Whether a later run than the letter's settled its item.
const PASSED_LATER: &str = "EXISTS (SELECT 1 FROM passages JOIN runs USING (run) \
    WHERE passages.item = dead_letters.item AND passages.step = 'write' AND what != 'failed' \
    AND runs.run_id != dead_letters.run_id AND passages.at >= last_at)";

fn letters(
    connection: &Connection,
    which: &str,
    values: Vec<Box<dyn ToSql>>,
) -> SqlResult<Vec<StoredLetter>> {
    let statement = format!(
        "SELECT letter, workflow_id, run_id, item_key, target_id, data_type, step, payload, kind, message, \
         attempts, retryable, first_at, last_at, content, {REJECTED}, {REJECTED} AND {PASSED_LATER} FROM dead_letters JOIN payloads USING (payload, item) \
         JOIN items USING (item) JOIN targets USING (target) {which}"
    );
    let mut payloads: HashMap<i64, Payload> = HashMap::new();
    connection
        .prepare(&statement)?
        .query_map(rusqlite::params_from_iter(values), |row| {
            let item = match payloads.entry(row.get(7)?) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(new) => new.insert(Payload::stored(row.get(14)?)).clone(),
            };
            letter(row, item)
        })?
        .collect()
}

fn letter(row: &Row<'_>, item: Payload) -> SqlResult<StoredLetter> {
    let Json(data_type) = row.get(5)?;
    let Json(kind) = row.get(8)?;
    let (Time(first_at), Time(at)) = (row.get(12)?, row.get(13)?);
    Ok(StoredLetter {
        number: row.get(0)?,
        first_at,
        rejected: row.get(15)?,
        known: row.get(16)?,
        letter: DeadLetter {
            workflow_id: row.get(1)?,
            run_id: row.get(2)?,
            key: ItemKey::new(row.get::<_, String>(3)?),
            target: TargetId(row.get(4)?),
            data_type,
            step: row.get(6)?,
            item,
            kind,
            message: row.get(9)?,
            attempts: row.get(10)?,
            retryable: row.get(11)?,
            at,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use futures::FutureExt as _;

    use crate::state::{SqliteState, State as _};

    #[tokio::test]
    async fn work_that_nobody_waits_for_does_not_keep_the_state() {
        let directory = tempfile::tempdir().unwrap();
        let state = SqliteState::open(directory.path()).unwrap();
        let (go_on, waits) = mpsc::channel::<()>();
        let busy = state.shared.store.write_later(move |_| Ok(waits.recv().is_ok()));
        let history = state.history();
        assert!(history.runs(None, 1).now_or_never().is_none(), "the thread is still at work");
        assert!(history.run("1").now_or_never().is_none(), "the thread is still at work");
        // The last owner waits for the thread, which must not be the thread itself.
        assert_eq!(Arc::strong_count(&state.shared), 2, "the state and its history");
        go_on.send(()).unwrap();
        assert!(busy.await.unwrap().unwrap());
    }
}
