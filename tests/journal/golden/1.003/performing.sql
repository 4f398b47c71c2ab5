CREATE TABLE migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
CREATE TABLE history_package (
  package TEXT NOT NULL,
  id      TEXT NOT NULL,
  PRIMARY KEY (package, id)
) STRICT, WITHOUT ROWID;
INSERT INTO migration VALUES ('0001-journal.sql', '149967850562b634da8f3f40da70939ce5fa1b96b99273db03ac7cb07191ecf5');
INSERT INTO migration VALUES ('0002-history-indexes.sql', '3cd57bb08b4f4f92891abe4b8604ccc20122b12726c8aaaf0b86a2083e09e0d7');
INSERT INTO migration VALUES ('0003-prune.sql', '961f8d6238cffe36f3e8bb4e21edd2ce534cc191df72235bb92fe26871b90746');
INSERT INTO event VALUES (1, '00000000000000000000000000000019', 'OPENED', 1, 1, '{"id":"00000000000000000000000000000019","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770467108}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770467108, '0000000000000000000000000000000000000000000000000000000000000000', '4094fee877bb91ec09f6a733c7c04677d3062395a453af91ff5e8acbd5569e10');
INSERT INTO event VALUES (2, '00000000000000000000000000000019', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467118, '4094fee877bb91ec09f6a733c7c04677d3062395a453af91ff5e8acbd5569e10', '6efa21bd41959c772e67ab389c5db220b42f3796173830d839d211bba3c69a91');
INSERT INTO event VALUES (3, '00000000000000000000000000000019', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467126, '6efa21bd41959c772e67ab389c5db220b42f3796173830d839d211bba3c69a91', '14d57230521101fe34bba84ea7294ba91ac1c6deb8008afec79ede0eaf6a465b');
INSERT INTO event VALUES (4, '00000000000000000000000000000019', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467135, '14d57230521101fe34bba84ea7294ba91ac1c6deb8008afec79ede0eaf6a465b', '31a6f86fd9f245978bada17b1ab01f13a88b504eeac88b3c01fa7ad5be2fff37');
INSERT INTO event VALUES (5, '00000000000000000000000000000019', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467146, '31a6f86fd9f245978bada17b1ab01f13a88b504eeac88b3c01fa7ad5be2fff37', 'c0f1e03037cd7c0e6b5618619f304bd4df2813f05b9cf43a2976dee7a8844786');
INSERT INTO history VALUES ('00000000000000000000000000000019', 'install', 'install htop', 'InProgress', 0, NULL, NULL, 0, 'test', 1795770467108, NULL, NULL, 1, 5, 1);
INSERT INTO history_package VALUES ('htop', '00000000000000000000000000000019');
CREATE INDEX event_by_transaction ON event (transaction_id, seq);
CREATE INDEX event_by_time ON event (wall_time_ms);
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'journal rows are never changed');
END;
CREATE INDEX history_by_time ON history (opened_at_ms);
CREATE INDEX history_open ON history (first_seq) WHERE open = 1;
CREATE INDEX history_package_by_id ON history_package (id);
CREATE INDEX history_by_uid ON history (uid, opened_at_ms);
CREATE INDEX history_by_state ON history (state COLLATE NOCASE, opened_at_ms);
CREATE INDEX event_pruned ON event (seq) WHERE type = 'PRUNED';
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
WHEN NOT EXISTS (SELECT 1 FROM event WHERE type = 'PRUNED' AND seq > OLD.seq AND json_extract(payload, '$.seq') >= OLD.seq)
BEGIN
  SELECT RAISE(ABORT, 'journal rows are never removed but by a prune');
END;
PRAGMA application_id = 1634694004;
PRAGMA user_version = 1003;
