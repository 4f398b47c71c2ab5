// The programs that die, each bundled into one file: most of a short life would be spent on loading hundreds of modules.

import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { MIGRATIONS } from '../journal/journal-fixture.js';
import { PLAN_VARIABLE } from './plan.js';

export const EXECUTOR_VARIABLE = 'CRASH_EXECUTOR';
export const MIGRATIONS_VARIABLE = 'CRASH_MIGRATIONS';

const HERE = dirname(fileURLToPath(import.meta.url));
/** Native parts stay where they are, so the bundles lie where node finds those. */
const BUNDLES = join(HERE, 'bundles');
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

export async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: ['crashing-daemon', 'crashing-executor'].map((name) => join(HERE, `${name}.js`)),
    outdir: BUNDLES,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['koffi', 'better-sqlite3', 'esbuild', 'x11', 'usocket'],
    banner: { js: REQUIRE },
    logLevel: 'warning',
  });
}

export interface DaemonProgram {
  /** Where to write it. */
  readonly file: string;
  readonly planFile: string;
  /** Where its lives are told. */
  readonly traceFile: string;
  /** Takes what the daemon and its executors print. */
  readonly logFile: string;
}

/** A program to start as apt-ostreed, which follows the plan in a file. */
export function writeDaemonProgram({ file, planFile, logFile }: DaemonProgram): void {
  const environment = [
    `${PLAN_VARIABLE}='${planFile}'`,
    `${EXECUTOR_VARIABLE}='${join(BUNDLES, 'crashing-executor.mjs')}'`,
    `${MIGRATIONS_VARIABLE}='${MIGRATIONS}'`,
  ];
  const command = `exec ${process.execPath} ${join(BUNDLES, 'crashing-daemon.mjs')} "$@" 2>>'${logFile}'`;
  writeFileSync(file, `#!/bin/sh\n${environment.join(' ')} ${command}\n`);
  chmodSync(file, 0o755);
}
