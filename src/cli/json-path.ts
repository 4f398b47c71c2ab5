// The part of JSONPath that picks values out of `status --json`: members, indexes, wildcards.

import { AptOstreeError } from '../model/errors.js';

type Segment =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'all' };

/** All matches of `$.a[0].b['c'].*`, in document order; none is an empty list. @throws invalid-argument */
export function queryJsonPath(expression: string, root: unknown): readonly unknown[] {
  let matches: readonly unknown[] = [root];
  for (const segment of parseJsonPath(expression)) matches = matches.flatMap((value) => select(value, segment));
  return matches;
}

const SEGMENT =
  /^(?:\.(?<dotAll>\*)|\.(?<name>[\p{L}_][\p{L}\p{N}_-]*)|\[(?<all>\*)\]|\[(?<index>-?\d+)\]|\['(?<single>[^']*)'\]|\["(?<double>[^"]*)"\])/u;

function parseJsonPath(expression: string): readonly Segment[] {
  const segments: Segment[] = [];
  let rest = expression.startsWith('$') ? expression.slice(1) : null;
  while (rest !== null && rest !== '') {
    const match = SEGMENT.exec(rest);
    if (match === null) break;
    segments.push(segmentOf(match.groups ?? {}));
    rest = rest.slice(match[0].length);
  }
  if (rest === '') return segments;
  const at = rest === null ? 0 : expression.length - rest.length;
  throw new AptOstreeError(
    'invalid-argument',
    `cannot read the JSONPath ${JSON.stringify(expression)} at character ${at + 1}: use $, .name, ['name'], [0], [*] and .*`,
  );
}

function segmentOf(groups: Readonly<Record<string, string | undefined>>): Segment {
  if (groups['dotAll'] !== undefined || groups['all'] !== undefined) return { type: 'all' };
  if (groups['index'] !== undefined) return { type: 'index', index: Number(groups['index']) };
  return { type: 'member', name: groups['name'] ?? groups['single'] ?? groups['double'] ?? '' };
}

function select(value: unknown, segment: Segment): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (segment.type === 'all') return Object.values(value);
  if (Array.isArray(value)) return segment.type === 'index' ? itemAt(value, segment.index) : [];
  const member = Object.entries(value).find(([name]) => segment.type === 'member' && name === segment.name);
  return member === undefined ? [] : [member[1]];
}

/** A negative index counts from the end. */
function itemAt(list: readonly unknown[], index: number): readonly unknown[] {
  const at = index < 0 ? list.length + index : index;
  return at >= 0 && at < list.length ? [list[at]] : [];
}
