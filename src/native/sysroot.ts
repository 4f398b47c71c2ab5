// A sysroot: its deployments, and every way to change them.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BootEntry, type Deployment, type DeploymentId, type Stateroot, stateroot } from '../model/deployment.js';
import { AptOstreeError } from '../model/errors.js';
import {
  type DeployOptions,
  deploy,
  type StageOptions,
  setFinalizationLocked,
  setPinned,
  stage,
  writeOrder,
} from './deploy.js';
import { readDeployment } from './deployment-read.js';
import { attempt, present } from './gerror.js';
import { call } from './libraries.js';
import { ownObject } from './ownership.js';
import { pruneSysroot } from './prune.js';
import { Repo } from './repo.js';
import { newSysroot, SysrootState } from './sysroot-state.js';

export type { DeployOptions, StageOptions } from './deploy.js';

export interface OpenOptions {
  /** Set by a process that lives in its own mount namespace: libostree then makes a read-only /sysroot writable there. */
  readonly ownMountNamespace?: boolean;
}

export class Sysroot implements Disposable {
  readonly path: string;
  readonly #state: SysrootState;
  #repo: Repo | null = null;

  /** @throws invalid-sysroot; sysroot-locked while its filesystem is frozen and has to be remounted */
  static open(path: string, { ownMountNamespace = false }: OpenOptions = {}): Sysroot {
    const absolute = resolve(path);
    for (const part of ['ostree/repo', 'ostree/deploy'])
      if (!existsSync(join(absolute, part))) throw invalid(absolute, `it has no ${part}`);
    const state = new SysrootState(absolute);
    try {
      if (ownMountNamespace) state.makeWritable();
      state.load();
      return new Sysroot(state);
    } catch (error) {
      state[Symbol.dispose]();
      if (!(error instanceof AptOstreeError) || error.code === 'sysroot-locked') throw error;
      throw invalid(absolute, error.message, error);
    }
  }

  /** Makes PATH a sysroot without stateroots or deployments; nothing happens to one that exists. */
  static initialize(path: string): void {
    mkdirSync(join(path, 'boot'), { recursive: true });
    using sysroot = newSysroot(resolve(path));
    attempt(`make ${path} a sysroot`, 'ostree_sysroot_ensure_initialized', sysroot.pointer, null);
  }

  private constructor(state: SysrootState) {
    this.path = state.path;
    this.#state = state;
  }

  /** False when another process holds libostree's lock. */
  tryLock(): boolean {
    return this.#state.tryLock();
  }

  unlock(): void {
    this.#state.unlock();
  }

  /** Reads the sysroot again when it changed on disk; true when it did. */
  loadIfChanged(): boolean {
    return this.#state.load();
  }

  /** In boot order, a staged one first. The same array until something changes. */
  deployments(): readonly Deployment[] {
    return this.#state.values((handles) => {
      const surroundings = {
        sysroot: this.#state.pointer,
        sysrootPath: this.path,
        booted: call('ostree_sysroot_get_booted_deployment', this.#state.pointer),
        commitFacts: (commit: Deployment['checksum']) => this.repo().commitFacts(commit),
      };
      return [...handles.values()].map((each) => readDeployment(each, surroundings));
    });
  }

  /** Whether one of the deployments is the running system. */
  isBooted(): boolean {
    return this.deployments().some((each) => each.booted);
  }

  /** Sorted by name. */
  stateroots(): readonly Stateroot[] {
    const entries = readdirSync(join(this.path, 'ostree/deploy'), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => stateroot(entry.name));
    return names.sort();
  }

  /** The sysroot's repo; lives as long as the sysroot. */
  repo(): Repo {
    if (this.#repo === null || this.#repo.disposed) {
      const borrowed = present(call('ostree_sysroot_repo', this.#state.pointer));
      call('g_object_ref', borrowed);
      const prune = () => this.#state.withHandles(() => pruneSysroot(this.#state.pointer));
      this.#repo = new Repo(join(this.path, 'ostree/repo'), ownObject(borrowed), prune);
    }
    return this.#repo;
  }

  /** Nothing happens to one that exists. */
  initStateroot(name: Stateroot): void {
    if (existsSync(join(this.path, 'ostree/deploy', name, 'var'))) return;
    const doing = `make the stateroot ${name}`;
    this.#state.mutate(() => attempt(doing, 'ostree_sysroot_init_osname', this.#state.pointer, name, null));
  }

  /**
   * Writes a deployment at once and puts it first; nothing that exists is dropped or cleaned up.
   * @throws no-such-stateroot, no-such-revision, no-such-deployment, invalid-origin; wrong-state while another is staged
   */
  deploy(options: DeployOptions): DeploymentId {
    return deploy(this.#state, this.repo(), options);
  }

  /**
   * Stages a deployment for the next shutdown, in place of one that is staged.
   * @throws wrong-state unless the sysroot is the running system; no-such-stateroot, no-such-revision, no-such-deployment
   */
  stage(options: StageOptions): DeploymentId {
    if (!this.isBooted())
      throw new AptOstreeError('wrong-state', `cannot stage a deployment: ${this.path} is not the running system`);
    return stage(this.#state, this.repo(), options);
  }

  /**
   * Exactly these, in this order: one left out is undeployed, a staged one left out is unstaged. No clean-up.
   * One that was undeployed before comes back by its entry, as long as its directory is there.
   * @throws no-such-deployment; wrong-state when the running one is left out; invalid-argument when a staged one is not first
   */
  writeOrder(ids: readonly DeploymentId[], entries: readonly BootEntry[] = []): void {
    writeOrder(this.#state, ids, entries);
  }

  /** @throws no-such-deployment; wrong-state for a staged one */
  setPinned(id: DeploymentId, pinned: boolean): void {
    setPinned(this.#state, id, pinned);
  }

  /** @throws no-such-deployment; wrong-state for one that is not staged */
  setFinalizationLocked(id: DeploymentId, locked: boolean): void {
    setFinalizationLocked(this.#state, id, locked);
  }

  /** Removes directories and boot files that no deployment uses, renews the deployments' refs, and prunes the repo. */
  cleanup(): void {
    this.#state.mutate(() => attempt('clean the sysroot up', 'ostree_sysroot_cleanup', this.#state.pointer, null));
  }

  /** As `cleanup`, without pruning the repo. */
  prepareCleanup(): void {
    this.#state.mutate(() =>
      attempt('clean the sysroot up', 'ostree_sysroot_prepare_cleanup', this.#state.pointer, null),
    );
  }

  [Symbol.dispose](): void {
    this.#repo?.[Symbol.dispose]();
    this.#state[Symbol.dispose]();
  }
}

function invalid(path: string, reason: string, cause?: unknown): AptOstreeError {
  return new AptOstreeError('invalid-sysroot', `cannot open the sysroot ${path}: ${reason}`, { cause });
}
