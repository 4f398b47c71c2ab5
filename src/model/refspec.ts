// What a base follows: a branch of a remote, a branch of the repo itself, or one commit.

import { AptOstreeError } from './errors.js';

export interface Refspec {
  /** Null for a branch of the repo itself. */
  readonly remote: string | null;
  readonly ref: string;
}

/** libostree's own rule. */
const FORM = /^(?:([A-Za-z0-9][A-Za-z0-9_.-]*):)?([A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_.-]+)*)$/;

/** @throws invalid-refspec */
export function parseRefspec(text: string): Refspec {
  const [, remote, ref] = FORM.exec(text) ?? [];
  if (ref === undefined)
    throw new AptOstreeError(
      'invalid-refspec',
      `cannot use ${JSON.stringify(text)} as a refspec: REMOTE:BRANCH or BRANCH`,
    );
  return { remote: remote ?? null, ref };
}

/** A base that follows nothing has the checksum of its commit in a refspec's place. */
export function isCommit(refspec: string): boolean {
  return /^[0-9a-f]{64}$/.test(refspec);
}
