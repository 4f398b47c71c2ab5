// The executor's lock is taken from what a dead executor left running, and from nobody else.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeExecutorLock } from '../../src/executor/locks.js';

test('an orphan that would hold the lock forever is killed', async (t) => {
  const { lock, taker, child } = await holders(t);
  taker.kill('SIGKILL');
  const startedAtMs = performance.now();
  await takeExecutorLock(lock, AbortSignal.timeout(20_000));
  assert.ok(performance.now() - startedAtMs < 10_000);
  assert.equal(isAlive(child), false);
});

test('while whoever took the lock is alive, nobody is killed and the caller waits', async (t) => {
  const { lock, taker, child } = await holders(t);
  await assert.rejects(takeExecutorLock(lock, AbortSignal.timeout(2_500)), { code: 'cancelled' });
  assert.equal(taker.exitCode ?? taker.signalCode, null);
  assert.equal(isAlive(child), true);
});

/** A process that takes the lock, and a child of it that has inherited it. */
async function holders(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'executor-lock-'));
  const [lock, pidFile] = [join(directory, 'lock'), join(directory, 'pid')];
  const script = `exec 9>"$1"; exec perl -e 'open my $l, ">&=", 9; flock $l, 6 or exit 1; if (!fork) { open my $p, ">", shift; print $p $$; close $p; } sleep 600' "$2"`;
  const taker: ChildProcess = spawn('sh', ['-c', script, 'sh', lock, pidFile], { stdio: 'ignore' });
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(10);
  const child = Number(readFileSync(pidFile, 'utf8'));
  t.after(() => {
    taker.kill('SIGKILL');
    if (isAlive(child)) process.kill(child, 'SIGKILL');
    rmSync(directory, { recursive: true });
  });
  return { lock, taker, child };
}

/** A zombie is not. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}
