// What dpkg's status file says is installed.

import { parseStanzas } from './deb822.js';
import { parseRelations } from './relations.js';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Names it provides besides its own. */
  readonly provides: readonly string[];
}

export function parseStatus(text: string): readonly InstalledPackage[] {
  return parseStanzas(text).flatMap((stanza) => {
    const name = stanza.get('package');
    const version = stanza.get('version');
    const architecture = stanza.get('architecture');
    const installed = stanza.get('status')?.endsWith(' installed') ?? false;
    if (!installed || name === undefined || version === undefined || architecture === undefined) return [];
    const provides = parseRelations(stanza.get('provides')).flatMap((group) => group.map((each) => each.name));
    return [{ name, version, architecture, provides }];
  });
}

/** Architecture of the tree: that of dpkg itself. */
export function nativeArchitecture(installed: readonly InstalledPackage[]): string | null {
  return installed.find((each) => each.name === 'dpkg')?.architecture ?? null;
}

/** The installed package that satisfies a request (`NAME` or `NAME:ARCHITECTURE`), by name or by what it provides. */
export function providerOf(request: string, installed: readonly InstalledPackage[]): InstalledPackage | null {
  const [name = '', wanted] = request.split(':');
  const fits = (each: InstalledPackage) =>
    each.architecture === 'all' || each.architecture === (wanted ?? nativeArchitecture(installed));
  return (
    installed.find((each) => each.name === name && fits(each)) ??
    installed.find((each) => each.provides.includes(name) && fits(each)) ??
    null
  );
}

/** `NAME_VERSION_ARCHITECTURE`, the form that names one package file among all. */
export function fullName({ name, version, architecture }: Omit<InstalledPackage, 'provides'>): string {
  return `${name}_${version}_${architecture}`;
}
