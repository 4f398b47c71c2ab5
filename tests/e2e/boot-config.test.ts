// Boot configuration through the commands, each with a daemon of its own.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { output } from './commands.js';
import { Stand } from './stand.js';

let stand: Stand;
before(async () => {
  stand = await Stand.open({ serve: 'peer' });
});
after(() => stand.close());

test('kernel arguments are shown, changed, and shown again', async () => {
  assert.match(await stand.done('kargs'), /^root=LABEL=root rw ostree=\S+\n$/);
  assert.match(await stand.done('kargs', '--append=debug', '--append=a="b c"'), /^Kernel arguments updated\.$/m);
  assert.match(await stand.done('kargs'), /^root=LABEL=root rw debug a="b c" ostree=\S+\n$/);
  assert.match(await stand.done('kargs', '--deploy-index=1'), /^root=LABEL=root rw ostree=\S+\n$/);
  assert.match(await stand.done('history', '--kind', 'kargs'), /Committed/);
});

test('a change that is none has its own exit status', async () => {
  const ran = await stand.cli('kargs', '--append-if-missing=debug', '--unchanged-exit-77');
  assert.deepEqual([ran.status, ran.stderr], [77, '']);
  assert.match(ran.stdout, /^No changes\.$/m);
});

test('the arguments of another deployment are a starting point', async () => {
  await stand.done('kargs', '--deploy-index=1', '--append=quiet');
  assert.match(await stand.done('kargs'), /^root=LABEL=root rw quiet ostree=\S+\n$/);
});

test('what cannot be is refused in one line', async () => {
  const { status, stderr } = await stand.cli('kargs', '--delete=nothing');
  assert.equal(status, 1);
  assert.match(stderr, /^error: cannot change the kernel arguments: no key 'nothing' found$/m);
});

test('an initramfs is made here, shown, and given up again', { timeout: 600_000 }, async () => {
  assert.equal(await stand.done('initramfs'), 'Initramfs regeneration: disabled\n');
  const args = ['--arg=--modules=base', '--arg=--no-kernel'];
  assert.match(await stand.done('initramfs', '--enable', ...args), /^Initramfs regeneration is now: enabled$/m);
  assert.equal(
    await stand.done('initramfs'),
    'Initramfs regeneration: enabled\nInitramfs args: --modules=base --no-kernel\n',
  );
  assert.match(await stand.done('status'), /^ *Initramfs: --modules=base --no-kernel$/m);
  const again = await stand.cli('initramfs', '--enable', ...args);
  assert.deepEqual([again.status, /already enabled$/m.test(again.stderr)], [1, true]);
  await stand.done('initramfs', '--disable');
  assert.equal(await stand.done('initramfs'), 'Initramfs regeneration: disabled\n');
});

test('a pinned deployment outlives what comes after it and every clean-up, until it is unpinned', async () => {
  const [oldest] = (await stand.deployments()).slice(-1);
  const index = (await stand.deployments()).length - 1;
  assert.equal(lastLine(await stand.done('pin', String(index))), `Deployment ${index} is now pinned`);
  assert.equal(lastLine(await stand.done('pin', String(index))), `Deployment ${index} is already pinned`);
  await stand.done('kargs', '--append=one');
  await stand.done('kargs', '--append=two');
  await stand.done('cleanup', '--rollback', '--base');
  const pinned = async () => (await stand.deployments()).filter((each) => each.pinned).map(({ id }) => id);
  assert.deepEqual(await pinned(), [oldest?.id]);
  assert.match(await stand.done('status'), /^ *Pinned: yes$/m);
  await stand.done('unpin', oldest?.id ?? '');
  assert.deepEqual(await pinned(), []);
  await stand.done('cleanup', '--rollback');
  assert.equal((await stand.deployments()).length, 1);
});

test('what another program pinned is left alone as well', async () => {
  await stand.done('kargs', '--append=three');
  await output(['ostree', 'admin', 'pin', `--sysroot=${stand.path}`, '1']);
  await stand.done('cleanup', '--rollback');
  assert.deepEqual(
    (await stand.deployments()).map(({ pinned }) => pinned),
    [false, true],
  );
  await output(['ostree', 'admin', 'pin', '--unpin', `--sysroot=${stand.path}`, '1']);
  await stand.done('cleanup', '--rollback');
  assert.equal((await stand.deployments()).length, 1);
});

test('what cannot be pinned is refused', async () => {
  const { status, stderr } = await stand.cli('pin', '7');
  assert.deepEqual([status, stderr.trim()], [1, 'error: cannot pin deployment "7": there is none']);
});

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
