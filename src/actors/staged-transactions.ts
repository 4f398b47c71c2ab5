// Transactions whose deployment is staged: committed for their user, waiting to be told what became of it.

import type { Deployment } from '../model/deployment.js';
import type { TransactionEvent, TransactionId } from '../model/transaction.js';
import { bootEvent } from './boot-outcome.js';
import type { DurableActor } from './durable-actor.js';

/** A transaction whose deployment has to be staged again, and the event that says so. */
export interface LostTransaction {
  readonly actor: DurableActor;
  readonly event: Extract<TransactionEvent, { type: 'LOST' }>;
}

export class StagedTransactions {
  readonly #bootId: string;
  readonly #actors = new Map<TransactionId, DurableActor>();

  constructor(bootId: string) {
    this.#bootId = bootId;
  }

  /** Those whose commits must outlive a power cut. */
  ids(): readonly TransactionId[] {
    return [...this.#actors.keys()];
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

  /**
   * Tells each its fate where it is known by now: booted, or dropped by a clean-up or another program.
   * Gives one that was lost and can be staged again, and leaves it to whoever does that. @throws journal-broken, no-space
   */
  settle(deployments: readonly Deployment[]): LostTransaction | null {
    let lost: LostTransaction | null = null;
    for (const [id, actor] of this.#actors) {
      const event = bootEvent(actor.view(), { bootId: this.#bootId, deployments });
      if (event === null) continue;
      const again = { type: 'LOST', bootId: event.bootId, checksum: event.checksum } as const;
      if (event.what === 'lost' && actor.accepts(again)) lost = { actor, event: again };
      else {
        this.#actors.delete(id);
        actor.send(event);
      }
    }
    return lost;
  }

  /** From now on somebody else's. */
  release(actor: DurableActor): void {
    this.#actors.delete(actor.opening.id);
  }
}
