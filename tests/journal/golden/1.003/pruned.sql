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
INSERT INTO event VALUES (19, '0000000000000000000000000000001e', 'OPENED', 1, 1, '{"id":"0000000000000000000000000000001e","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770467790}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770467790, '221f7275674d6cad6447cf2738f100f3f8ebccfe47084bc108191cc1c8c8ee77', '937e57a05517f35da91dcbbce6aa7dc49c101042a7197c8a45479c0dcc8741d9');
INSERT INTO event VALUES (20, '0000000000000000000000000000001e', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467804, '937e57a05517f35da91dcbbce6aa7dc49c101042a7197c8a45479c0dcc8741d9', 'e9a01f63350ea5eeb25481f4b4debbdc546aebfeef946f8d1e72e17c2f75d54e');
INSERT INTO event VALUES (21, '0000000000000000000000000000001e', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467821, 'e9a01f63350ea5eeb25481f4b4debbdc546aebfeef946f8d1e72e17c2f75d54e', '7e19a26b09a195f379015ddb4241280651a6e1836f7e360c72959cbd23b92319');
INSERT INTO event VALUES (22, '0000000000000000000000000000001e', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467840, '7e19a26b09a195f379015ddb4241280651a6e1836f7e360c72959cbd23b92319', 'e3fd933ecd11a3d35ff8d2123f67c234bf3e49c62e13dbcf0c5c58edc08ce933');
INSERT INTO event VALUES (23, '0000000000000000000000000000001e', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467855, 'e3fd933ecd11a3d35ff8d2123f67c234bf3e49c62e13dbcf0c5c58edc08ce933', '68377f69657fa3a7256eded26634f6fbe13701e6fba9fffcf15eaf8e35305681');
INSERT INTO event VALUES (24, '0000000000000000000000000000001e', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467871, '68377f69657fa3a7256eded26634f6fbe13701e6fba9fffcf15eaf8e35305681', '41eabc5abb47ccce609c61057742e6a1c20bdd3d68b83ced1069345d85897bcc');
INSERT INTO event VALUES (25, '0000000000000000000000000000001e', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467888, '41eabc5abb47ccce609c61057742e6a1c20bdd3d68b83ced1069345d85897bcc', 'babb9bb1eea4017afec83b1e089f4676a6a4bdc84d9ffbcdb8aaa3e196088b5a');
INSERT INTO event VALUES (26, '0000000000000000000000000000001e', 'STEP_DONE', 1, 1, '{"index":5,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:6', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467890, 'babb9bb1eea4017afec83b1e089f4676a6a4bdc84d9ffbcdb8aaa3e196088b5a', '080f9ec426859ec4537c06a6d6cddf70caa2e112ec7879dd447225943ffd5ca6');
INSERT INTO event VALUES (27, '0000000000000000000000000000001e', 'STEP_DONE', 1, 1, '{"index":6,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'committed', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770467907, '080f9ec426859ec4537c06a6d6cddf70caa2e112ec7879dd447225943ffd5ca6', 'bb20a8ec6d3bea3d676137f69f2d53a5c75f3c79dd2b102282d7259e5c708ad7');
INSERT INTO event VALUES (28, '00000000000000000000000000000000', 'PRUNED', 1, 0, '{"seq":18,"hash":"221f7275674d6cad6447cf2738f100f3f8ebccfe47084bc108191cc1c8c8ee77","rows":18,"transactions":2,"commandLine":null}', 'pruned', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770468025, 'bb20a8ec6d3bea3d676137f69f2d53a5c75f3c79dd2b102282d7259e5c708ad7', 'b027e08792cfb97fec0d1ade270e477a324bcc4847c7986e677eba22b3f0a368');
INSERT INTO event VALUES (29, '0000000000000000000000000000001f', 'OPENED', 1, 1, '{"id":"0000000000000000000000000000001f","request":{"kind":"install","stateroot":"debian","add":["htop"],"remove":[],"removeAll":false,"local":[],"allowInactive":false,"idempotent":false,"dryRun":false,"plan":null,"cacheOnly":false,"downloadOnly":false,"lockFinalization":false,"reboot":false},"plan":[{"kind":"metadata.refresh","cancellable":true,"leaves":false},{"kind":"packages.resolve","cancellable":true,"leaves":false},{"kind":"packages.fetch","cancellable":true,"leaves":false},{"kind":"tree.assemble","cancellable":true,"leaves":true},{"kind":"tree.finish","cancellable":true,"leaves":true},{"kind":"tree.commit","cancellable":true,"leaves":true},{"kind":"deployment.write","cancellable":false,"leaves":true}],"title":"install htop","method":"PkgChange","caller":{"uid":0,"pid":1,"sender":":1.7","client":"test","commandLine":null},"authorizations":[{"action":"org.projectatomic.aptostree.install-uninstall-packages","answer":"root"}],"bootId":"boot-1","openedAtMs":1795770468092}', 'created', 0, 1, 'test', 'org.projectatomic.aptostree.install-uninstall-packages=root', 'boot-1', 1795770468092, 'b027e08792cfb97fec0d1ade270e477a324bcc4847c7986e677eba22b3f0a368', 'b0ad526e516cf972db408d7f3d5f1e852feff4c2800a290b63ffb4385a5545fc');
INSERT INTO event VALUES (30, '0000000000000000000000000000001f', 'START', 1, 1, '{}', 'performing:0', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468113, 'b0ad526e516cf972db408d7f3d5f1e852feff4c2800a290b63ffb4385a5545fc', '6abecb087d21e035fe6c084aa33a402d5c1aef2b61bc25dbea9c3be0374efe61');
INSERT INTO event VALUES (31, '0000000000000000000000000000001f', 'STEP_DONE', 1, 1, '{"index":0,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:1', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468124, '6abecb087d21e035fe6c084aa33a402d5c1aef2b61bc25dbea9c3be0374efe61', 'cad761b3e7188e098263999a9bd487bc45dbbb87ad0e113bbe6339a91519cc1c');
INSERT INTO event VALUES (32, '0000000000000000000000000000001f', 'STEP_DONE', 1, 1, '{"index":1,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:2', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468135, 'cad761b3e7188e098263999a9bd487bc45dbbb87ad0e113bbe6339a91519cc1c', 'cbe67f28497ce55d63afab9d32fbfe505f068f04306e6cc5639a5fa1c919e300');
INSERT INTO event VALUES (33, '0000000000000000000000000000001f', 'STEP_DONE', 1, 1, '{"index":2,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:3', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468148, 'cbe67f28497ce55d63afab9d32fbfe505f068f04306e6cc5639a5fa1c919e300', '45c248f9f729f3c88570a49b2dce7651b3a263c9013e37e5f74e255459570e82');
INSERT INTO event VALUES (34, '0000000000000000000000000000001f', 'STEP_DONE', 1, 1, '{"index":3,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:4', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468172, '45c248f9f729f3c88570a49b2dce7651b3a263c9013e37e5f74e255459570e82', '731a1c04fca63c0dafd808cbba6d1667b1cb30454f31398b8ad865f50970184c');
INSERT INTO event VALUES (35, '0000000000000000000000000000001f', 'STEP_DONE', 1, 1, '{"index":4,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:5', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468180, '731a1c04fca63c0dafd808cbba6d1667b1cb30454f31398b8ad865f50970184c', '7c87ddce7a69e7318286620149d454e6e722ae4d0375cf54bbfee1f97bc02482');
INSERT INTO event VALUES (36, '0000000000000000000000000000001f', 'STEP_DONE', 1, 1, '{"index":5,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'performing:6', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468196, '7c87ddce7a69e7318286620149d454e6e722ae4d0375cf54bbfee1f97bc02482', '4721146bae57ccabdae720bb0e1cfa9db588778ca4c8d88385c0cd037ece6f11');
INSERT INTO event VALUES (37, '0000000000000000000000000000001f', 'STEP_DONE', 1, 1, '{"index":6,"gave":{},"unchanged":null,"found":false,"durationMs":0}', 'committed', 0, 3675, 'apt-ostreed', '', 'boot-1', 1795770468212, '4721146bae57ccabdae720bb0e1cfa9db588778ca4c8d88385c0cd037ece6f11', 'd977da470ed3f5f2ac3687da61a968928f1061020e91d03230257f77c81dcbcc');
INSERT INTO history VALUES ('0000000000000000000000000000001e', 'install', 'install htop', 'Committed', 0, NULL, NULL, 0, 'test', 1795770467790, 1795770467907, NULL, 19, 27, 0);
INSERT INTO history VALUES ('0000000000000000000000000000001f', 'install', 'install htop', 'Committed', 0, NULL, NULL, 0, 'test', 1795770468092, 1795770468212, NULL, 29, 37, 0);
INSERT INTO history_package VALUES ('htop', '0000000000000000000000000000001e');
INSERT INTO history_package VALUES ('htop', '0000000000000000000000000000001f');
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
