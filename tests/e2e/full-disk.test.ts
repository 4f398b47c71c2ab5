import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { leftovers } from './leftovers.js';
import { assertRefused } from './refusal.js';
import { type SmallDisk, smallDisk } from './small-disk.js';
import { Stand } from './stand.js';

const MEGABYTE = 1_000_000;

const MOMENTS = [
  ['tree.assemble', /Installing packages/],
  ['tree.commit', /Writing OSTree commit/],
] as const;

describe('a disk that is full', { timeout: 420_000 }, () => {
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

  it('to the last block still can be read, and every change but a clean-up is refused with the reason', async (test) => {
    test.after(disk.free);
    disk.fill(0);
    assert.equal((await stand.deployments()).length, 1);
    assert.ok((await stand.history()).length > 0);
    assert.match(await stand.done('journal', 'verify'), /^ok: /);
    for (const command of [['install', 'htop'], ['rollback'], ['refresh-md']])
      assertRefused(
        await stand.cli(...command),
        /^cannot begin: the filesystem of the journal in \/\S+ has \d+ MB free and \d+ MB are needed; "apt-ostree cleanup" may /,
      );
    await stand.done('cleanup', '--base');
  });

  for (const [step, printed] of MOMENTS)
    it(`while ${step} runs: the install is taken back and the journal tells it, without anybody freeing space`, async (test) => {
      test.after(disk.free);
      const install = stand.start('install', 'htop');
      await install.printed(printed);
      disk.fill(0);
      const { status, stderr } = await install.ended;
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^error: cannot .*no space left.*\n$/i);
      const { stderr: said } = await stand.cli('status');
      assert.equal(said, '', 'nothing was left to be finished');
      assert.equal((await stand.deployments()).length, 1);
      const [row] = await stand.history('--limit', '1');
      assert.equal(row?.state, 'RolledBack');
      assert.match(row.failure ?? '', /no space left/i);
      assert.match(await stand.done('journal', 'verify'), /^ok: /);
      assert.deepEqual(await leftovers(stand.path), []);
    });

  it('and when there is space again everything works', async () => {
    await stand.done('install', 'tree');
    assert.match(await stand.done('journal', 'verify'), /^ok: /);
    assert.deepEqual(await leftovers(stand.path), []);
  });
});
