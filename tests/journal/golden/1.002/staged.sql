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
INSERT INTO event VALUES (1, '00000000000000000000000000000011', 'OPENED', 1, 1, '{"id":"00000000000000000000000000000011","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770464736}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770464736, '0000000000000000000000000000000000000000000000000000000000000000', 'cb9cffadb0c9eaafff16b22a6d70eea07c876404010347e0b4b8f88f1e510c09');
INSERT INTO event VALUES (2, '00000000000000000000000000000011', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464746, 'cb9cffadb0c9eaafff16b22a6d70eea07c876404010347e0b4b8f88f1e510c09', '3da8de01583838e0e0893ce4a57f5556d1d00bb272c932f1f46fdc25fd23318f');
INSERT INTO event VALUES (3, '00000000000000000000000000000011', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":16}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464772, '3da8de01583838e0e0893ce4a57f5556d1d00bb272c932f1f46fdc25fd23318f', '176a10128370fe0f9ef9944adfd1571d6bd62b4405707ed256a482d07eb9b858');
INSERT INTO event VALUES (4, '00000000000000000000000000000011', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464778, '176a10128370fe0f9ef9944adfd1571d6bd62b4405707ed256a482d07eb9b858', '98f8e676282437712c1c6dd1c8377804619c5d628d2d31c07c10b38dedd34745');
INSERT INTO event VALUES (5, '00000000000000000000000000000011', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464788, '98f8e676282437712c1c6dd1c8377804619c5d628d2d31c07c10b38dedd34745', '79436f39609808e9fc864161691db0a5a4060eb43a748d84291857b01c069e07');
INSERT INTO event VALUES (6, '00000000000000000000000000000011', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464792, '79436f39609808e9fc864161691db0a5a4060eb43a748d84291857b01c069e07', '0c4bbbb319671449ad3248dda7d69a81f6dd837ed0fcf62005bf422d12f2ec30');
INSERT INTO event VALUES (7, '00000000000000000000000000000011', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464803, '0c4bbbb319671449ad3248dda7d69a81f6dd837ed0fcf62005bf422d12f2ec30', '79a8088758ec6603dac1af4c91eeed1efce02b9bd56844355a4fb3595a42af46');
INSERT INTO event VALUES (8, '00000000000000000000000000000011', 'STEP_DONE', 1, 1, '{"index":5,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:6', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464812, '79a8088758ec6603dac1af4c91eeed1efce02b9bd56844355a4fb3595a42af46', 'de9fe013df9ef3389d7855427e49bd949dae50de96a388d3a6747e39d5243f40');
INSERT INTO event VALUES (9, '00000000000000000000000000000011', 'STEP_DONE', 1, 1, '{"index":6,"gave":{"deployment":{"id":"debian-abababababababababababababababababababababababababababababababab.0","staged":true,"bootId":"boot-1"}},"unchanged":null,"found":false,"durationMs":0}', 'staged', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770464824, 'de9fe013df9ef3389d7855427e49bd949dae50de96a388d3a6747e39d5243f40', '502fbe2dfb8b4634a222fcf25c5faf0280ffab6f5ddf281d81c51fadfd377031');
INSERT INTO history VALUES ('00000000000000000000000000000011', 'install', 'install htop', 'Committed', 0, 'pending', NULL, 0, 'test', 1795770464736, 1795770464824, 'debian-abababababababababababababababababababababababababababababababab.0', 1, 9, 1);
INSERT INTO history_package VALUES ('htop', '00000000000000000000000000000011');
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
