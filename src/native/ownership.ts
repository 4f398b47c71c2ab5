// C objects we own a reference of, given back when disposed.

import { AptOstreeError } from '../model/errors.js';
import type { Pointer } from './foreign.js';
import { present } from './gerror.js';
import { call } from './libraries.js';

/** `transfer full`: the holder gives it back, once; using it afterwards is an error instead of a crash. */
export class Owned<Name extends string> implements Disposable {
  #pointer: Pointer<Name> | null;
  readonly #release: (pointer: Pointer<Name>) => void;

  constructor(pointer: Pointer<Name> | null, release: (pointer: Pointer<Name>) => void) {
    this.#pointer = present(pointer);
    this.#release = release;
  }

  get pointer(): Pointer<Name> {
    if (this.#pointer === null)
      throw new AptOstreeError('internal', 'internal error: a native object was used after its end');
    return this.#pointer;
  }

  get disposed(): boolean {
    return this.#pointer === null;
  }

  [Symbol.dispose](): void {
    const pointer = this.#pointer;
    this.#pointer = null;
    if (pointer !== null) this.#release(pointer);
  }
}

export function ownObject<Name extends string>(pointer: Pointer<Name> | null): Owned<Name> {
  return new Owned(pointer, (each) => call('g_object_unref', each));
}

export function ownVariant(pointer: Pointer<'GVariant'> | null): Owned<'GVariant'> {
  return new Owned(pointer, (each) => call('g_variant_unref', each));
}

export function ownPointerArray(pointer: Pointer<'GPtrArray'> | null): Owned<'GPtrArray'> {
  return new Owned(pointer, (each) => call('g_ptr_array_unref', each));
}

export function ownHashTable(pointer: Pointer<'GHashTable'> | null): Owned<'GHashTable'> {
  return new Owned(pointer, (each) => call('g_hash_table_unref', each));
}

export function ownKeyFile(pointer: Pointer<'GKeyFile'> | null): Owned<'GKeyFile'> {
  return new Owned(pointer, (each) => call('g_key_file_unref', each));
}

export function ownModifier(pointer: Pointer<'OstreeRepoCommitModifier'> | null): Owned<'OstreeRepoCommitModifier'> {
  return new Owned(pointer, (each) => call('ostree_repo_commit_modifier_unref', each));
}
