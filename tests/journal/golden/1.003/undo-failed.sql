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
INSERT INTO event VALUES (1, '0000000000000000000000000000001b', 'OPENED', 1, 1, '{"id":"0000000000000000000000000000001b","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770467318}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770467318, '0000000000000000000000000000000000000000000000000000000000000000', '1c74d69befd7477a93a2c686c510ff8d5e7bc2226ed00f422d762284fad19829');
INSERT INTO event VALUES (2, '0000000000000000000000000000001b', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467323, '1c74d69befd7477a93a2c686c510ff8d5e7bc2226ed00f422d762284fad19829', '50c460c4fd050bb91815e46c3658f2e2c3180203d69cc49475b278ce49869bcd');
INSERT INTO event VALUES (3, '0000000000000000000000000000001b', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467330, '50c460c4fd050bb91815e46c3658f2e2c3180203d69cc49475b278ce49869bcd', '024e8b340bf66b2cc9a77bd7ed3591c30da59c65ccabce0a46de441f96a5cf26');
INSERT INTO event VALUES (4, '0000000000000000000000000000001b', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467337, '024e8b340bf66b2cc9a77bd7ed3591c30da59c65ccabce0a46de441f96a5cf26', 'bc2ddaf78653006d3482b26dd9455dfd042c68167c4c5279161cab1a114075c9');
INSERT INTO event VALUES (5, '0000000000000000000000000000001b', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467342, 'bc2ddaf78653006d3482b26dd9455dfd042c68167c4c5279161cab1a114075c9', 'ed1d85309e6d678d908ac96c4534edce034b2323c0d85d1da273befc396268e4');
INSERT INTO event VALUES (6, '0000000000000000000000000000001b', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467346, 'ed1d85309e6d678d908ac96c4534edce034b2323c0d85d1da273befc396268e4', 'c2c0310e3e56c92007f7da09569e39b2c27593b979f5940d86c2b84399f69e9c');
INSERT INTO event VALUES (7, '0000000000000000000000000000001b', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":1}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467352, 'c2c0310e3e56c92007f7da09569e39b2c27593b979f5940d86c2b84399f69e9c', '19cbb8446a7bbff863c09e4b62f7d1ec416e3994721a83f7aeffcde3f4308e95');
INSERT INTO event VALUES (8, '0000000000000000000000000000001b', 'STEP_FAILED', 1, 1, '{"index":5,"failure":{"code":"command-failed","message":"cannot, by order"},"durationMs":0}', 'undoing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467358, '19cbb8446a7bbff863c09e4b62f7d1ec416e3994721a83f7aeffcde3f4308e95', 'efe346d0d3218e906d1405bdb4ed4cda80558dab56143f1df53736705cc933cf');
INSERT INTO event VALUES (9, '0000000000000000000000000000001b', 'UNDO_DONE', 1, 1, '{"index":5,"durationMs":0}', 'undoing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467369, 'efe346d0d3218e906d1405bdb4ed4cda80558dab56143f1df53736705cc933cf', '285700a2b2061db14217f8d74f76bc6bfeba124b87e42258e4448087cb103ab0');
INSERT INTO event VALUES (10, '0000000000000000000000000000001b', 'UNDO_DONE', 1, 1, '{"index":4,"durationMs":0}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467382, '285700a2b2061db14217f8d74f76bc6bfeba124b87e42258e4448087cb103ab0', '088c474261e6fea6d5ea0bd2b72da5141947eecb3408ab9e4122d32ebec9560f');
INSERT INTO event VALUES (11, '0000000000000000000000000000001b', 'ATTEMPTED', 1, 1, '{"index":3,"attempt":2,"bootId":"boot-1"}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467396, '088c474261e6fea6d5ea0bd2b72da5141947eecb3408ab9e4122d32ebec9560f', 'e8bf1e69298c904ef54c548db2c514b2a2fb287825d34fc58a1d9ae5adfc6d0b');
INSERT INTO event VALUES (12, '0000000000000000000000000000001b', 'ATTEMPTED', 1, 1, '{"index":3,"attempt":3,"bootId":"boot-1"}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467399, 'e8bf1e69298c904ef54c548db2c514b2a2fb287825d34fc58a1d9ae5adfc6d0b', 'c67acd78b385c9ca3e29bb961ba854dd5af91bb1bfd621b4aad70ce31e722529');
INSERT INTO event VALUES (13, '0000000000000000000000000000001b', 'UNDO_FAILED', 1, 1, '{"index":3,"failure":{"code":"command-failed","message":"cannot, by order"}}', 'undoFailed', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467406, 'c67acd78b385c9ca3e29bb961ba854dd5af91bb1bfd621b4aad70ce31e722529', 'd9b66da52de3645cbad0f396435aead8557c714aea99e9314044308dc90c0834');
INSERT INTO history VALUES ('0000000000000000000000000000001b', 'install', 'install htop', 'Failed', 0, NULL, 'cannot take the change back: cannot, by order', 0, 'test', 1795770467318, NULL, NULL, 1, 13, 1);
INSERT INTO history_package VALUES ('htop', '0000000000000000000000000000001b');
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
