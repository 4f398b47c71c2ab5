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
INSERT INTO event VALUES (1, '00000000000000000000000000000007', 'OPENED', 1, 1, '{"id":"00000000000000000000000000000007","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770461909}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770461910, '0000000000000000000000000000000000000000000000000000000000000000', 'ffe22ec1e69fec9dc9e25771a9ea69e6bc431b08fa945d2c7b4b59e3276596ab');
INSERT INTO event VALUES (2, '00000000000000000000000000000007', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770461921, 'ffe22ec1e69fec9dc9e25771a9ea69e6bc431b08fa945d2c7b4b59e3276596ab', 'fa654b3aeb31f40120e539cdb71f918590455d471726ad20786614357b2ab910');
INSERT INTO event VALUES (3, '00000000000000000000000000000007', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":1}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770461925, 'fa654b3aeb31f40120e539cdb71f918590455d471726ad20786614357b2ab910', '11b61a1cd4f46af0ea11f25ef84e9be3a4d25b4a750bc9a215a529132a6e281e');
INSERT INTO event VALUES (4, '00000000000000000000000000000007', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770461940, '11b61a1cd4f46af0ea11f25ef84e9be3a4d25b4a750bc9a215a529132a6e281e', 'ad5ef77d3a59f0c642a497aa65dc6fe83dc9261aef51d8d4be5efe3a965dd91e');
INSERT INTO event VALUES (5, '00000000000000000000000000000007', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770461956, 'ad5ef77d3a59f0c642a497aa65dc6fe83dc9261aef51d8d4be5efe3a965dd91e', '284640f9958d9d98fdaea6de378ba5cfd9a95a235192d4f6aa16b99c35dd8153');
INSERT INTO history VALUES ('00000000000000000000000000000007', 'install', 'install htop', 'InProgress', 0, NULL, NULL, 0, 'test', 1795770461909, NULL, NULL, 1, 5, 1);
INSERT INTO history_package VALUES ('htop', '00000000000000000000000000000007');
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
