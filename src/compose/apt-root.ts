// An apt of our own: the treefile's sources, an empty dpkg database, nothing of this machine but its way to the network.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckedOptions, type ProcessResult, runChecked } from '../system/process.js';
import { type LocalArchive, makeLocalArchive } from './local-archive.js';
import { formatSource } from './machine-sources.js';
import { treeSources } from './tree-sources.js';
import type { Treefile } from './treefile.js';

export interface AptRoot {
  readonly directory: string;
  /** Indexes; kept between composes. */
  readonly lists: string;
  /** Package files that the treefile names; null where it names none. */
  readonly local: LocalArchive | null;
  /** The sources file, deb822. */
  readonly sources: string;
  /** File of this machine's `Acquire::…` settings: proxies and what else its network needs, passwords maybe. */
  readonly acquire: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface AptRootOptions {
  readonly treefile: Treefile;
  readonly directory: string;
  /** Directory for the indexes. */
  readonly lists: string;
  readonly signal?: AbortSignal | undefined;
}

export async function makeAptRoot({ treefile, directory, lists, signal }: AptRootOptions): Promise<AptRoot> {
  for (const name of [
    'etc/sources.list.d',
    'etc/preferences.d',
    'etc/apt.conf.d',
    'state',
    'cache/archives/partial',
    'log',
  ])
    mkdirSync(join(directory, name), { recursive: true });
  mkdirSync(join(lists, 'partial'), { recursive: true });
  writeFileSync(join(directory, 'state/status'), '');
  const sources = join(directory, 'etc/sources.list.d/base.sources');
  const local = await makeLocalArchive(treefile, join(directory, 'local'), signal);
  const all = [...treeSources(treefile), ...(local === null ? [] : [local.source])];
  writeFileSync(sources, all.map(formatSource).join('\n'));
  writeFileSync(join(directory, 'etc/preferences.d/excluded'), excludedPackages(treefile));
  const network = await machineAcquire();
  const acquire = join(directory, 'acquire.conf');
  writeFileSync(acquire, `${network.join('\n')}\n`, { mode: 0o600 });
  const config = [...configuration({ treefile, directory, lists }), ...network];
  writeFileSync(join(directory, 'apt.conf'), `${config.join('\n')}\n`, { mode: 0o600 });
  const environment = {
    APT_CONFIG: join(directory, 'apt.conf'),
    DEBIAN_FRONTEND: 'noninteractive',
    ...proxyEnvironment(),
  };
  return { directory, lists, local, sources, acquire, environment };
}

/** Runs an apt tool in it. */
export function runApt(
  root: AptRoot,
  options: Pick<CheckedOptions, 'command' | 'args' | 'signal' | 'onLine' | 'task' | 'code'>,
): Promise<ProcessResult> {
  return runChecked({ code: 'apt-failed', ...options, env: root.environment });
}

export function proxyEnvironment(): Readonly<Record<string, string>> {
  const names = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
    name,
    name.toUpperCase(),
  ]);
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** A priority below zero: never a candidate, not even as a dependency. */
function excludedPackages({ excludePackages }: Treefile): string {
  return excludePackages.map((name) => `Package: ${name}\nPin: release *\nPin-Priority: -1\n`).join('\n');
}

function configuration({ treefile, directory, lists }: AptRootOptions): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    'Dir::Etc': join(directory, 'etc'),
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(directory, 'etc/sources.list.d'),
    'Dir::Etc::preferencesparts': join(directory, 'etc/preferences.d'),
    'Dir::Etc::parts': join(directory, 'etc/apt.conf.d'),
    // keys that no source names itself are those this machine trusts
    'Dir::Etc::trusted': '/etc/apt/trusted.gpg',
    'Dir::Etc::trustedparts': '/etc/apt/trusted.gpg.d',
    'Dir::State': join(directory, 'state'),
    'Dir::State::lists': lists,
    'Dir::State::status': join(directory, 'state/status'),
    'Dir::Cache': join(directory, 'cache'),
    'Dir::Log': join(directory, 'log'),
    'APT::Architecture': treefile.architecture,
    'APT::Architectures::': treefile.architecture,
    'APT::Install-Recommends': String(treefile.recommends),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  return Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
}

/** How this machine's apt reaches its archives; not how it stores or filters what it fetches. */
async function machineAcquire(): Promise<readonly string[]> {
  const { stdout } = await runChecked({ command: 'apt-config', args: ['dump'], code: 'apt-failed' });
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::/.test(line) && !line.endsWith(' "";'))
    .filter(
      (line) =>
        !/^Acquire::(Languages|GzipIndexes|CompressionTypes|IndexTargets|cdrom|Changelogs|Send-URI-Encoded)/i.test(
          line,
        ),
    );
}
