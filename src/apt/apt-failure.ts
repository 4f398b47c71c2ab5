// Why apt could not do its work, where that is no matter of packages: a full disk, unreadable indexes, a wrong setting.

import { AptOstreeError } from '../model/errors.js';

/** @param task what the user asked for, as in "cannot TASK" */
export function aptFailure(task: string, output: string): AptOstreeError {
  const complaints = [...output.matchAll(/^E: (.+)$/gm)].map((match) => match[1] ?? '');
  if (complaints.some((each) => /No space left on device/.test(each)))
    return new AptOstreeError('no-space', `cannot ${task}: apt has no space left for its cache in /var/cache/apt`);
  return new AptOstreeError('apt-failed', `cannot ${task}: ${complaints[0] ?? 'apt gave no reason'}`);
}
