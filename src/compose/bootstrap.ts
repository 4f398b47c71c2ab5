// A plain Debian root filesystem of exactly the resolved packages, made by mmdebstrap.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { failureReason, type ProcessResult, run, runChecked } from '../system/process.js';
import { type AptRoot, proxyEnvironment } from './apt-root.js';
import type { ResolvedTree, TreePackage } from './resolve.js';
import type { Treefile } from './treefile.js';

interface BootstrapOptions {
  readonly treefile: Treefile;
  readonly apt: AptRoot;
  readonly resolved: ResolvedTree;
  /** Made; must not exist. */
  readonly root: string;
  /** Package archives, kept between composes. */
  readonly archives: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** @throws command-failed; plan-changed when other packages came out than were resolved */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const { archives, root, resolved, signal } = options;
  mkdirSync(archives, { recursive: true });
  const lines: string[] = [];
  const result = await run({
    // whatever it mounts in the root is gone when it ends, even killed: nothing of this machine is there to be removed
    command: 'unshare',
    args: ['--mount', '--propagation', 'private', 'mmdebstrap', ...mmdebstrapArguments(options)],
    env: environment(options),
    signal,
    onLine: (_, line) => lines.push(line),
    task: 'bootstrap the tree',
  });
  if (result.status !== 0) throw failure(result, lines, options);
  await assertInstalled(root, resolved, signal);
  markAutomatic(root, resolved, options.treefile.architecture);
}

function environment({ apt, archives }: BootstrapOptions): Readonly<Record<string, string>> {
  return {
    ...proxyEnvironment(),
    DEBIAN_FRONTEND: 'noninteractive',
    // account files carry the day of a password's last change: a fixed one, so that equal inputs give equal trees
    SOURCE_DATE_EPOCH: '86400',
    // Debian's kernel hooks honour this: an initramfs is built once, by ourselves, when all packages are configured
    INITRD: 'No',
    LISTS: apt.lists,
    ARCHIVES: archives,
    LOCAL: apt.local?.directory ?? '',
  };
}

const SHOWN_LINES = 40;

/** The one line of an error seldom tells which package's script failed: what was printed before it is shown too. */
function failure(result: ProcessResult, lines: readonly string[], { say }: BootstrapOptions): AptOstreeError {
  for (const line of lines.slice(-SHOWN_LINES)) say(`  ${line}`);
  const broken = lines.findLast((line) => line.startsWith('dpkg: error'));
  return new AptOstreeError('command-failed', `cannot bootstrap the tree: ${broken ?? failureReason(result)}`);
}

/** Hooks are run by a shell with the root as `$1`; paths of ours reach them by the environment. */
const LEND_INDEXES = 'mkdir -p "$1/var/lib/apt/lists" && cp -a --reflink=auto "$LISTS/." "$1/var/lib/apt/lists/"';
const LEND_ARCHIVES =
  'mkdir -p "$1/var/cache/apt/archives" && find "$ARCHIVES" -maxdepth 1 -name "*.deb" -exec cp -l -t "$1/var/cache/apt/archives" {} + || cp -t "$1/var/cache/apt/archives" "$ARCHIVES"/*.deb';
/** One of an earlier build may bear the same name. */
const LEND_LOCAL = 'test -z "$LOCAL" || cp --remove-destination -t "$1/var/cache/apt/archives" "$LOCAL"/*.deb';
const KEEP_ARCHIVES =
  'for deb in "$1"/var/cache/apt/archives/*.deb; do test -e "$ARCHIVES/$(basename "$deb")" || cp --reflink=auto "$deb" "$ARCHIVES/"; done';
/** No /vmlinuz links: boot loader entries are OSTree's. Stays in the tree, for kernels that are layered. */
const NO_KERNEL_LINKS = 'mkdir -p "$1/etc" && echo do_symlinks=no > "$1/etc/kernel-img.conf"';

/** dpkg leaves these out, now and in every later change of the tree; copyright files must stay. */
const NO_DOCUMENTATION = [
  ...['doc', 'man', 'info', 'groff', 'lintian'].map((name) => `path-exclude=/usr/share/${name}/*`),
  'path-include=/usr/share/doc/*/copyright',
];

function mmdebstrapArguments({ treefile, apt, resolved, root }: BootstrapOptions): readonly string[] {
  return [
    ...['--mode=root', '--format=directory', '--variant=apt', `--architectures=${treefile.architecture}`],
    ...hookDirectories(treefile),
    ...['--skip=update', '--skip=download/empty', '--skip=essential/unlink'],
    ...[LEND_INDEXES, LEND_ARCHIVES, LEND_LOCAL, NO_KERNEL_LINKS].map((hook) => `--setup-hook=${hook}`),
    `--customize-hook=${KEEP_ARCHIVES}`,
    '--aptopt=Acquire::Languages "none"',
    // as a file, since everybody can read command lines
    `--aptopt=${apt.acquire}`,
    ...(treefile.documentation ? [] : NO_DOCUMENTATION.map((line) => `--dpkgopt=${line}`)),
    `--include=${resolved.packages.map(({ name, version }) => `${name}=${version}`).join(',')}`,
    ...[treefile.suite, root, apt.sources],
  ];
}

function hookDirectories({ mirrors }: Treefile): readonly string[] {
  const hooks = '/usr/share/mmdebstrap/hooks';
  const local = mirrors?.some(({ uri }) => /^(file|copy):/.test(uri)) ?? false;
  return [`${hooks}/maybe-merged-usr`, ...(local ? [`${hooks}/file-mirror-automount`] : [])].map(
    (path) => `--hook-dir=${path}`,
  );
}

/** What the commit says must be what was resolved, or "no change" would be told of a tree that changed. */
async function assertInstalled(root: string, resolved: ResolvedTree, signal?: AbortSignal): Promise<void> {
  const args = [
    `--admindir=${join(root, 'var/lib/dpkg')}`,
    '--show',
    '--showformat=${db:Status-Status} ${Package} ${Version} ${Architecture}\\n',
  ];
  const { stdout } = await runChecked({ command: 'dpkg-query', args, signal });
  const installed = new Set(stdout.split('\n').filter((line) => line !== ''));
  const wanted = new Set(resolved.packages.map((each) => `installed ${nameVersionArchitecture(each)}`));
  const other = [...installed].find((each) => !wanted.has(each)) ?? [...wanted].find((each) => !installed.has(each));
  if (other === undefined) return;
  throw new AptOstreeError(
    'plan-changed',
    `cannot use the bootstrapped tree: it differs from what was resolved in ${other.replace(/^installed /, '')}`,
  );
}

/** `NAME VERSION ARCHITECTURE`, the form of a commit's package list. */
export function nameVersionArchitecture({ name, version, architecture }: TreePackage): string {
  return `${name} ${version} ${architecture}`;
}

/** Every package was named to mmdebstrap; only those of the treefile are wanted for themselves. */
function markAutomatic(root: string, { packages, requested }: ResolvedTree, architecture: string): void {
  const stanzas = packages
    .filter(({ name }) => !requested.includes(name))
    .map(({ name }) => `Package: ${name}\nArchitecture: ${architecture}\nAuto-Installed: 1\n\n`);
  const file = join(root, 'var/lib/apt/extended_states');
  if (!existsSync(join(root, 'var/lib/apt')))
    throw new AptOstreeError('invalid-tree', 'cannot use the bootstrapped tree: it has no apt');
  writeFileSync(file, stanzas.join(''));
}
