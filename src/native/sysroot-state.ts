// libostree's view of a sysroot in memory, kept in step with the disk.

import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment, DeploymentId } from '../model/deployment.js';
import { elementsOf } from './containers.js';
import { idOf } from './deployment-read.js';
import type { Pointer, Slot } from './foreign.js';
import { attempt } from './gerror.js';
import { call } from './libraries.js';
import { type Owned, ownObject, ownPointerArray } from './ownership.js';

/** Deployments in boot order. */
export type Handles = ReadonlyMap<DeploymentId, Pointer<'OstreeDeployment'>>;

export class SysrootState implements Disposable {
  readonly path: string;
  readonly #sysroot: Owned<'OstreeSysroot'>;
  #locked = false;
  /** Set while the view may differ from the disk, or is half read: libostree crashes when asked for deployments then. */
  #stale = true;
  /** What was made of the view, until it changes. */
  #values: readonly Deployment[] | null = null;

  constructor(path: string) {
    this.path = path;
    this.#sysroot = newSysroot(path);
  }

  get pointer(): Pointer<'OstreeSysroot'> {
    return this.#sysroot.pointer;
  }

  /** True when something had changed. */
  load(): boolean {
    const changed: Slot<number | bigint> = [0];
    this.#stale = true;
    attempt(`read the sysroot ${this.path}`, 'ostree_sysroot_load_if_changed', this.pointer, changed, null);
    this.#stale = false;
    if (Number(changed[0]) === 0) return false;
    this.#values = null;
    return true;
  }

  values(read: (handles: Handles) => readonly Deployment[]): readonly Deployment[] {
    if (this.#stale) this.load();
    this.#values ??= this.withHandles(read);
    return this.#values;
  }

  /** The handles live until USE returns. */
  withHandles<Result>(use: (handles: Handles) => Result): Result {
    if (this.#stale) this.load();
    using array = ownPointerArray(call('ostree_sysroot_get_deployments', this.pointer));
    return use(new Map(elementsOf<'OstreeDeployment'>(array).map((each) => [idOf(each), each])));
  }

  /** Runs a change; afterwards this view, and those of other processes, are new. */
  mutate<Result>(change: (handles: Handles) => Result): Result {
    try {
      const result = this.withHandles(change);
      this.#touch();
      return result;
    } catch (error) {
      this.#touchIfPossible();
      throw error;
    } finally {
      this.#values = null;
      this.#stale = true;
    }
  }

  tryLock(): boolean {
    if (this.#locked) return true;
    const acquired: Slot<number | bigint> = [0];
    attempt('lock the sysroot', 'ostree_sysroot_try_lock', this.pointer, acquired);
    this.#locked = Number(acquired[0]) !== 0;
    return this.#locked;
  }

  unlock(): void {
    if (this.#locked) call('ostree_sysroot_unlock', this.pointer);
    this.#locked = false;
  }

  /**
   * To be called before the first load by a process with a mount namespace of its own: libostree makes a read-only /sysroot
   * writable as it takes the lock, and a repo opened before that would stay read-only. Whoever says so has it: init's namespace
   * cannot be read in many containers, to compare.
   * @throws sysroot-locked while the filesystem is frozen, as libostree itself does for a moment to flush /boot
   */
  makeWritable(): void {
    call('ostree_sysroot_set_mount_namespace_in_use', this.pointer);
    this.tryLock();
    this.unlock();
  }

  [Symbol.dispose](): void {
    if (this.#sysroot.disposed) return;
    this.unlock();
    this.#sysroot[Symbol.dispose]();
  }

  /** A change that failed may have happened in part. */
  #touchIfPossible(): void {
    try {
      this.#touch();
    } catch {
      // where not even this can be written, nothing else was
    }
  }

  /** Views are compared by this time stamp, which the kernel sets only every few milliseconds; ours is never the same twice. */
  #touch(): void {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    utimesSync(join(this.path, 'ostree/deploy'), now, now);
  }
}

export function newSysroot(path: string): Owned<'OstreeSysroot'> {
  using file = ownObject(call('g_file_new_for_path', path));
  return ownObject(call('ostree_sysroot_new', file.pointer));
}
