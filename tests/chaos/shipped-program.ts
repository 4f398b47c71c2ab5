// apt-ostreed as it is shipped, started by a script that says so in the trace.

import { chmodSync, writeFileSync } from 'node:fs';
import { PLAN_VARIABLE } from '../crash/plan.js';
import type { DaemonProgram } from '../crash/programs.js';
import { program } from '../e2e/programs.js';

/** The variable says whose it is, also of its children. */
export function writeShippedProgram({ file, planFile, traceFile, logFile }: DaemonProgram): void {
  const life = `printf '{"type":"life","pid":%d,"address":"%s"}\\n' $$ "$address" >>'${traceFile}'`;
  const run = `${PLAN_VARIABLE}='${planFile}' exec '${program('apt-ostreed')}' "$@" --log-level info 2>>'${logFile}'`;
  writeFileSync(file, `#!/bin/sh\nfor address do :; done\n${life}\n${run}\n`);
  chmodSync(file, 0o755);
}
