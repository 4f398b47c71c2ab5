// A sysroot: its deployments, and every way to change them.

import type { Checksum, Deployment, DeploymentId, Stateroot } from '../model/deployment.js';
import type { Repo } from './repo.js';

export interface DeployOptions {
  readonly stateroot: Stateroot;
  readonly checksum: Checksum;
  /** Text of the origin file. */
  readonly origin: string;
  /** Deployment whose /etc is merged; null takes the tree's /usr/etc as it is. */
  readonly merge: DeploymentId | null;
  /** Kernel arguments, one each; null takes over those of the merge deployment. */
  readonly kargs: readonly string[] | null;
}

export interface OpenOptions {
  /** Set by a process that lives in its own mount namespace: libostree may then make a read-only /sysroot writable there. */
  readonly ownMountNamespace?: boolean;
}

export declare class Sysroot implements Disposable {
  /** @throws invalid-sysroot */
  static open(path: string, options?: OpenOptions): Sysroot;
  /** Makes PATH a sysroot without stateroots or deployments; nothing happens to one that exists. */
  static initialize(path: string): void;

  readonly path: string;
  /** False when another process holds libostree's lock. */
  tryLock(): boolean;
  unlock(): void;
  /** Reads the sysroot again when it changed on disk; true when it did. */
  loadIfChanged(): boolean;
  /** In boot order, a staged one first. The same array until something changes. */
  deployments(): readonly Deployment[];
  isBooted(): boolean;
  stateroots(): readonly Stateroot[];
  /** The sysroot's repo; lives as long as the sysroot. */
  repo(): Repo;
  initStateroot(name: Stateroot): void;
  /** Writes a deployment at once and puts it first; nothing that exists is dropped or cleaned up. */
  deploy(options: DeployOptions): DeploymentId;
  /** Stages a deployment for the next shutdown; needs a booted sysroot. */
  stage(options: DeployOptions & { readonly locked: boolean }): DeploymentId;
  /** Exactly these, in this order; one left out is undeployed, a staged one left out is unstaged. No clean-up. */
  writeOrder(ids: readonly DeploymentId[]): void;
  setPinned(id: DeploymentId, pinned: boolean): void;
  /** Removes what no deployment uses any more and prunes the repo. */
  cleanup(): void;
  /** As `cleanup`, without pruning the repo. */
  prepareCleanup(): void;
  [Symbol.dispose](): void;
}
