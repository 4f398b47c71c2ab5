// Compares text with a file of golden/; UPDATE_GOLDEN=1 writes the file instead.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function assertGolden(name: string, text: string, folder = 'tests/cli'): void {
  const path = join(sourceRoot(), folder, 'golden', `${name}.txt`);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'), `differs from ${path}; UPDATE_GOLDEN=1 rewrites it`);
}

/** The checkout, from wherever the compiled test lies in it. */
export function sourceRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}
