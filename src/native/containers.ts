// GLib's containers as JavaScript values, and back.

import koffi from 'koffi';
import type { Pointer, Slot } from './foreign.js';
import { attempt, present, taken } from './gerror.js';
import { call } from './libraries.js';
import { type Owned, ownKeyFile, ownPointerArray } from './ownership.js';

/** The elements, borrowed from the array. */
export function elementsOf<Name extends string>(array: Owned<'GPtrArray'>): readonly Pointer<Name>[] {
  const { data, length } = koffi.decode(array.pointer, 'GPtrArrayFields') as { data: bigint | null; length: number };
  if (data === null || length === 0) return [];
  return koffi.decode(data, 'void *', length) as Pointer<Name>[];
}

/** A pointer array that borrows its elements. */
export function pointerArrayOf(elements: readonly Pointer[]): Owned<'GPtrArray'> {
  const array = ownPointerArray(call('g_ptr_array_new'));
  for (const each of elements) call('g_ptr_array_add', array.pointer, each);
  return array;
}

/** Entries of a hash table from strings to strings. */
export function stringEntriesOf(table: Owned<'GHashTable'>): readonly (readonly [string, string])[] {
  const length: Slot<number | bigint> = [0];
  const keys = call('g_hash_table_get_keys_as_array', table.pointer, length);
  if (keys === null) return [];
  try {
    const pointers = koffi.decode(keys, 'void *', Number(length[0])) as Pointer[];
    return pointers.map((key) => [koffi.decode.string(key), present(call('g_hash_table_lookup', table.pointer, key))]);
  } finally {
    call('g_free', keys);
  }
}

/** Splits a kernel arguments line by libostree's rules. */
export function splitKernelArguments(line: string): readonly string[] {
  const parsed = present(call('ostree_kernel_args_from_string', line));
  const list = call('ostree_kernel_args_to_strv', parsed);
  try {
    return list === null ? [] : stringsOf(list);
  } finally {
    call('g_strfreev', list);
    call('ostree_kernel_args_free', parsed);
  }
}

/** @throws invalid-origin */
export function parseKeyFile(text: string): Owned<'GKeyFile'> {
  const KEEP_COMMENTS = 1;
  const KEEP_TRANSLATIONS = 2;
  const keyFile = ownKeyFile(call('g_key_file_new'));
  try {
    const flags = KEEP_COMMENTS | KEEP_TRANSLATIONS;
    attempt('read the origin', 'g_key_file_load_from_data', keyFile.pointer, text, Buffer.byteLength(text), flags);
    return keyFile;
  } catch (error) {
    keyFile[Symbol.dispose]();
    throw error;
  }
}

export function formatKeyFile(keyFile: Pointer<'GKeyFile'>): string {
  return taken([attempt('write the origin', 'g_key_file_to_data', keyFile, [0])]);
}

/** A NULL-terminated list of strings. */
function stringsOf(list: Pointer<'GStrv'>): readonly string[] {
  const strings: string[] = [];
  for (let index = 0; ; index++) {
    const text = koffi.decode(list, index * POINTER_BYTES, 'const char *') as string | null;
    if (text === null) return strings;
    strings.push(text);
  }
}

const POINTER_BYTES = koffi.sizeof('void *');
