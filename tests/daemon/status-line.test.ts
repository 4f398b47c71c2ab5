import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusLine, watchdogMsOf } from '../../src/daemon/service-manager.js';
import type { EngineSnapshot, TransactionView } from '../../src/model/transaction.js';
import { MemoryEngine } from '../dbus/memory-engine.js';

function snapshot(parts: Partial<TransactionView>): EngineSnapshot {
  const engine = new MemoryEngine();
  engine.submit({
    request: { kind: 'rollback', stateroot: 'debian' as never, reboot: false },
    caller: { uid: 0, pid: 1, sender: ':1.1', client: 'cli', commandLine: 'install htop' },
    authorizations: [],
  });
  engine.change({ stepCount: 7, ...parts });
  return engine.snapshot();
}

test('systemd shows the title of what runs and its step', () => {
  assert.equal(statusLine(new MemoryEngine().snapshot()), 'idle');
  assert.equal(statusLine(snapshot({ state: 'Created' })), 'install htop: not started yet');
  const running = { state: 'InProgress', step: 'tree.assemble', stepIndex: 3 } as const;
  assert.equal(statusLine(snapshot(running)), 'install htop: Installing packages (4/7)');
  assert.equal(
    statusLine(snapshot({ ...running, direction: 'back' })),
    'install htop: taking back: Installing packages',
  );
  assert.equal(
    statusLine({ ...new MemoryEngine().snapshot(), state: 'broken', broken: 'the journal is gone' }),
    'broken: the journal is gone',
  );
});

test('a title cannot say anything else to systemd', () => {
  const title = 'install /tmp/a\nMAINPID=1\r\u2028.deb';
  assert.equal(statusLine(snapshot({ state: 'Created', title })), 'install /tmp/a MAINPID=1 .deb: not started yet');
  assert.equal(statusLine(snapshot({ state: 'Created', title: 'x'.repeat(5000) })).length, 200);
});

test('the watchdog is fed only by the process that systemd means', () => {
  assert.equal(watchdogMsOf({}), null);
  assert.equal(watchdogMsOf({ WATCHDOG_USEC: '180000000' }), 180_000);
  assert.equal(watchdogMsOf({ WATCHDOG_USEC: '180000000', WATCHDOG_PID: String(process.pid) }), 180_000);
  assert.equal(watchdogMsOf({ WATCHDOG_USEC: '180000000', WATCHDOG_PID: '1' }), null);
});
