// The power tests' own process, alone in its namespaces: whatever ends it takes its mounts, loop devices and children along.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Cutters } from './cutters.js';
import { cutJournal } from './journal-cuts.js';
import { pretendLittleMemory } from './large-package.js';
import { privateMemory } from './namespace.js';
import { OPERATIONS } from './operations.js';
import { buildPowerDisk } from './power-disk.js';
import { recordingIn } from './recording.js';
import type { Report } from './report.js';

export type Task = 'journal' | 'machine';

export type Finding =
  | { readonly type: 'report'; readonly about: string; readonly report: Report }
  | { readonly type: 'failed'; readonly reason: string };

export interface Orders {
  readonly seed: number;
  /** The only flush to cut at, and the only operation to look at; null for all. */
  readonly cut: number | null;
  readonly operation: string | null;
  /** A directory to keep the recording in, or to take it from; null makes one of its own. */
  readonly keep: string | null;
}

const CUTTERS = 2;

const [task = 'machine', orders = '{}'] = process.argv.slice(2);
// whoever wants to know has gone, or the tests were interrupted
process.once('disconnect', () => process.exit(1));
try {
  await run(task as Task, JSON.parse(orders) as Orders);
} catch (error) {
  await tell({ type: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.exit();

async function run(what: Task, { seed, cut, operation, keep }: Orders): Promise<void> {
  buildPowerDisk();
  const directory = privateMemory();
  if (what === 'journal') {
    await tell({ type: 'report', about: 'journal', report: await cutJournal(directory, seed) });
    return;
  }
  pretendLittleMemory(directory);
  const recording = await recordingIn(keep ?? directory);
  bootAgain(directory);
  const daemonProgram = resolve('dist/apt-ostreed');
  const options = { directory, recording, seed, only: cut, daemonProgram };
  const cutters = await Cutters.open(cut === null ? CUTTERS : 1, options);
  for (const [index, { name }] of OPERATIONS.entries())
    if (operation === null || operation === name)
      await tell({ type: 'report', about: name, report: await cutters.cutAll(index) });
  await cutters.close();
}

/** A machine whose power went is in another boot when it comes back, and the journal's rows say in which they were written. */
function bootAgain(directory: string): void {
  const file = join(directory, 'boot_id');
  writeFileSync(file, `${randomUUID()}\n`);
  execFileSync('mount', ['--bind', file, '/proc/sys/kernel/random/boot_id']);
}

function tell(finding: Finding): Promise<unknown> {
  return new Promise((done) => process.send?.(finding, done));
}
