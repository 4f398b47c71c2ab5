// Turns what packages put into /var into tmpfiles.d lines and a payload below /usr/share/factory: a commit carries no
// /var, each machine makes its own at boot, and what it has already stays as it is.

import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { runChecked } from '../system/process.js';
import { keepDistinct } from './factory-identity.js';
import { isPlainPath } from './plain-places.js';
import { symlinkLine, writeTmpfiles } from './tmpfiles-file.js';
import type { TmpfilesLine } from './tmpfiles-line.js';
import { dropsContents, dropsPath } from './var-litter.js';

export interface VarCapture {
  /** The directory that is /var. */
  readonly varDir: string;
  /** The directory that is /usr; lines and payload go there. */
  readonly usrDir: string;
  /** Name of the tmpfiles.d file, without `.conf`. */
  readonly tmpfilesName: string;
  /** Absolute paths (`/var/…`) that tmpfiles.d makes already. */
  readonly known: ReadonlySet<string>;
  readonly userName: (uid: number) => string | null;
  readonly groupName: (gid: number) => string | null;
  readonly signal?: AbortSignal | undefined;
}

export interface CapturedVar {
  /** Files and subtrees copied to /usr/share/factory. */
  readonly factoryPaths: number;
  readonly lines: number;
}

interface Entry {
  /** As the machine sees it, `/var/lib/htop`. */
  readonly path: string;
  readonly stat: Stats;
  readonly children: readonly Entry[];
  /** Holds a regular file somewhere, itself or below. */
  readonly payload: boolean;
}

interface Plan {
  readonly lines: TmpfilesLine[];
  /** Paths to copy, relative to /var. */
  readonly copies: string[];
}

const FACTORY = '/usr/share/factory';

/** @throws unsupported-path for a name or kind of file that tmpfiles.d cannot make */
export async function captureVar(capture: VarCapture): Promise<CapturedVar> {
  const plan: Plan = { lines: [], copies: [] };
  for (const entry of scan(capture.varDir, '/var')) planEntry(entry, capture, plan);
  if (plan.lines.length === 0) return { factoryPaths: 0, lines: 0 };
  // payload first: a line without its payload would break a boot, a payload without its line does nothing
  await copyPayload(capture, plan.copies);
  writeTmpfiles(capture.usrDir, capture.tmpfilesName, plan.lines);
  return { factoryPaths: plan.copies.length, lines: plan.lines.length };
}

function scan(directory: string, path: string): readonly Entry[] {
  const found: Entry[] = [];
  for (const name of readdirSync(directory).sort()) {
    const child = `${path}/${name}`;
    if (name.includes('\ufffd'))
      throw new AptOstreeError('unsupported-path', `cannot capture ${child}: its name is not UTF-8`);
    const stat = lstatSync(join(directory, name));
    if (dropsPath(child, stat)) continue;
    const children = stat.isDirectory() && !dropsContents(child) ? scan(join(directory, name), child) : [];
    found.push({ path: child, stat, children, payload: stat.isFile() || children.some((each) => each.payload) });
  }
  return found;
}

function planEntry(entry: Entry, capture: VarCapture, plan: Plan): void {
  const isNew = !capture.known.has(entry.path);
  if (isNew && entry.payload) {
    // a new subtree is copied whole and only where it is missing: a file that a service removed must not come back
    // no owner in the line: systemd-tmpfiles would give it to everything below
    const asCopied = { mode: null, user: null, group: null };
    plan.lines.push({ type: 'C', path: entry.path, ...asCopied, argument: `${FACTORY}${entry.path}` });
    plan.copies.push(entry.path.slice('/var/'.length));
    return;
  }
  if (isNew) plan.lines.push(plainLine(entry, capture));
  for (const child of entry.children) planEntry(child, capture, plan);
}

function plainLine(entry: Entry, capture: VarCapture): TmpfilesLine {
  const { stat, path } = entry;
  if (stat.isDirectory()) return ownedLine(entry, capture, 'd');
  if (stat.isFIFO()) return ownedLine(entry, capture, 'p');
  if (stat.isSymbolicLink()) {
    const target = readlinkSync(join(capture.varDir, path.slice('/var/'.length)));
    return symlinkLine(path, target);
  }
  throw new AptOstreeError('unsupported-path', `cannot capture ${path}: it is a device`);
}

function ownedLine({ path, stat }: Entry, { userName, groupName }: VarCapture, type: 'd' | 'p'): TmpfilesLine {
  const user = userName(stat.uid) ?? String(stat.uid);
  const group = groupName(stat.gid) ?? String(stat.gid);
  return { type, path, mode: stat.mode & 0o7777, user, group, argument: null };
}

/** Owner, mode, times, extended attributes and hard links are kept; the directories above get those of /var. */
async function copyPayload({ varDir, usrDir, signal }: VarCapture, copies: readonly string[]): Promise<void> {
  if (copies.length === 0) return;
  const factory = join(usrDir, 'share/factory/var');
  mkdirSync(factory, { recursive: true });
  // cp would follow a link that a package shipped in the factory
  const behindLink = copies.find((path) => !isPlainPath(factory, dirname(path)));
  if (behindLink !== undefined)
    throw new AptOstreeError(
      'unsupported-path',
      `cannot capture /var/${behindLink}: its place in ${FACTORY} is a link`,
    );
  const options = ['--archive', '--parents', '--remove-destination', '--reflink=auto', `--target-directory=${factory}`];
  const args = ['--null', 'cp', ...options, '--'];
  const stdin = `${copies.join('\0')}\0`;
  await runChecked({ command: 'xargs', args, stdin, cwd: varDir, signal, task: 'copy files of /var into the tree' });
  for (const path of copies) {
    dropLitter(join(factory, path), `/var/${path}`);
    keepDistinct(join(factory, path), `/var/${path}`);
  }
}

/** What the scan passed over was copied along with the directory it lies in. */
function dropLitter(copy: string, path: string): void {
  const stat = lstatSync(copy);
  const dropped = dropsPath(path, stat);
  if (dropped) rmSync(copy, { recursive: true });
  if (dropped || !stat.isDirectory()) return;
  const clear = dropsContents(path);
  for (const name of readdirSync(copy)) {
    if (clear) rmSync(join(copy, name), { recursive: true });
    else dropLitter(join(copy, name), `${path}/${name}`);
  }
}
