// Package files that a treefile names, as an archive that apt resolves and fetches from like any other.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseStanzas } from '../apt/deb822.js';
import { AptOstreeError } from '../model/errors.js';
import { runChecked } from '../system/process.js';
import type { AptSource } from './machine-sources.js';
import type { Treefile } from './treefile.js';

export interface LocalArchive {
  /** Holds the files under the names by which apt keeps archives. */
  readonly directory: string;
  /** Trusted, since its author is who names the files; never a source of the tree itself. */
  readonly source: AptSource;
  /** `NAME=VERSION` of each. */
  readonly requests: readonly string[];
}

/** The files themselves, each pattern replaced by the one file it means. @throws invalid-treefile */
export function localPackageFiles(treefile: Treefile): readonly string[] {
  return treefile.localPackages.map((path) => theFile(path, treefile));
}

/** Null where the treefile names no files. @throws invalid-treefile, archive-invalid */
export async function makeLocalArchive(
  treefile: Treefile,
  directory: string,
  signal?: AbortSignal,
): Promise<LocalArchive | null> {
  const files = localPackageFiles(treefile);
  if (files.length === 0) return null;
  mkdirSync(directory, { recursive: true });
  const added: Added[] = [];
  for (const file of files) added.push(await addFile(file, directory, signal));
  writeFileSync(join(directory, 'Packages'), added.map(({ stanza }) => stanza).join('\n'));
  return {
    directory,
    source: { uris: [`copy:${directory}`], suites: ['./'], components: [], signedBy: null, trusted: true },
    requests: added.map(({ request }) => request),
  };
}

interface Added {
  readonly request: string;
  readonly stanza: string;
}

async function addFile(file: string, directory: string, signal?: AbortSignal): Promise<Added> {
  const reading = { command: 'dpkg-deb', args: ['--field', file], signal, task: `read ${file}` };
  const { stdout: fields } = await runChecked({ ...reading, code: 'archive-invalid' });
  const stanza = parseStanzas(fields)[0];
  const [name, version, architecture] = ['package', 'version', 'architecture'].map((each) => stanza?.get(each));
  if (name === undefined || version === undefined || architecture === undefined)
    throw new AptOstreeError('archive-invalid', `cannot use ${file}: it has no name, version or architecture`);
  // apt writes a colon of the version so
  const kept = `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`;
  copyFileSync(file, join(directory, kept));
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const own = [`Filename: ./${kept}`, `Size: ${statSync(file).size}`, `SHA256: ${sha256}`];
  return { request: `${name}=${version}`, stanza: `${fields.trimEnd()}\n${own.join('\n')}\n` };
}

function theFile(path: string, { file }: Treefile): string {
  const refuse = (reason: string) =>
    new AptOstreeError(
      'invalid-treefile',
      `cannot use treefile ${file}: key "packages-local" names ${path}, which ${reason}`,
    );
  if (!basename(path).includes('*')) {
    if (existsSync(path)) return path;
    throw refuse('does not exist');
  }
  const directory = dirname(path);
  const pattern = new RegExp(`^${basename(path).split('*').map(literally).join('.*')}$`);
  const found = existsSync(directory) ? readdirSync(directory).filter((name) => pattern.test(name)) : [];
  if (found.length === 0) throw refuse('does not exist');
  if (found.length > 1) throw refuse(`may be ${found.join(' or ')}`);
  return join(directory, found[0] ?? '');
}

function literally(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
