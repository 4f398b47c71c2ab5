// Serves the bus: for as long as somebody may call, or until nobody has for a while.

import { type BusService, startBusService } from '../dbus/bus-service.js';
import { failureOf } from '../model/errors.js';
import { peerCredentials } from '../native/libc.js';
import { IdleExit, isStartedOnDemand } from './idle-exit.js';
import type { Service, Serving } from './serve.js';
import { serviceLog } from './service-log.js';

export async function serveBus(serving: Serving): Promise<Service> {
  const { engine, options, settings, log } = serving;
  // calls come in before there is a service to ask whether it is in use
  let touch: () => void = () => undefined;
  const service = await startBusService({
    engine,
    busAddress: null,
    socketDirectory: options.socketDirectory,
    peerCredentials,
    log: serviceLog(log),
    configured: settings,
    onActivity: () => touch(),
    onLost: (reason) => {
      log.error({ reason }, 'the bus is gone');
      void engine.stop().then(() => process.exit(1));
    },
  });
  await service.takeName();
  reloadOnHangup(serving);
  if (!isStartedOnDemand(process.env)) return service;
  const idle = idleExit(serving, service);
  touch = () => idle.touch();
  settings.onReload(touch);
  // the present one comes at once
  engine.snapshots.subscribe(touch);
  return {
    close: async () => {
      idle.stop();
      await service.close();
    },
  };
}

/** As `apt-ostree reload` does, but what is wrong can only be logged. */
function reloadOnHangup({ engine, settings, log }: Serving): void {
  process.on('SIGHUP', () => {
    try {
      settings.reload();
      engine.reload();
      log.info('reloaded');
    } catch (error) {
      log.error({ reason: failureOf(error).message }, 'the configuration stays as it was');
    }
  });
}

function idleExit(serving: Serving, service: BusService): IdleExit {
  const { engine, settings, log } = serving;
  const isIdle = () => engine.snapshot().active === null && !service.inUse;
  const idle = new IdleExit({
    timeoutMs: () => settings.present.idleExitTimeoutMs,
    isIdle,
    onIdle: () => {
      leave().catch((error: unknown) => {
        log.error({ reason: failureOf(error).message }, 'cannot leave the bus in order');
        serving.end('idle');
      });
    },
  });
  /** The name goes first, and a call that slipped in before is served: none gets lost between us and our successor. */
  const leave = async (): Promise<void> => {
    // a tidy-up may take its time
    await engine.settled();
    if (!isIdle()) return idle.touch();
    serving.manager.stopping();
    for (;;) {
      await service.releaseName();
      const { active, state } = engine.snapshot();
      if (active === null || state !== 'ready') break;
      await service.takeName();
      await engine.settled();
    }
    serving.end('idle');
  };
  return idle;
}
