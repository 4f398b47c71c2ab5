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
INSERT INTO event VALUES (1, '00000000000000000000000000000010', 'OPENED', 1, 1, '{"id":"00000000000000000000000000000010","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770464597}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770464597, '0000000000000000000000000000000000000000000000000000000000000000', '2cca9a89ee55d6ba96087e9e83173be32c3afc2a7e4544f0e6bf73a0df6238e0');
INSERT INTO event VALUES (2, '00000000000000000000000000000010', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464608, '2cca9a89ee55d6ba96087e9e83173be32c3afc2a7e4544f0e6bf73a0df6238e0', '4d3cc1a458e4ea62a85724096b5000330101065cdd14d6d4a9ecceb3d62a02e8');
INSERT INTO event VALUES (3, '00000000000000000000000000000010', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464625, '4d3cc1a458e4ea62a85724096b5000330101065cdd14d6d4a9ecceb3d62a02e8', '3e62170741a1a183fd0b3f7479f9e11965d9e9898dddbdab2be327702ef0237e');
INSERT INTO event VALUES (4, '00000000000000000000000000000010', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464640, '3e62170741a1a183fd0b3f7479f9e11965d9e9898dddbdab2be327702ef0237e', '355e2d4836ab0d2a48e99057776730254c97e37a6f1d2bbfecfae803ce46fddd');
INSERT INTO event VALUES (5, '00000000000000000000000000000010', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464648, '355e2d4836ab0d2a48e99057776730254c97e37a6f1d2bbfecfae803ce46fddd', 'ceb85b740fe4427b393f7cb8fe956258695e3eeffdbfe3f2550429f2dc0395d3');
INSERT INTO history VALUES ('00000000000000000000000000000010', 'install', 'install htop', 'InProgress', 0, NULL, NULL, 0, 'test', 1795770464597, NULL, NULL, 1, 5, 1);
INSERT INTO history_package VALUES ('htop', '00000000000000000000000000000010');
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
