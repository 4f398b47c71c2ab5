import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AptOstreeError, ERRORS, isErrorCode } from '../../src/model/errors.js';
import { runCli } from './run-cli.js';
import { failed, ID, OK } from './scripted-client.js';

test('success is 0', async () => {
  const { status, asked } = await runCli(['install', 'htop'], { signals: [OK] });
  assert.equal(status, 0);
  assert.equal(asked.closed, 1);
});

for (const code of Object.keys(ERRORS).filter(isErrorCode)) {
  if (code === 'unchanged') continue;
  test(`a transaction that ends in ${code} exits as the table says`, async () => {
    const { status, out, err, asked } = await runCli(['install', 'htop'], {
      signals: [failed(code, `cannot: ${code}`)],
    });
    assert.equal(status, ERRORS[code].exit);
    const message = code === 'cancelled' ? 'cannot finish install htop: cannot: cancelled' : `cannot: ${code}`;
    assert.equal(err, `error: ${message}\n`);
    assert.equal(out, '');
    assert.equal(asked.closed, 1);
  });
}

test('no change is 0, and 77 for those who ask for it', async () => {
  const script = { properties: { unchanged: 'No change.' } };
  const plain = await runCli(['install', 'htop'], script);
  assert.deepEqual([plain.status, plain.out], [0, 'No change.\n']);
  assert.equal((await runCli(['install', '--unchanged-exit-77', 'htop'], script)).status, 77);
  assert.equal((await runCli(['install', '--unchanged-exit-77', 'htop'])).status, 0);
});

test('a request that is refused exits 1 and closes the connection', async () => {
  const refuse = new AptOstreeError('transaction-active', 'cannot install: upgrade is running');
  const { status, err, asked } = await runCli(['install', 'htop'], { refuse });
  assert.deepEqual([status, err, asked.closed], [1, 'error: cannot install: upgrade is running\n', 1]);
});

test('a bug is an internal error in one line, without a stack', async () => {
  const refuse = new TypeError('x is not a function\n    at y') as unknown as AptOstreeError;
  const { status, err } = await runCli(['install', 'htop'], { refuse });
  assert.deepEqual([status, err], [1, 'error: internal error: x is not a function\n']);
});

test('Ctrl-C twice leaves with 130', async () => {
  const interrupts = {
    subscribe: (listener: () => void) => {
      listener();
      listener();
      return () => {};
    },
  };
  const { status, asked } = await runCli(['install', 'htop'], { signals: [] }, { interrupts });
  assert.deepEqual([status, asked.cancels, asked.closed], [130, 1, 1]);
});

test('Ctrl-C while a private daemon starts closes the connection, once there is one', async () => {
  const interrupts = {
    subscribe: (listener: () => void) => {
      listener();
      return () => {};
    },
  };
  const { status, err, asked } = await runCli(['status', '--peer'], {}, { interrupts });
  assert.deepEqual([status, asked.closed], [130, 1]);
  assert.match(err, /^Awaiting the private daemon[^\n]*\n$/);
  assert.equal((await runCli(['status'], {}, { interrupts })).status, 0);
});

test('quiet prints nothing of a success', async () => {
  const { out } = await runCli(['install', '-q', 'htop'], { properties: { unchanged: 'No change.' } });
  assert.equal(out, '');
});

test('cancel without a transaction is no error', async () => {
  const { status, out } = await runCli(['cancel']);
  assert.deepEqual([status, out], [0, 'No active transaction.\n']);
});

test('cancel waits for the end', async () => {
  const { status, out, asked } = await runCli(['cancel'], {
    active: true,
    signals: [failed('cancelled', 'cancelled')],
  });
  assert.deepEqual([status, out, asked.cancels], [0, 'Cancelling transaction: install htop\nCancelled.\n', 1]);
});

test('cancel that comes too late is an error', async () => {
  const { status, err } = await runCli(['cancel'], { active: true, signals: [OK] });
  assert.deepEqual([status, err], [1, 'error: cannot cancel install htop: it had finished before\n']);
});

test('a daemon that goes away names the transaction to look up', async () => {
  const { status, err } = await runCli(['install', 'htop'], { signals: [] });
  assert.equal(status, 1);
  assert.match(err, new RegExp(`^error: cannot follow [^\n]*apt-ostree journal show ${ID}'\n$`));
});
