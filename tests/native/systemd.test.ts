import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { notify } from '../../src/native/systemd.js';
import { temporaryDirectory } from './tiny-sysroot.js';

test('nothing is said where nobody listens', () => {
  delete process.env['NOTIFY_SOCKET'];
  notify('READY=1');
});

test('the service manager hears the state', async (t) => {
  const path = join(temporaryDirectory(t), 'notify');
  const listener = spawn('python3', ['-c', LISTENER, path]);
  t.after(() => listener.kill());
  await once(listener.stdout, 'data');
  process.env['NOTIFY_SOCKET'] = path;
  t.after(() => delete process.env['NOTIFY_SOCKET']);
  const heard = once(listener.stdout, 'data');
  notify('READY=1\nSTATUS=läuft');
  assert.equal(String((await heard)[0]), 'READY=1\nSTATUS=läuft');
});

const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])
sys.stdout.write('ready'); sys.stdout.flush()
sys.stdout.buffer.write(s.recv(1000)); sys.stdout.flush()
`;
