// Brings a local package into the archive cache: read with the caller's rights, checked, kept by its SHA-256.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AptOstreeError } from '../../model/errors.js';
import type { LocalPackage } from '../../model/package.js';
import { syncDirectory } from '../../native/libc.js';
import { failureReason, run, runChecked } from '../../system/process.js';
import type { StepContext } from '../step-handler.js';
import { archiveFields } from './archive-fields.js';

/** More than any package: so that a device or an endless pipe does not fill the disk. */
const SIZE_LIMIT_BYTES = 16 * 1024 ** 3;

/** @throws invalid-argument when the caller cannot read it; archive-invalid when it is no package */
export async function importLocal(path: string, context: StepContext): Promise<LocalPackage> {
  mkdirSync(context.paths.archives, { recursive: true, mode: 0o755 });
  const copy = join(context.paths.archives, `import-${context.transaction}.part`);
  try {
    await copyAsCaller(path, copy, context);
    const fields = await archiveFields(copy, path, context);
    const sha256 = await fileSha256(copy);
    await keep(copy, archiveFile(sha256, context));
    return { name: fields.name, version: fields.version, architecture: fields.architecture, sha256 };
  } finally {
    rmSync(copy, { force: true });
  }
}

export function archiveFile(sha256: string, { paths }: Pick<StepContext, 'paths'>): string {
  return join(paths.archives, `${sha256}.deb`);
}

export async function fileSha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/** Under its final name only when it is on disk; and that name, too, when this resolves. */
export async function keep(partial: string, file: string): Promise<void> {
  if (existsSync(file)) return rmSync(partial);
  const handle = await open(partial, 'r+');
  try {
    await handle.chmod(0o644);
    await handle.chown(0, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  renameSync(partial, file);
  syncDirectory(dirname(file));
}

/** The shell opens our file as root; what reads theirs has the caller's rights, group list and nothing more. */
async function copyAsCaller(path: string, copy: string, context: StepContext): Promise<void> {
  const script = 'exec "$@" > "$COPY"';
  const reader = 'test -f "$1" || { echo "not a regular file" >&2; exit 1; }; exec head -c "$2" -- "$1"';
  const read = ['sh', '-c', reader, 'sh', path, String(SIZE_LIMIT_BYTES)];
  const result = await run({
    command: 'sh',
    args: ['-c', script, 'sh', ...(await callerRights(context)), ...read],
    env: { COPY: copy },
    signal: context.signal,
    inheritFds: context.childFds,
  });
  if (result.status !== 0)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot read ${path}: ${failureReason(result).replace(/^head: /, '')}`,
    );
}

async function callerRights({ caller, signal }: StepContext): Promise<readonly string[]> {
  if (caller.uid === 0) return [];
  const { stdout } = await runChecked({
    command: 'id',
    args: ['-g', String(caller.uid)],
    signal,
    task: 'look up the caller',
  });
  return ['setpriv', `--reuid=${caller.uid}`, `--regid=${stdout.trim()}`, '--init-groups', '--no-new-privs', '--'];
}
