// One hash for what a resolution comes to: the same base, requests and archives make the same tree.

import { createHash } from 'node:crypto';

export interface PlanContents {
  readonly base: string;
  readonly requested: readonly string[];
  readonly requestedLocal: readonly string[];
  readonly archives: readonly string[];
}

/** Order of requests and archives does not matter, so it is taken out. */
export function planHash({ base, requested, requestedLocal, archives }: PlanContents): string {
  const canonical = JSON.stringify([base, sorted(requested), sorted(requestedLocal), sorted(archives)]);
  return createHash('sha256').update(canonical).digest('hex');
}

function sorted(items: readonly string[]): readonly string[] {
  return [...items].sort();
}
