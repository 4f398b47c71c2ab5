import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  flock,
  getxattr,
  listxattr,
  peerCredentials,
  removexattr,
  setxattr,
  syncFilesystem,
} from '../../src/native/libc.js';
import { temporaryDirectory } from './tiny-sysroot.js';

test('the kernel says who a peer is', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'socket');
  const server = createServer();
  t.after(() => server.close());
  server.listen(path);
  await once(server, 'listening');
  chmodSync(directory, 0o755);
  chmodSync(path, 0o777);
  const accepted = once(server, 'connection');
  const script = `require('net').connect('${path}'); setTimeout(() => {}, 10_000)`;
  const child = spawn(process.execPath, ['-e', script], { uid: 1, gid: 2 });
  t.after(() => child.kill());
  const [socket] = (await accepted) as [Socket & { readonly _handle: { readonly fd: number } }];
  t.after(() => socket.destroy());
  assert.deepEqual(peerCredentials(socket._handle.fd), { pid: child.pid, uid: 1, gid: 2 });
});

test('asking about a file that is no socket fails in one line', (t) => {
  const fd = openSync(temporaryDirectory(t), 'r');
  t.after(() => closeSync(fd));
  assert.throws(() => peerCredentials(fd), { code: 'command-failed', message: 'cannot ask who a peer is: ENOTSOCK' });
});

test('a lock is held by every copy of its descriptor, and by no other', (t) => {
  const path = join(temporaryDirectory(t), 'lock');
  const [one, two] = [openSync(path, 'a'), openSync(path, 'a')];
  assert.equal(flock(one, { exclusive: true, wait: false }), true);
  assert.equal(flock(one, { exclusive: true, wait: false }), true);
  assert.equal(flock(two, { exclusive: true, wait: false }), false);
  assert.equal(flock(two, { exclusive: false, wait: false }), false);
  assert.equal(flock(one, { exclusive: false, wait: true }), true);
  assert.equal(flock(two, { exclusive: false, wait: false }), true);
  closeSync(one);
  assert.equal(flock(two, { exclusive: true, wait: true }), true);
  closeSync(two);
});

test('a lock outlives its process in a child that inherited the descriptor', async (t) => {
  const path = join(temporaryDirectory(t), 'lock');
  const holder = openSync(path, 'a');
  flock(holder, { exclusive: true, wait: false });
  const child = spawn('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore', holder] });
  closeSync(holder);
  const other = openSync(path, 'a');
  t.after(() => closeSync(other));
  assert.equal(flock(other, { exclusive: true, wait: false }), false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(flock(other, { exclusive: true, wait: false }), true);
});

test('a process gets the signal it asked for when its parent dies', async (t) => {
  const marker = join(temporaryDirectory(t), 'pid');
  const libc = new URL('../../src/native/libc.js', import.meta.url).href;
  const script = `import { setParentDeathSignal } from '${libc}'; import { writeFileSync } from 'node:fs';
    setParentDeathSignal(15); writeFileSync('${marker}', String(process.pid)); setTimeout(() => {}, 30_000);`;
  const parent = `require('child_process').spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(script)}]);
    const wait = () => require('fs').existsSync('${marker}') ? process.exit() : setTimeout(wait, 10); wait();`;
  assert.equal(spawnSync(process.execPath, ['-e', parent]).status, 0);
  await until(() => !isRunning(Number(readFileSync(marker, 'utf8'))));
});

test('extended attributes are read, set and removed on the path itself', (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'file');
  const link = join(directory, 'link');
  writeFileSync(path, '');
  symlinkSync('file', link);
  setxattr(path, 'user.one', Buffer.from('1'));
  setxattr(path, 'trusted.two', Buffer.alloc(3000, 7));
  setxattr(link, 'trusted.link', Buffer.alloc(0));
  assert.deepEqual(listxattr(path).toSorted(), ['trusted.two', 'user.one']);
  assert.deepEqual(listxattr(link), ['trusted.link']);
  assert.deepEqual(getxattr(path, 'trusted.two'), Buffer.alloc(3000, 7));
  assert.equal(getxattr(path, 'user.none'), null);
  assert.deepEqual(getxattr(link, 'trusted.link'), Buffer.alloc(0));
  removexattr(path, 'user.one');
  assert.deepEqual(listxattr(path), ['trusted.two']);
  assert.throws(() => removexattr(path, 'user.one'), { code: 'command-failed', message: /: ENODATA$/ });
  assert.throws(() => listxattr(join(directory, 'none')), { message: /: ENOENT$/ });
  for (let index = 0; index < 40; index++) setxattr(path, `user.many-${index}`, Buffer.from('x'));
  assert.equal(listxattr(path).length, 41);
});

test('a filesystem is synced by any path on it', (t) => {
  syncFilesystem(temporaryDirectory(t));
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !condition(); round++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(condition());
}
