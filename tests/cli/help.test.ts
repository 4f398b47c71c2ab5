import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/command-table.js';
import { allCommands } from '../../src/cli/parser.js';
import { VERSION } from '../../src/cli/version.js';
import { assertGolden, sourceRoot } from './golden.js';
import { runCli } from './run-cli.js';

test('--help lists every command', async () => {
  const { out, status } = await runCli(['--help']);
  assertGolden('help', out);
  assert.equal(status, 0);
});

test('install --help shows usage, options and examples', async () => {
  assertGolden('help-install', (await runCli(['install', 'htop', '--help'])).out);
  assert.equal((await runCli(['pkg-add', '-h'])).status, 0);
});

test('every command has a description, an example, and words on each option', async () => {
  const definitions = (await allCommands()).definitions();
  assert.deepEqual(
    definitions.map(({ path }) => path.replace('apt-ostree ', '')),
    Object.keys(COMMANDS),
  );
  for (const { path, description, category, examples, options, usage } of definitions) {
    assert.ok(description && category && examples && examples.length > 0, path);
    for (const option of options) assert.ok(option.description, `${path} ${option.definition}`);
    // an option without a description stands in the usage line only
    assert.doesNotMatch(usage, /\[-/, path);
  }
});

test('the options with a value say what it is', async () => {
  for (const name of Object.keys(COMMANDS)) {
    if (name === 'compose') continue;
    assert.doesNotMatch((await runCli([...name.split(' '), '--help'])).out, /VALUE|#/, name);
  }
});

test('--version is YAML with the version of the package', async () => {
  const manifest = JSON.parse(readFileSync(join(sourceRoot(), 'package.json'), 'utf8')) as { version: string };
  assert.equal(VERSION, manifest.version);
  for (const argv of [['--version'], ['status', '--version']])
    assert.match((await runCli(argv)).out, new RegExp(`^apt-ostree:\n Version: '${VERSION}'\n`));
});
