// The output of `dpkg-deb --contents`: what a package archive would put where.

export interface ArchiveEntry {
  /** Absolute, as in the archive: `/usr/bin/htop`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  readonly sizeBytes: number;
}

/** `-rwxr-xr-x root/root 389880 2023-02-11 19:30 ./usr/bin/htop`, as GNU tar lists it in the C locale. */
const LINE = /^([-dlhbcps])\S{9}\S? \S+\s+(\d+|\d+,\s*\d+) \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? (.+)$/;

export function parseContents(output: string): readonly ArchiveEntry[] {
  return output.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null) return [];
    const [, type = '-', size = '0', rest = ''] = match;
    const kind = KINDS[type] ?? 'other';
    const path = unescapeName(nameOf(rest, kind))
      .replace(/^\.\/?/, '/')
      .replace(/(?<=.)\/$/, '');
    return path === '/' ? [] : [{ path, kind, sizeBytes: Number(size) || 0 }];
  });
}

const KINDS: Readonly<Record<string, ArchiveEntry['kind']>> = {
  '-': 'file',
  d: 'directory',
  l: 'symlink',
  h: 'hardlink',
};

function nameOf(rest: string, kind: ArchiveEntry['kind']): string {
  if (kind === 'symlink') return rest.split(' -> ')[0] ?? rest;
  if (kind === 'hardlink') return rest.split(' link to ')[0] ?? rest;
  return rest;
}

/** tar writes bytes beyond ASCII as octal escapes. */
function unescapeName(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (const [, octal, character, plain] of text.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...Buffer.from(plain ?? character ?? ''));
  }
  return Buffer.from(bytes).toString('utf8');
}
