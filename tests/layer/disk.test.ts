import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { freemem } from 'node:os';
import { test } from 'node:test';
import { DebFactory } from './deb.js';
import { COMMIT, checkOut, install, layeringSysroot } from './layering.js';

test('assembles a tree that does not fit into memory on disk, and moves its files into the repo', async () => {
  using sysroot = await layeringSysroot();
  using debs = new DebFactory();
  const fields = { 'Installed-Size': String(Math.ceil(freemem() / 3 / 1024)) };
  const files = { 'usr/share/trouble-big/x': 'x'.repeat(100_000), 'opt/trouble-big/y': 'y' };
  const scripts = { postinst: 'rm /usr/bin/less; mkdir -p /var/lib/trouble-big; echo z > /var/lib/trouble-big/z' };
  const { facts, failure, transaction } = await install(
    sysroot,
    { local: [debs.build({ name: 'trouble-big', fields, files, scripts })] },
    COMMIT,
  );
  assert.equal(failure, null);
  using tree = checkOut(sysroot, facts.commit);
  assert.equal(
    tree.run(
      'wc -c < /usr/share/trouble-big/x; cat /opt/trouble-big/y /var/lib/trouble-big/z; ls /usr/bin/less 2>&1 | grep -c "No such"',
    ).output,
    '100000\nyz\n1\n',
  );
  const scratch = `${sysroot.own}/scratch/${transaction}`;
  // marks show that this scratch was on disk and complete; its files have gone into the repo
  assert.deepEqual([existsSync(`${scratch}/finished`), existsSync(`${scratch}/upper`)], [true, false]);
});
