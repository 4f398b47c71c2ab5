import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { leftovers } from './leftovers.js';
import { assertRefused } from './refusal.js';
import { type SmallDisk, smallDisk } from './small-disk.js';
import { Stand } from './stand.js';

const MEGABYTE = 1_000_000;

describe('a disk that is full', { timeout: 240_000 }, () => {
  let disk: SmallDisk;
  let stand: Stand;
  before(async () => {
    disk = await smallDisk(1400);
    stand = await Stand.open({ serve: 'peer', sysroot: disk });
    await stand.done('install', '--download-only', 'htop', 'tree');
  });
  after(() => stand.close({ keepDownloads: true }));

  it('is noticed before anything is written, with what is missing', async (test) => {
    test.after(disk.free);
    disk.fill(30 * MEGABYTE);
    assertRefused(
      await stand.cli('install', 'htop'),
      /^cannot go on: \/\S+ has \d+ MB free and \d+ MB are needed$|^cannot resolve htop: apt has no space left for its cache/,
    );
    assert.equal((await stand.deployments()).length, 1);
    assert.deepEqual(await leftovers(stand.path), []);
  });

  it('to the last block still can be read, and every change is refused with the reason', async (test) => {
    test.after(disk.free);
    disk.fill(0);
    assert.equal((await stand.deployments()).length, 1);
    assert.ok((await stand.history()).length > 0);
    assert.match(await stand.done('journal', 'verify'), /^ok: /);
    assertRefused(
      await stand.cli('install', 'htop'),
      /^cannot change anything: the filesystem of the journal \/.* has no space left: free some, /,
    );
  });

  it('in the middle of an install stops it; with space again the next command ends it', async (test) => {
    test.after(disk.free);
    const install = stand.start('install', 'htop');
    await install.printed(/Installing packages/);
    disk.fill(0);
    const { status, stderr } = await install.ended;
    assert.equal(status, 1);
    assert.match(stderr, /^error: cannot .*no space left.*\n$/);
    const full = await stand.cli('status');
    assert.equal(full.status, 0);
    assert.equal((await stand.deployments()).length, 1);
    disk.free();
    const { stderr: said } = await stand.cli('status');
    const [row] = await stand.history('--limit', '1');
    // it may have been taken back on the full disk, or have stood still there
    if (row?.state !== 'RolledBack') {
      assert.match(
        said,
        /^Finishing the interrupted transaction [0-9a-f]{32} \(install htop\) first\nIt ended: Committed\n$/,
      );
      assert.equal(row?.state, 'Committed');
    }
    assert.deepEqual(await leftovers(stand.path), []);
  });

  it('and when there is space again everything works', async () => {
    await stand.done('install', 'tree');
    assert.match(await stand.done('journal', 'verify'), /^ok: /);
    assert.deepEqual(await leftovers(stand.path), []);
  });
});
