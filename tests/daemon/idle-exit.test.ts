import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { IdleExit, isStartedOnDemand } from '../../src/daemon/idle-exit.js';

const TIMEOUT_MS = 60_000;

function watch(t: TestContext, timeoutMs: () => number | null = () => TIMEOUT_MS) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const state = { idle: true, left: 0 };
  const idle = new IdleExit({
    timeoutMs,
    isIdle: () => state.idle,
    onIdle: () => {
      state.left += 1;
    },
  });
  return { idle, state, pass: (ms: number) => t.mock.timers.tick(ms) };
}

test('leaves when nothing has happened for the whole time', (t) => {
  const { idle, state, pass } = watch(t);
  idle.touch();
  pass(TIMEOUT_MS - 1);
  assert.equal(state.left, 0);
  pass(1);
  assert.equal(state.left, 1);
});

test('whatever happens begins the time anew', (t) => {
  const { idle, state, pass } = watch(t);
  idle.touch();
  pass(TIMEOUT_MS - 1);
  idle.touch();
  pass(TIMEOUT_MS - 1);
  assert.equal(state.left, 0);
  pass(1);
  assert.equal(state.left, 1);
});

test('stays for as long as it is needed, and looks again later', (t) => {
  const { idle, state, pass } = watch(t);
  state.idle = false;
  idle.touch();
  pass(10 * TIMEOUT_MS);
  assert.equal(state.left, 0);
  state.idle = true;
  pass(TIMEOUT_MS);
  assert.equal(state.left, 1);
});

test('never leaves where the configuration says so, until another one is in force', (t) => {
  let timeoutMs: number | null = null;
  const { idle, state, pass } = watch(t, () => timeoutMs);
  idle.touch();
  pass(100 * TIMEOUT_MS);
  assert.equal(state.left, 0);
  timeoutMs = 1000;
  idle.touch();
  pass(1000);
  assert.equal(state.left, 1);
});

test('does not leave a daemon that ends already', (t) => {
  const { idle, state, pass } = watch(t);
  idle.touch();
  idle.stop();
  idle.touch();
  pass(10 * TIMEOUT_MS);
  assert.equal(state.left, 0);
});

test('only a daemon that a call starts again may leave', () => {
  assert.equal(isStartedOnDemand({}), false);
  assert.equal(isStartedOnDemand({ NOTIFY_SOCKET: '/run/systemd/notify' }), true);
  assert.equal(isStartedOnDemand({ DBUS_STARTER_ADDRESS: 'unix:path=/run/dbus/system_bus_socket' }), true);
});
