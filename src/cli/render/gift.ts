// What a step gave, in a few words.

import { listAt, member, numberAt, textAt } from '../payload.js';
import { formatBytes } from './bytes.js';

/** Empty when there is nothing worth telling. */
export function giftText(gave: unknown): string {
  return Object.entries(GIFTS)
    .flatMap(([name, say]) => {
      const fact = member(gave, name);
      return fact === undefined ? [] : [say(fact)];
    })
    .filter((text) => text !== '')
    .join('; ');
}

const GIFTS: Readonly<Record<string, (fact: unknown) => string>> = {
  revision: (fact) => `commit ${shortChecksum(textAt(fact, 'checksum'))}`,
  update: (fact) => (fact === null ? 'the base is current' : ''),
  refreshed: (fact) =>
    textAt(fact, 'warning') ?? (member(fact, 'changed') === true ? 'indexes changed' : 'indexes are current'),
  target: (fact) => `base ${shortChecksum(textAt(fact, 'base'))}`,
  resolution: (fact) => count(listAt(fact, 'packages')?.length, 'package'),
  fetched: (fact) => `${formatBytes(numberAt(fact, 'downloadedBytes') ?? 0)} downloaded`,
  impact: (fact) => `${count(numberAt(fact, 'filesAdded'), 'file')} added`,
  scripts: (fact) => count(Array.isArray(fact) ? fact.length : 0, 'script'),
  commit: (fact) => `commit ${shortChecksum(typeof fact === 'string' ? fact : undefined)}`,
  deployment: (fact) =>
    `${textAt(fact, 'id') ?? ''}${member(fact, 'staged') === true ? ' staged' : ''}${conflictText(fact)}`,
  removed: (fact) => `${count(Array.isArray(fact) ? fact.length : 0, 'deployment')} to remove`,
  pruned: (fact) => `${formatBytes(numberAt(fact, 'freedBytes') ?? 0)} freed`,
};

function conflictText(deployment: unknown): string {
  const conflicts = member(deployment, 'etcConflicts');
  const paths = listAt(conflicts, 'paths')?.join(', ');
  return paths === undefined ? '' : `; ${count(numberAt(conflicts, 'total'), 'conflict')} in /etc: ${paths}`;
}

function shortChecksum(checksum: string | undefined): string {
  return checksum === undefined ? 'unknown' : checksum.slice(0, 12);
}

function count(amount: number | undefined, noun: string): string {
  return `${amount ?? 0} ${noun}${amount === 1 ? '' : 's'}`;
}
