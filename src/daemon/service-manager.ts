// What systemd is told: that the daemon serves, what runs, that it is alive, that it ends.

import type { Logger } from 'pino';
import type { Engine } from '../actors/engine.js';
import { failureOf } from '../model/errors.js';
import { stepDefinition } from '../model/steps.js';
import type { EngineSnapshot, TransactionView } from '../model/transaction.js';
import { notify } from '../native/systemd.js';

const MAX_STATUS = 200;

export class ServiceManager {
  readonly #log: Logger;
  #status = '';

  constructor(log: Logger) {
    this.#log = log;
  }

  /** From now on systemd sees what the engine does, and ends a daemon that hangs. */
  serving(engine: Engine): void {
    this.#tell('READY=1');
    engine.snapshots.subscribe((snapshot) => this.#showStatus(statusLine(snapshot)));
    const watchdogMs = watchdogMsOf(process.env);
    if (watchdogMs !== null) setInterval(() => this.#tell('WATCHDOG=1'), watchdogMs / 2).unref();
  }

  /** A start that is asked for from now on waits until this process has gone. */
  stopping(): void {
    this.#tell('STOPPING=1');
  }

  #showStatus(line: string): void {
    if (line === this.#status) return;
    this.#status = line;
    this.#tell(`STATUS=${line}`);
  }

  /** Nothing that depends on being heard is said, so a deaf manager is no reason to end. */
  #tell(state: string): void {
    try {
      notify(state);
    } catch (error) {
      this.#log.warn({ reason: failureOf(error).message }, 'systemd does not listen');
    }
  }
}

/** One line, whatever callers put into titles: a second one would be a message of its own. */
export function statusLine({ active, broken }: EngineSnapshot): string {
  const text = broken === null ? (active === null ? 'idle' : activity(active)) : `broken: ${broken}`;
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').slice(0, MAX_STATUS);
}

function activity({ title, state, step, stepIndex, stepCount, direction }: TransactionView): string {
  if (state === 'Created') return `${title}: not started yet`;
  if (step === null) return title;
  const { title: doing } = stepDefinition(step);
  return direction === 'back'
    ? `${title}: taking back: ${doing}`
    : `${title}: ${doing} (${stepIndex + 1}/${stepCount})`;
}

/** How long systemd waits for a sign of life; null when it does not wait for ours. */
export function watchdogMsOf(env: Readonly<Record<string, string | undefined>>): number | null {
  const microseconds = Number(env['WATCHDOG_USEC'] ?? '');
  const pid = env['WATCHDOG_PID'];
  if (!(microseconds > 0) || (pid !== undefined && Number(pid) !== process.pid)) return null;
  return microseconds / 1000;
}
