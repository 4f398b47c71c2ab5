import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inDeployment } from './deployed.js';
import { leftovers } from './leftovers.js';
import { Stand } from './stand.js';

// One machine's life, in order: each test begins where the one before it ended.
describe('a package, from the archive into a deployment and out again', { timeout: 180_000 }, () => {
  let stand: Stand;
  let base = '';
  let plan = '';
  before(async () => {
    stand = await Stand.open({ serve: 'bus', cold: true });
    base = stand.sysroot.commit;
  });
  after(() => stand.close({ keepDownloads: true }));

  it('a dry run shows the impact and the plan, and changes nothing', async () => {
    const { status, stdout, stderr } = await stand.cli('install', '--dry-run', 'htop');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^Added:\n( {2}.*\n)* {2}htop \d/m);
    assert.match(stdout, /Packages: \d+ added, 0 removed, 0 changed\n/);
    assert.match(stdout, /Files: \d+ added, 0 removed, 0 changed\n/);
    assert.match(stdout, /Installed: \+.*B\n/);
    plan = /^Plan: ([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? '';
    assert.notEqual(plan, '');
    assert.deepEqual(await checksums(), [base]);
  });

  it('a plan that is not what would be done now is refused, naming the one that is', async () => {
    const { status, stderr } = await stand.cli('install', 'htop', '--plan', 'f'.repeat(64));
    assert.equal(status, 1);
    assert.equal(
      stderr,
      `error: cannot apply plan ${'f'.repeat(64)}: indexes or base have changed since; the plan is now ${plan}\n`,
    );
    assert.deepEqual(await checksums(), [base]);
  });

  it('the plan of the dry run is applied exactly', async () => {
    const { status, stdout, stderr } = await stand.cli('install', 'htop', '--plan', plan);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^New deployment: debian-[0-9a-f]{64}\.0$/m);
    const [row] = await stand.events('--kind', 'install', '--outcome', 'committed', '--package', 'libnl-3-200');
    assert.ok(row !== undefined);
    const done = (await stand.events()).findLast((each) => 'resolution' in gift(each.payload));
    assert.equal((gift(done?.payload)['resolution'] as { readonly planHash: string }).planHash, plan);
  });

  it('status tells the new deployment first and the old one after it, as text and as JSON', async () => {
    const [first, second, ...others] = await stand.deployments();
    assert.equal(others.length, 0);
    assert.deepEqual(first?.['requested-packages'], ['htop']);
    assert.equal(first?.['base-checksum'], base);
    assert.equal(second?.checksum, base);
    const text = await stand.done('status');
    assert.match(text, /^State: idle\n/);
    assert.match(text, new RegExp(`BaseCommit: ${base}\\n.*LayeredPackages: htop\\n[\\s\\S]*Commit: ${base}\\n`));
  });

  it('the deployment holds the package: it runs, dpkg and apt know it, nothing of it is in the old one', async () => {
    const script = 'htop --version && dpkg-query -s htop | grep ^Status && apt-mark showmanual htop';
    const { stdout, stderr } = await inDeployment(await stand.directory(0), script);
    assert.match(stdout, /^htop 3\.\S+\nStatus: install ok installed\nhtop\n$/, stderr);
    assert.equal((await inDeployment(await stand.directory(1), 'htop --version')).status, 127);
  });

  it('installing it again is refused, or says that nothing changed', async () => {
    const again = await stand.cli('install', 'htop');
    assert.equal(again.status, 1);
    assert.match(again.stderr, /^error: cannot install htop: already requested\n$/);
    const { status, stdout } = await stand.cli('install', '--idempotent', '--unchanged-exit-77', 'htop');
    assert.deepEqual([status, stdout.endsWith('No change.\n')], [77, true]);
  });

  it('uninstall brings back the base itself', async () => {
    const { status, stdout, stderr } = await stand.cli('uninstall', 'htop');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^Removed:\n {2}htop /m);
    const [first, second] = await stand.deployments();
    assert.equal(first?.checksum, base);
    assert.deepEqual(second?.['requested-packages'], ['htop']);
  });

  it('rollback makes the deployment with the package the first again, and back', async () => {
    // older ones go after the answer
    await stand.settled();
    const before = await stand.deployments();
    await stand.done('rollback');
    assert.deepEqual(
      (await stand.deployments()).map((each) => each.id),
      before.map((each) => each.id).reverse(),
    );
    await stand.done('rollback');
    assert.deepEqual(
      (await stand.deployments()).map((each) => each.id),
      before.map((each) => each.id),
    );
  });

  it('a named commit is deployed with deploy', async () => {
    await stand.done('install', 'htop');
    await stand.done('deploy', base);
    const [first] = await stand.deployments();
    assert.equal(first?.['base-checksum'], base);
    assert.deepEqual(first?.['requested-packages'], ['htop']);
  });

  it('history and journal tell all of it, filtered by kind, package, outcome, user and time', async () => {
    const kinds = (await stand.history()).map(({ kind, state }) => `${kind} ${state}`).reverse();
    assert.deepEqual(kinds, [
      ...['install Committed', 'install Failed', 'install Committed', 'install Failed', 'install Committed'],
      ...['uninstall Committed', 'rollback Committed', 'rollback Committed', 'install Committed', 'deploy Committed'],
    ]);
    const count = async (...filter: readonly string[]) => (await stand.history(...filter)).length;
    assert.equal(await count('--kind', 'rollback'), 2);
    assert.equal(await count('--outcome', 'failed'), 2);
    assert.equal(await count('--package', 'libnl-3-200', '--kind', 'uninstall'), 0);
    assert.equal(await count('--uid', 'root'), kinds.length);
    assert.equal(await count('--uid', 'nobody'), 0);
    assert.equal(await count('--since', '1h ago'), kinds.length);
    assert.equal(await count('--until', '1h ago'), 0);
    assert.equal(await count('--limit', '3'), 3);
  });

  it('journal show tells the steps of one transaction; verify finds the chain whole', async () => {
    const [row] = await stand.history('--kind', 'uninstall');
    const story = await stand.done('journal', 'show', row?.id.slice(0, 14) ?? '');
    for (const part of [
      'Outcome: Committed',
      'CommandLine: uninstall htop',
      'packages=root',
      'Writing deployment: done',
    ])
      assert.ok(story.includes(part), `${part} in:\n${story}`);
    const rows = (await stand.events()).length;
    assert.match(await stand.done('journal', 'verify'), new RegExp(`^ok: ${rows} rows, head [0-9a-f]{64}\\n$`));
  });

  it('cleanup removes the rollback deployment, and nothing is left lying about', async () => {
    await stand.done('cleanup', '--rollback', '--base');
    assert.equal((await stand.deployments()).length, 1);
    await stand.settled();
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });

  async function checksums(): Promise<readonly string[]> {
    return (await stand.deployments()).map((each) => each.checksum);
  }
});

function gift(payload: unknown): Readonly<Record<string, unknown>> {
  const { gave } = { gave: {}, ...(payload as { readonly gave?: Readonly<Record<string, unknown>> }) };
  return gave;
}
