// Applies the upper directory of an overlayfs to a mutable tree: what it hides goes out of the tree, what is the
// overlay's own bookkeeping goes out of the directory, and the rest can then be written as it is.

import { existsSync, lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { AptOstreeError } from '../model/errors.js';
import type { Pointer, Slot } from './foreign.js';
import { attempt, attemptToFind } from './gerror.js';
import { getxattr, listxattr, removexattr } from './libc.js';
import { ownObject } from './ownership.js';

export interface LayerStats {
  readonly files: number;
  readonly directories: number;
  readonly whiteouts: number;
  readonly opaque: number;
  readonly typeChanges: number;
}

/** What `settleUpper` must take out of the directory; paths are the tree's, `/usr/bin/awk`. */
export interface UpperPlan {
  readonly whiteouts: readonly string[];
  readonly marks: readonly { readonly path: string; readonly name: string }[];
  readonly stats: LayerStats;
}

type Tree = Pointer<'OstreeMutableTree'>;

/**
 * Takes out of TREE what UPPER hides. Changes nothing on disk.
 * @throws invalid-tree for an upper that is gone, or of an overlay mounted with options that we cannot apply; unsupported-path for special files
 */
export function planUpper(upper: string, tree: Tree): UpperPlan {
  if (!existsSync(upper)) throw new AptOstreeError('invalid-tree', `cannot commit ${upper}: it is not there, or spent`);
  const plan: MutablePlan = {
    upper,
    whiteouts: [],
    marks: [],
    stats: { files: 0, directories: 0, whiteouts: 0, opaque: 0, typeChanges: 0 },
  };
  noteMarks('', plan);
  planDirectory('', tree, plan);
  return plan;
}

/** Removes whiteouts and the overlay's attributes from the directory, wherever it lies now; it means less afterwards. */
export function settleUpper(upper: string, { whiteouts, marks }: UpperPlan): void {
  for (const path of whiteouts) unlinkSync(upper + path);
  for (const { path, name } of marks) removexattr(upper + path, name);
}

interface MutablePlan {
  readonly upper: string;
  readonly whiteouts: string[];
  readonly marks: { readonly path: string; readonly name: string }[];
  readonly stats: { -readonly [Name in keyof LayerStats]: number };
}

/** TREE is null below a directory that the base does not have: nothing there can be hidden. */
function planDirectory(directory: string, tree: Tree | null, plan: MutablePlan): void {
  for (const entry of readdirSync(plan.upper + directory, { withFileTypes: true })) {
    const path = `${directory}/${entry.name}`;
    if (entry.name.includes('\uFFFD')) throw unsupported(path, 'its name is not valid UTF-8');
    if (entry.isDirectory()) planChildDirectory(path, entry.name, tree, plan);
    else if (entry.isFile() || entry.isSymbolicLink()) planChildFile(path, entry.name, tree, plan);
    else if (entry.isCharacterDevice() && lstatSync(plan.upper + path).rdev === 0)
      planWhiteout(path, entry.name, tree, plan);
    else throw unsupported(path, 'it is neither file, directory nor symlink');
  }
}

function planWhiteout(path: string, name: string, tree: Tree | null, plan: MutablePlan): void {
  plan.stats.whiteouts++;
  plan.whiteouts.push(path);
  if (tree !== null) remove(tree, name);
}

function planChildDirectory(path: string, name: string, tree: Tree | null, plan: MutablePlan): void {
  plan.stats.directories++;
  const opaque = noteMarks(path, plan);
  using hidden = tree === null ? null : childOf(tree, name);
  const shown = opaque ? null : (hidden?.directory ?? null);
  if (tree !== null && hidden !== null && shown === null) {
    plan.stats[hidden.directory === null ? 'typeChanges' : 'opaque']++;
    remove(tree, name);
  }
  planDirectory(path, shown, plan);
}

function planChildFile(path: string, name: string, tree: Tree | null, plan: MutablePlan): void {
  plan.stats.files++;
  noteMarks(path, plan);
  using hidden = tree === null ? null : childOf(tree, name);
  if (tree === null || hidden === null || hidden.directory === null) return;
  // a file would be replaced as it is written, a directory is in its way
  plan.stats.typeChanges++;
  remove(tree, name);
}

/** Notes the overlay's attributes of a path; true when they make it an opaque directory. */
function noteMarks(path: string, plan: MutablePlan): boolean {
  const marks = listxattr(plan.upper + path).filter((name) => name.startsWith(PREFIX));
  for (const name of marks) {
    if (REFUSED.has(name)) throw foreignOverlay(path, name);
    plan.marks.push({ path, name });
  }
  if (!marks.includes(OPAQUE)) return false;
  const value = getxattr(plan.upper + path, OPAQUE)?.toString('latin1');
  // "x" says that the directory holds whiteouts in the form of attributes
  if (value === 'x') throw foreignOverlay(path, `${OPAQUE}=x`);
  return value === 'y';
}

const PREFIX = 'trusted.overlay.';
const OPAQUE = `${PREFIX}opaque`;
/** They make an entry mean something that lies elsewhere. */
const REFUSED = new Set(['redirect', 'metacopy', 'whiteout'].map((name) => PREFIX + name));

function foreignOverlay(path: string, mark: string): AptOstreeError {
  const advice = 'the overlay must be mounted with redirect_dir=off,metacopy=off';
  return new AptOstreeError('invalid-tree', `cannot commit ${path || '/'}: it carries ${mark}; ${advice}`);
}

function unsupported(path: string, reason: string): AptOstreeError {
  return new AptOstreeError('unsupported-path', `cannot commit ${path}: ${reason}`);
}

interface Child extends Disposable {
  /** Null for a file. */
  readonly directory: Tree | null;
}

function childOf(tree: Tree, name: string): Child | null {
  const file: Slot<string> = [null];
  const directory: Slot<Tree> = [null];
  const found = attemptToFind(`look up ${name} in a tree`, 'ostree_mutable_tree_lookup', tree, name, file, directory);
  if (found === null) return null;
  const owned = directory[0] === null ? null : ownObject(directory[0]);
  return { directory: owned?.pointer ?? null, [Symbol.dispose]: () => owned?.[Symbol.dispose]() };
}

function remove(tree: Tree, name: string): void {
  const ALLOW_ABSENT = 1;
  attempt(`remove ${name} from a tree`, 'ostree_mutable_tree_remove', tree, name, ALLOW_ABSENT);
}
