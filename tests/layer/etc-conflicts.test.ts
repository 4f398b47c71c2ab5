// What both the administrator and a new tree changed in /etc is told, and is what the merge keeps.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Facts } from '../../src/model/facts.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { fileSysroot } from './file-sysroot.js';
import { DEPLOY, install } from './layering.js';

const { sysroot, debs } = await fileSysroot();

test('files that a package brings and that are there already, unlike or alike', async () => {
  writeFileSync(etc('unlike.conf'), 'of this machine\n');
  writeFileSync(etc('alike.conf'), 'as shipped\n');
  symlinkSync('/here', etc('link'));
  writeFileSync(etc('guarded.conf'), 'as shipped\n');
  chmodSync(etc('guarded.conf'), 0o600);
  const files = {
    'etc/unlike.conf': 'as shipped\n',
    'etc/alike.conf': 'as shipped\n',
    'etc/link': 'as shipped\n',
    'etc/guarded.conf': 'as shipped\n',
    'etc/untouched.conf': 'as shipped\n',
  };
  const local = [debs.build({ name: 'shipper', files })];
  const { failure, facts, progress } = await install(sysroot, { local }, DEPLOY);
  assert.equal(failure, null);
  assertTold(facts.deployment, ['guarded.conf', 'link', 'unlike.conf']);
  assert.deepEqual(
    progress.filter(({ type }) => type === 'message'),
    [
      {
        type: 'message',
        text: 'Changed in /etc and kept, while the new deployment has other defaults: guarded.conf, link, unlike.conf',
      },
    ],
  );
  assert.equal(read('unlike.conf'), 'of this machine\n');
  assert.equal(readlinkSync(etc('link')), '/here');
  assert.equal(read('untouched.conf'), 'as shipped\n');
});

test('defaults that stay as they are conflict with nothing', async () => {
  writeFileSync(etc('untouched.conf'), 'of this machine\n');
  rmSync(etc('alike.conf'));
  const local = [debs.build({ name: 'other', files: { 'usr/share/other': 'x' } })];
  const { failure, facts } = await install(sysroot, { local }, DEPLOY);
  assert.equal(failure, null);
  assert.equal(facts.deployment?.etcConflicts, undefined);
});

test('files that their package takes with it, changed here or gone already', async () => {
  const { failure, facts } = await install(sysroot, { kind: 'uninstall', remove: ['shipper'] }, DEPLOY);
  assert.equal(failure, null);
  assertTold(facts.deployment, ['guarded.conf', 'link', 'unlike.conf', 'untouched.conf']);
  assert.equal(read('untouched.conf'), 'of this machine\n');
  assert.equal(existsSync(etc('alike.conf')), false);
});

test('only the first of very many are named', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `many-${String(index).padStart(2, '0')}`);
  for (const name of names) writeFileSync(etc(name), 'of this machine\n');
  const files = Object.fromEntries(names.map((name) => [`etc/${name}`, 'as shipped\n']));
  const { facts } = await install(sysroot, { local: [debs.build({ name: 'many', files })] }, DEPLOY);
  assert.deepEqual(facts.deployment?.etcConflicts, { paths: names.slice(0, 50), total: 60 });
});

function assertTold(deployment: Facts['deployment'] | undefined, paths: readonly string[]): void {
  assert.deepEqual(deployment?.etcConflicts, { paths, total: paths.length });
}

/** In the deployment that boots next. */
function etc(name: string): string {
  using open = Sysroot.open(sysroot.path);
  return join(open.deployments()[0]?.path ?? '', 'etc', name);
}

function read(name: string): string {
  return readFileSync(etc(name), 'utf8');
}
