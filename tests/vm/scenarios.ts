// Scenarios of one machine's life: each stands on the ones before, so the first that fails is the last that is tried.

import { test } from 'node:test';

const LIMIT_MS = 60 * 60 * 1000;

let failed: string | null = null;

export function scenario(name: string, body: () => Promise<void>): void {
  test(name, { timeout: LIMIT_MS }, async () => {
    if (failed !== null) throw new Error(`not tried, since this went wrong: ${failed}`);
    try {
      await body();
    } catch (error) {
      failed = name;
      throw error;
    }
  });
}
