import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { run } from './commands.js';
import { NAME } from './daemon.js';
import { leftovers } from './leftovers.js';
import { LocalDebs } from './local-debs.js';
import { program } from './programs.js';
import { assertRefused } from './refusal.js';
import { OS_PATH, Stand } from './stand.js';

const NOWHERE = 'f'.repeat(64);

describe('requests that cannot be met: one clear line each, and nothing changes', { timeout: 180_000 }, () => {
  let stand: Stand;
  const debs = new LocalDebs();
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    await stand.done('refresh-md');
  });
  after(async () => {
    debs.remove();
    await stand.close({ keepDownloads: false });
  });

  const refused = (title: string, args: () => readonly string[], says: string | RegExp) =>
    it(title, async () => assertRefused(await stand.cli(...args()), says));

  refused(
    'unknown packages are all named',
    () => ['install', 'no-such-a', 'htop', 'no-such-b'],
    'cannot find packages: no-such-a, no-such-b',
  );
  refused('a word that is no package name', () => ['install', 'Bad_Name'], 'cannot use "Bad_Name" as a package name');
  refused(
    'a dependency that nobody provides',
    () => ['install', debs.build({ name: 'needy', control: ['Depends: absent-package'] })],
    'cannot install needy_1.0_all: needy depends on absent-package but it is not installable',
  );
  refused(
    'a conflict with the base',
    () => ['install', debs.build({ name: 'hostile', control: ['Conflicts: bash'] })],
    /^cannot install hostile_1\.0_all: hostile conflicts with bash but .* is to be installed$/,
  );
  refused(
    'a file that a package of the base has',
    () => ['install', debs.build({ name: 'thief', files: { 'usr/bin/env': '#!/bin/sh\n' } })],
    /^cannot .*thief.*\/usr\/bin\/env.*coreutils/,
  );
  refused(
    'a package that the base has',
    () => ['install', 'bash'],
    /^cannot install bash: already provided by bash_\S+; use --allow-inactive to explicitly require it$/,
  );
  refused(
    'a package that was never requested',
    () => ['uninstall', 'htop'],
    'cannot uninstall htop: not currently requested',
  );
  refused(
    'a file that is not there',
    () => ['install', './nowhere.deb'],
    'cannot read the package ./nowhere.deb: no such file',
  );
  refused(
    'a file that is no archive',
    () => ['install', debs.write('text.deb', 'not a package\n')],
    /^cannot use \/.*\/text\.deb as a package: dpkg-deb: error: .*archive/,
  );
  refused(
    'an archive that was cut off',
    () => [
      'install',
      debs.write('cut.deb', `!<arch>\ndebian-binary   0           0     0     100644  4         \`\n2.0\n`),
    ],
    /^cannot use \/.*\/cut\.deb as a package: dpkg-deb: error: /,
  );
  refused(
    'a version that the base does not have',
    () => ['deploy', 'version=99'],
    'cannot deploy: version "99" is not in debian/12/amd64/minimal',
  );
  refused(
    'a commit that is not there',
    () => ['deploy', NOWHERE],
    `cannot deploy ${NOWHERE}: the commit is not in the repo`,
  );
  refused('no deployment to go back to', () => ['rollback'], /^cannot roll back: /);
  refused(
    'a stateroot that is not there',
    () => ['install', '--stateroot', 'fedora', 'htop'],
    /^cannot find stateroot "fedora" in \//,
  );
  refused(
    'a plan hash that is none',
    () => ['install', 'htop', '--plan', 'abc'],
    'cannot install: "abc" is not a plan hash; a dry run prints it',
  );
  refused(
    'an unknown option',
    () => ['install', '--frobnicate', 'htop'],
    /^cannot read the command line: .*--frobnicate/,
  );
  refused('an unknown command', () => ['instal', 'htop'], /^cannot run 'instal': unknown command/);
  refused('a transaction that never was', () => ['journal', 'show', 'ffff'], 'cannot find transaction ffff');
  refused(
    'a sysroot that the daemon does not serve',
    () => ['status', '--sysroot', '/etc'],
    /^cannot use \/etc: apt-ostreed on this bus serves \//,
  );

  it('a second daemon for the same sysroot', async () => {
    const { status, stderr } = await stand.cli('status', '--peer', '--sysroot', stand.path);
    assert.equal(status, 1);
    assert.match(stderr, /another apt-ostreed is at work on this sysroot/);
  });

  it("a package that the caller may not read, though the daemon may: the caller's rights count", async () => {
    const deb = debs.build({ name: 'private' });
    execFileSync('chmod', ['600', deb]);
    execFileSync('chmod', ['755', debs.directory]);
    const modifiers = `{'install-local-package-paths': <['${deb}']>}`;
    const call = ['gdbus', 'call', '--system', '-d', NAME, '-o', OS_PATH, '-m', `${NAME}.OS.UpdateDeployment`];
    const { stdout, stderr } = await stand.program([...call, modifiers, '{}'], { user: 'games' });
    const address = /'(unix:[^']+)'/.exec(stdout)?.[1] ?? assert.fail(stderr);
    const start = ['gdbus', 'call', '--address', address, '-d', NAME, '-o', '/', '-m', `${NAME}.Transaction.Start`];
    await stand.program(start, { user: 'games' });
    await stand.settled();
    const [row] = await stand.history('--limit', '1');
    assert.equal(row?.state, 'Failed');
    assert.match(row?.failure ?? '', /^cannot read \/.*\/private\.deb: .*Permission denied$/);
  });

  it('after all that there is one deployment, nothing lies about, and no transaction was committed', async () => {
    assert.equal((await stand.deployments()).length, 1);
    await stand.settled();
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
    assert.deepEqual(
      (await stand.history('--outcome', 'committed')).map(({ kind }) => kind),
      ['refresh-md'],
    );
  });
});

describe('places that are no sysroot', () => {
  const refusedAt = async (path: string, says: RegExp) => {
    for (const command of [['status'], ['install', 'htop']])
      assertRefused(await run([program('apt-ostree'), ...command, '--sysroot', path]), says);
  };

  it('a directory that is none is refused', () =>
    refusedAt('/etc', /^cannot open the sysroot \/etc: it has no ostree\/repo$/));

  it('a path that is not there is refused', () => refusedAt('/nowhere', /^cannot open the sysroot \/nowhere: /));

  it('a sysroot without a stateroot is refused, and the way to make one named', async (test) => {
    const path = mkdtempSync(join(tmpdir(), 'no-stateroot-'));
    test.after(() => rmSync(path, { recursive: true }));
    mkdirSync(join(path, 'boot'));
    execFileSync('ostree', ['admin', 'init-fs', '--modern', path]);
    await refusedAt(path, /^cannot serve \/.*: it has no stateroot; make one with "apt-ostree compose sysroot"$/);
  });
});
