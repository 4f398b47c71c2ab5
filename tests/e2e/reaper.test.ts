import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from './commands.js';
import { leftovers } from './leftovers.js';
import { Stand } from './stand.js';

const NOBODY = 'a'.repeat(32);
const NOWHERE = 'b'.repeat(64);

describe('what lies about at the start of a daemon', { timeout: 120_000 }, () => {
  let stand: Stand;
  before(async () => {
    stand = await Stand.open({ serve: 'bus', cold: true });
  });
  after(() => stand.close());

  const put = (path: string) => {
    const file = join(stand.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'left\n');
    return file;
  };
  const ostree = (...args: readonly string[]) =>
    execFileSync('ostree', [...args, `--repo=${stand.path}/ostree/repo`], { encoding: 'utf8' });

  it('is removed where it belongs to a transaction that has ended, and left alone where it is somebody else’s', async () => {
    await stand.daemon.stop();
    const ours = [
      put(`ostree/apt-ostree/scratch/${NOBODY}/upper/file`),
      put(`ostree/apt-ostree/bases/${NOWHERE}/usr/bin/x`),
      put(`ostree/apt-ostree/bases/${NOWHERE}.part/x`),
      put(`ostree/apt-ostree/archives/partial/${NOWHERE}.part`),
      put(`ostree/deploy/debian/deploy/${NOWHERE}.0/usr/bin/x`),
    ];
    const theirs = [
      put('ostree/apt-ostree/README'),
      put('ostree/apt-ostree/archives/manual.deb'),
      put('ostree/deploy/debian/var/lib/apt-ostree/journal.db.old'),
      put('ostree/deploy/debian/var/lib/other/file'),
      put('home/file'),
    ];
    const refs = {
      ours: [`apt-ostree/transaction/${NOBODY}`, `apt-ostree/base/${NOWHERE}`],
      theirs: ['apt-ostree/mine', 'mine/own'],
    };
    for (const ref of [...refs.ours, ...refs.theirs]) ostree('refs', `--create=${ref}`, stand.sysroot.commit);
    await stand.startDaemon();
    await until(
      () => ours.every((file) => !existsSync(file)),
      () => `the tidy-up: ${stand.daemon.started.stderr}`,
      60_000,
    );
    await stand.settled();
    assert.deepEqual(
      theirs.filter((file) => !existsSync(file)),
      [],
    );
    const left = ostree('refs').split('\n');
    assert.deepEqual(
      refs.ours.filter((ref) => left.includes(ref)),
      [],
    );
    assert.deepEqual(
      refs.theirs.filter((ref) => !left.includes(ref)),
      [],
    );
    assert.deepEqual(
      (await leftovers(stand.path, { daemon: stand.daemon.pid })).filter((line) => !line.includes('manual.deb')),
      [],
    );
    // and no start after it finds anything to do
    await stand.daemon.stop();
    await stand.startDaemon();
    assert.equal(await stand.isBusy(), false);
  });
});
