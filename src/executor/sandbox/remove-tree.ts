// Removes what packages and their scripts made, whatever it is called and however deep it goes.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { runChecked } from '../../system/process.js';

/** Idempotent; leaves mounts alone. rm(1) where paths got longer than Node can name them. */
export async function removeTree(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG')) throw error;
  }
  if (!existsSync(directory)) return;
  const args = ['--recursive', '--force', '--one-file-system', '--', directory];
  await runChecked({ command: 'rm', args, task: `remove ${directory}` });
}
