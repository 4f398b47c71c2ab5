// systemd's own judgement on the units, without running any.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

const UNITS = readdirSync('systemd');
/** What docs/systemd.md says it is, times ten. */
const EXPOSURE_LIMIT = 55;
let root: string;

before(() => {
  root = mkdtempSync(join(tmpdir(), 'units-'));
  const units = join(root, 'lib/systemd/system');
  cpSync('/lib/systemd/system', units, { recursive: true, verbatimSymlinks: true });
  for (const name of UNITS) cpSync(resolve('systemd', name), join(units, name));
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  for (const name of ['apt-ostree', 'apt-ostreed'])
    writeFileSync(join(root, 'usr/bin', name), '#!/bin/sh\n', { mode: 0o755 });
});
after(() => rmSync(root, { recursive: true }));

test('systemd-analyze verify has nothing to say about any unit', () => {
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', `--root=${root}`, ...UNITS], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
});

test('verify would have had: a misspelt key is found', () => {
  const file = join(root, 'lib/systemd/system/misspelt.service');
  writeFileSync(file, '[Service]\nExecStart=/usr/bin/apt-ostreed\nProtectSytem=strict\n');
  const args = ['verify', '--man=no', `--root=${root}`, 'misspelt.service'];
  const { stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  assert.match(stderr, /ProtectSytem/);
});

test('the daemon is exposed no more than docs/systemd.md argues', () => {
  const args = ['security', '--offline=yes', `--root=${root}`, `--threshold=${EXPOSURE_LIMIT}`, '--no-pager'];
  const text = execFileSync('systemd-analyze', [...args, 'apt-ostreed.service'], { encoding: 'utf8' });
  const score = /Overall exposure level for apt-ostreed\.service: ([\d.]+)/.exec(text)?.[1] ?? assert.fail(text);
  const document = readFileSync('docs/systemd.md', 'utf8');
  assert.ok(document.includes(`exposure level ${score}`), `docs/systemd.md does not say ${score}`);
  // each thing that systemd would take away and we do not is argued for by its name
  const kept = [...text.matchAll(/^✗ (\w+)/gm)].map(([, key = '']) => key);
  const capabilities = readFileSync('systemd/apt-ostreed.service', 'utf8').match(/CAP_\w+/g) ?? [];
  assert.ok(kept.length > 0 && capabilities.length > 0, text);
  assert.deepEqual(
    [...kept, ...capabilities].filter((name) => !document.includes(name)),
    [],
  );
});

test('the bus starts the daemon by the unit that owns the name', () => {
  const unit = readFileSync('systemd/apt-ostreed.service', 'utf8');
  const activation = readFileSync('dbus-1/org.projectatomic.aptostree1.service', 'utf8');
  assert.match(activation, /^SystemdService=apt-ostreed\.service$/m);
  assert.equal(/^Name=(.*)$/m.exec(activation)?.[1], /^BusName=(.*)$/m.exec(unit)?.[1]);
});
