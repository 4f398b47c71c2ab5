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
INSERT INTO event VALUES (1, '00000000000000000000000000000009', 'OPENED', 1, 1, '{"id":"00000000000000000000000000000009","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770462317}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770462317, '0000000000000000000000000000000000000000000000000000000000000000', '8a2a7822b82fffcd64ab12caa5e116532877052def86c2658d5c31ee898eff0f');
INSERT INTO event VALUES (2, '00000000000000000000000000000009', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462326, '8a2a7822b82fffcd64ab12caa5e116532877052def86c2658d5c31ee898eff0f', 'ef2defcb87edc74a86c001fd70194653a31c816accb54c1f38c829effd60e366');
INSERT INTO event VALUES (3, '00000000000000000000000000000009', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":17}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462358, 'ef2defcb87edc74a86c001fd70194653a31c816accb54c1f38c829effd60e366', '24fa4fedb1dd312400103df1687558faaabb5db4958225a1d376ab62ca38427c');
INSERT INTO event VALUES (4, '00000000000000000000000000000009', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":8}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462384, '24fa4fedb1dd312400103df1687558faaabb5db4958225a1d376ab62ca38427c', 'f6a5e32de9451fcf9389fb6ff7832c1341efb78336519e6e1707a273b542ac97');
INSERT INTO event VALUES (5, '00000000000000000000000000000009', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":11}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462416, 'f6a5e32de9451fcf9389fb6ff7832c1341efb78336519e6e1707a273b542ac97', '59167ff5058df615d125eb263819fd4eaeb57b270a10c5df46ec4bde3511952e');
INSERT INTO event VALUES (6, '00000000000000000000000000000009', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":1}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462428, '59167ff5058df615d125eb263819fd4eaeb57b270a10c5df46ec4bde3511952e', '839fc1c216522770f6c231cfe7ec495bb45cfa3d629dcf7df74146acbef180cc');
INSERT INTO event VALUES (7, '00000000000000000000000000000009', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462433, '839fc1c216522770f6c231cfe7ec495bb45cfa3d629dcf7df74146acbef180cc', 'bd0f595517834ae4c91ad2b5820d5c861407bd87412338bfb8e9f33e32b3072a');
INSERT INTO event VALUES (8, '00000000000000000000000000000009', 'STEP_FAILED', 1, 1, '{"index":5,"failure":{"code":"command-failed","message":"cannot, by order"},"durationMs":0}', 'undoing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462438, 'bd0f595517834ae4c91ad2b5820d5c861407bd87412338bfb8e9f33e32b3072a', 'c354cb95ddce27e27c1f02cbaaa3eb72d3f69a9b39551aabf427d5b8155fe382');
INSERT INTO event VALUES (9, '00000000000000000000000000000009', 'UNDO_DONE', 1, 1, '{"index":5,"durationMs":0}', 'undoing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462449, 'c354cb95ddce27e27c1f02cbaaa3eb72d3f69a9b39551aabf427d5b8155fe382', 'fa36049aef4d44e1679338c19be8ddc31fc019a27f6321f218772b378b17d80b');
INSERT INTO event VALUES (10, '00000000000000000000000000000009', 'UNDO_DONE', 1, 1, '{"index":4,"durationMs":0}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462456, 'fa36049aef4d44e1679338c19be8ddc31fc019a27f6321f218772b378b17d80b', '5a8fdd02ff9b73f158eed512620c997d2f840314614c6ee6add4fa13d4652745');
INSERT INTO event VALUES (11, '00000000000000000000000000000009', 'ATTEMPTED', 1, 1, '{"index":3,"attempt":2,"bootId":"boot-1"}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462468, '5a8fdd02ff9b73f158eed512620c997d2f840314614c6ee6add4fa13d4652745', 'd3a02d842a25159320ca5cdad91573e976650e5626ab0318ee0da4d8731da5f4');
INSERT INTO event VALUES (12, '00000000000000000000000000000009', 'ATTEMPTED', 1, 1, '{"index":3,"attempt":3,"bootId":"boot-1"}', 'undoing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462480, 'd3a02d842a25159320ca5cdad91573e976650e5626ab0318ee0da4d8731da5f4', '686982aa757b420fcb88a56b3eb9aea9093f54412caf2db5bda9777e31ebe570');
INSERT INTO event VALUES (13, '00000000000000000000000000000009', 'UNDO_FAILED', 1, 1, '{"index":3,"failure":{"code":"command-failed","message":"cannot, by order"}}', 'undoFailed', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770462494, '686982aa757b420fcb88a56b3eb9aea9093f54412caf2db5bda9777e31ebe570', '52c2d149a324f9324f2c42c038744fb1e41647bb714d699d0786ed79c9da4e17');
INSERT INTO history VALUES ('00000000000000000000000000000009', 'install', 'install htop', 'Failed', 0, NULL, 'cannot take the change back: cannot, by order', 0, 'test', 1795770462317, NULL, NULL, 1, 13, 1);
INSERT INTO history_package VALUES ('htop', '00000000000000000000000000000009');
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
