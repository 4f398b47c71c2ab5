// GVariants of libostree: bytes out of them, and metadata dictionaries into them.

import type { MetadataValue } from '../model/deployment.js';
import type { Pointer } from './foreign.js';
import { present } from './gerror.js';
import { call, libc } from './libraries.js';
import { type Owned, ownVariant } from './ownership.js';

/** The serialised form, copied. */
export function bytesOf(variant: Owned<'GVariant'>): Buffer {
  const length = Number(call('g_variant_get_size', variant.pointer));
  const bytes = Buffer.allocUnsafe(length);
  const data = call('g_variant_get_data', variant.pointer);
  if (data !== null && length > 0) libc('memcpy', bytes, data, length);
  return bytes;
}

/** A dictionary `a{sv}`; booleans are `b`, numbers `t`, lists `as`. */
export function metadataVariant(metadata: Readonly<Record<string, MetadataValue>>): Owned<'GVariant'> {
  const entries = Object.entries(metadata).map(([key, value]) => [key, metadataValue(value)] as const);
  return dictionary(entries);
}

/** A dictionary `a{sv}` that consumes its (floating) values. */
export function dictionary(entries: readonly (readonly [string, Pointer<'GVariant'>])[]): Owned<'GVariant'> {
  const builder = present(call('g_variant_builder_new', 'a{sv}'));
  for (const [key, value] of entries) {
    const name = present(call('g_variant_new_string', key));
    const boxed = present(call('g_variant_new_variant', value));
    call('g_variant_builder_add_value', builder, present(call('g_variant_new_dict_entry', name, boxed)));
  }
  const built = present(call('g_variant_builder_end', builder));
  call('g_variant_builder_unref', builder);
  return ownVariant(call('g_variant_ref_sink', built));
}

/** Floating: whoever takes it in owns it. */
export function stringVariant(text: string): Pointer<'GVariant'> {
  return present(call('g_variant_new_string', text));
}

/** Floating: whoever takes it in owns it. */
export function stringListVariant(list: readonly string[]): Pointer<'GVariant'> {
  return present(call('g_variant_new_strv', [...list, null], list.length));
}

/** An `i`; floating: whoever takes it in owns it. */
export function integerVariant(value: number): Pointer<'GVariant'> {
  return present(call('g_variant_new_int32', value));
}

function metadataValue(value: MetadataValue): Pointer<'GVariant'> {
  if (typeof value === 'string') return stringVariant(value);
  if (typeof value === 'boolean') return present(call('g_variant_new_boolean', value ? 1 : 0));
  if (typeof value === 'number') return present(call('g_variant_new_uint64', value));
  return stringListVariant(value);
}
