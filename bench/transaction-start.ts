// How long a client waits until its transaction is journaled and running: the method call, and Start.

import { Daemon } from '../src/client/daemon.js';
import { methodCall } from '../src/client/requests.js';
import { textResult } from '../src/client/values.js';
import { WireConnection } from '../src/client/wire-connection.js';
import { BUS_NAME, osPath, TRANSACTION, transactionOfAddress, transactionPath } from '../src/dbus/names.js';
import type { TransactionId } from '../src/model/transaction.js';
import { freshSysroot } from '../tests/machine/base.js';
import { type Figure, figure } from './figure.js';
import { SMALL_PACKAGE, STATEROOT } from './layered-sysroot.js';
import { Rig } from './rig.js';
import { percentile } from './statistics.js';

const WARM_UP = 5;
const ROUNDS = 200;

/**
 * From sending PkgChange to the reply of Start, by root (whom polkit is not asked about), on an open connection; in
 * between, the opening and the start are written to the journal, synced. The transaction is cancelled at once, and the
 * next one begins when nothing of it runs any more. The sysroot lies where temporary files do: an image file on top of a
 * filesystem would count every sync twice.
 */
export async function transactionStart(): Promise<readonly Figure[]> {
  using sysroot = await freshSysroot();
  await using rig = await Rig.start(sysroot.path);
  const connection = await WireConnection.open(rig.bus.address.slice('unix:path='.length));
  const daemon = new Daemon(connection, BUS_NAME);
  await daemon.hello();
  const samples: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    await rig.idle();
    const milliseconds = await startOne(daemon);
    if (round >= WARM_UP) samples.push(milliseconds);
  }
  connection.close();
  return [
    figure({ name: 'transaction start, p50', unit: 'ms', samples, target: 5 }),
    figure({ name: 'transaction start, p99', unit: 'ms', samples, target: 25, value: percentile(samples, 0.99) }),
  ];
}

async function startOne(daemon: Daemon): Promise<number> {
  const request = { kind: 'install', stateroot: STATEROOT, add: [SMALL_PACKAGE], cacheOnly: true } as const;
  const call = methodCall(osPath(STATEROOT), request, 'bench');
  const startedAtMs = performance.now();
  const id = transactionOfAddress(textResult(await daemon.call(call)));
  await onTransaction(daemon, id, 'Start');
  const milliseconds = performance.now() - startedAtMs;
  await cancelled(daemon, id);
  return milliseconds;
}

async function cancelled(daemon: Daemon, id: TransactionId): Promise<void> {
  const finished = new Promise<void>((resolve) => {
    const stop = daemon.subscribe(transactionPath(id), ({ member }) => {
      if (member !== 'Finished') return;
      stop();
      resolve();
    });
  });
  await onTransaction(daemon, id, 'Cancel');
  await finished;
}

async function onTransaction(daemon: Daemon, id: TransactionId, member: string): Promise<void> {
  await daemon.call({ path: transactionPath(id), interface: TRANSACTION, member, signature: '', body: [] });
}
