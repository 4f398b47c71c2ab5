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
INSERT INTO event VALUES (1, '00000000000000000000000000000012', 'OPENED', 1, 1, '{"id":"00000000000000000000000000000012","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770464972}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770464972, '0000000000000000000000000000000000000000000000000000000000000000', '7f7f42279afe8d15af7ee201b6124bd7fa5c4552401f67b19e441a7935550b42');
INSERT INTO event VALUES (2, '00000000000000000000000000000012', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464984, '7f7f42279afe8d15af7ee201b6124bd7fa5c4552401f67b19e441a7935550b42', '8a8132dd33d56d2447786646c639c0840eaac2d087ea5a1fd3276e6b8d99d087');
INSERT INTO event VALUES (3, '00000000000000000000000000000012', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464991, '8a8132dd33d56d2447786646c639c0840eaac2d087ea5a1fd3276e6b8d99d087', '32ccdfcf4c5b2d5b35a1a94ba24495531349470d332947beffcda538d0861bce');
INSERT INTO event VALUES (4, '00000000000000000000000000000012', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464998, '32ccdfcf4c5b2d5b35a1a94ba24495531349470d332947beffcda538d0861bce', '7453876bfd27dba37a329dcf27c0d48eeffa9f739cc24cdb32c5ee36918ec685');
INSERT INTO event VALUES (5, '00000000000000000000000000000012', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465005, '7453876bfd27dba37a329dcf27c0d48eeffa9f739cc24cdb32c5ee36918ec685', '035fee1930c89900b94f0f40a5d0e9621af41d7d79b4d24d3627d106012f6439');
INSERT INTO event VALUES (6, '00000000000000000000000000000012', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465016, '035fee1930c89900b94f0f40a5d0e9621af41d7d79b4d24d3627d106012f6439', '70805e697c59027d0522f34aaebfe6e4fda6ae4ac62cea4a1c375dddb194b28e');
INSERT INTO event VALUES (7, '00000000000000000000000000000012', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465027, '70805e697c59027d0522f34aaebfe6e4fda6ae4ac62cea4a1c375dddb194b28e', '5a627b94af884182d06c9726041da7a464b3d3cf339a5cb3d862c5d63c075a26');
INSERT INTO event VALUES (8, '00000000000000000000000000000012', 'STEP_FAILED', 1, 1, '{"index":5,"failure":{"code":"command-failed","message":"cannot, by order"},"durationMs":0}', 'undoing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465036, '5a627b94af884182d06c9726041da7a464b3d3cf339a5cb3d862c5d63c075a26', '4d71a2ea8dcae39a93340c1d4f86f7bb221e26929c264a9f384e1935ccf4b224');
INSERT INTO event VALUES (9, '00000000000000000000000000000012', 'UNDO_DONE', 1, 1, '{"index":5,"durationMs":0}', 'undoing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465040, '4d71a2ea8dcae39a93340c1d4f86f7bb221e26929c264a9f384e1935ccf4b224', 'dbff59be82b34768338da5fe04582437fe7d7b6fb8b42e09d8fb2e8e62a50bcd');
INSERT INTO event VALUES (10, '00000000000000000000000000000012', 'UNDO_DONE', 1, 1, '{"index":4,"durationMs":0}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465044, 'dbff59be82b34768338da5fe04582437fe7d7b6fb8b42e09d8fb2e8e62a50bcd', '43fe004dbf237e312bb5147a66643fdc1e62ead2851a4a630508e2ed76686c67');
INSERT INTO event VALUES (11, '00000000000000000000000000000012', 'ATTEMPTED', 1, 1, '{"index":3,"attempt":2,"bootId":"boot-1"}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465059, '43fe004dbf237e312bb5147a66643fdc1e62ead2851a4a630508e2ed76686c67', '8d53ee4d6c58464610fb7280ee1a8bcc388cfa9b36a1ebf02072e157eaedd003');
INSERT INTO event VALUES (12, '00000000000000000000000000000012', 'ATTEMPTED', 1, 1, '{"index":3,"attempt":3,"bootId":"boot-1"}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465072, '8d53ee4d6c58464610fb7280ee1a8bcc388cfa9b36a1ebf02072e157eaedd003', 'b60d18f97381f3da0150675373cae29f94ecd201933b0dd7fce1307b76b71854');
INSERT INTO event VALUES (13, '00000000000000000000000000000012', 'UNDO_FAILED', 1, 1, '{"index":3,"failure":{"code":"command-failed","message":"cannot, by order"}}', 'undoFailed', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770465080, 'b60d18f97381f3da0150675373cae29f94ecd201933b0dd7fce1307b76b71854', '16d299566612854bc846b2292d69fcb60ab3c85260f35fa43828a77c671618f2');
INSERT INTO history VALUES ('00000000000000000000000000000012', 'install', 'install htop', 'Failed', 0, NULL, 'cannot take the change back: cannot, by order', 0, 'test', 1795770464972, NULL, NULL, 1, 13, 1);
INSERT INTO history_package VALUES ('htop', '00000000000000000000000000000012');
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
CREATE INDEX history_by_time ON history (opened_at_ms);
CREATE INDEX history_open ON history (first_seq) WHERE open = 1;
CREATE INDEX history_package_by_id ON history_package (id);
CREATE INDEX history_by_uid ON history (uid, opened_at_ms);
CREATE INDEX history_by_state ON history (state COLLATE NOCASE, opened_at_ms);
PRAGMA application_id = 1634694004;
PRAGMA user_version = 1002;
