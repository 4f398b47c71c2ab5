import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { sourceRoot } from './golden.js';

const directory = mkdtempSync(join(tmpdir(), 'apt-ostree-bundle-'));
const program = join(directory, 'apt-ostree');

before(async () => {
  await build({
    entryPoints: [join(sourceRoot(), 'src/cli/main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['x11', 'usocket'],
    logLevel: 'error',
    banner: { js: '#!/usr/bin/env -S node' },
  });
  chmodSync(program, 0o755);
});
after(() => rmSync(directory, { recursive: true }));

test('the bundled program runs by itself', () => {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /^apt-ostree:\n Version: /);
});

test('errors go to stderr, with exit status 1', () => {
  const { status, stdout, stderr } = spawnSync(program, ['install', '--frob'], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^error: [^\n]+try 'apt-ostree install --help'\n$/);
});

test('an argument that is not UTF-8 is refused', () => {
  // only a shell can pass such bytes on
  const { status, stderr } = spawnSync('/bin/sh', ['-c', `'${program}' install "$(printf 'a\\377b')"`], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [1, 'error: cannot read the command line: argument 2 is not valid UTF-8\n']);
});

test('a reader that leaves is no error', async () => {
  const child = spawn('/bin/sh', ['-c', `'${program}' --help 2>&3 | true`], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stdio[3]?.on('data', (chunk: Buffer) => said.push(chunk));
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
  assert.equal(Buffer.concat(said).toString(), '');
});

test('compose is another program with the same arguments, output and exit status', () => {
  const sibling = join(directory, 'apt-ostree-compose');
  writeFileSync(sibling, '#!/bin/sh\nfor word; do echo "<$word>"; done\ncat\nexit 42\n', { mode: 0o755 });
  const args = ['compose', 'tree', '--help', '-x', 'a b', '--', '--version'];
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', input: 'passed on\n' });
  assert.deepEqual([status, stdout], [42, '<tree>\n<--help>\n<-x>\n<a b>\n<-->\n<--version>\npassed on\n']);
  rmSync(sibling);
});

test('compose that is not installed is one clear line', () => {
  const { status, stderr } = spawnSync(program, ['compose', 'tree'], { encoding: 'utf8' });
  assert.deepEqual(
    [status, stderr],
    [1, `error: cannot run ${join(directory, 'apt-ostree-compose')}: it is not installed\n`],
  );
});

test('a signal that ends the other program is told as a shell tells it', () => {
  const sibling = join(directory, 'apt-ostree-compose');
  writeFileSync(sibling, '#!/bin/sh\nkill -KILL $$\n', { mode: 0o755 });
  assert.equal(spawnSync(program, ['compose']).status, 137);
  rmSync(sibling);
});
