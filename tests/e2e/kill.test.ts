import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DeploymentStatus } from '../../src/client/client.js';
import type { HistoryRow } from '../../src/journal/rows.js';
import { type Durations, durationsOf, type Kill, killAt } from './assassin.js';
import { MOMENTS, type Moment } from './kill-moments.js';
import { leftovers } from './leftovers.js';
import { Stand } from './stand.js';
import { treeDigest } from './tree-digest.js';

// Each transaction swaps one package for the other, so that each lays a new tree, whatever became of the one before it.
const PACKAGES = ['htop', 'tree'] as const;

describe('an install in which something is killed', { timeout: 500_000 }, () => {
  let stand: Stand;
  let durations: Durations;
  let present: World;
  /** Kills of a step that was then tried again. */
  let struck = 0;
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    await stand.done('install', 'htop');
    await stand.settled();
    durations = await undisturbed();
    present = await world();
  });
  after(() => stand.close({ keepDownloads: true }));

  for (const [index, moment] of MOMENTS.entries())
    it(`${index + 1}: ${moment.victim} at ${Math.round(moment.part * 100)} % of ${moment.step}`, async (test) => {
      const old = present;
      const [command, from] = [swap(old.packages), stand.daemon.log().length];
      const install = stand.start(...command);
      const kill = await killAt(moment, stand.daemon, from, durations);
      const { status, stderr } = await install.ended;
      if (!stand.daemon.running) await stand.startDaemon();
      await stand.settled();
      present = await world();
      const row = present.last;
      assert.ok(row !== undefined && row.id !== old.last?.id, 'the transaction is in the journal');
      test.diagnostic(`killed ${kill.killed ?? 'nobody'}; the command ended with ${status}; ${row.state}`);
      if (moment.victim === 'daemon') assert.match(stderr, saidOfLostDaemon(row, status));
      await checkWorld(old, row);
      await checkStory(row, moment, kill);
      assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
    });

  it('most of them struck a step at work', () => {
    assert.ok(struck > MOMENTS.length / 2, `${struck} of ${MOMENTS.length}`);
  });

  it('and at the end of all that everything still works', async () => {
    await stand.done(...swap(present.packages));
    assert.match(await stand.done('journal', 'verify'), /^ok: /);
  });

  /** The state is the new one or the old one; what one can go back to is what was there before, untouched. */
  async function checkWorld(old: World, row: HistoryRow): Promise<void> {
    const { deployments } = present;
    const ours = deployments.filter(({ transaction }) => transaction === row.id);
    const committed = row.state === 'Committed';
    assert.ok(committed || row.state === 'RolledBack' || row.state === 'Failed', row.state);
    assert.equal(ours.length, committed ? 1 : 0, 'deployments of the transaction');
    const before = deployments[committed ? 1 : 0];
    assert.equal(before?.id, old.deployments[0]?.id);
    assert.equal(committed ? await treeDigest(directoryOf(stand, before)) : present.digest, old.digest);
    assert.deepEqual(present.packages, committed ? swapped(old.packages) : old.packages);
    const ids = deployments.flatMap(({ transaction }) => transaction ?? []);
    assert.equal(new Set(ids).size, ids.length, 'one deployment per transaction');
  }

  /** The journal is whole, and tells of another attempt where a step was in flight. */
  async function checkStory(row: HistoryRow, { victim, step }: Moment, { killed, atMs }: Kill): Promise<void> {
    assert.match(await stand.done('journal', 'verify'), /^ok: /);
    if (killed === null || step === 'tidy') return;
    const events = await stand.events('--transaction', row.id);
    const told = victim === 'child' ? ['STEP_FAILED', 'ATTEMPTED'] : ['ATTEMPTED'];
    const isTold = events.some(({ type }) => told.includes(type));
    if (isTold) struck += 1;
    // a moment is reckoned from how long steps took undisturbed: on a busy machine it may fall between two, or after all
    const isBetween = events.some(
      ({ type, wallTimeMs }) => type === 'STEP_DONE' && wallTimeMs >= atMs - 100 && wallTimeMs <= atMs + 20,
    );
    const isAfterAll = events.some(({ state, wallTimeMs }) => state === 'committed' && wallTimeMs <= atMs);
    assert.ok(
      isTold || isBetween || isAfterAll,
      `${told.join(' or ')} in ${events.map(({ type, state }) => `${type} ${state}`).join(', ')}`,
    );
  }

  async function world(): Promise<World> {
    const [deployments, [last]] = await Promise.all([stand.deployments(), stand.history('--limit', '1')]);
    const digest = await treeDigest(directoryOf(stand, deployments[0]));
    return { deployments, packages: deployments[0]?.['requested-packages'] ?? [], digest, last };
  }

  async function undisturbed(): Promise<Durations> {
    const from = stand.daemon.log().length;
    await stand.done(...swap(['htop']));
    const startedAtMs = performance.now();
    await stand.settled();
    return durationsOf(stand.daemon.log().slice(from), performance.now() - startedAtMs);
  }
});

interface World {
  readonly deployments: readonly DeploymentStatus[];
  /** Requested in the first deployment. */
  readonly packages: readonly string[];
  /** Of the first deployment's tree. */
  readonly digest: string;
  readonly last: HistoryRow | undefined;
}

function directoryOf({ path }: Stand, deployment: DeploymentStatus | undefined): string {
  if (deployment === undefined) throw new Error('no such deployment');
  return `${path}/ostree/deploy/debian/deploy/${deployment.checksum}.${deployment.serial}`;
}

function swapped(present: readonly string[]): readonly string[] {
  return PACKAGES.filter((each) => !present.includes(each));
}

function swap(present: readonly string[]): readonly string[] {
  return ['install', ...swapped(present), ...present.map((each) => `--uninstall=${each}`)];
}

/** After the answer nobody needs the daemon any more. */
function saidOfLostDaemon(row: HistoryRow, status: number): RegExp {
  return status === 0 ? /^$/ : new RegExp(`^error: cannot follow .*${row.id}.*\\n$`);
}
