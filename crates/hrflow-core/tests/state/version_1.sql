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

INSERT INTO runs VALUES (1, 'one', 'workflow', 'connector', 'push_profile', 1700000000000, 1, NULL, NULL);
INSERT INTO targets VALUES (1, 'vendor host company 1', 'profile');
INSERT INTO items VALUES (1, 1, 'source/a', NULL, NULL, 1, 'created', 1, X'abababababababababababababababababababababababababababababababab', '7',
    '[{"name":"resume","identity":"cv.pdf (7 bytes)","sent":true,"at":"2023-11-14T22:13:21Z"}]', 1700000002000, NULL);
INSERT INTO items VALUES (2, 1, 'source/b', X'cba4f2da143eb1f9f7d4a44ce77da4d7d6b389e58c46dff7020707465e8685fb', NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL,
    '{"at":"2023-11-14T22:13:23Z","hash":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","identity":"cba4f2da143eb1f9f7d4a44ce77da4d7d6b389e58c46dff7020707465e8685fb","details":{"members":"digest"}}');
INSERT INTO step_traces VALUES (1, 'note',
    '{"at":"2023-11-14T22:13:24Z","id":"7","step":{"name":"note","identity":"digest","document":true,"idempotent":false}}');
INSERT INTO dead_letters VALUES
    (2, 1, 'workflow', 'one', 'resume', 'Invalid', 'what happened', 1, 0, 1700000005000, 1700000005000,
        '{"key":"a","email":"ada@example.com"}'),
    (3, 1, 'workflow', 'one', 'note', 'Invalid', 'what happened', 1, 0, 1700000005000, 1700000005000,
        '{"key":"a","email":"ada@example.com"}'),
    (4, 1, 'workflow', 'one', 'photo', 'Invalid', 'what happened', 1, 0, 1700000005000, 1700000006000,
        '{"key":"a","email":"eva@example.com"}'),
    (5, 2, 'workflow', 'one', 'write', 'OutcomeUnknown', 'what happened', 3, 1, 1700000005000, 1700000007000,
        '{"key":"a","email":"ada@example.com"}'),
    (9, 2, 'other', 'one', 'write', 'Invalid', 'what happened', 1, 0, 1700000005000, 1700000007000, '{}');
DELETE FROM dead_letters WHERE letter = 9;

PRAGMA journal_mode = WAL;
PRAGMA application_id = 1213351500;
PRAGMA user_version = 1;
