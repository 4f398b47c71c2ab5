// One hash for what a resolution comes to: the same base, requests and archives make the same tree.

import { createHash } from 'node:crypto';

export interface PlanContents {
  readonly base: string;
  readonly requested: readonly string[];
  readonly requestedLocal: readonly string[];
  readonly archives: readonly string[];
  /** Arguments of an initramfs that is made anew; null for the base's. */
  readonly initramfs: readonly string[] | null;
}

/** Order of requests and archives does not matter, so it is taken out. */
export function planHash({ base, requested, requestedLocal, archives, initramfs }: PlanContents): string {
  const parts = [base, sorted(requested), sorted(requestedLocal), sorted(archives)];
  // a plan that was shown before there was this choice keeps its hash
  const canonical = JSON.stringify(initramfs === null ? parts : [...parts, initramfs]);
  return createHash('sha256').update(canonical).digest('hex');
}

function sorted(items: readonly string[]): readonly string[] {
  return [...items].sort();
}
