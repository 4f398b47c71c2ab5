// The control fields of a package archive that planning needs, read by dpkg-deb.

import { AptOstreeError } from '../model/errors.js';
import { failureReason, type ProcessOptions, run } from '../system/process.js';
import { parseStanzas } from './deb822.js';

export interface ArchiveFields {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly depends: string | undefined;
  readonly preDepends: string | undefined;
  readonly provides: string | undefined;
  readonly replaces: string | undefined;
  readonly installedBytes: number;
}

/** @param shown how the user calls the file. @throws archive-invalid */
export async function readArchiveFields(
  file: string,
  shown: string,
  { signal }: Pick<ProcessOptions, 'signal'>,
): Promise<ArchiveFields> {
  const result = await run({ command: 'dpkg-deb', args: ['--field', file], signal });
  const stanza = result.status === 0 ? parseStanzas(result.stdout)[0] : undefined;
  const [name, version, architecture] = ['package', 'version', 'architecture'].map((field) => stanza?.get(field));
  if (stanza === undefined || name === undefined || version === undefined || architecture === undefined) {
    const reason = result.status === 0 ? 'it has no name, version or architecture' : failureReason(result);
    throw new AptOstreeError('archive-invalid', `cannot use ${shown} as a package: ${reason.replaceAll(file, shown)}`);
  }
  return {
    name,
    version,
    architecture,
    depends: stanza.get('depends'),
    preDepends: stanza.get('pre-depends'),
    provides: stanza.get('provides'),
    replaces: stanza.get('replaces'),
    installedBytes: Number(stanza.get('installed-size') ?? 0) * 1024,
  };
}
