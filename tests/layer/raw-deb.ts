// Archives that dpkg-deb would not build: any control text, any members, any compression of nothing.

import { execFileSync } from 'node:child_process';

export interface RawMember {
  readonly name: string;
  readonly type?: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';
  readonly content?: string;
  /** Zeros after the content. */
  readonly zeros?: number;
  readonly target?: string;
  readonly mode?: number;
  readonly device?: readonly [number, number];
}

export interface RawDeb {
  readonly control: string;
  /** More members of the control part. */
  readonly controlMembers?: readonly RawMember[];
  readonly members?: readonly RawMember[];
}

/** Writes the archive to FILE and gives it back. */
export function buildRaw(file: string, deb: RawDeb): string {
  execFileSync('/usr/bin/python3', ['-c', BUILDER, file], { input: JSON.stringify(deb) });
  return file;
}

/** Control fields of a package of this name, with others over them. */
export function controlOf(name: string, fields: Readonly<Record<string, string>> = {}): string {
  const all = {
    ...{ Package: name, Version: '1.0', Architecture: 'all', Maintainer: 'T <t@example.org>', Description: 'hostile' },
    ...fields,
  };
  return Object.entries(all)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
}

const BUILDER = `
import io, json, sys, tarfile
TYPES = {'file': tarfile.REGTYPE, 'directory': tarfile.DIRTYPE, 'symlink': tarfile.SYMTYPE, 'hardlink': tarfile.LNKTYPE,
         'character': tarfile.CHRTYPE, 'block': tarfile.BLKTYPE, 'fifo': tarfile.FIFOTYPE}
class Zeros(io.RawIOBase):
    def __init__(self, head, size): self.head, self.left = head, size
    def readable(self): return True
    def read(self, n):
        n = min(n, self.left); piece = self.head[:n]; self.head = self.head[n:]
        self.left -= n; return piece + bytes(n - len(piece))
def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w:gz', format=tarfile.GNU_FORMAT, compresslevel=6) as t:
        for m in members:
            info = tarfile.TarInfo(m['name']); info.type = TYPES[m.get('type', 'file')]
            info.mode = m.get('mode', 0o755 if info.type == tarfile.DIRTYPE else 0o644)
            info.linkname = m.get('target', ''); info.devmajor, info.devminor = m.get('device', [0, 0])
            head = m.get('content', '').encode('latin1')
            info.size = len(head) + m.get('zeros', 0) if info.type == tarfile.REGTYPE else 0
            t.addfile(info, Zeros(head, info.size))
    return out.getvalue()
deb = json.load(sys.stdin)
control = tar([{'name': './control', 'content': deb['control']}] + deb.get('controlMembers', []))
data = tar(deb.get('members', []))
with open(sys.argv[1], 'wb') as f:
    f.write(b'!<arch>\\n')
    for name, body in (('debian-binary', b'2.0\\n'), ('control.tar.gz', control), ('data.tar.gz', data)):
        f.write(f'{name:<16}{0:<12}{0:<6}{0:<6}{"100644":<8}{len(body):<10}'.encode() + b'\`\\n' + body + b'\\n' * (len(body) % 2))
`;
