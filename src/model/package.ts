// Debian's names: packages, architectures, versions; and what a resolution froze.

import { AptOstreeError } from './errors.js';

/** A binary package's name, optionally with `:architecture`. */
export type PackageName = string & { readonly __brand: 'PackageName' };

const NAME = /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9][a-z0-9-]*)?$/;

/** Debian Policy 5.6.1. @throws invalid-argument */
export function packageName(text: string): PackageName {
  if (!NAME.test(text) || text.length > 255)
    throw new AptOstreeError('invalid-argument', `cannot use ${JSON.stringify(text)} as a package name`);
  return text as PackageName;
}

/** A local archive, imported into the archive cache under its SHA-256. */
export interface LocalPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
}

/** `SHA256:NAME_VERSION_ARCH`, the form local packages have in an origin (rpm-ostree: `sha256:nevra`). */
export function formatLocal(local: LocalPackage): string {
  return `${local.sha256}:${local.name}_${local.version}_${local.architecture}`;
}

/** @throws invalid-origin */
export function parseLocal(text: string): LocalPackage {
  const match = /^([0-9a-f]{64}):([^_:]+)_([^_]+)_([^_]+)$/.exec(text);
  if (match === null)
    throw new AptOstreeError('invalid-origin', `cannot read ${JSON.stringify(text)} as a local package of an origin`);
  const [, sha256, name, version, architecture] = match as unknown as [string, string, string, string, string];
  return { sha256, name, version, architecture };
}

/** One archive of a frozen resolution. `uri` is null for a local package, which is in the cache already. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly uri: string | null;
  readonly sizeBytes: number;
  /** What it takes unpacked, by the index (`Installed-Size`). */
  readonly installedBytes: number;
  readonly sha256: string;
  /** Pulled in by another package, not requested itself. */
  readonly automatic: boolean;
}

/** What apt decided, frozen: the same base and the same list give the same tree. */
export interface Resolution {
  readonly base: string;
  /** Packages to add to the base, in apt's order. */
  readonly packages: readonly ResolvedPackage[];
  /** Requests the base satisfies already, with the package that does. */
  readonly inactive: readonly { readonly request: string; readonly provider: string }[];
  readonly planHash: string;
}
