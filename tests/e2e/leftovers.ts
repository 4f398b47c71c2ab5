// What a transaction must not leave behind, looked for where it could be.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.js';
import { processes } from './processes.js';

/** Everything found that should not be there, one line each; empty is good. DAEMON may live and hold its own lock. */
export async function leftovers(sysroot: string, { daemon = null }: { readonly daemon?: number | null } = {}) {
  return [
    ...mounts(sysroot),
    ...processes()
      .filter(({ pid, commandLine }) => pid !== daemon && commandLine.includes(sysroot) && isOurs(commandLine))
      .map(({ pid, commandLine }) => `process ${pid} lives: ${commandLine}`),
    ...names(sysroot, 'ostree/apt-ostree/scratch'),
    // partial downloads are kept for the next try
    ...names(sysroot, 'ostree/apt-ostree/archives').filter((name) => !/(\.deb|\/partial)$/.test(name)),
    ...names(sysroot, 'ostree/repo/refs/heads/apt-ostree/transaction'),
    ...(await locks(sysroot)),
    ...(await fsck(sysroot)),
  ];
}

/** In any process's namespace: a mount that the host does not see is kept alive by somebody. */
function mounts(sysroot: string): readonly string[] {
  const found = new Set<string>();
  for (const { pid } of processes()) {
    const file = `/proc/${pid}/mountinfo`;
    for (const line of existsSync(file) ? readMounts(file) : []) if (line.includes(`${sysroot}/`)) found.add(line);
  }
  return [...found].map((line) => `mount ${line}`);
}

function readMounts(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    // the process ended in between, and its namespace with it
    return [];
  }
}

function isOurs(commandLine: string): boolean {
  return !/\/tests\/|--test/.test(commandLine);
}

function names(sysroot: string, directory: string): readonly string[] {
  const path = join(sysroot, directory);
  return existsSync(path) ? readdirSync(path).map((name) => `${directory}/${name}`) : [];
}

async function locks(sysroot: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of ['ostree/apt-ostree/executor.lock', 'ostree/lock', 'ostree/repo/.lock']) {
    const file = join(sysroot, name);
    if (!existsSync(file)) continue;
    const { status } = await run(['flock', '--nonblock', '--exclusive', file, 'true'], { timeoutMs: 5000 });
    if (status !== 0) found.push(`lock ${name} is held`);
  }
  return found;
}

async function fsck(sysroot: string): Promise<readonly string[]> {
  const { status, stdout, stderr } = await run(['ostree', 'fsck', '--quiet', `--repo=${sysroot}/ostree/repo`]);
  return status === 0 ? [] : [`fsck: ${stdout}${stderr}`];
}
