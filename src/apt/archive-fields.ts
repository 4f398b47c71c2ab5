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

/** More than any control file: the longest of Debian have 60 kB. */
const MAX_CONTROL_BYTES = 1024 * 1024;

export interface ReadOptions extends Pick<ProcessOptions, 'signal'> {
  /** Where dpkg-deb unpacks the archive's control part to: a place that a bomb may fill. */
  readonly scratch: string;
}

/** @param shown how the user calls the file. @throws archive-invalid */
export async function readArchiveFields(
  file: string,
  shown: string,
  { signal, scratch }: ReadOptions,
): Promise<ArchiveFields> {
  const result = await run({
    command: 'dpkg-deb',
    args: ['--field', file],
    env: { TMPDIR: scratch },
    outputLimitBytes: MAX_CONTROL_BYTES,
    signal,
  });
  const refuse = (reason: string) =>
    new AptOstreeError('archive-invalid', `cannot use ${shown} as a package: ${reason.replaceAll(file, shown)}`);
  if (result.status !== 0) throw refuse(failureReason(result));
  if (result.truncated) throw refuse(`its control file is longer than ${MAX_CONTROL_BYTES} bytes`);
  const stanza = parseStanzas(result.stdout)[0];
  const [name, version, architecture] = ['package', 'version', 'architecture'].map((field) => stanza?.get(field));
  if (stanza === undefined || name === undefined || version === undefined || architecture === undefined)
    throw refuse('it has no name, version or architecture');
  const fault = nameFault({ name, version, architecture });
  if (fault !== null) throw refuse(fault);
  return {
    name,
    version,
    architecture,
    depends: stanza.get('depends'),
    preDepends: stanza.get('pre-depends'),
    provides: stanza.get('provides'),
    replaces: stanza.get('replaces'),
    installedBytes: installedBytes(stanza.get('installed-size')),
  };
}

/** These three become names of files, lines of an origin and arguments of dpkg: Debian Policy's syntax and nothing else. */
export function nameFault(of: Pick<ArchiveFields, 'name' | 'version' | 'architecture'>): string | null {
  const fault = (what: string, value: string) => `${JSON.stringify(value.slice(0, 100))} is no ${what}`;
  if (!/^[a-z0-9][a-z0-9+.-]{1,127}$/.test(of.name)) return fault('package name', of.name);
  if (!/^(\d{1,9}:)?[A-Za-z0-9][A-Za-z0-9.+:~-]{0,127}$/.test(of.version)) return fault('version', of.version);
  if (!/^[a-z0-9][a-z0-9-]{1,31}$/.test(of.architecture)) return fault('architecture', of.architecture);
  return null;
}

/** Of an `Installed-Size` field, which counts in kB; 0 where it says nothing that can be true. */
export function installedBytes(kilobytes: string | undefined): number {
  return kilobytes !== undefined && /^\d{1,12}$/.test(kilobytes) ? Number(kilobytes) * 1024 : 0;
}
