// Typed reads of an `a{sv}`: every key must be known and of its type; an error names the one that is not.

import { AptOstreeError } from '../model/errors.js';
import type { VarDict, WireValue } from './wire/value.js';

/** Option keys and the signature of each. */
export type OptionTypes = Readonly<Record<string, OptionSignature>>;
export type OptionSignature = 'b' | 's' | 'as' | 'u' | 't';

interface OptionValues {
  b: boolean;
  s: string;
  as: readonly string[];
  u: number;
  t: bigint;
}

export type Options<Types extends OptionTypes> = { readonly [Key in keyof Types]?: OptionValues[Types[Key]] };

/** @throws invalid-argument naming METHOD and the key */
export function readOptions<const Types extends OptionTypes>(
  method: string,
  types: Types,
  dict: VarDict,
): Options<Types> {
  const values = [...dict].map(([key, variant]): [string, WireValue] => {
    const wanted = Object.hasOwn(types, key) ? types[key] : undefined;
    if (wanted === undefined)
      throw new AptOstreeError('invalid-argument', `cannot call ${method}: option ${JSON.stringify(key)} is unknown`);
    if (variant.signature !== wanted)
      throw new AptOstreeError(
        'invalid-argument',
        `cannot call ${method}: option ${JSON.stringify(key)} has type "${variant.signature}", not "${wanted}"`,
      );
    return [key, variant.value];
  });
  // each value has just been found to be of its key's signature
  return Object.fromEntries(values) as Options<Types>;
}
