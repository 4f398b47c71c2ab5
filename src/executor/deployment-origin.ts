// Reads a deployment's origin without failing on one that another program wrote.

import type { Deployment } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import { parseOrigin } from '../model/origin.js';

/** The transaction that wrote the deployment, or null: none did, or the origin is none of ours. */
export function transactionOf({ origin }: Deployment): string | null {
  if (origin === null) return null;
  try {
    return parseOrigin(origin).transaction;
  } catch (error) {
    // a foreign origin has no transaction of ours; who needs its content parses it and reports
    if (error instanceof AptOstreeError && error.code === 'invalid-origin') return null;
    throw error;
  }
}
