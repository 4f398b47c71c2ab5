// An image of an ext4 filesystem, made so that nothing is written to it later that nobody asked for.

import { execFileSync } from 'node:child_process';

export function makeImage(file: string, bytes: number): void {
  execFileSync('truncate', ['-s', String(bytes), file]);
  const layout = ['-b', '4096', '-i', '32768', '-m', '0', '-J', 'size=32'];
  execFileSync('mkfs.ext4', ['-q', ...layout, '-E', 'nodiscard,assume_storage_prezeroed=1', file]);
}
