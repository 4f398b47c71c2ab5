// Lets clients in, on a bus or on one private socket, and ends in order.

import { constants } from 'node:os';
import type { Logger } from 'pino';
import type { Engine } from '../actors/engine.js';
import { startBusService } from '../dbus/bus-service.js';
import { startPeerService } from '../dbus/peer-service.js';
import type { Log } from '../dbus/tree.js';
import type { TransactionId } from '../model/transaction.js';
import { peerCredentials, setParentDeathSignal } from '../native/libc.js';
import { notify } from '../native/systemd.js';
import type { DaemonOptions } from './options.js';
import type { Settings } from './settings.js';

interface Serving {
  readonly engine: Engine;
  readonly options: DaemonOptions;
  readonly settings: Settings;
  readonly log: Logger;
}

export async function serve(serving: Serving): Promise<void> {
  const { engine, options, log } = serving;
  const service = options.peer ? await servePeer(serving) : await serveBus(serving);
  let ending = false;
  const end = (reason: string) => {
    if (ending) return;
    ending = true;
    log.info({ reason }, 'ending');
    notify('STOPPING=1');
    void endInOrder(engine, service).then((status) => process.exit(status));
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  notify('READY=1');
}

interface Service {
  close(): Promise<void>;
}

/** A running transaction is ended where it is; the next start goes on with it. A tidy-up is waited for. */
async function endInOrder(engine: Engine, service: Service): Promise<number> {
  await service.close();
  if (engine.snapshot().active === null) await engine.settled();
  await engine.stop();
  return 0;
}

async function serveBus({ engine, options, settings, log }: Serving): Promise<Service> {
  const service = await startBusService({
    engine,
    busAddress: null,
    socketDirectory: options.socketDirectory,
    peerCredentials,
    log: serviceLog(log),
    configured: settings,
    onLost: (reason) => {
      log.error({ reason }, 'the bus is gone');
      void engine.stop().then(() => process.exit(1));
    },
  });
  await service.takeName();
  return service;
}

/** The command waits until what an interrupted one left has ended, so that what it reads is settled. */
async function servePeer({ engine, options, settings, log }: Serving): Promise<Service> {
  const { active } = engine.snapshot();
  if (active !== null)
    process.stderr.write(`Finishing the interrupted transaction ${active.id} (${active.title}) first\n`);
  await engine.settled();
  if (active !== null) process.stderr.write(`${fateOf(active.id, engine)}\n`);
  // the client has gone without a word: what it began is brought to its end
  const abandoned = () => void engine.settled().then(() => process.kill(process.pid, 'SIGTERM'));
  // one that dies before it ever connected is noticed by its death
  process.on('SIGHUP', abandoned);
  setParentDeathSignal(constants.signals.SIGHUP);
  return startPeerService({
    engine,
    address: options.address ?? '',
    peerCredentials,
    log: serviceLog(log),
    configured: settings,
    onEmpty: abandoned,
  });
}

function fateOf(id: TransactionId, engine: Engine): string {
  const { broken } = engine.snapshot();
  return broken === null ? `It ended: ${engine.transaction(id).state}` : `It could not be finished: ${broken}`;
}

function serviceLog(log: Logger): Log {
  return {
    bug: (error) => log.error({ error: error instanceof Error ? error.stack : String(error) }, 'bug'),
    note: (line) => log.info(line),
  };
}
