// Transactions whose deployment is staged: committed for their user, waiting to be told what became of it.

import type { Deployment } from '../model/deployment.js';
import type { TransactionId } from '../model/transaction.js';
import { bootEvent } from './boot-outcome.js';
import type { DurableActor } from './durable-actor.js';

export class StagedTransactions {
  readonly #bootId: string;
  readonly #actors = new Map<TransactionId, DurableActor>();

  constructor(bootId: string) {
    this.#bootId = bootId;
  }

  /** From the journal, at the start. */
  resume(actor: DurableActor): void {
    this.#actors.set(actor.opening.id, actor);
  }

  /** A newer staged deployment takes the place of an older one in /run. @throws journal-broken, no-space */
  replace(actor: DurableActor): void {
    for (const older of this.#actors.values())
      older.send({ type: 'BOOTED', what: 'superseded', bootId: this.#bootId, checksum: null });
    this.#actors.clear();
    this.resume(actor);
  }

  /** Tells each its fate where it is known by now: booted, or dropped by a clean-up or another program. @throws journal-broken, no-space */
  settle(deployments: readonly Deployment[]): void {
    for (const [id, actor] of this.#actors) {
      const event = bootEvent(actor.view(), { bootId: this.#bootId, deployments });
      if (event === null) continue;
      this.#actors.delete(id);
      actor.send(event);
    }
  }
}
