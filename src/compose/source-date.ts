// The time of a commit: now, or what SOURCE_DATE_EPOCH says, so that the same inputs make the same commit.
// https://reproducible-builds.org/specs/source-date-epoch/

import { AptOstreeError } from '../model/errors.js';

/** Seconds since 1970, or null for now. @throws invalid-argument */
export function sourceDate(env: NodeJS.ProcessEnv): number | null {
  const text = env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return null;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seconds)) return seconds;
  throw new AptOstreeError(
    'invalid-argument',
    `cannot use SOURCE_DATE_EPOCH=${JSON.stringify(text)}: it must be a number of seconds since 1970`,
  );
}
