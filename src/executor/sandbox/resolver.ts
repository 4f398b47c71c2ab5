// Asks apt, in the target tree's own view, which archives a list of requests needs on top of the base.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_DIRECTORY } from '../../apt/apt-config.js';
import { aptFailure } from '../../apt/apt-failure.js';
import { installedBytes as bytesOf } from '../../apt/archive-fields.js';
import { parseStanzas, type Stanza } from '../../apt/deb822.js';
import { fullName, type InstalledPackage, parseStatus } from '../../apt/dpkg-status.js';
import { condenseRefusal } from '../../apt/explanation.js';
import { parsePolicy, parseReverseProvides } from '../../apt/policy.js';
import { type PrintedArchive, parsePrintedUris } from '../../apt/print-uris.js';
import { AptOstreeError } from '../../model/errors.js';
import type { LocalPackage, ResolvedPackage } from '../../model/package.js';
import { SYSIMAGE } from '../../tree/state-layout.js';
import type { StepContext } from '../step-handler.js';
import { APT_OPTIONS, type AptView } from './apt-view.js';
import { archiveFields } from './archive-fields.js';
import { hasIndexes } from './index-files.js';
import { archiveFile } from './local-import.js';

export interface WantedPackages {
  /** Requests that the base does not satisfy. */
  readonly names: readonly string[];
  readonly local: readonly LocalPackage[];
  readonly base: readonly InstalledPackage[];
}

export function basePackages(tree: string): readonly InstalledPackage[] {
  return parseStatus(readFileSync(join(tree, SYSIMAGE, 'dpkg/status'), 'utf8'));
}

/** @throws package-not-found, unsolvable, apt-failed */
export async function resolvePackages(
  wanted: WantedPackages,
  view: AptView,
  context: StepContext,
): Promise<readonly ResolvedPackage[]> {
  if (wanted.names.length + wanted.local.length === 0) return [];
  refuseLocalOfBase(wanted);
  const selected = await selectNames(wanted.names, view, context);
  const output = await printInstall(wanted, view);
  const archives = parsePrintedUris(output);
  refuseBaseChange(archives, wanted);
  const direct = new Set([
    ...wanted.names.map((name) => bareName(selected.get(name) ?? name)),
    ...wanted.local.map((each) => each.name),
  ]);
  return freezeAll(archives, { isAutomatic: (name) => !direct.has(name), view, context });
}

/** The archives that make a base what apt's sources offer by now. @throws unsolvable, apt-failed */
export async function resolveUpgrade(
  base: readonly InstalledPackage[],
  view: AptView,
  context: StepContext,
): Promise<readonly ResolvedPackage[]> {
  const output = await printUris('upgrade the base', ['dist-upgrade'], view);
  const isAutomatic = (name: string) => !base.some((each) => each.name === name);
  return freezeAll(parsePrintedUris(output), { isAutomatic, view, context });
}

async function freezeAll(
  archives: readonly PrintedArchive[],
  {
    isAutomatic,
    view,
    context,
  }: { readonly isAutomatic: (name: string) => boolean; readonly view: AptView; readonly context: StepContext },
): Promise<readonly ResolvedPackage[]> {
  const facts = await indexFacts(archives, view);
  const frozen: ResolvedPackage[] = [];
  for (const each of archives)
    frozen.push({ ...(await freeze(each, facts, context)), automatic: isAutomatic(each.name) });
  return frozen;
}

function bareName(name: string): string {
  return name.split(':')[0] ?? name;
}

function refuseLocalOfBase({ local, base }: WantedPackages): void {
  for (const each of local) {
    const own = base.find((other) => other.name === each.name);
    if (own === undefined) continue;
    const reason = own.version === each.version ? 'already provided by' : 'layering cannot change the base, which has';
    const code = own.version === each.version ? 'already-provided' : 'unsolvable';
    throw new AptOstreeError(code, `cannot install ${fullName(each)}: ${reason} ${fullName(own)}`);
  }
}

/**
 * The real package behind each name that is only a virtual one. All names that apt does not know are named in one
 * error; apt itself would take some of them for patterns or for removals.
 */
async function selectNames(
  names: readonly string[],
  view: AptView,
  context: StepContext,
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const result = await view.run(['apt-cache', ...APT_OPTIONS, 'policy', '--', ...names]);
  if (result.status !== 0) throw aptFailure(`resolve ${names.join(', ')}`, `${result.stdout}\n${result.stderr}`);
  const candidates = parsePolicy(result.stdout);
  const withoutCandidate = names.filter((name) => (candidates.get(name) ?? null) === null);
  if (withoutCandidate.length === 0) return new Map();
  const shown = await view.run(['apt-cache', ...APT_OPTIONS, 'showpkg', '--', ...withoutCandidate]);
  const providers = parseReverseProvides(shown.stdout);
  const unknown = withoutCandidate.filter((name) => (providers.get(bareName(name)) ?? []).length === 0);
  if (unknown.length > 0 && !hasIndexes(context))
    throw new AptOstreeError('fetch-failed', 'cannot find packages: no package indexes are here; refresh them first');
  if (unknown.length > 0) throw new AptOstreeError('package-not-found', `cannot find packages: ${unknown.join(', ')}`);
  return new Map(withoutCandidate.map((name) => [name, onlyProvider(name, providers.get(bareName(name)) ?? [])]));
}

function onlyProvider(name: string, providers: readonly string[]): string {
  const [provider, ...others] = providers;
  if (provider !== undefined && others.length === 0) return provider;
  throw new AptOstreeError(
    'unsolvable',
    `cannot install ${name}: several packages provide it, name one of ${providers.join(', ')}`,
  );
}

function printInstall({ names, local }: WantedPackages, view: AptView): Promise<string> {
  const files = local.map((each) => `${RUN_DIRECTORY}/archives/${each.sha256}.deb`);
  const asked = [...names, ...local.map(fullName)].join(', ');
  return printUris(`install ${asked}`, ['install', '--', ...names, ...files], view);
}

async function printUris(doing: string, operation: readonly string[], view: AptView): Promise<string> {
  const result = await view.run(['apt-get', ...APT_OPTIONS, '-q', '--print-uris', '--no-remove', ...operation]);
  if (result.status === 0) return `${result.stdout}\n${result.stderr}`;
  const output = `${result.stdout}\n${result.stderr}`;
  if (/^E: (The package lists|Malformed|Could not|Problem|Write error|Unable to (read|parse|lock|write))/m.test(output))
    throw aptFailure(doing.replace(/^install/, 'resolve'), output);
  throw new AptOstreeError('unsolvable', `cannot ${doing}: ${condenseRefusal(output)}`);
}

/** Layering adds; what the base has stays as it is. */
function refuseBaseChange(archives: readonly PrintedArchive[], { names, local, base }: WantedPackages): void {
  const changes = archives.flatMap((each) => {
    const own = base.find((other) => other.name === each.name && other.architecture === each.architecture);
    return own === undefined ? [] : [`${own.name} ${own.version} to ${each.version}`];
  });
  if (changes.length === 0) return;
  const asked = [...names, ...local.map(fullName)].join(', ');
  throw new AptOstreeError('unsolvable', `cannot install ${asked}: it would change the base (${changes.join(', ')})`);
}

/** The index stanzas of the archives, by SHA-256. */
async function indexFacts(archives: readonly PrintedArchive[], view: AptView): Promise<ReadonlyMap<string, Stanza>> {
  const versions = archives
    .filter((each) => each.sha256 !== null)
    .map((each) => `${each.name}:${each.architecture}=${each.version}`.replace(':all=', '='));
  if (versions.length === 0) return new Map();
  const { stdout } = await view.run(['apt-cache', ...APT_OPTIONS, 'show', '--', ...versions]);
  return new Map(parseStanzas(stdout).map((stanza) => [stanza.get('sha256') ?? '', stanza]));
}

type Frozen = Omit<ResolvedPackage, 'automatic'>;

async function freeze(
  archive: PrintedArchive,
  facts: ReadonlyMap<string, Stanza>,
  context: StepContext,
): Promise<Frozen> {
  const { name, version, architecture } = archive;
  if (archive.sha256 === null) return freezeLocal(archive, context);
  const installedBytes = bytesOf(facts.get(archive.sha256)?.get('installed-size'));
  return {
    name,
    version,
    architecture,
    uri: archive.uri,
    sizeBytes: archive.sizeBytes,
    // an index without the field: archives unpack to about four times their size
    installedBytes: installedBytes > 0 ? installedBytes : archive.sizeBytes * 4,
    sha256: archive.sha256,
  };
}

/** A file of the archive cache, whose name is its hash. */
async function freezeLocal(archive: PrintedArchive, context: StepContext): Promise<Frozen> {
  const sha256 = /\/archives\/([0-9a-f]{64})\.deb$/.exec(archive.uri)?.[1];
  if (sha256 === undefined)
    throw new AptOstreeError('apt-failed', `cannot use ${fullName(archive)}: its index has no SHA-256 for it`);
  const file = archiveFile(sha256, context);
  const { name, version, architecture, installedBytes } = await archiveFields(file, fullName(archive), context);
  return { name, version, architecture, uri: null, sizeBytes: statSync(file).size, installedBytes, sha256 };
}
