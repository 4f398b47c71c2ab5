// Serves one private client, and ends with it.

import { constants } from 'node:os';
import type { Engine } from '../actors/engine.js';
import { startPeerService } from '../dbus/peer-service.js';
import type { TransactionId } from '../model/transaction.js';
import { peerCredentials, setParentDeathSignal } from '../native/libc.js';
import type { Service, Serving } from './serve.js';
import { serviceLog } from './service-log.js';

/** The command waits until what an interrupted one left has ended, so that what it reads is settled. */
export async function servePeer({ engine, options, settings, log, end }: Serving): Promise<Service> {
  const { active } = engine.snapshot();
  if (active !== null)
    process.stderr.write(`Finishing the interrupted transaction ${active.id} (${active.title}) first\n`);
  await engine.settled();
  if (active !== null) process.stderr.write(`${fateOf(active.id, engine)}\n`);
  // the client has gone without a word: what it began is brought to its end
  const abandoned = () => void engine.settled().then(() => end('its client has gone'));
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
