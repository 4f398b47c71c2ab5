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
INSERT INTO event VALUES (1, '0000000000000000000000000000001a', 'OPENED', 1, 1, '{"id":"0000000000000000000000000000001a","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770467227}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770467228, '0000000000000000000000000000000000000000000000000000000000000000', 'f8d247b8febb8db5e9e9fe1bf16c8f04248fb493f37ea55a9e97f3abe5e85722');
INSERT INTO event VALUES (2, '0000000000000000000000000000001a', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467232, 'f8d247b8febb8db5e9e9fe1bf16c8f04248fb493f37ea55a9e97f3abe5e85722', '98f7f0e18a4a6f4f333501979f44c1c11b9229ab44b74cd138a18b48cff6c976');
INSERT INTO event VALUES (3, '0000000000000000000000000000001a', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467237, '98f7f0e18a4a6f4f333501979f44c1c11b9229ab44b74cd138a18b48cff6c976', 'e3eb2c9434a64a64b61a0fc20e739a3c796607c1e1ff174e8b7cdc0d2bf6f118');
INSERT INTO event VALUES (4, '0000000000000000000000000000001a', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467240, 'e3eb2c9434a64a64b61a0fc20e739a3c796607c1e1ff174e8b7cdc0d2bf6f118', 'e70d1d13c587b130c64cc05be50036950683cd32620d50e76d6866baaee50c69');
INSERT INTO event VALUES (5, '0000000000000000000000000000001a', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467242, 'e70d1d13c587b130c64cc05be50036950683cd32620d50e76d6866baaee50c69', '1a3ff3214c9ab2e830312bb7de4319fd300f80ba5f2e71766d9be42912469e29');
INSERT INTO event VALUES (6, '0000000000000000000000000000001a', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467244, '1a3ff3214c9ab2e830312bb7de4319fd300f80ba5f2e71766d9be42912469e29', '6f7fee9b3111b20d33cf934bfc398feb35f565b6c1da2f2c1eb1243bb17dc6b8');
INSERT INTO event VALUES (7, '0000000000000000000000000000001a', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":1}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467250, '6f7fee9b3111b20d33cf934bfc398feb35f565b6c1da2f2c1eb1243bb17dc6b8', 'debb7c5281942a02e5d7c2dba6ee63d03ab673cfe8c38665fba1f4c1352ecd04');
INSERT INTO event VALUES (8, '0000000000000000000000000000001a', 'STEP_DONE', 1, 1, '{"index":5,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:6', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467255, 'debb7c5281942a02e5d7c2dba6ee63d03ab673cfe8c38665fba1f4c1352ecd04', 'e63f15039e69d42c6fdf87247e5f525051f796ea66792799b0d66f1b97836e92');
INSERT INTO event VALUES (9, '0000000000000000000000000000001a', 'STEP_DONE', 1, 1, '{"index":6,"gave":{"deployment":{"id":"debian-abababababababababababababababababababababababababababababababab.0","staged":true,"bootId":"boot-1"}},"unchanged":null,"found":false,"durationMs":0}', 'staged', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467260, 'e63f15039e69d42c6fdf87247e5f525051f796ea66792799b0d66f1b97836e92', '62bda3a23fda359de328cac0a13dd2330baec5887c9c6c481db7f8c584f0662e');
INSERT INTO history VALUES ('0000000000000000000000000000001a', 'install', 'install htop', 'Committed', 0, 'pending', NULL, 0, 'test', 1795770467227, 1795770467260, 'debian-abababababababababababababababababababababababababababababababab.0', 1, 9, 1);
INSERT INTO history_package VALUES ('htop', '0000000000000000000000000000001a');
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
