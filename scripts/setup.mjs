// Installs what this project needs and nothing twice: Debian packages, then the npm packages of the lock file.
// `node scripts/setup.mjs lintian vm` adds what only some runs need: `GROUPS`.
// Plain JavaScript without imports from node_modules, because it runs before they exist.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Debian packages the product, its tests and its benchmarks run on. */
const DEBIAN_PACKAGES = [
  // build better-sqlite3 where no prebuilt binary can be had
  'python3',
  'make',
  'g++',
  // the product's own parts
  'libostree-1-1',
  'ostree',
  'bubblewrap',
  'mmdebstrap',
  'dbus',
  'polkitd',
  'zstd',
  'xz-utils',
  'attr',
  'debian-archive-keyring',
  'util-linux',
  'apt',
  'dpkg',
  'dpkg-dev',
  'binutils',
  'e2fsprogs',
  // clients and machines the tests drive it with
  'gnupg',
  'python3-dbus',
  'libglib2.0-bin',
  'systemd',
  'systemd-container',
  'libcap2-bin',
  // the disk that the power tests record
  'libfuse3-dev',
  // lets system calls fail
  'strace',
];

/** Groups that only some runs need. */
const GROUPS = {
  // what checks the package
  lintian: ['lintian'],
  vm: [
    // what `compose image` runs
    ...['fdisk', 'mount', 'mtools', 'grub-common', 'grub-pc-bin', 'grub-efi-amd64-bin'],
    // what boots its images
    ...['qemu-system-x86', 'ovmf'],
  ],
};

setupDebian([...DEBIAN_PACKAGES, ...process.argv.slice(2).flatMap((name) => GROUPS[name] ?? fail(`no group ${name}`))]);
setupNpm();

function setupDebian(packages) {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid() !== 0) fail(`cannot install ${missing.join(' ')}: run this as root`);
  say(`installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  run('apt-get', ['-qq', 'update'], { env });
  run('apt-get', ['-qq', '-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', 'install', ...missing], { env });
}

function isInstalled(name) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return query.stdout === 'install ok installed';
}

function setupNpm() {
  const lock = readFileSync(`${ROOT}package-lock.json`);
  const digest = createHash('sha256').update(lock).update(process.version).digest('hex');
  const stamp = `${ROOT}node_modules/.apt-ostree-setup`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: ROOT, env: npmEnvironment() });
  writeFileSync(stamp, digest);
}

/** Node's own headers, where they are installed beside it, spare node-gyp a download that may not be possible. */
function npmEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(`${prefix}/include/node/node.h`);
  return hasHeaders ? { ...process.env, npm_config_nodedir: prefix } : process.env;
}

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (error) fail(`cannot run ${command}: ${error.message}`);
  if (status !== 0) fail(`cannot set up: ${command} ${args[0]} ended with status ${status}`);
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`error: ${text}\n`);
  process.exit(1);
}
