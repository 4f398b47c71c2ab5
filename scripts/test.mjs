// Runs the tests under build/tests with node's runner, and closes with one line that counts them.
// `node scripts/test.mjs journal dbus` runs only those folders.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const wanted = process.argv.slice(2);

/** Suites that take long; each has a script of its own in package.json. */
const SLOW = new Set(['crash', 'power', 'chaos', 'vm', 'deb']);
/** Files of other suites that take long; `npm run test:long` runs them. */
const LONG = new Set([
  'compose/reproducible',
  'e2e/boot-config',
  'layer/standalone',
  'layer/upgrade',
  'machine/service',
]);
/** Files side by side: half of a test is waiting, for disks and buses. The slow suites have lanes of their own. */
const AT_ONCE = wanted.length === 0 ? 2 : 1;
/**
 * Whoever writes a deployment freezes its filesystem for a moment, and units of a machine that boots from that filesystem fail
 * when they remount it just then: what boots machines runs by itself.
 */
const BOOTS = /from '(?:\.\.\/machine|\.)\/machine\.js'/;
const MINUTE_MS = 60_000;

const folders = readdirSync('build/tests').filter((name) =>
  wanted.length > 0 ? wanted.includes(name) : !SLOW.has(name),
);
const files = wanted.includes('long')
  ? [...LONG].map((name) => `build/tests/${name}.test.js`)
  : folders
      .flatMap((folder) => testsBelow(`build/tests/${folder}`))
      .filter((file) => wanted.length > 0 || !isLong(file));
if (files.length === 0) {
  process.stderr.write(`error: there are no tests in ${wanted.join(' ')}\n`);
  process.exit(1);
}
mkdirSync('build', { recursive: true });
const lanes = [
  { files: files.filter((file) => !boots(file)), atOnce: AT_ONCE },
  { files: files.filter(boots), atOnce: 1 },
].filter((lane) => lane.files.length > 0);
const total = { passed: 0, failed: 0, skipped: 0 };
let ended = 0;
for (const [index, lane] of lanes.entries()) {
  const tap = `build/test-results-${index + 1}.tap`;
  if ((await runTests(lane, tap)) === 0) ended += 1;
  const { passed, failed, skipped } = counts(readFileSync(tap, 'utf8'));
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
const { passed, failed, skipped } = total;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = ended === lanes.length && failed === 0 && passed > 0 ? 0 : 1;

function isLong(file) {
  return LONG.has(file.slice('build/tests/'.length, -'.test.js'.length));
}

function boots(file) {
  return BOOTS.test(readFileSync(file, 'utf8'));
}

function testsBelow(path) {
  if (!statSync(path).isDirectory()) return path.endsWith('.test.js') ? [path] : [];
  return readdirSync(path).flatMap((name) => testsBelow(`${path}/${name}`));
}

function runTests({ files, atOnce }, tap) {
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tap}`,
  ];
  const args = [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${atOnce}`,
    `--test-timeout=${folders.some((name) => SLOW.has(name)) ? 8 * 60 * MINUTE_MS : 15 * MINUTE_MS}`,
    ...reporters,
    ...files,
  ];
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: 'inherit' }).once('exit', resolve);
  });
}

function counts(tap) {
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') };
}
