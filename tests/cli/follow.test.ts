import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { follow } from '../../src/cli/follow.js';
import { screenOn } from '../../src/cli/screen.js';
import type { TransactionSignal } from '../../src/client/client.js';
import { AptOstreeError } from '../../src/model/errors.js';
import type { StepKind } from '../../src/model/steps.js';
import { recordedTerminal } from './recorded-terminal.js';
import { failed, ID, OK } from './scripted-client.js';

/** A transaction the test plays by hand. */
function stage(options: { readonly started?: boolean; readonly cancelRefused?: AptOstreeError } = {}) {
  const queue: (TransactionSignal | 'end' | Error)[] = [];
  let wake: () => void = () => {};
  const log: string[] = [];
  const interrupts = new Set<() => void>();
  const terminal = recordedTerminal({ isTTY: false });
  async function* events(): AsyncIterable<TransactionSignal> {
    log.push('listening');
    while (true) {
      const next = queue.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  const handle = {
    id: ID,
    title: 'install htop',
    start: async () => {
      log.push('start');
      return options.started ?? true;
    },
    cancel: async () => {
      log.push('cancel');
      if (options.cancelRefused !== undefined) throw options.cancelRefused;
    },
    events,
  };
  const end = follow({
    handle,
    screen: screenOn(terminal, { quiet: false, now: () => 0 }),
    interrupts: {
      subscribe: (listener) => {
        interrupts.add(listener);
        return () => interrupts.delete(listener);
      },
    },
  });
  end.catch(() => {});
  return {
    end,
    log,
    text: terminal.text,
    listeners: () => interrupts.size,
    play: async (...signals: (TransactionSignal | 'end' | Error)[]) => {
      queue.push(...signals);
      await turn();
      wake();
      await turn();
    },
    interrupt: async () => {
      for (const listener of interrupts) listener();
      await turn();
    },
  };
}

const at = (step: StepKind | null, stepIndex: number): TransactionSignal => ({
  type: 'state',
  state: 'InProgress',
  step,
  stepIndex,
  stepCount: 6,
});

test('it listens before it starts, so that no signal is missed', async () => {
  const played = stage();
  await played.play(OK);
  assert.equal(await played.end, 'finished');
  assert.deepEqual(played.log, ['listening', 'start']);
});

test('each step is a line, and messages stand between them', async () => {
  const played = stage();
  await played.play(at('packages.resolve', 1), at('packages.resolve', 1), at('packages.fetch', 2));
  await played.play({ type: 'message', text: 'from the cache' }, at('tree.assemble', 3), at(null, 3), OK);
  await played.end;
  assert.equal(
    played.text(),
    'Resolving dependencies... done\nFetching packages...\nfrom the cache\nFetching packages... done\nInstalling packages... done\n',
  );
});

test('a step that also announces itself as a task is shown once', async () => {
  const played = stage();
  await played.play({ type: 'task-begin', text: 'Resolving dependencies' }, at('packages.resolve', 0));
  await played.play({ type: 'task-end', text: 'done' }, at('packages.fetch', 1), OK);
  await played.end;
  assert.equal(played.text(), 'Resolving dependencies... done\nFetching packages... done\n');
});

test('a transaction that runs already is attached to', async () => {
  const played = stage({ started: false });
  await played.play(OK);
  assert.equal(await played.end, 'finished');
  assert.equal(played.text(), 'Attaching to existing transaction: install htop\n');
});

test('a failure is thrown with the code of the error table', async () => {
  const played = stage();
  await played.play(at('tree.assemble', 3), failed('script-failed', 'cannot install htop: its script failed'));
  await assert.rejects(played.end, { code: 'script-failed', message: 'cannot install htop: its script failed' });
  assert.equal(played.text(), 'Installing packages... failed\n');
});

test('steps that are taken back are said so', async () => {
  const played = stage();
  await played.play(at('tree.commit', 4), at('tree.assemble', 2), failed('no-space', 'cannot write: no space'));
  await assert.rejects(played.end, { code: 'no-space' });
  assert.equal(played.text(), 'Writing OSTree commit... stopped\nTaking back: Installing packages... failed\n');
});

test('an end without change is no error', async () => {
  const played = stage();
  await played.play(failed('unchanged', 'No change.'));
  assert.equal(await played.end, 'finished');
});

test('the first Ctrl-C asks for the cancel and goes on following', async () => {
  const played = stage();
  await played.play(at('packages.fetch', 2));
  await played.interrupt();
  assert.deepEqual(played.log, ['listening', 'start', 'cancel']);
  await played.play(failed('cancelled', 'cancelled by the user'));
  await assert.rejects(played.end, { code: 'cancelled' });
  assert.equal(
    played.text(),
    'Fetching packages...\nAwaiting transaction cancellation...\nFetching packages... cancelled\n',
  );
  assert.equal(played.listeners(), 0);
});

test('the second Ctrl-C leaves and lets the transaction go on', async () => {
  const played = stage();
  await played.play(at('deployment.write', 5));
  await played.interrupt();
  await played.interrupt();
  assert.equal(await played.end, 'left');
  assert.deepEqual(played.log, ['listening', 'start', 'cancel']);
  assert.equal(played.listeners(), 0);
});

test('a cancel that comes too late is told, and the end is awaited', async () => {
  const refused = new AptOstreeError('wrong-state', 'cannot cancel: it has ended');
  const played = stage({ cancelRefused: refused });
  await played.interrupt();
  await played.play(OK);
  assert.equal(await played.end, 'finished');
  assert.equal(played.text(), 'Awaiting transaction cancellation...\nwarning: cannot cancel: it has ended\n');
});

test('a daemon that goes away is an error that names the transaction', async () => {
  const played = stage();
  await played.play(at('packages.fetch', 2), 'end');
  await assert.rejects(played.end, { code: 'daemon-unreachable', message: new RegExp(ID) });
});

test('an error of the connection is passed on', async () => {
  const played = stage();
  await played.play(new AptOstreeError('daemon-unreachable', 'cannot reach the daemon: connection reset'));
  await assert.rejects(played.end, { code: 'daemon-unreachable', message: /connection reset/ });
  assert.equal(played.listeners(), 0);
});
