import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { getxattr, setxattr } from '../../src/native/libc.js';
import { knownPaths } from '../../src/tree/tmpfiles.js';
import { captureVar } from '../../src/tree/var-capture.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'var-capture-'));
  mkdirSync(join(root, 'usr/lib/tmpfiles.d'), { recursive: true });
  mkdirSync(join(root, 'var'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text = path): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const capture = (known: ReadonlySet<string> = new Set()) =>
  captureVar({
    varDir: join(root, 'var'),
    usrDir: join(root, 'usr'),
    tmpfilesName: 'test',
    known,
    userName: (uid) => (uid === 0 ? 'root' : null),
    groupName: (gid) => (gid === 0 ? 'root' : null),
  });

const lines = () => readFileSync(join(root, 'usr/lib/tmpfiles.d/test.conf'), 'utf8').trimEnd().split('\n');

/** What a machine's first boot makes of the tree. */
function boot(): string {
  const machine = mkdtempSync(join(root, 'machine-'));
  mkdirSync(join(machine, 'var'));
  execFileSync('cp', ['-a', join(root, 'usr'), machine]);
  // without the tree's account files: numeric owners only
  execFileSync('systemd-tmpfiles', ['--create', `--root=${machine}`, '--prefix=/var'], { stdio: 'pipe' });
  return machine;
}

test('writes nothing when everything is known', async () => {
  mkdirSync(join(root, 'var/lib'));
  assert.deepEqual(await capture(new Set(['/var/lib'])), { factoryPaths: 0, lines: 0 });
  assert.equal(existsSync(join(root, 'usr/lib/tmpfiles.d/test.conf')), false);
});

test('copies a new subtree whole, links and pipes and empty directories by a line each', async () => {
  put('var/lib/db/data/one');
  mkdirSync(join(root, 'var/cache/empty'), { recursive: true });
  symlinkSync('../run/lock', join(root, 'var/lock'));
  execFileSync('mkfifo', ['-m', '600', join(root, 'var/lib/pipe')]);
  const result = await capture(new Set(['/var/lib']));
  assert.deepEqual(result, { factoryPaths: 1, lines: 5 });
  assert.deepEqual(lines(), [
    'd /var/cache 0755 root root -',
    'd /var/cache/empty 0755 root root -',
    'C /var/lib/db - - - - /usr/share/factory/var/lib/db',
    'p /var/lib/pipe 0600 root root -',
    'L /var/lock - - - - ../run/lock',
  ]);
});

test('gives a machine owners, modes, links and attributes as the packages left them', async () => {
  const file = put('var/lib/db/secret file');
  chownSync(file, 0, 1234);
  chmodSync(file, 0o640);
  chmodSync(join(root, 'var/lib/db'), 0o2750);
  linkSync(file, join(root, 'var/lib/db/same'));
  symlinkSync('secret file', join(root, 'var/lib/db/link'));
  setxattr(file, 'user.note', Buffer.from('kept'));
  await capture();
  const db = join(boot(), 'var/lib/db');
  const stat = statSync(join(db, 'secret file'));
  assert.deepEqual([stat.gid, stat.mode & 0o7777, stat.nlink], [1234, 0o640, 2]);
  assert.equal(statSync(db).mode & 0o7777, 0o2750);
  assert.equal(readlinkSync(join(db, 'link')), 'secret file');
  assert.equal(getxattr(join(db, 'secret file'), 'user.note')?.toString(), 'kept');
});

test('never brings back what a service removed, nor replaces what it changed', async () => {
  put('var/lib/db/wal/1');
  put('var/lib/db/state', 'factory');
  await capture();
  const machine = boot();
  rmSync(join(machine, 'var/lib/db/wal/1'));
  writeFileSync(join(machine, 'var/lib/db/state'), 'changed');
  execFileSync('systemd-tmpfiles', ['--create', `--root=${machine}`, '--prefix=/var'], { stdio: 'pipe' });
  assert.equal(existsSync(join(machine, 'var/lib/db/wal/1')), false);
  assert.equal(readFileSync(join(machine, 'var/lib/db/state'), 'utf8'), 'changed');
});

test('leaves caches, indexes, logs, secrets and package state behind', async () => {
  for (const path of [
    'var/cache/apt/archives/x.deb',
    'var/lib/apt/lists/index',
    'var/lib/dpkg/status',
    'var/lib/systemd/random-seed',
    'var/log/nginx/access.log',
    'var/log/dpkg.log',
    'var/tmp/x',
    'var/backups/dpkg.status.0',
  ])
    put(path);
  const result = await capture();
  assert.equal(result.factoryPaths, 0);
  assert.ok(lines().every((line) => line.startsWith('d ')));
  assert.ok(lines().includes('d /var/log/nginx 0755 root root -'));
  assert.ok(!lines().some((line) => /dpkg|random-seed/.test(line)));
});

test('drops litter inside a subtree that is copied', async () => {
  put('var/lib/systemd/timers/stamp');
  put('var/lib/systemd/random-seed');
  await capture();
  const payload = join(root, 'usr/share/factory/var/lib/systemd');
  assert.ok(existsSync(join(payload, 'timers/stamp')));
  assert.equal(existsSync(join(payload, 'random-seed')), false);
});

test('adds only the new files to a directory the base copies already', async () => {
  put('usr/share/factory/var/lib/db/old');
  writeFileSync(join(root, 'usr/lib/tmpfiles.d/base.conf'), 'C /var/lib/db - - - - /usr/share/factory/var/lib/db\n');
  put('var/lib/db/old');
  put('var/lib/db/new');
  assert.deepEqual(await capture(new Set([...knownPaths(root), '/var/lib'])), { factoryPaths: 1, lines: 1 });
  assert.deepEqual(lines(), ['C /var/lib/db/new - - - - /usr/share/factory/var/lib/db/new']);
});

test('passes over whiteouts and sockets, and refuses devices', async () => {
  mkdirSync(join(root, 'var/lib'));
  execFileSync('mknod', [join(root, 'var/lib/whiteout'), 'c', '0', '0']);
  assert.deepEqual(await capture(new Set(['/var/lib'])), { factoryPaths: 0, lines: 0 });
  execFileSync('mknod', [join(root, 'var/lib/null'), 'c', '1', '3']);
  await assert.rejects(capture(), {
    code: 'unsupported-path',
    message: 'cannot capture /var/lib/null: it is a device',
  });
  assert.ok(lstatSync(join(root, 'var/lib/null')).isCharacterDevice());
});

test('survives names that tmpfiles.d would take for something else', async () => {
  for (const name of ['a b', '%h', 'q"x', 'back\\s']) put(`var/lib/${name}/file`);
  await capture(new Set(['/var/lib']));
  const machine = boot();
  for (const name of ['a b', '%h', 'q"x', 'back\\s'])
    assert.ok(existsSync(join(machine, 'var/lib', name, 'file')), name);
});
