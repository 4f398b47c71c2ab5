// The configuration in force: read at the start, read again when asked to, and what follows from it.

import { AptOstreeError } from '../model/errors.js';
import type { Request } from '../model/request.js';
import { CONFIGURATION_FILE, type Configuration, parseConfiguration, readConfiguration } from './configuration.js';
import type { DaemonOptions } from './options.js';

export class Settings {
  readonly #file: string | null;
  #present: Configuration;
  #followers: (() => void)[] = [];

  /** FILE null: the defaults, for ever. @throws invalid-configuration */
  constructor(file: string | null) {
    this.#file = file;
    this.#present = this.#read();
  }

  get present(): Configuration {
    return this.#present;
  }

  /** What was in force stays in force where the file cannot be read. @throws invalid-configuration */
  reload(): void {
    this.#present = this.#read();
    for (const follow of this.#followers) follow();
  }

  onReload(follow: () => void): void {
    this.#followers = [...this.#followers, follow];
  }

  /** @throws not-authorized for a request that the administrator has forbidden */
  admit(request: Request): void {
    if (!this.#present.lockLayering || !addsPackages(request)) return;
    throw new AptOstreeError('not-authorized', `cannot ${request.kind}: LockLayering is set in ${this.#file}`);
  }

  #read(): Configuration {
    return this.#file === null ? parseConfiguration('', '') : readConfiguration(this.#file);
  }
}

/** The machine's own configuration is for the machine's own sysroot. */
export function settingsFor(options: DaemonOptions): Settings {
  return new Settings(options.config ?? (options.sysroot === '/' ? CONFIGURATION_FILE : null));
}

function addsPackages(request: Request): boolean {
  if (request.kind !== 'install' && request.kind !== 'uninstall') return false;
  return !request.dryRun && request.add.length + request.local.length > 0;
}
