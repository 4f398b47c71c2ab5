// A deployment entered by chroot in namespaces of its own (ostree itself asks for those of process 1), with all that makes libostree take it for the running system:
// its root, /run/ostree-booted, and a /sysroot that is read-only until somebody remounts it.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Checksum } from '../../src/model/deployment.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { afterTest, commitTinyTree, DEBIAN, ORIGIN, temporaryDirectory } from './tiny-sysroot.js';

export interface Machine {
  readonly sysroot: Sysroot;
  /** Deployed and running. */
  readonly first: Checksum;
  /** Committed. */
  readonly second: Checksum;
  /** Runs the body of an async function of `Sysroot`, `origin` and `checksum` (the second) inside; gives what it returned. */
  run<Result>(body: string): Result;
}

export function startMachine(t: TestContext): Machine {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'sysroot');
  mountImage(join(directory, 'image'), path);
  Sysroot.initialize(path);
  const sysroot = Sysroot.open(path);
  afterTest(t, () => sysroot[Symbol.dispose]());
  sysroot.repo().setOption('sysroot', 'bootloader', 'none');
  sysroot.initStateroot(DEBIAN);
  const first = commitTinyTree(sysroot, join(directory, 'one'), '1');
  const second = commitTinyTree(sysroot, join(directory, 'two'), '2');
  sysroot.deploy({ stateroot: DEBIAN, checksum: first, origin: ORIGIN, merge: null, kargs: ['root=LABEL=r', 'quiet'] });
  const root = sysroot.deployments()[0]?.path ?? '';
  const run = <Result>(body: string) => enter<Result>({ sysroot: path, root, script: scriptOf(body, second) });
  return { sysroot, first, second, run };
}

/** Remounting must not touch the filesystem the tests run on. */
function mountImage(image: string, path: string): void {
  execFileSync('truncate', ['-s', '64M', image]);
  execFileSync('mkfs.ext4', ['-q', image]);
  mkdirSync(path);
  execFileSync('mount', ['-o', 'loop', image, path]);
}

function enter<Result>({ sysroot, root, script }: Record<'sysroot' | 'root' | 'script', string>): Result {
  const env = { PATH: process.env['PATH'], SYSROOT: sysroot, ROOT: root, APP, SCRIPT: script, NODE: process.execPath };
  const output = execFileSync('unshare', ['-mpf', 'sh', '-euc', ENTER], { env, encoding: 'utf8' });
  return JSON.parse(output) as Result;
}

const HERE = fileURLToPath(import.meta.url);
/** The checkout: sources' build and node_modules. */
const APP = resolve(HERE, '../../../..');
const SOURCES = relative(APP, resolve(HERE, '../../../src'));

const ENTER = `
mount --make-rprivate /
mount --bind "$SYSROOT/boot" "$ROOT/boot"
mount --bind "$SYSROOT" "$ROOT/sysroot"
mount -o remount,bind,ro "$ROOT/sysroot"
mount --bind /usr "$ROOT/usr"
mount -t proc proc "$ROOT/proc"
mount --bind /dev "$ROOT/dev"
mount -t tmpfs tmpfs "$ROOT/run"
mkdir "$ROOT/run/app"
touch "$ROOT/run/ostree-booted"
mount --bind "$APP" "$ROOT/run/app"
exec chroot "$ROOT" "$NODE" --input-type=module -e "$SCRIPT"
`;

function scriptOf(body: string, checksum: Checksum): string {
  return `
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { openLockedSysroot } from '/run/app/${SOURCES}/executor/locks.js';
import { Sysroot } from '/run/app/${SOURCES}/native/sysroot.js';
const result = await (async (checksum, origin) => { ${body} })(${JSON.stringify(checksum)}, ${JSON.stringify(ORIGIN)});
process.stdout.write(JSON.stringify(result));`;
}
