// Where the daemon's companions lie: beside the bundle, or in the tree it was compiled from.

import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ProgramFiles {
  readonly executor: string;
  readonly migrations: string;
  /** better-sqlite3's native part beside the bundle, or null to let it search node_modules. */
  readonly sqliteBinding: string | null;
}

/** `entry`: the program as it was started, `process.argv[1]`. */
export function programFiles(entry: string): ProgramFiles {
  const directory = dirname(realpathSync(entry));
  const bundled = existsSync(join(directory, 'apt-ostree-executor'));
  if (bundled)
    return {
      executor: join(directory, 'apt-ostree-executor'),
      migrations: join(directory, 'migrations'),
      sqliteBinding: join(directory, 'better_sqlite3.node'),
    };
  return {
    executor: join(directory, '../executor/main.js'),
    migrations: join(directory, '../../../migrations'),
    sqliteBinding: null,
  };
}
