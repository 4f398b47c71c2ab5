// How much one request may ask: it is shown, asked polkit about, and kept in the journal for ever. docs/limits.md lists all.

import { AptOstreeError } from './errors.js';
import type { Request } from './request.js';

/** Packages named in one request, local archives counted too. */
export const MAX_PACKAGES = 1000;
/** Of a name, a path or a revision. */
export const MAX_WORD = 4096;
/** Of the whole request as JSON. */
export const MAX_REQUEST = 128 * 1024;

/** For requests of clients; what stands in a journal was let in once. @throws invalid-argument */
export function refuseExcess(request: Request): void {
  const refuse = (why: string) => new AptOstreeError('invalid-argument', `cannot ${request.kind}: ${why}`);
  const words = wordsOf(request);
  if (words.length > MAX_PACKAGES) throw refuse(`${words.length} packages are more than ${MAX_PACKAGES}`);
  for (const word of words) {
    if (word.length > MAX_WORD) throw refuse(`a name of ${word.length} characters is longer than ${MAX_WORD}`);
    if (/[\p{Cc}\p{Cs}]/u.test(word)) throw refuse(`${JSON.stringify(word)} holds control characters`);
  }
  const { length } = JSON.stringify(request);
  if (length > MAX_REQUEST) throw refuse(`a request of ${length} characters is longer than ${MAX_REQUEST}`);
}

function wordsOf(request: Request): readonly string[] {
  if (request.kind === 'deploy') return [request.revision];
  return 'add' in request ? [...request.add, ...request.remove, ...request.local] : [];
}
