//! The tables, and how files of earlier versions become files of this one.

use rusqlite::{Connection, Result, TransactionBehavior};

/// What tells a state file from any other SQLite file: `HRFL`.
const APPLICATION_ID: i32 = 0x4852_464C;

/// The steps from one version to the next. A file's `user_version` says how many it has taken; a step that was
/// released is never changed.
const MIGRATIONS: [&str; 5] = [
    r"
    CREATE TABLE runs (
        run INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        workflow_id TEXT NOT NULL,
        connector TEXT NOT NULL,
        action TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        broken_off INTEGER NOT NULL DEFAULT 0,
        finished_at INTEGER,
        result TEXT
    ) STRICT;
    CREATE INDEX runs_by_workflow ON runs (workflow_id, run);
    CREATE INDEX runs_by_age ON runs (started_at);
    CREATE INDEX runs_without_result ON runs (run) WHERE finished_at IS NULL AND broken_off = 0;

    CREATE TABLE cursors (
        workflow_id TEXT NOT NULL,
        target_id TEXT NOT NULL,
        read_from TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (workflow_id, target_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE targets (
        target INTEGER PRIMARY KEY,
        target_id TEXT NOT NULL,
        data_type TEXT NOT NULL,
        UNIQUE (target_id, data_type)
    ) STRICT;

    CREATE TABLE items (
        item INTEGER PRIMARY KEY,
        target INTEGER NOT NULL,
        item_key TEXT NOT NULL,
        identity ANY,
        owner INTEGER,
        letters_before INTEGER,
        outcome TEXT,
        created_by_us INTEGER,
        hash ANY,
        vendor_id TEXT,
        steps TEXT,
        delivered_at INTEGER,
        trace TEXT,
        UNIQUE (target, item_key)
    ) STRICT;
    CREATE INDEX items_by_vendor_id ON items (vendor_id, target) WHERE vendor_id IS NOT NULL;
    CREATE INDEX items_by_identity ON items (identity) WHERE identity IS NOT NULL;
    CREATE INDEX items_by_owner ON items (owner) WHERE owner IS NOT NULL;

    CREATE TABLE step_traces (
        item INTEGER NOT NULL,
        step TEXT NOT NULL,
        trace TEXT NOT NULL,
        PRIMARY KEY (item, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE passages (
        passage INTEGER PRIMARY KEY,
        item INTEGER NOT NULL,
        run INTEGER NOT NULL,
        at INTEGER NOT NULL,
        step TEXT NOT NULL,
        what TEXT NOT NULL,
        kind TEXT
    ) STRICT;
    CREATE INDEX passages_by_item ON passages (item);
    CREATE INDEX passages_by_run ON passages (run);

    CREATE TABLE dead_letters (
        letter INTEGER PRIMARY KEY AUTOINCREMENT,
        item INTEGER NOT NULL,
        workflow_id TEXT NOT NULL,
        run_id TEXT NOT NULL,
        step TEXT NOT NULL,
        kind TEXT NOT NULL,
        message TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        retryable INTEGER NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        payload TEXT NOT NULL,
        UNIQUE (item, workflow_id, step)
    ) STRICT;
    CREATE INDEX dead_letters_by_age ON dead_letters (last_at);

    CREATE TABLE grants (
        name TEXT PRIMARY KEY,
        grant_value TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    // The dead letters of an item share its payload, which is removed with the last of them. Numbers of letters are never
    // used again: their sequence moves to the new table.
    r"
    CREATE TABLE payloads (
        payload INTEGER PRIMARY KEY,
        item INTEGER NOT NULL,
        content TEXT NOT NULL
    ) STRICT;
    INSERT INTO payloads (item, content) SELECT DISTINCT item, payload FROM dead_letters;
    CREATE INDEX payloads_by_item ON payloads (item);

    ALTER TABLE dead_letters RENAME TO whole_dead_letters;
    CREATE TABLE dead_letters (
        letter INTEGER PRIMARY KEY AUTOINCREMENT,
        item INTEGER NOT NULL,
        workflow_id TEXT NOT NULL,
        run_id TEXT NOT NULL,
        step TEXT NOT NULL,
        kind TEXT NOT NULL,
        message TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        retryable INTEGER NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        payload INTEGER NOT NULL,
        UNIQUE (item, workflow_id, step)
    ) STRICT;
    INSERT INTO dead_letters
        SELECT letter, whole.item, workflow_id, run_id, step, kind, message, attempts, retryable, first_at, last_at,
            payloads.payload
        FROM whole_dead_letters AS whole
        JOIN payloads ON payloads.item = whole.item AND payloads.content = whole.payload;
    DELETE FROM sqlite_sequence WHERE name = 'dead_letters';
    UPDATE sqlite_sequence SET name = 'dead_letters' WHERE name = 'whole_dead_letters';
    DROP TABLE whole_dead_letters;
    CREATE INDEX dead_letters_by_age ON dead_letters (last_at);
    CREATE INDEX dead_letters_by_payload ON dead_letters (payload);
    CREATE TRIGGER payload_of_last_letter AFTER DELETE ON dead_letters
    WHEN NOT EXISTS (SELECT 1 FROM dead_letters WHERE payload = OLD.payload)
    BEGIN
        DELETE FROM payloads WHERE payload = OLD.payload;
    END;
",
    // A run owns an item with its identity. A receipt says under which identity it was given; `identity` is that of the last
    // intent. `warnings` are those of the receipt, as JSON; null if there are none.
    r"
    ALTER TABLE items ADD COLUMN claimed_identity ANY;
    ALTER TABLE items ADD COLUMN receipt_identity ANY;
    ALTER TABLE items ADD COLUMN warnings TEXT;
    UPDATE items SET receipt_identity = identity WHERE outcome IS NOT NULL AND trace IS NULL;
    CREATE INDEX items_by_claimed_identity ON items (claimed_identity, target) WHERE claimed_identity IS NOT NULL;
",
    // How a run delivered its items, as JSON: that is not in its result.
    r"
    ALTER TABLE runs ADD COLUMN deliveries TEXT;
",
    // When the vendor created a record, if what it handles after its response was not checked yet.
    r"
    ALTER TABLE items ADD COLUMN unconfirmed_since INTEGER;
    CREATE INDEX items_unconfirmed ON items (item) WHERE unconfirmed_since IS NOT NULL;
",
];

/// What keeps a file from being used.
#[derive(Debug)]
pub(super) enum Unfit {
    /// SQLite cannot.
    Sqlite(rusqlite::Error),
    /// It is a database of something else.
    Foreign,
    /// It was made by a version that knows more.
    Newer(usize),
    /// It was made by an earlier version, and cannot be brought to this one.
    Older(usize),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Verifies that a file is a state file, of whatever version. Changes nothing.
pub(super) fn verify(connection: &Connection) -> Result<(), Unfit> {
    if application_id(connection)? == APPLICATION_ID { Ok(()) } else { Err(Unfit::Foreign) }
}

/// Verifies that a file is a state file of this version. Changes nothing.
pub(super) fn verify_version(connection: &Connection) -> Result<(), Unfit> {
    verify(connection)?;
    match version(connection)? {
        older if older < MIGRATIONS.len() => Err(Unfit::Older(older)),
        newer if newer > MIGRATIONS.len() => Err(Unfit::Newer(newer)),
        _ => Ok(()),
    }
}

/// Brings a file to this version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Unfit> {
    if version(connection)? == MIGRATIONS.len() && application_id(connection)? == APPLICATION_ID {
        return Ok(());
    }
    // Another process may be doing the same: whoever comes second finds it done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&transaction)?;
    let application_id = application_id(&transaction)?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application_id != APPLICATION_ID && (tables > 0 || application_id != 0 || version != 0) {
        return Err(Unfit::Foreign);
    }
    let Some(missing) = MIGRATIONS.get(version..) else { return Err(Unfit::Newer(version)) };
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    Ok(transaction.commit()?)
}

fn version(connection: &Connection) -> Result<usize> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version as usize)
}

fn application_id(connection: &Connection) -> Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}
