// The keys of a treefile: one row each, with its type; parsing, merging and the message for a bad value follow from it.

/** `path` and `paths` are relative to the file they stand in; `verbatim` texts keep their `${…}`. */
export type KeyType = 'text' | 'flag' | 'texts' | 'verbatim' | 'path' | 'paths' | 'pairs' | 'map' | 'mirrors';

export const KEYS = {
  ref: 'text',
  basearch: 'text',
  suite: 'text',
  variant: 'text',
  components: 'texts',
  mirrors: 'mirrors',
  packages: 'texts',
  'packages-local': 'paths',
  'exclude-packages': 'texts',
  recommends: 'flag',
  documentation: 'flag',
  variables: 'map',
  'add-commit-metadata': 'map',
  'automatic-version-prefix': 'text',
  'mutate-os-release': 'text',
  'machineid-compat': 'flag',
  'tmp-is-dir': 'flag',
  'initramfs-args': 'texts',
  units: 'texts',
  'default-target': 'text',
  'add-files': 'pairs',
  'remove-files': 'texts',
  postprocess: 'verbatim',
  'postprocess-script': 'path',
} as const satisfies Record<string, KeyType>;

export type Key = keyof typeof KEYS;

/** An apt source of a treefile. */
export interface Mirror {
  readonly uri: string;
  /** Null takes the treefile's suite. */
  readonly suites: readonly string[] | null;
  /** Null takes the treefile's components. */
  readonly components: readonly string[] | null;
  /** Keyring, absolute; null leaves it to apt's trusted keys. */
  readonly signedBy: string | null;
}

interface Values {
  readonly text: string;
  readonly flag: boolean;
  readonly texts: readonly string[];
  readonly verbatim: readonly string[];
  readonly path: string;
  readonly paths: readonly string[];
  readonly pairs: readonly (readonly [source: string, destination: string])[];
  readonly map: Readonly<Record<string, string>>;
  readonly mirrors: readonly Mirror[];
}

export type Value<Type extends KeyType = KeyType> = Values[Type];

/** Keys as written; what is missing has its default chosen where it is used first, in `treefile.ts`. */
export type Keys = { readonly [Name in Key]?: Value<(typeof KEYS)[Name]> };

export function isKey(name: string): name is Key {
  return Object.hasOwn(KEYS, name);
}

export const VARIANTS = {
  essential: ['?essential'],
  apt: ['?essential', 'apt'],
  minbase: ['?essential', 'apt', '?priority(required)'],
  important: ['?essential', 'apt', '?priority(required)', '?priority(important)'],
  standard: ['?essential', 'apt', '?priority(required)', '?priority(important)', '?priority(standard)'],
} as const satisfies Record<string, readonly string[]>;

export type Variant = keyof typeof VARIANTS;

export function isVariant(name: string): name is Variant {
  return Object.hasOwn(VARIANTS, name);
}
