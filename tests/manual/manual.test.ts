// What the build makes for readers and shells, as programs read it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { COMMANDS } from '../../src/cli/command-table.js';
import { CONFIGURATION_KEYS } from '../../src/daemon/configuration.js';
import { DAEMON_OPTIONS } from '../../src/daemon/options.js';
import { manualFiles } from '../../src/manual/files.js';
import { escaped } from '../../src/manual/roff.js';

let files: Readonly<Record<string, string>>;
let directory: string;

before(async () => {
  files = await manualFiles();
  directory = mkdtempSync(join(tmpdir(), 'manual-'));
  writeFileSync(join(directory, 'completion'), files['completions/apt-ostree'] ?? '');
});
after(() => rmSync(directory, { recursive: true }));

test('apt-ostree(1) has every command, with its options and examples', () => {
  const page = files['man/apt-ostree.1'] ?? '';
  for (const name of Object.keys(COMMANDS)) assert.ok(page.includes(`.SS "${escaped(`apt-ostree ${name} `)}`), name);
  assert.match(page, /^\\fB\\-\\-plan\\fR \\fIHASH\\fR\nApply exactly the plan HASH/m);
  assert.match(page, /^ {4}apt\\-ostree install \.\/tool\.deb \\-\\-uninstall htop$/m);
});

test('the pages of the daemon have every option and every key', () => {
  for (const name of Object.keys(DAEMON_OPTIONS))
    assert.ok(files['man/apt-ostreed.8']?.includes(`\\fB${escaped(`--${name}`)}\\fR`), name);
  for (const name of Object.keys(CONFIGURATION_KEYS.Daemon))
    assert.ok(files['man/apt-ostreed.conf.5']?.includes(`\\fB${name}\\fR=`), name);
});

test('no line of a page is a macro by accident', () => {
  assert.equal(escaped(".\n'a\n-\\"), "\\&.\n\\&'a\n\\-\\e");
  const known = new Set(['.\\"', '.TH', '.SH', '.SS', '.PP', '.TP', '.EX', '.EE', '.br']);
  for (const [path, text] of Object.entries(files)) {
    if (!path.startsWith('man/')) continue;
    const macros = text.split('\n').filter((line) => /^[.']/.test(line));
    assert.deepEqual(
      macros.filter((line) => !known.has(line.split(' ')[0] ?? '')),
      [],
      path,
    );
  }
});

test('bash completes commands, their second words, options and values', () => {
  assert.deepEqual(completed('apt-ostree', 'ro'), ['rollback']);
  assert.deepEqual(completed('apt-ostree', 'journal', ''), ['list', 'show', 'follow', 'verify', 'export', 'prune']);
  assert.deepEqual(completed('apt-ostree', 'journal', 'ver'), ['verify']);
  assert.deepEqual(completed('apt-ostree', 'install', '--dr'), ['--dry-run']);
  assert.deepEqual(completed('apt-ostree', '--sysroot', '/srv', 'roll'), ['rollback']);
  assert.deepEqual(completed('apt-ostree', 'install', '--plan', ''), []);
  assert.deepEqual(completed('apt-ostree', 'status', ''), []);
  assert.deepEqual(completed('apt-ostree', 'status', '--sysroot', '/usr/shar'), ['/usr/share']);
});

/** What the last of WORDS may become. */
function completed(...words: readonly string[]): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const script = [
    `source ${join(directory, 'completion')}`,
    'compopt() { :; }',
    `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}`,
    `_apt_ostree apt-ostree; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  return stdout.split('\n').filter((line) => line !== '');
}
