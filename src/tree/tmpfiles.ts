// What the tmpfiles.d lines of a tree make already, so that nothing is captured twice.

import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainPath, readPlainFile } from './plain-places.js';

export interface ParsedLine {
  /** Type letter without its modifiers. */
  readonly type: string;
  readonly path: string;
  readonly argument: string | null;
}

/** Types that make the path, as opposed to adjusting or removing what is there. */
const CREATING = new Set(['f', 'F', 'd', 'D', 'v', 'q', 'Q', 'p', 'L', 'c', 'b', 'C']);

/** Absolute paths that tmpfiles.d of a tree makes; a copied directory counts with all it holds. */
export function knownPaths(root: string): Set<string> {
  const known = new Set<string>();
  for (const line of treeLines(root)) {
    if (!CREATING.has(line.type)) continue;
    known.add(line.path);
    if (line.type !== 'C') continue;
    const source = line.argument ?? `/usr/share/factory${line.path}`;
    // a package writes these lines, too: they may point anywhere
    if (!isPlainPath(root, source)) continue;
    for (const below of namesBelow(join(root, source))) known.add(`${line.path}/${below}`);
  }
  return known;
}

/** All lines, of /usr/lib and of /etc (or /usr/etc) where a file there hides the one of the same name. */
export function treeLines(root: string): readonly ParsedLine[] {
  const files = new Map<string, string>();
  for (const directory of ['usr/lib/tmpfiles.d', 'usr/etc/tmpfiles.d', 'etc/tmpfiles.d'])
    for (const entry of entries(join(root, directory)))
      if (entry.name.endsWith('.conf')) files.set(entry.name, entry.isFile() ? join(root, directory, entry.name) : '');
  const sorted = [...files].sort(([left], [right]) => (left < right ? -1 : 1));
  // a file linked to /dev/null has no lines
  return sorted.flatMap(([, file]) => (file === '' ? [] : parseTmpfiles(readPlainFile(file))));
}

/** Lines whose path depends on the machine (specifiers other than %%) are left out: they name nothing of a tree. */
export function parseTmpfiles(text: string): readonly ParsedLine[] {
  const lines: ParsedLine[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [type, path, , , , , ...rest] = splitFields(line);
    if (type === undefined || path === undefined) continue;
    const expanded = expand(path);
    if (expanded === null || !expanded.startsWith('/')) continue;
    const argument = rest.length === 0 || rest[0] === NONE ? null : expand(rest.join(' '));
    lines.push({ type: type.charAt(0), path: expanded.replace(/(?<=.)\/+$/, ''), argument });
  }
  return lines;
}

function splitFields(line: string): string[] {
  const words = line.match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\S+/g) ?? [];
  // a bare dash is "none" only as it is written; an escaped one is a dash
  return words.map((word) => (word === '-' ? NONE : unescapeC(/^(["']).*\1$/s.test(word) ? word.slice(1, -1) : word)));
}

const NONE = '';

/** C escapes, byte by byte, since `\xc3\xa4` is one character of UTF-8. */
function unescapeC(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  const pattern = /\\x([0-9a-fA-F]{2})|\\([0-7]{3})|\\(.)|([^\\]+)/gs;
  for (const [, hex, octal, character, plain] of text.matchAll(pattern)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...Buffer.from(plain ?? CONTROL[character ?? ''] ?? character ?? ''));
  }
  return Buffer.from(bytes).toString('utf8');
}

const CONTROL: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', s: ' ', a: '\x07', b: '\b', f: '\f' };

function expand(text: string): string | null {
  return /%(?!%)/.test(text.replaceAll('%%', '')) ? null : text.replaceAll('%%', '%');
}

function entries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    // a tree need not have the directory
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}

function* namesBelow(directory: string): Generator<string> {
  for (const entry of entries(directory)) {
    yield entry.name;
    if (entry.isDirectory())
      for (const below of namesBelow(join(directory, entry.name))) yield `${entry.name}/${below}`;
  }
}
