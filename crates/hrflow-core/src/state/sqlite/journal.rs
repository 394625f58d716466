//! Items, traces, receipts, passages and dead letters, as rows.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params, types::Value};

use super::pack::{Json, Time, digest, undigest};
use crate::{
    error::ErrorKind,
    item::{DataType, Identity, ItemKey},
    receipt::{StepTrace, Trace, VendorId},
    state::{
        DeadLetter, Entry, IntentTrace, JournalKey, KnownStep, Passage, Record, SameIdentity, StepState,
        StoredReceipt, history::ITEM_STEPS,
    },
    target::TargetId,
    warning::Warning,
};

/// The columns of a receipt, in the order that [`receipt`] reads them from the column it is given.
pub(super) const RECEIPT: &str = "outcome, created_by_us, hash, vendor_id, steps, delivered_at, receipt_identity, warnings, \
     unconfirmed_since";

/// The number of an item's row, which is made where there is none.
pub(super) fn item(connection: &Connection, key: &JournalKey) -> Result<i64> {
    let target = target(connection, &key.target, key.data_type)?;
    let known = connection
        .prepare_cached("SELECT item FROM items WHERE target = ?1 AND item_key = ?2")?
        .query_row(params![target, key.item.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(item) = known {
        return Ok(item);
    }
    connection
        .prepare_cached("INSERT INTO items (target, item_key) VALUES (?1, ?2)")?
        .insert(params![target, key.item.as_str()])
}

fn target(connection: &Connection, target: &TargetId, data_type: DataType) -> Result<i64> {
    let known = connection
        .prepare_cached("SELECT target FROM targets WHERE target_id = ?1 AND data_type = ?2")?
        .query_row(params![target.0, Json(data_type)], |row| row.get(0))
        .optional()?;
    if let Some(target) = known {
        return Ok(target);
    }
    connection
        .prepare_cached("INSERT INTO targets (target_id, data_type) VALUES (?1, ?2)")?
        .insert(params![target.0, Json(data_type)])
}

// The table of items has partial indexes. SQLite prepares a statement again for each execution if it compares a parameter
// in a condition that is not met by a row's number or a unique key: parameters that are compared with an identity are wrapped
// in a SELECT, and other conditions are checked here.

/// The runs other than `run` that own an item, or another item with the identity at the same target. They may be over.
pub(super) fn other_owners(
    connection: &Connection,
    run: i64,
    item: i64,
    identity: Option<&Identity>,
) -> Result<Vec<String>> {
    let owner: Option<i64> = connection
        .prepare_cached("SELECT owner FROM items WHERE item = ?1")?
        .query_row([item], |row| row.get(0))?;
    let mut owners: Vec<i64> = owner.into_iter().collect();
    if let Some(identity) = identity {
        let of_identity = connection
            .prepare_cached(
                "SELECT owner FROM items WHERE claimed_identity = (SELECT ?1) \
                 AND target = (SELECT target FROM items WHERE item = ?2)",
            )?
            .query_map(params![digest(identity.as_str()), item], |row| row.get(0))?
            .collect::<Result<Vec<i64>>>()?;
        owners.extend(of_identity);
    }
    owners.retain(|owner| *owner != run);
    let run_id = |owner: i64| {
        connection
            .prepare_cached("SELECT run_id FROM runs WHERE run = ?1")?
            .query_row([owner], |row| row.get(0))
            .optional()
    };
    owners.into_iter().filter_map(|owner| run_id(owner).transpose()).collect()
}

/// Makes a run the owner of an item and of its identity. Letters that are stored from then on are not about what it is about to
/// deliver.
pub(super) fn own(connection: &Connection, run: i64, item: i64, identity: Option<&Identity>) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE items SET owner = ?2, claimed_identity = ?3, letters_before = CASE WHEN owner = ?2 \
             THEN letters_before ELSE (SELECT max(letter) FROM dead_letters) END WHERE item = ?1",
        )?
        .execute(params![item, run, identity.map(|identity| digest(identity.as_str()))])
        .map(drop)
}

fn disown(connection: &Connection, item: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE items SET owner = NULL, claimed_identity = NULL WHERE item = ?1")?
        .execute([item])
        .map(drop)
}

/// Frees whatever a run owns.
pub(super) fn disown_all(connection: &Connection, run: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE items SET owner = NULL, claimed_identity = NULL WHERE owner = ?1")?
        .execute([run])
        .map(drop)
}

/// What is known of an item, and of others with its identity.
pub(super) fn entry(connection: &Connection, item: i64, identity: Option<&Identity>) -> Result<Entry> {
    let (receipt, trace) = connection
        .prepare_cached(&format!("SELECT {RECEIPT}, trace FROM items WHERE item = ?1"))?
        .query_row([item], |row| {
            let trace: Option<Json<Trace>> = row.get(9)?;
            Ok((receipt(row, 0)?, trace.map(|Json(trace)| trace)))
        })?;
    let step_traces = connection
        .prepare_cached("SELECT trace FROM step_traces WHERE item = ?1")?
        .query_map([item], |row| row.get(0).map(|Json(trace): Json<StepTrace>| trace))?
        .collect::<Result<_>>()?;
    let same_identity = match identity.filter(|it| receipt.is_none() && it.is_recognised()) {
        Some(identity) => same_identity(connection, item, identity)?,
        None => SameIdentity::default(),
    };
    Ok(Entry { receipt, trace, step_traces, same_identity })
}

/// What is known of other items with an identity, at the target of `item`.
fn same_identity(connection: &Connection, item: i64, identity: &Identity) -> Result<SameIdentity> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT item, trace, {RECEIPT} FROM items WHERE identity = (SELECT ?1) \
         AND target = (SELECT target FROM items WHERE item = ?2)"
    ))?;
    let mut rows = statement.query(params![digest(identity.as_str()), item])?;
    let mut known = SameIdentity::default();
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? == item {
            continue;
        }
        let newest = known.receipt.as_ref().map(|receipt| receipt.at);
        let receipt = receipt(row, 2)?.filter(|it| it.identity.as_ref() == Some(identity));
        if let Some(receipt) = receipt.filter(|it| newest.is_none_or(|newest| it.at > newest)) {
            known.receipt = Some(receipt);
        }
        let trace: Option<Json<Trace>> = row.get(1)?;
        known.traces.extend(trace.map(|Json(trace)| trace));
    }
    Ok(known)
}

/// The receipt in the columns from `first` on; none where the item was never delivered.
pub(super) fn receipt(row: &Row<'_>, first: usize) -> Result<Option<StoredReceipt>> {
    let Some(Json(outcome)) = row.get(first)? else { return Ok(None) };
    let Json(steps): Json<Vec<KnownStep>> = row.get(first + 4)?;
    let Time(at) = row.get(first + 5)?;
    let warnings: Option<Json<Vec<Warning>>> = row.get(first + 7)?;
    Ok(Some(StoredReceipt {
        outcome,
        created_by_us: row.get(first + 1)?,
        hash: undigest(row.get(first + 2)?, first + 2)?,
        id: row.get::<_, Option<String>>(first + 3)?.map(VendorId),
        identity: match row.get::<_, Value>(first + 6)? {
            Value::Null => None,
            identity => Some(undigest(identity, first + 6)?),
        },
        steps,
        warnings: warnings.map(|Json(warnings)| warnings).unwrap_or_default(),
        unconfirmed_since: row.get::<_, Option<Time>>(first + 8)?.map(|Time(since)| since),
        at,
    }))
}

pub(super) fn intend(connection: &Connection, item: i64, trace: &IntentTrace) -> Result<()> {
    match trace {
        IntentTrace::Item(trace) => {
            let identity = trace.identity.as_ref().map(|identity| digest(identity.as_str()));
            connection
                .prepare_cached("UPDATE items SET trace = ?2, identity = ?3 WHERE item = ?1")?
                .execute(params![item, Json(trace), identity])
                .map(drop)
        }
        IntentTrace::Step(trace) => connection
            .prepare_cached("INSERT OR REPLACE INTO step_traces (item, step, trace) VALUES (?1, ?2, ?3)")?
            .execute(params![item, trace.step.name, Json(trace)])
            .map(drop),
    }
}

/// Stores what became of something in a run.
pub(super) fn record(connection: &Connection, run: i64, record: &Record) -> Result<()> {
    match record {
        Record::Receipt(key, receipt) => store_receipt(connection, item(connection, key)?, receipt),
        Record::Step(key, step) => store_step(connection, run, item(connection, key)?, step),
        Record::NotSent(key) => connection
            .prepare_cached(
                "UPDATE items SET trace = NULL, identity = ifnull(receipt_identity, identity) WHERE item = ?1",
            )?
            .execute([item(connection, key)?])
            .map(drop),
        Record::StepNotSent(key, name) => drop_step_trace(connection, item(connection, key)?, name),
        Record::Confirmed(key, missing) => confirm(connection, item(connection, key)?, missing.as_ref()),
        Record::DeadLetter(letter) => store_letter(connection, run, letter),
        Record::Settled(key, passage) => {
            let item = item(connection, key)?;
            if let Some(passage) = passage {
                drop_earlier_item_letters(connection, run, item, *passage)?;
                pass(connection, run, item, "write", *passage, None)?;
            }
            disown(connection, item)
        }
    }
}

pub(super) fn discard(connection: &Connection, run: i64, key: &JournalKey) -> Result<()> {
    let item = item(connection, key)?;
    drop_known_item_letters(connection, run, item)?;
    pass(connection, run, item, "logics", Passage::Discarded, None)
}

fn store_receipt(connection: &Connection, item: i64, receipt: &StoredReceipt) -> Result<()> {
    let identity = receipt.identity.as_ref().map(|identity| digest(identity.as_str()));
    if let Some(identity) = &identity {
        // It seldom differs from that of the intent: its index is left alone then.
        connection
            .prepare_cached("UPDATE items SET identity = ?2 WHERE item = ?1 AND identity IS NOT ?2")?
            .execute(params![item, identity])?;
    }
    connection
        .prepare_cached(
            "UPDATE items SET outcome = ?2, created_by_us = ?3, hash = ?4, vendor_id = ?5, steps = ?6, \
             delivered_at = ?7, receipt_identity = ?8, identity = ifnull(?8, identity), warnings = ?9, \
             unconfirmed_since = ?10, trace = NULL WHERE item = ?1",
        )?
        .execute(params![
            item,
            Json(receipt.outcome),
            receipt.created_by_us,
            digest(receipt.hash.as_str()),
            receipt.id.as_ref().map(|id| &id.0),
            Json(&receipt.steps),
            Time(receipt.at),
            receipt.identity.as_ref().map(|identity| digest(identity.as_str())),
            Some(&receipt.warnings).filter(|it| !it.is_empty()).map(Json),
            receipt.unconfirmed_since.map(Time),
        ])
        .map(drop)
}

/// Marks a receipt as checked, and adds a warning of what is missing.
fn confirm(connection: &Connection, item: i64, missing: Option<&Warning>) -> Result<()> {
    let warnings: Option<Json<Vec<Warning>>> = connection
        .prepare_cached("SELECT warnings FROM items WHERE item = ?1")?
        .query_row([item], |row| row.get(0))?;
    let mut warnings = warnings.map(|Json(warnings)| warnings).unwrap_or_default();
    warnings.extend(missing.cloned());
    connection
        .prepare_cached("UPDATE items SET unconfirmed_since = NULL, warnings = ?2 WHERE item = ?1")?
        .execute(params![item, Some(&warnings).filter(|it| !it.is_empty()).map(Json)])
        .map(drop)
}

fn store_step(connection: &Connection, run: i64, item: i64, step: &KnownStep) -> Result<()> {
    drop_step_trace(connection, item, &step.name)?;
    let steps: Option<Json<Vec<KnownStep>>> = connection
        .prepare_cached("SELECT steps FROM items WHERE item = ?1")?
        .query_row([item], |row| row.get(0))?;
    if let Some(Json(mut steps)) = steps {
        step.clone().join(&mut steps);
        connection
            .prepare_cached("UPDATE items SET steps = ?2 WHERE item = ?1")?
            .execute(params![item, Json(steps)])?;
    }
    if step.state != StepState::Sent {
        return Ok(());
    }
    connection
        .prepare_cached("DELETE FROM dead_letters WHERE item = ?1 AND step = ?2")?
        .execute(params![item, step.name])?;
    pass(connection, run, item, &step.name, Passage::Sent, None)
}

fn drop_step_trace(connection: &Connection, item: i64, name: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM step_traces WHERE item = ?1 AND step = ?2")?
        .execute(params![item, name])
        .map(drop)
}

/// Drops the letters about an item as a whole that were there when its owner claimed it: every workflow's where
/// something was delivered, else the run's own.
fn drop_earlier_item_letters(connection: &Connection, run: i64, item: i64, passage: Passage) -> Result<()> {
    let [read, format, logics, write] = ITEM_STEPS;
    connection
        .prepare_cached(
            "DELETE FROM dead_letters WHERE item = ?1 AND step IN (?2, ?3, ?4, ?5) \
             AND letter <= (SELECT letters_before FROM items WHERE item = ?1) \
             AND (?6 OR workflow_id = (SELECT workflow_id FROM runs WHERE run = ?7))",
        )?
        .execute(params![item, read, format, logics, write, passage.delivers(), run])
        .map(drop)
}

/// Drops the letters of the run's workflow about an item as a whole, save where it may have arrived.
fn drop_known_item_letters(connection: &Connection, run: i64, item: i64) -> Result<()> {
    let [read, format, logics, write] = ITEM_STEPS;
    connection
        .prepare_cached(
            "DELETE FROM dead_letters WHERE item = ?1 AND step IN (?2, ?3, ?4, ?5) AND kind != ?6 \
             AND workflow_id = (SELECT workflow_id FROM runs WHERE run = ?7)",
        )?
        .execute(params![item, read, format, logics, write, Json(ErrorKind::OutcomeUnknown), run])
        .map(drop)
}

/// Notes what a run made of an item. Of what repeats itself with every run only the last is kept.
fn pass(
    connection: &Connection,
    run: i64,
    item: i64,
    step: &str,
    what: Passage,
    kind: Option<ErrorKind>,
) -> Result<()> {
    let now = Time(Timestamp::now());
    if matches!(what, Passage::Unchanged | Passage::Discarded) {
        connection
            .prepare_cached("DELETE FROM passages WHERE item = ?1 AND what = ?2")?
            .execute(params![item, Json(what)])?;
    }
    connection
        .prepare_cached(
            "INSERT INTO passages (item, run, at, step, what, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![item, run, now, step, Json(what), kind.map(Json)])
        .map(drop)
}

/// Stores a letter in place of those of the same failure: of the same step, or of the item as a whole where that did not
/// arrive for certain. Later letters have greater numbers, those that replace others too.
fn store_letter(connection: &Connection, run: i64, letter: &DeadLetter) -> Result<()> {
    let key =
        JournalKey { target: letter.target.clone(), data_type: letter.data_type, item: letter.key.clone() };
    let item = item(connection, &key)?;
    pass(connection, run, item, &letter.step, Passage::Failed, Some(letter.kind))?;
    let (mut attempts, mut first_at) = (letter.attempts, letter.at);
    for (earlier, Time(at)) in take_earlier(connection, item, letter)? {
        attempts = attempts.saturating_add(earlier);
        first_at = first_at.min(at);
    }
    let payload = payload(connection, item, letter.item.as_str())?;
    connection
        .prepare_cached(
            "INSERT INTO dead_letters (item, workflow_id, run_id, step, kind, message, attempts, retryable, \
             first_at, last_at, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            item,
            letter.workflow_id,
            letter.run_id,
            letter.step,
            Json(letter.kind),
            letter.message,
            attempts,
            letter.retryable,
            Time(first_at),
            Time(letter.at),
            payload,
        ])
        .map(drop)
}

/// The number of an item's payload, which is stored unless a letter has it already. A trigger removes it with the last
/// letter that has it.
fn payload(connection: &Connection, item: i64, content: &str) -> Result<i64> {
    let known = connection
        .prepare_cached("SELECT payload FROM payloads WHERE item = ?1 AND content = ?2")?
        .query_row(params![item, content], |row| row.get(0))
        .optional()?;
    if let Some(payload) = known {
        return Ok(payload);
    }
    connection
        .prepare_cached("INSERT INTO payloads (item, content) VALUES (?1, ?2)")?
        .insert(params![item, content])
}

/// Removes the letters that a new one replaces. Answers their attempts, and when each failed first.
fn take_earlier(connection: &Connection, item: i64, letter: &DeadLetter) -> Result<Vec<(u32, Time)>> {
    let [read, format, logics, write] = ITEM_STEPS;
    connection
        .prepare_cached(
            "DELETE FROM dead_letters WHERE item = ?1 AND workflow_id = ?2 AND (step = ?3 OR \
             (?3 IN (?4, ?5, ?6, ?7) AND step IN (?4, ?5, ?6, ?7) AND kind != ?8)) RETURNING attempts, first_at",
        )?
        .query_map(
            params![
                item,
                letter.workflow_id,
                letter.step,
                read,
                format,
                logics,
                write,
                Json(ErrorKind::OutcomeUnknown)
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect()
}

/// Which item a vendor's record belongs to.
pub(super) fn owner_of(
    connection: &Connection,
    target: &TargetId,
    data_type: DataType,
    id: &VendorId,
) -> Result<Option<ItemKey>> {
    connection
        .prepare_cached(
            "SELECT item_key FROM items JOIN targets USING (target) \
             WHERE vendor_id = ?1 AND target_id = ?2 AND data_type = ?3 ORDER BY created_by_us DESC, item LIMIT 1",
        )?
        .query_row(params![id.0, target.0, Json(data_type)], |row| row.get::<_, String>(0))
        .optional()
        .map(|key| key.map(ItemKey::new))
}
