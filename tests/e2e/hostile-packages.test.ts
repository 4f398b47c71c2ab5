// Packages that mean harm, through command line and daemon: one printable line, everything taken back, the next install works.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { buildRaw, controlOf } from '../layer/raw-deb.js';
import { leftovers } from './leftovers.js';
import { LocalDebs, type LocalPackage } from './local-debs.js';
import { assertRefused } from './refusal.js';
import { Stand } from './stand.js';
import { treeDigest } from './tree-digest.js';

describe('packages that mean harm', { timeout: 600_000 }, () => {
  let stand: Stand;
  let before_ = { ids: [] as readonly string[], digest: '' };
  const debs = new LocalDebs();
  const outside = mkdtempSync(join(tmpdir(), 'outside-'));
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    writeFileSync(join(outside, 'passwd'), 'as it was');
    before_ = await world();
  });
  afterEach(async () => {
    assert.deepEqual(await world(), before_);
    assert.deepEqual([readdirSync(outside), readFileSync(join(outside, 'passwd'), 'utf8')], [['passwd'], 'as it was']);
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });
  after(async () => {
    debs.remove();
    rmSync(outside, { recursive: true });
    await stand.close();
  });

  const refused = async (of: LocalPackage, says: RegExp, state = 'RolledBack') => {
    const ran = await stand.cli('install', '--cache-only', debs.build(of));
    assertRefused(ran, says);
    assert.doesNotMatch(ran.stdout + ran.stderr, /[\0-\x08\x0b-\x1f\x7f-\x9f]/);
    await stand.settled();
    assert.equal((await stand.history('--limit', '1'))[0]?.state, state);
  };
  const script = (body: string) => ({ postinst: `#!/bin/sh\n${body}\n` });

  it('words that a terminal would obey are shown, not obeyed; in story and journal too', async () => {
    const words = `printf '\\033]0;owned\\007\\033[2J\\302\\233\\342\\200\\256last words\\n' >&2; exit 1`;
    await refused({ name: 'terminal', scripts: script(words) }, /its last words: \\x1b\]0;owned\\x07\\x1b\[2J/);
    const [row] = await stand.history('--limit', '1');
    for (const command of [['journal', 'show', '--verbose', row?.id ?? ''], ['history'], ['journal', 'list']])
      assert.doesNotMatch(await stand.done(...command), /[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  it('a link in the place of /etc leads no hand of ours out of the tree', async () => {
    const scripts = {
      preinst: `#!/bin/sh\nrm -rf /usr/etc\nln -s ${outside} /usr/etc\n`,
      ...script('echo owned > /etc/passwd; echo owned > /etc/new'),
    };
    await refused(
      { name: 'linker', scripts },
      /^cannot use the tree: a package made \/usr\/etc something else than a directory$/,
    );
  });

  it('a tree deeper than paths can be is taken back', async () => {
    const deep = `cd /usr/share; perl -e 'for (1..60) { mkdir "d" x 100; chdir "d" x 100 }'`;
    await refused({ name: 'deep', scripts: script(deep) }, /is deeper than 3000 characters$/);
  });

  it('a control file that would write into the origin is refused before anything is changed', async () => {
    const control = controlOf('x1', { Version: '1\n [origin]\n refspec=evil' });
    const ran = await stand.cli('install', '--cache-only', buildRaw(join(debs.directory, 'origin.deb'), { control }));
    assertRefused(ran, /is no version$/);
    await stand.settled();
    assert.equal((await stand.history('--limit', '1'))[0]?.state, 'Failed');
  });

  it('after that a package is installed, and taken out again', async () => {
    await stand.done('install', '--cache-only', debs.build({ name: 'harmless', files: { 'usr/lib/harmless': 'x' } }));
    assert.ok(existsSync(join(await stand.directory(0), 'usr/lib/harmless')));
    await stand.done('rollback');
    await stand.done('cleanup', '--rollback');
    before_ = await world();
  });

  async function world() {
    await stand.settled();
    const deployments = await stand.deployments();
    return { ids: deployments.map(({ id }) => id), digest: await treeDigest(await stand.directory(0)) };
  }
});
