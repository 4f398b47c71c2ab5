-- The journal: rows are only appended (J3), one chain of hashes runs through them, and everything else can be rebuilt from them.
CREATE TABLE event (
  seq             INTEGER PRIMARY KEY,
  transaction_id  TEXT    NOT NULL,
  type            TEXT    NOT NULL,
  schema_version  INTEGER NOT NULL,
  machine_version INTEGER NOT NULL,
  payload         TEXT    NOT NULL CHECK (json_valid(payload)),
  state           TEXT    NOT NULL,
  uid             INTEGER NOT NULL,
  pid             INTEGER NOT NULL,
  client          TEXT    NOT NULL,
  authorization   TEXT    NOT NULL,
  boot_id         TEXT    NOT NULL,
  wall_time_ms    INTEGER NOT NULL,
  previous_hash   TEXT    NOT NULL,
  hash            TEXT    NOT NULL
) STRICT;

CREATE INDEX event_by_transaction ON event (transaction_id, seq);
CREATE INDEX event_by_time ON event (wall_time_ms);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'journal rows are never changed');
END;

CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN
  SELECT RAISE(ABORT, 'journal rows are never removed');
END;

-- Derived: one row a transaction, for queries and for finding open transactions quickly.
CREATE TABLE history (
  id            TEXT    PRIMARY KEY,
  kind          TEXT    NOT NULL,
  title         TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  unchanged     INTEGER NOT NULL,
  booted        TEXT,
  failure       TEXT,
  uid           INTEGER NOT NULL,
  client        TEXT    NOT NULL,
  opened_at_ms  INTEGER NOT NULL,
  ended_at_ms   INTEGER,
  deployment    TEXT,
  first_seq     INTEGER NOT NULL,
  last_seq      INTEGER NOT NULL,
  open          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX history_by_time ON history (opened_at_ms);
CREATE INDEX history_open ON history (first_seq) WHERE open = 1;

CREATE TABLE history_package (
  package TEXT NOT NULL,
  id      TEXT NOT NULL,
  PRIMARY KEY (package, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX history_package_by_id ON history_package (id);
