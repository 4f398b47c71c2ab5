import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EarlyExecutor } from '../../src/daemon/early-executor.js';
import { until } from '../e2e/commands.js';

let directory: string;
let program: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'early-'));
  program = join(directory, 'executor.mjs');
  writeFileSync(
    program,
    `process.on('message', (text) => process.send(text)); process.on('disconnect', () => process.exit(7));`,
  );
});
afterEach(() => rmSync(directory, { recursive: true }));

const JOURNAL = 'ostree/deploy/debian/var/lib/apt-ostree/journal.db';

test('a journal that was closed in order needs no executor', () => {
  write(JOURNAL, 'rows');
  assert.equal(early().take(), null);
  write(`${JOURNAL}-wal`, '');
  assert.equal(early().take(), null);
});

test('a journal that was left open has one started, for one taker', async () => {
  write(`${JOURNAL}-wal`, 'pages');
  const executor = early();
  const child = executor.take();
  assert.ok(child);
  assert.equal(executor.take(), null);
  child.send('a command');
  assert.deepEqual(await once(child, 'message'), ['a command', undefined]);
  child.disconnect();
  assert.equal(await exitStatus(child), 7);
});

test('the journal that was named is looked at, and no other', () => {
  write(`${JOURNAL}-wal`, 'pages');
  const executor = new EarlyExecutor({ sysroot: directory, journal: join(directory, 'journal.db') }, program);
  assert.equal(executor.take(), null);
});

test('one that nobody took goes', async () => {
  write(`${JOURNAL}-wal`, 'pages');
  const gone = join(directory, 'gone');
  write(
    'executor.mjs',
    `import { writeFileSync } from 'node:fs';
    process.on('message', () => {});
    process.on('exit', () => writeFileSync(${JSON.stringify(gone)}, ''));`,
  );
  early().dismiss();
  await until(() => existsSync(gone), 'the executor ends');
});

test('one that has died is not given', async () => {
  write(`${JOURNAL}-wal`, 'pages');
  const ended = join(directory, 'ended');
  write(
    'executor.mjs',
    `import { writeFileSync } from 'node:fs';
    process.on('exit', () => writeFileSync(${JSON.stringify(ended)}, ''));
    process.disconnect();`,
  );
  const executor = early();
  await until(() => existsSync(ended), 'the executor ends');
  await sleep(100);
  assert.equal(executor.take(), null);
});

function early(): EarlyExecutor {
  return new EarlyExecutor({ sysroot: directory, journal: null }, program);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

async function exitStatus(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}
