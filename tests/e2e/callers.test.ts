import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { NAME } from './daemon.js';
import { leftovers } from './leftovers.js';
import { program } from './programs.js';
import { OS_PATH, Stand } from './stand.js';

describe('callers that meet, are refused, or change their mind', { timeout: 180_000 }, () => {
  let stand: Stand;
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    // indexes and archives are here: what runs from now on takes no longer than it must
    await stand.done('install', '--download-only', 'htop');
  });
  beforeEach(() => stand.settled());
  after(() => stand.close({ keepDownloads: true }));

  it('a second install during the first is refused, and told which one runs', async () => {
    const first = stand.start('install', 'htop');
    await first.printed(/Installing packages/);
    const { status, stderr } = await stand.cli('install', 'tree');
    assert.equal(status, 1);
    const [running] = await stand.history('--limit', '1');
    assert.match(stderr, /^error: cannot begin: transaction in progress: install htop \([0-9a-f]{32}, uid 0\); .*\n$/);
    assert.ok(stderr.includes(running?.id ?? 'none'), stderr);
    assert.equal((await first.ended).status, 0);
    await stand.done('uninstall', 'htop');
  });

  it('the identical install joins the first: one transaction, both hear its end', async () => {
    const before = (await stand.history()).length;
    const first = stand.start('install', 'htop');
    await first.printed(/Resolving dependencies/);
    const second = await stand.cli('install', 'htop');
    assert.deepEqual([second.status, second.stderr], [0, '']);
    assert.match(second.stdout, /^Attaching to existing transaction: install htop\n/);
    const { status, stdout } = await first.ended;
    assert.equal(status, 0);
    const deployment = /^New deployment: .*$/m;
    assert.equal(deployment.exec(second.stdout)?.[0], deployment.exec(stdout)?.[0]);
    assert.equal((await stand.history()).length, before + 1);
    await stand.done('uninstall', 'htop');
  });

  it('a user whom polkit denies gets AccessDenied, and nothing changes', async () => {
    const world = await snapshot();
    const call = ['gdbus', 'call', '--system', '-d', NAME, '-o', OS_PATH, '-m', `${NAME}.OS.PkgChange`];
    const denied = await stand.program([...call, '{}', "['htop']", '[]'], { user: 'nobody' });
    assert.equal(denied.status, 1);
    assert.match(denied.stderr, /org\.freedesktop\.DBus\.Error\.AccessDenied: cannot install htop: the caller is not /);
    // the user may be unable to read where the tests' programs lie
    const cli = join(stand.bus.directory, 'apt-ostree');
    copyFileSync(program('apt-ostree'), cli);
    for (const command of [
      ['install', 'htop'],
      ['rollback'],
      ['deploy', stand.sysroot.commit],
      ['cleanup', '--base'],
    ]) {
      const { status, stderr } = await stand.program([cli, ...command], { user: 'nobody' });
      assert.equal(status, 1, command.join(' '));
      assert.match(stderr, /^error: cannot .*: the caller is not authorized for org\.projectatomic\.aptostree\.\S+\n$/);
    }
    assert.deepEqual(await snapshot(), world);
  });

  it('a user whom polkit asks for a password that nobody can give is refused as well', async () => {
    const world = await snapshot();
    const call = ['gdbus', 'call', '--system', '-d', NAME, '-o', OS_PATH, '-m', `${NAME}.OS.PkgChange`];
    const { status, stderr } = await stand.program([...call, '{}', "['htop']", '[]'], { user: 'daemon' });
    assert.equal(status, 1);
    assert.match(stderr, /AccessDenied: cannot install htop: the caller needs authentication for /);
    assert.deepEqual(await snapshot(), world);
  });

  it('a user whom polkit allows installs, and the journal names user and answer', async () => {
    const cli = join(stand.bus.directory, 'apt-ostree');
    const { status, stderr } = await stand.program([cli, 'install', 'htop'], { user: 'games' });
    assert.deepEqual([status, stderr], [0, '']);
    const [opened] = await stand.events('--uid', 'games');
    assert.equal(opened?.authorization, 'org.projectatomic.aptostree.install-uninstall-packages=authorized');
    await stand.done('uninstall', 'htop');
  });

  it('Ctrl-C cancels: the command says so, and nothing of the transaction remains', async () => {
    const { deployments } = await snapshot();
    const install = stand.start('install', 'htop');
    await install.printed(/Installing packages/);
    install.signal('SIGINT');
    const { status, stdout, stderr } = await install.ended;
    assert.equal(status, 1);
    assert.match(stdout, /Awaiting transaction cancellation/);
    assert.match(stderr, /^error: cannot finish install htop: cancelled by uid 0 \(cli\)\n$/);
    await stand.settled();
    assert.deepEqual((await snapshot()).deployments, deployments);
    assert.equal((await stand.history('--limit', '1'))[0]?.state, 'Cancelled');
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });

  it('a second Ctrl-C leaves; the cancellation goes on without its caller', async () => {
    const install = stand.start('install', 'htop');
    await install.printed(/Finishing the tree/);
    install.signal('SIGINT');
    await install.printed(/Awaiting transaction cancellation/);
    install.signal('SIGINT');
    const { status } = await install.ended;
    assert.ok(status === 130 || status === 1, String(status));
    await stand.settled();
    assert.equal((await stand.history('--limit', '1'))[0]?.state, 'Cancelled');
  });

  it('apt-ostree cancel ends what another caller began', async () => {
    const install = stand.start('install', 'htop');
    await install.printed(/Resolving dependencies/);
    assert.equal(await stand.done('cancel'), 'Cancelling transaction: install htop\nCancelled.\n');
    assert.equal((await install.ended).status, 1);
  });

  async function snapshot() {
    const deployments = (await stand.deployments()).map((each) => each.id);
    return { deployments, rows: (await stand.events()).length };
  }
});
