// A transaction of the repo: objects and refs appear together, synced, or not at all.

import { AptOstreeError } from '../model/errors.js';
import type { Struct } from './foreign.js';
import { attempt } from './gerror.js';
import type { Owned } from './ownership.js';

export interface TransactionFigures {
  readonly objectsWritten: number;
  readonly contentBytesWritten: number;
}

export function inTransaction<Result>(repo: Owned<'OstreeRepo'>, write: () => Result): Result & TransactionFigures {
  attempt('begin a transaction of the repo', 'ostree_repo_prepare_transaction', repo.pointer, null, null);
  try {
    const result = write();
    const stats: Struct = {};
    attempt('end a transaction of the repo', 'ostree_repo_commit_transaction', repo.pointer, stats, null);
    return { ...result, ...figuresOf(stats) };
  } catch (error) {
    abort(repo, error);
    throw error;
  }
}

function figuresOf(stats: Struct): TransactionFigures {
  return {
    objectsWritten: Number(stats['metadata_objects_written']) + Number(stats['content_objects_written']),
    contentBytesWritten: Number(stats['content_bytes_written']),
  };
}

/** Takes the transaction back; a failure to do so is told along with the error that led here. */
function abort(repo: Owned<'OstreeRepo'>, reason: unknown): void {
  try {
    attempt('take back a transaction of the repo', 'ostree_repo_abort_transaction', repo.pointer, null);
  } catch (second) {
    const message = [reason, second].map((each) => (each instanceof Error ? each.message : String(each))).join('; ');
    const code = reason instanceof AptOstreeError ? reason.code : 'ostree-failed';
    throw new AptOstreeError(code, message, { cause: reason });
  }
}
