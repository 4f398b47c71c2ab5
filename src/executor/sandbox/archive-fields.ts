// Reads archives that may be bombs: dpkg-deb unpacks the control part to a little memory of its own, which fills and
// fails, and which vanishes with the executor's mount namespace.

import { mkdirSync } from 'node:fs';
import { type ArchiveFields, readArchiveFields } from '../../apt/archive-fields.js';
import type { StepContext } from '../step-handler.js';
import { isMountPoint, mountTmpfs } from './mounts.js';

/** Empty on the machine: outside any sysroot, so that it keeps none from being unmounted. */
const SCRATCH = '/run/apt-ostree/control';
const SIZE = { sizeBytes: 32 * 1024 * 1024, inodes: 4096 };

/** @param shown how the user calls the file. @throws archive-invalid */
export async function archiveFields(
  file: string,
  shown: string,
  { signal }: Pick<StepContext, 'signal'>,
): Promise<ArchiveFields> {
  mounted ??= mountScratch();
  await mounted;
  return readArchiveFields(file, shown, { signal, scratch: SCRATCH });
}

/** Once in each executor. */
let mounted: Promise<void> | null = null;

async function mountScratch(): Promise<void> {
  mkdirSync(SCRATCH, { recursive: true, mode: 0o755 });
  if (!isMountPoint(SCRATCH)) await mountTmpfs(SCRATCH, SIZE);
}
