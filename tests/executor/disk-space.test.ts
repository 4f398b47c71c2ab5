import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { FileReserve, RESERVE_BYTES } from '../../src/daemon/reserve.js';
import { refuseFullBoot, refuseFullDisk, refuseFullIndexes } from '../../src/executor/sandbox/disk-space.js';

const MEGABYTE = 1024 * 1024;
const NOTHING = { downloadBytes: 0, installedBytes: 0, bootBytes: 0 };

/** A directory on a filesystem of its own. */
function filesystem(t: TestContext, options: string, within = tmpdir()): string {
  const path = mkdtempSync(join(within, 'filesystem-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  t.after(() => {
    execFileSync('umount', ['--lazy', path]);
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

test('a sysroot that has room is not refused', (t) => {
  const sysroot = filesystem(t, 'size=200M');
  mkdirSync(join(sysroot, 'boot'));
  refuseFullDisk(sysroot, NOTHING);
  refuseFullDisk(sysroot, { ...NOTHING, bootBytes: 100 * MEGABYTE });
});

test('bytes, inodes and what /boot on the same filesystem needs are counted', (t) => {
  const sysroot = filesystem(t, 'size=200M,nr_inodes=10000');
  mkdirSync(join(sysroot, 'boot'));
  const refused = (needs: Partial<typeof NOTHING>, says: RegExp) =>
    assert.throws(() => refuseFullDisk(sysroot, { ...NOTHING, ...needs }), { code: 'no-space', message: says });
  refused({ downloadBytes: 150 * MEGABYTE }, /^cannot go on: \/\S+ has \d+ MB free and \d+ MB are needed$/);
  refused({ bootBytes: 150 * MEGABYTE }, /MB are needed$/);
  refused({ installedBytes: 60 * MEGABYTE }, /^cannot go on: \/\S+ has \d+ inodes free and \d+ are needed$/);
});

test('a /boot of its own is looked at as well, also when no kernel is new', (t) => {
  const sysroot = filesystem(t, 'size=400M');
  const boot = join(sysroot, 'boot');
  mkdirSync(boot);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20M,nr_inodes=20', 'tmpfs', boot]);
  const about = (says: RegExp) => ({ code: 'no-space', message: says });
  assert.throws(
    () => refuseFullDisk(sysroot, { ...NOTHING, bootBytes: 30 * MEGABYTE }),
    about(/\/boot has \d+ MB free/),
  );
  assert.throws(() => refuseFullDisk(sysroot, NOTHING), about(/\/boot has \d+ inodes free and \d+ are needed$/));
  assert.throws(() => refuseFullBoot(sysroot, 30 * MEGABYTE), about(/\/boot has \d+ MB free/));
  refuseFullBoot(sysroot, 0);
});

test('indexes are not refreshed where new ones have no room beside the old ones', (t) => {
  const lists = filesystem(t, 'size=20M');
  assert.throws(() => refuseFullIndexes(lists), { code: 'no-space' });
  refuseFullIndexes(filesystem(t, 'size=100M'));
});

test('space is kept aside for the end of a change, given up, and kept again', (t) => {
  const directory = filesystem(t, 'size=20M');
  const reserve = new FileReserve(join(directory, 'journal.reserve'), pino({ level: 'silent' }));
  assert.equal(reserve.isHeld, false);
  reserve.hold();
  assert.equal(reserve.isHeld, true);
  const fill = () => execFileSync('sh', ['-c', `cat /dev/zero > ${directory}/full 2>/dev/null || true`]);
  fill();
  assert.throws(() => reserve.hold(), {
    code: 'no-space',
    message: /^cannot begin: the filesystem of the journal in \/\S+ has 0 MB free and 9 MB are needed; /,
  });
  assert.equal(reserve.letGo(), true);
  assert.equal(reserve.letGo(), false);
  reserve.refill();
  assert.equal(reserve.isHeld, false, 'not while something else may need it');
  rmSync(join(directory, 'full'));
  reserve.refill();
  assert.equal(reserve.isHeld, true);
  const again = new FileReserve(join(directory, 'journal.reserve'), pino({ level: 'silent' }));
  assert.equal(again.isHeld, true, `${RESERVE_BYTES} bytes are there from before`);
});
