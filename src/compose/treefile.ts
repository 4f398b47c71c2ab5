// A whole treefile: its includes merged, its variables put in, its defaults chosen.

import { readFileSync } from 'node:fs';
import { AptOstreeError } from '../model/errors.js';
import { isVariant, KEYS, type Key, type Keys, type Mirror, type Value, type Variant } from './treefile-keys.js';
import { parseTreefile } from './treefile-parse.js';

export interface Treefile {
  readonly file: string;
  readonly ref: string;
  /** Debian's architecture name. */
  readonly architecture: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly variant: Variant;
  /** Null takes the sources of this machine's apt configuration. */
  readonly mirrors: readonly Mirror[] | null;
  readonly packages: readonly string[];
  /** Package files of this machine; in a file name, `*` stands for a part that may change, such as a version. */
  readonly localPackages: readonly string[];
  readonly excludePackages: readonly string[];
  readonly recommends: boolean;
  readonly documentation: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly versionPrefix: string | null;
  /** Text in os-release that the version replaces. */
  readonly mutateOsRelease: string | null;
  readonly machineIdCompat: boolean;
  readonly tmpIsDirectory: boolean;
  readonly initramfsArguments: readonly string[];
  readonly units: readonly string[];
  readonly defaultTarget: string | null;
  /** Source on this machine, destination in the tree. */
  readonly addFiles: readonly (readonly [source: string, destination: string])[];
  readonly removeFiles: readonly string[];
  readonly postprocess: readonly string[];
  readonly postprocessScript: string | null;
}

/** @throws invalid-treefile */
export function loadTreefile(file: string, architecture: string): Treefile {
  const keys = collect(file, architecture, []);
  const suite = keys.suite;
  if (suite === undefined) throw missing(file, 'suite');
  if (keys.ref === undefined) throw missing(file, 'ref');
  if (keys.basearch !== undefined && keys.basearch !== architecture)
    throw invalid(file, `key "basearch" is ${keys.basearch}, and this machine can compose ${architecture} only`);
  return { file, architecture, suite, ...chosen(file, substituted(keys, { suite, basearch: architecture }, file)) };
}

function chosen(file: string, keys: Keys): Omit<Treefile, 'file' | 'architecture' | 'suite'> {
  const variant = keys.variant ?? 'minbase';
  if (!isVariant(variant)) throw invalid(file, `key "variant" names no known variant: ${JSON.stringify(variant)}`);
  return {
    ref: refName(keys.ref ?? '', file),
    variant,
    components: keys.components ?? ['main'],
    mirrors: keys.mirrors ?? null,
    packages: packageRequests(keys, 'packages', file),
    localPackages: keys['packages-local'] ?? [],
    excludePackages: packageRequests(keys, 'exclude-packages', file),
    recommends: keys.recommends ?? false,
    documentation: keys.documentation ?? true,
    metadata: keys['add-commit-metadata'] ?? {},
    versionPrefix: keys['automatic-version-prefix'] ?? null,
    mutateOsRelease: keys['mutate-os-release'] ?? null,
    machineIdCompat: keys['machineid-compat'] ?? true,
    tmpIsDirectory: keys['tmp-is-dir'] ?? true,
    initramfsArguments: keys['initramfs-args'] ?? [],
    units: keys.units ?? [],
    defaultTarget: keys['default-target'] ?? null,
    addFiles: keys['add-files'] ?? [],
    removeFiles: keys['remove-files'] ?? [],
    postprocess: keys.postprocess ?? [],
    postprocessScript: keys['postprocess-script'] ?? null,
  };
}

/** Included files first, so that the including one has the last word. */
function collect(file: string, architecture: string, including: readonly string[]): Keys {
  if (including.includes(file))
    throw invalid(
      file,
      `it includes itself by way of ${including.slice(including.indexOf(file) + 1).join(', ') || 'itself'}`,
    );
  const { include, keys } = parseTreefile(readText(file, including.at(-1)), file, architecture);
  const trail = [...including, file];
  const included = include.map((each) => collect(each, architecture, trail));
  return [...included, keys].reduce(merged, {});
}

function readText(file: string, by: string | undefined): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const where = by === undefined ? '' : ` included by ${by}`;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new AptOstreeError('invalid-treefile', `cannot read treefile ${file}${where}: ${reason}`, { cause });
  }
}

/** Lists add up, maps are laid over each other, everything else is replaced. */
function merged(base: Keys, over: Keys): Keys {
  const result: { [name: string]: unknown } = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = result[name];
    if (Array.isArray(before) && Array.isArray(value)) result[name] = [...before, ...value];
    else if (isMap(before) && isMap(value)) result[name] = { ...before, ...value };
    else result[name] = value;
  }
  // values only moved between keys of the same name
  return result as Keys;
}

function isMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `${name}` everywhere but in scripts, where it is the shell's. */
function substituted(keys: Keys, builtin: Readonly<Record<string, string>>, file: string): Keys {
  const variables = { ...keys.variables, ...builtin };
  const result: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(keys) as [Key, Value][])
    result[name] = KEYS[name] === 'verbatim' ? value : deep(value, (text) => fill(text, variables, { file, name }));
  // the shape of each value is unchanged
  return result as Keys;
}

function deep(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => deep(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, deep(each, change)]));
}

function fill(text: string, variables: Readonly<Record<string, string>>, at: { file: string; name: string }): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
    const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    if (value === undefined)
      throw invalid(at.file, `key "${at.name}" uses the unknown variable ${JSON.stringify(variable)}`);
    return value;
  });
}

/** libostree's rule for a ref. */
function refName(ref: string, file: string): string {
  if (!/^[\w][\w.-]*(\/[\w][\w.-]*)*$/.test(ref))
    throw invalid(file, `key "ref" is no valid ref: ${JSON.stringify(ref)}`);
  return ref;
}

const REQUEST = /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?(=[\w.+~:-]+|\/[\w.-]+)?$/;

function packageRequests(keys: Keys, key: 'packages' | 'exclude-packages', file: string): readonly string[] {
  const bad = (keys[key] ?? []).find((name) => !REQUEST.test(name));
  if (bad !== undefined) throw invalid(file, `key "${key}" has ${JSON.stringify(bad)}, which is no package name`);
  return [...new Set(keys[key] ?? [])];
}

function missing(file: string, key: string): AptOstreeError {
  return invalid(file, `key "${key}" is missing`);
}

function invalid(file: string, reason: string): AptOstreeError {
  return new AptOstreeError('invalid-treefile', `cannot use treefile ${file}: ${reason}`);
}
