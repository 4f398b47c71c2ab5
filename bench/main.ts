// Entry point of `npm run bench`: measures what is named, or everything, and prints the figures.

import { parseArgs } from 'node:util';
import { BENCHES } from './benches.js';
import { enclosedDirectory, runEnclosed } from './enclosure.js';
import type { Figure } from './figure.js';
import { jsonLine, table } from './report.js';

const USAGE = `Usage: npm run bench [-- [--json] [--only NAME]...]

Prints the measured figures; --json prints one object a line. NAMEs: ${Object.keys(BENCHES).join(', ')}
`;

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true }, help: { type: 'boolean' } },
});

if (options.help === true) process.stdout.write(USAGE);
else if (enclosedDirectory() === null) process.exitCode = await runEnclosed();
else process.exitCode = await measure(options.only ?? Object.keys(BENCHES));

/** The exit status: a missed target is a result, a measurement that could not be made is a failure. */
async function measure(names: readonly string[]): Promise<number> {
  const figures: Figure[] = [];
  let failures = 0;
  for (const name of names) {
    process.stderr.write(`measuring ${name}\n`);
    try {
      for (const each of await benchOf(name)()) {
        figures.push(each);
        if (options.json === true) process.stdout.write(`${jsonLine(each)}\n`);
      }
    } catch (error) {
      failures += 1;
      process.stderr.write(`cannot measure ${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  if (options.json !== true) process.stdout.write(table(figures));
  return failures === 0 ? 0 : 1;
}

function benchOf(name: string): () => Promise<readonly Figure[]> {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`there is no such bench; there are ${Object.keys(BENCHES).join(', ')}`);
  return bench;
}
