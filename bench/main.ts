// Entry point of `npm run bench`: measures what is named, or everything, and prints the figures.

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { BENCHES } from './benches.js';
import type { Figure } from './figure.js';
import { jsonLine, table } from './report.js';

const USAGE = `Usage: npm run bench [-- [--json] [--only NAME]...]

Prints the measured figures; --json prints one object a line. NAMEs: ${Object.keys(BENCHES).join(', ')}
`;

/** Set in the process that has mounts of its own. */
const INSIDE = 'APT_OSTREE_BENCH';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true }, help: { type: 'boolean' } },
});

if (options.help === true) process.stdout.write(USAGE);
else if (process.env[INSIDE] === undefined) process.exitCode = runInside();
else await measure(options.only ?? Object.keys(BENCHES));

/** Whatever happens to this run, its mounts go with it. */
function runInside(): number {
  const command = ['--mount', '--', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [INSIDE]: '1' };
  return spawnSync('unshare', command, { stdio: 'inherit', env }).status ?? 1;
}

async function measure(names: readonly string[]): Promise<void> {
  const figures: Figure[] = [];
  for (const name of names) {
    const bench = BENCHES[name];
    if (bench === undefined) throw new Error(`there is no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
    process.stderr.write(`measuring ${name} …\n`);
    for (const each of await bench()) {
      figures.push(each);
      if (options.json === true) process.stdout.write(`${jsonLine(each)}\n`);
    }
  }
  if (options.json !== true) process.stdout.write(table(figures));
}
