// One hash over everything that decides what a tree becomes: equal hashes need no second compose.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { LAYOUT_VERSION } from './layout.js';
import type { ResolvedTree } from './resolve.js';
import type { Treefile } from './treefile.js';

export function inputHash(treefile: Treefile, resolved: ResolvedTree): string {
  // local packages are in what was resolved, by their content
  const { file: _, localPackages: __, addFiles, postprocessScript, ...keys } = treefile;
  const hash = createHash('sha256').update(JSON.stringify({ layout: LAYOUT_VERSION, keys, resolved }));
  for (const [source, destination] of addFiles) {
    hash.update(`\0add ${destination}`);
    hashFile(source, (bytes) => hash.update(bytes));
  }
  if (postprocessScript !== null) hash.update('\0script ').update(readFileSync(postprocessScript));
  return hash.digest('hex');
}

function hashFile(path: string, update: (bytes: Buffer | string) => void): void {
  const stat = lstatSync(path);
  update(`\0${stat.mode.toString(8)} `);
  if (stat.isSymbolicLink()) update(readlinkSync(path));
  else if (stat.isFile()) update(readFileSync(path));
  else if (stat.isDirectory())
    for (const name of readdirSync(path).sort()) {
      update(`\0${name}`);
      hashFile(join(path, name), update);
    }
}
