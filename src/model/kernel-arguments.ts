// A line of kernel arguments as a list, and how a request changes it; the rules are libostree's.

import { AptOstreeError } from './errors.js';

export interface KernelArgumentsChange {
  readonly append: readonly string[];
  /** `KEY=VALUE`, or `KEY=VALUE=NEW` where the key has several values. */
  readonly replace: readonly string[];
  /** `KEY=VALUE`, or `KEY` where the key has one value. */
  readonly delete: readonly string[];
  readonly appendIfMissing: readonly string[];
  readonly deleteIfPresent: readonly string[];
}

/** Split at blanks outside double quotes, as the kernel does. */
function split(line: string): readonly string[] {
  return line.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
}

/** Without those that a boot loader or libostree adds to each entry by itself. */
export function ownKernelArguments(line: string): readonly string[] {
  return split(line).filter((each) => !/^(BOOT_IMAGE|initrd|ostree)=/.test(each));
}

/** One argument that can stand in a boot entry as it is, and is not libostree's own. @throws invalid-argument */
export function kernelArgument(text: string): string {
  if (
    /[\x00-\x1f\x7f]/.test(text) ||
    ownKernelArguments(text).join(' ') !== text ||
    ownKernelArguments(text).length !== 1
  )
    throw new AptOstreeError('invalid-argument', `cannot use ${JSON.stringify(text)} as a kernel argument`);
  return text;
}

/** In rpm-ostree's order: delete, replace, append, append-if-missing, delete-if-present. @throws invalid-argument */
export function changeKernelArguments(before: readonly string[], change: KernelArgumentsChange): readonly string[] {
  const shortened = change.delete.reduce(without, before);
  const appended = [...change.replace.reduce(withReplaced, shortened), ...change.append];
  const missing = new Set(change.appendIfMissing.filter((each) => !appended.includes(each)));
  return [...appended, ...missing].filter((each) => !change.deleteIfPresent.includes(each));
}

function without(list: readonly string[], text: string): readonly string[] {
  const at = text.includes('=') ? placeOf(list, text) : onlyPlaceOf(list, text);
  return list.toSpliced(at, 1);
}

function withReplaced(list: readonly string[], text: string): readonly string[] {
  const [key, value] = divided(text);
  const pairs = dividedAnywhere(value ?? '');
  const [first] = pairs;
  if (first === undefined) return list.with(onlyPlaceOf(list, key), text);
  const [old, fresh] = pairs.find(([each]) => list.includes(`${key}=${each}`)) ?? first;
  return list.with(placeOf(list, `${key}=${old}`), `${key}=${fresh}`);
}

/** Values may have an equals sign, too: `root=LABEL=a=LABEL=b` replaces LABEL=a. */
function dividedAnywhere(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/=/g)].map(({ index }) => [text.slice(0, index), text.slice(index + 1)]);
}

function placeOf(list: readonly string[], text: string): number {
  const at = list.indexOf(text);
  if (at < 0) throw refused(`no karg '${text}' found`);
  return at;
}

/** Which one is meant must be clear. */
function onlyPlaceOf(list: readonly string[], key: string): number {
  const places = list.flatMap((each, at) => (divided(each)[0] === key ? [at] : []));
  const [place] = places;
  if (place === undefined) throw refused(`no key '${key}' found`);
  if (places.length > 1) throw refused(`multiple values for key '${key}' found`);
  return place;
}

function divided(text: string): readonly [key: string, value: string | null] {
  const at = text.indexOf('=');
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function refused(why: string): AptOstreeError {
  return new AptOstreeError('invalid-argument', `cannot change the kernel arguments: ${why}`);
}
