import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '../../src/model/deployment.js';
import { startMachine } from './running-machine.js';

/** Opens the system from inside, as the executor does. */
const OPEN = `
const s = Sysroot.open('/', { ownMountNamespace: true });
if (!s.tryLock()) throw new Error('not locked');
const booted = s.deployments().find((each) => each.booted);
const stage = (locked, kargs = null) =>
  s.stage({ stateroot: 'debian', checksum, origin, merge: booted.id, kargs, locked });
const look = () => s.deployments();
`;

test('a running system stages, locks, replaces and unstages', (t) => {
  const { first, second, run } = startMachine(t);
  const seen = run<
    Record<'alone' | 'locked' | 'replaced' | 'unstaged', readonly Deployment[]> & { isBooted: boolean }
  >(`
    ${OPEN}
    const [alone, isBooted] = [look(), s.isBooted()];
    stage(true);
    const locked = look();
    stage(false, ['debug', 'x=1']);
    const replaced = look();
    s.writeOrder([booted.id]);
    return { alone, isBooted, locked, replaced, unstaged: look() };`);
  assert.equal(seen.isBooted, true);
  assert.deepEqual(seen.alone.map(summary), [`booted ${first}.0`]);
  assert.deepEqual(seen.locked.map(summary), [`staged locked ${second}.0`, `booted ${first}.0`]);
  assert.equal(seen.locked[0]?.kargs, seen.locked[1]?.kargs);
  assert.deepEqual(seen.replaced.map(summary), [`staged ${second}.1`, `booted ${first}.0`]);
  assert.equal(seen.replaced[0]?.kargs, 'debug x=1');
  assert.deepEqual(seen.unstaged.map(summary), [`booted ${first}.0`]);
});

test('a staged deployment is locked and unlocked, and nothing else is', (t) => {
  const { run } = startMachine(t);
  const { locks, refused } = run<{ locks: readonly boolean[]; refused: string }>(`
    ${OPEN}
    const id = stage(true);
    const isLocked = () => look()[0].finalizationLocked;
    const locks = [isLocked()];
    for (const locked of [false, false, true, true]) {
      s.setFinalizationLocked(id, locked);
      locks.push(isLocked());
    }
    try { s.setFinalizationLocked(booted.id, true); return { locks, refused: 'no' }; }
    catch (error) { return { locks, refused: error.code }; }`);
  assert.deepEqual(locks, [true, false, false, true, true]);
  assert.equal(refused, 'wrong-state');
});

test('what a running system cannot do is refused, and nothing staged is lost', (t) => {
  const { second, run } = startMachine(t);
  const { refused, after } = run<{ refused: readonly string[]; after: readonly Deployment[] }>(`
    ${OPEN}
    const id = stage(false);
    const attempts = [
      () => s.deploy({ stateroot: 'debian', checksum, origin, merge: booted.id, kargs: null }),
      () => s.writeOrder([booted.id, id]),
      () => s.writeOrder([id]),
      () => s.setPinned(id, true),
    ];
    const codeOf = (attempt) => { try { attempt(); return 'done'; } catch (error) { return error.code; } };
    return { refused: attempts.map(codeOf), after: look() };`);
  assert.deepEqual(refused, ['wrong-state', 'invalid-argument', 'wrong-state', 'wrong-state']);
  assert.equal(after[0] && summary(after[0]), `staged ${second}.0`);
});

test('what was staged comes first after the shutdown, and what was locked does not', (t) => {
  const { sysroot, first, second, run } = startMachine(t);
  const shutDown = `execFileSync('ostree', ['admin', 'finalize-staged'], { stdio: ['ignore', 'ignore', 'inherit'] });`;
  run(`${OPEN} stage(true); s[Symbol.dispose](); ${shutDown}`.concat('return null;'));
  sysroot.loadIfChanged();
  assert.deepEqual(sysroot.deployments().map(summary), [`${first}.0`]);
  run(`${OPEN} stage(false); s[Symbol.dispose](); ${shutDown}`.concat('return null;'));
  sysroot.loadIfChanged();
  const [next, previous] = sysroot.deployments();
  assert.ok(next && previous);
  assert.equal(next.checksum, second);
  assert.equal(previous.checksum, first);
  assert.equal(next.kargs.replace(/ostree=.*/, ''), previous.kargs.replace(/ostree=.*/, ''));
});

test('a reader that only looks leaves /sysroot read-only', (t) => {
  const { run } = startMachine(t);
  const { deployments, readOnly } = run<{ deployments: number; readOnly: boolean }>(`
    const s = Sysroot.open('/');
    const deployments = s.deployments().length;
    try { s.initStateroot('other'); return { deployments, readOnly: false }; }
    catch { return { deployments, readOnly: true }; }`);
  assert.deepEqual({ deployments, readOnly }, { deployments: 1, readOnly: true });
});

test('a filesystem that is frozen for a moment is waited for, and one that stays so is told', (t) => {
  const { run } = startMachine(t);
  const { late, found } = run<{ late: string; found: number }>(`
    const open = () => openLockedSysroot('/', new AbortController().signal);
    // thawed by another process: one that touches a frozen filesystem waits for ever
    const frozenFor = (seconds) => {
      const script = 'fsfreeze -f /sysroot; echo; sleep ' + seconds + '; fsfreeze -u /sysroot';
      const freezer = spawn('sh', ['-euc', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      return { frozen: once(freezer.stdout, 'data'), thawed: once(freezer, 'exit') };
    };
    const long = frozenFor(12);
    await long.frozen;
    const late = await open().catch((error) => error.code + ': ' + error.message);
    await long.thawed;
    await frozenFor(0.5).frozen;
    const sysroot = await open();
    return { late, found: sysroot.deployments().length };`);
  assert.match(late, /^sysroot-locked: cannot begin: .*frozen$/);
  assert.equal(found, 1);
});

function summary({ booted, staged, finalizationLocked, checksum, serial }: Deployment): string {
  const marks = [booted && 'booted', staged && 'staged', finalizationLocked && 'locked'].filter(
    (mark) => mark !== false,
  );
  return [...marks, `${checksum}.${serial}`].join(' ');
}
