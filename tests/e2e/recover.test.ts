import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './commands.js';
import { leftovers } from './leftovers.js';
import { descendantsOf, processes } from './processes.js';
import { Stand } from './stand.js';

describe('recovery that is itself disturbed', { timeout: 120_000 }, () => {
  let stand: Stand;
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    await stand.done('install', '--download-only', 'htop');
  });
  after(() => stand.close({ keepDownloads: true }));

  it('a daemon killed again and again while it recovers goes on where it was', async () => {
    const install = stand.start('install', 'htop');
    await install.printed(/Installing packages/);
    await stand.daemon.kill();
    for (const step of ['tree.assemble', 'deployment.write']) {
      await stand.startDaemon();
      await until(() => stand.daemon.log().some((line) => line.step === step), step);
      await sleep(50);
      await stand.daemon.kill();
    }
    await stand.startDaemon();
    await stand.settled();
    const [row] = await stand.history('--limit', '1');
    assert.equal(row?.state, 'Committed');
    const attempts = (await stand.events('--transaction', row?.id ?? '')).filter(({ type }) => type === 'ATTEMPTED');
    assert.equal(attempts.length, 3);
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });

  it('a step whose executor dies each time is given up after three tries, and all is taken back', async () => {
    const before = await stand.deployments();
    const install = stand.start('install', 'tree');
    for (const attempt of [1, 2, 3]) {
      const begun = () =>
        stand.daemon
          .log()
          .filter((line) => line.step === 'tree.assemble' && line.msg === 'step begins' && line.attempt === attempt);
      await until(() => begun().length > 0, `try ${attempt}`);
      await until(() => descendantsOf(stand.daemon.pid).length > 0, 'an executor');
      process.kill(descendantsOf(stand.daemon.pid)[0]?.pid ?? 0, 'SIGKILL');
    }
    const { status, stderr } = await install.ended;
    assert.equal(status, 1);
    assert.equal(stderr, 'error: cannot go on with tree.assemble: it ended in a crash 3 times\n');
    await stand.settled();
    const [row] = await stand.history('--limit', '1');
    assert.equal(row?.state, 'RolledBack');
    assert.deepEqual(
      (await stand.deployments()).map((each) => each.id),
      before.map((each) => each.id),
    );
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });
});

describe('commands with --peer', { timeout: 120_000 }, () => {
  it('the next command first ends what a killed one left, and says so; reads as well', async () => {
    await using stand = await Stand.open({ serve: 'peer' });
    await stand.done('install', '--download-only', 'htop');
    const install = stand.start('install', '--peer', 'htop');
    await install.printed(/Installing packages/);
    const daemon = processes().find(
      ({ commandLine }) => /apt-ostreed .*--peer/.test(commandLine) && commandLine.includes(stand.path),
    );
    assert.ok(daemon !== undefined);
    install.signal('SIGKILL');
    process.kill(daemon.pid, 'SIGKILL');
    await install.ended;
    const { status, stdout, stderr } = await stand.cli('status', '--peer');
    assert.equal(status, 0);
    assert.match(
      stderr,
      /^Finishing the interrupted transaction [0-9a-f]{32} \(install (--peer )?htop\) first\nIt ended: Committed\n$/,
    );
    assert.match(stdout, /LayeredPackages: htop/);
    assert.deepEqual(await leftovers(stand.path), []);
  });
});
