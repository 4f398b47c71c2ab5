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
INSERT INTO event VALUES (1, '00000000000000000000000000000008', 'OPENED', 1, 1, '{"id":"00000000000000000000000000000008","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770462077}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770462078, '0000000000000000000000000000000000000000000000000000000000000000', '95f817c645eedca3c7df21d46c56010519337f8d3e18e9e436aa1f5187f085cf');
INSERT INTO event VALUES (2, '00000000000000000000000000000008', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462094, '95f817c645eedca3c7df21d46c56010519337f8d3e18e9e436aa1f5187f085cf', 'd814fdd16fcd8fe3c6e4ca2462953473f2ba42c090e344de288ad0a51d3f6bd9');
INSERT INTO event VALUES (3, '00000000000000000000000000000008', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462104, 'd814fdd16fcd8fe3c6e4ca2462953473f2ba42c090e344de288ad0a51d3f6bd9', '559ec392cb0a921a7761b225f4f65aa02b67853c1a8d29a0afffcb50de9c374c');
INSERT INTO event VALUES (4, '00000000000000000000000000000008', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462118, '559ec392cb0a921a7761b225f4f65aa02b67853c1a8d29a0afffcb50de9c374c', 'cc01128b41aa4d67a9555d70aa786f727b80de2b55c6562303cfd965753aa189');
INSERT INTO event VALUES (5, '00000000000000000000000000000008', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462129, 'cc01128b41aa4d67a9555d70aa786f727b80de2b55c6562303cfd965753aa189', '9d86c1d172b98b91627c30e3a2671840940d15d1dfebf212096b3bdfab3ffbfe');
INSERT INTO event VALUES (6, '00000000000000000000000000000008', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462142, '9d86c1d172b98b91627c30e3a2671840940d15d1dfebf212096b3bdfab3ffbfe', 'd2cbb2c27d91d25f722db0ce036c915012903221993d3098c5050c85197b46f8');
INSERT INTO event VALUES (7, '00000000000000000000000000000008', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462152, 'd2cbb2c27d91d25f722db0ce036c915012903221993d3098c5050c85197b46f8', '24933c82ea8faede3b0f0a2e97be5d690b76a5ac14fecfed3d725b053feb736a');
INSERT INTO event VALUES (8, '00000000000000000000000000000008', 'STEP_DONE', 1, 1, '{"index":5,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:6', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462160, '24933c82ea8faede3b0f0a2e97be5d690b76a5ac14fecfed3d725b053feb736a', 'b46441f959032c2dcd0b3076e188586a42c0cf82921c73f01ef97d83e5d46fa5');
INSERT INTO event VALUES (9, '00000000000000000000000000000008', 'STEP_DONE', 1, 1, '{"index":6,"gave":{"deployment":{"id":"debian-abababababababababababababababababababababababababababababababab.0","staged":true,"bootId":"boot-1"}},"unchanged":null,"found":false,"durationMs":0}', 'staged', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462179, 'b46441f959032c2dcd0b3076e188586a42c0cf82921c73f01ef97d83e5d46fa5', 'd67bafb802a5ece32846009fbb45f9ab1398899bb3313e8c4f6e796762f3baa6');
INSERT INTO history VALUES ('00000000000000000000000000000008', 'install', 'install htop', 'Committed', 0, 'pending', NULL, 0, 'test', 1795770462077, 1795770462179, 'debian-abababababababababababababababababababababababababababababababab.0', 1, 9, 1);
INSERT INTO history_package VALUES ('htop', '00000000000000000000000000000008');
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
PRAGMA application_id = 1634694004;
PRAGMA user_version = 1001;
