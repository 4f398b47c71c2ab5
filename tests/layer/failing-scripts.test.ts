import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileSysroot } from './file-sysroot.js';
import { ASSEMBLE, install, leftovers } from './layering.js';

const { sysroot, debs } = await fileSysroot();

test('names package, phase and last words of a script that fails', async () => {
  const local = [
    debs.build({ name: 'trouble-fail', scripts: { postinst: 'echo one; echo "no such luck" >&2; exit 3' } }),
  ];
  const { failure, transaction } = await install(sysroot, { local }, ASSEMBLE);
  assert.deepEqual(failure, {
    code: 'script-failed',
    message:
      'cannot configure trouble-fail: its post-installation script ended with exit status 3; its last words: no such luck',
  });
  assert.deepEqual(leftovers(sysroot, transaction), []);
});

test('names a script that fails before unpacking', async () => {
  const local = [debs.build({ name: 'trouble-pre', scripts: { preinst: 'echo not today; exit 1' } })];
  const { failure } = await install(sysroot, { local }, ASSEMBLE);
  assert.equal(failure?.code, 'script-failed');
  assert.match(
    failure?.message ?? '',
    /^cannot unpack trouble-pre: its pre-installation script .* last words: not today$/,
  );
});

test('survives a script that removes everything', async () => {
  const before = listBase();
  const local = [
    debs.build({ name: 'trouble-rm', scripts: { postinst: 'rm -rf --no-preserve-root / 2>/dev/null || true' } }),
  ];
  const { failure, transaction } = await install(sysroot, { local }, ASSEMBLE);
  assert.match(failure?.code ?? '', /^(invalid-tree|dpkg-failed|script-failed)$/);
  assert.equal(listBase(), before);
  execFileSync('ostree', [`--repo=${sysroot.path}/ostree/repo`, 'fsck', '--quiet']);
  assert.deepEqual(leftovers(sysroot, transaction), []);
});

test('refuses a tree whose programs no longer run', async () => {
  const local = [debs.build({ name: 'trouble-libc', scripts: { postinst: 'rm -f /usr/bin/true' } })];
  const { failure } = await install(sysroot, { local }, ASSEMBLE);
  assert.equal(failure?.code, 'invalid-tree');
  assert.match(failure?.message ?? '', /^cannot use the tree: \/usr\/bin\/true does not run in it/);
});

test('ends a script that never ends, with all it started, when it is cancelled', async () => {
  const marker = `99${process.pid}`;
  const scripts = { postinst: `setsid sleep ${marker} & trap "" TERM INT; while :; do sleep ${marker}; done` };
  const local = [debs.build({ name: 'trouble-hang', scripts })];
  const startedAtMs = Date.now();
  const { failure, transaction } = await install(sysroot, { local }, ASSEMBLE, { abortAt: 'Configuring trouble-hang' });
  assert.deepEqual(failure, { code: 'cancelled', message: 'cannot configure trouble-hang: cancelled' });
  assert.ok(Date.now() - startedAtMs < 15_000);
  assert.equal(processesWith(marker), '');
  assert.deepEqual(leftovers(sysroot, transaction), []);
});

test('has no network, no host paths and no way to make device nodes', async () => {
  const scripts = {
    postinst:
      `test ! -e ${debs.directory}; test ! -e /sysroot/ostree/repo\n` +
      'if mknod /usr/lib/disk b 8 0 2>/dev/null; then exit 4; fi\n' +
      'test "$(cat /proc/net/dev | grep -c :)" = 1; test "$(ls /proc | grep -c "^[0-9]")" -lt 12; test "$(id -u)" = 0',
  };
  const { failure } = await install(sysroot, { local: [debs.build({ name: 'trouble-nosy', scripts })] }, ASSEMBLE);
  assert.equal(failure, null);
});

function listBase(): string {
  const base = `${sysroot.path}/ostree/deploy/debian/deploy/${sysroot.commit}.0`;
  return execFileSync('find', [base, '-printf', '%P %s %m\n'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

function processesWith(marker: string): string {
  return execFileSync('sh', ['-c', `ps -eo args | grep "sleep ${marker}" | grep -v grep || true`], {
    encoding: 'utf8',
  });
}
