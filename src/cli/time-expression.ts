// Reads the moments that --since and --until take: dates, "2h ago", seconds since 1970.

import { AptOstreeError } from '../model/errors.js';

const MAX_LENGTH = 100;

/** Milliseconds since 1970. @throws invalid-argument */
export function parseTime(text: string, nowMs: number): number {
  const trimmed = text.trim();
  const found =
    trimmed.length > MAX_LENGTH
      ? null
      : (named(trimmed, nowMs) ?? epoch(trimmed) ?? ago(trimmed, nowMs) ?? date(trimmed));
  // nothing is older than the clock's own beginning
  if (found !== null) return Math.max(found, 0);
  throw new AptOstreeError(
    'invalid-argument',
    `cannot read ${JSON.stringify(text.slice(0, MAX_LENGTH))} as a time: use 2026-01-31, "2026-01-31 12:00", "2h ago", yesterday, or seconds since 1970`,
  );
}

function named(text: string, nowMs: number): number | null {
  const midnight = new Date(nowMs);
  midnight.setHours(0, 0, 0, 0);
  if (text === 'now') return nowMs;
  if (text === 'today') return midnight.getTime();
  if (text !== 'yesterday') return null;
  // by the calendar, since a day with a clock change has 23 or 25 hours
  midnight.setDate(midnight.getDate() - 1);
  return midnight.getTime();
}

/** Seconds, or milliseconds where the number can be nothing else (the journal's own rows show milliseconds). */
function epoch(text: string): number | null {
  const match = /^@?(\d{1,15})(\.\d+)?$/.exec(text);
  if (match === null) return null;
  const value = Number(text.replace('@', ''));
  return value >= 1e11 ? Math.floor(value) : Math.floor(value * 1000);
}

const UNITS_MS: readonly (readonly [RegExp, number])[] = [
  [/^(s|sec|secs|second|seconds)$/, 1000],
  [/^(m|min|mins|minute|minutes)$/, 60_000],
  [/^(h|hr|hrs|hour|hours)$/, 3_600_000],
  [/^(d|day|days)$/, 86_400_000],
  [/^(w|week|weeks)$/, 604_800_000],
];

/** `2h ago`, `1 day 3 hours ago`, `-90min`. */
function ago(text: string, nowMs: number): number | null {
  const match = /^(?:-(?<minus>\S.*)|(?<ago>.+?)\s+ago)$/.exec(text);
  const spans = match?.groups?.['minus'] ?? match?.groups?.['ago'];
  if (spans === undefined || !/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(spans)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of spans.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unitMs = UNITS_MS.find(([pattern]) => pattern.test(unit ?? ''))?.[1];
    if (unitMs === undefined) return null;
    totalMs += Number(amount) * unitMs;
  }
  return Math.floor(nowMs - totalMs);
}

const DATE =
  /^(?<day>\d{4}-(?<month>\d{2})-(?<date>\d{2}))(?:[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?(?<zone>Z|[+-]\d{2}:?\d{2})?$/;

/** ISO 8601. Without a zone it is local time, a bare date local midnight (Date.parse would take that as UTC). */
function date(text: string): number | null {
  const groups = DATE.exec(text)?.groups;
  if (groups === undefined) return null;
  const zone = (groups['zone'] ?? '').replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const ms = Date.parse(`${groups['day']}T${groups['time'] ?? '00:00'}${zone}`);
  // Date.parse turns 31 February into 2 or 3 March
  const isReal = new Date(`${groups['day']}T00:00:00Z`).getUTCDate() === Number(groups['date']);
  return Number.isNaN(ms) || !isReal ? null : ms;
}
