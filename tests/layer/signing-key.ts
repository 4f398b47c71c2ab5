// A real key of GnuPG that signs commits, in a home of its own.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export class SigningKey implements Disposable {
  readonly #home: string;
  readonly #id: string;
  /** The public half, to be imported. */
  readonly publicFile: string;

  constructor(directory: string, name: string) {
    this.#home = join(directory, `key-${name}`);
    this.#id = `${name}@example.org`;
    this.publicFile = join(directory, `${name}.gpg`);
    mkdirSync(this.#home, { mode: 0o700 });
    this.#gpg('--passphrase', '', '--quick-generate-key', this.#id, 'ed25519', 'sign', 'never');
    this.#gpg('--export', '--output', this.publicFile, this.#id);
  }

  /** For `ostree commit`. */
  get commitOptions(): readonly string[] {
    return [`--gpg-sign=${this.#id}`, `--gpg-homedir=${this.#home}`];
  }

  [Symbol.dispose](): void {
    execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
    rmSync(this.#home, { recursive: true, force: true });
  }

  #gpg(...args: readonly string[]): void {
    const quiet = ['--batch', '--quiet', '--pinentry-mode', 'loopback'];
    execFileSync('gpg', ['--homedir', this.#home, ...quiet, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
